import { memo } from "preact/compat";
import { useMemo, useState } from "preact/hooks";
import { type Described, pickedAxes, type Site, splitUnit } from "./types";

/** Sites in groups by their block. */
export function groups(sites: Site[]): [string, Site[]][] {
  const out = new Map<string, Site[]>();
  for (const site of sites) {
    const name = /^(.*?\.\d+)\./.exec(site.name)?.[1] ?? (site.name.includes(".") ? site.name.split(".")[0] : "the network");
    out.set(name, [...(out.get(name) ?? []), site]);
  }
  return [...out];
}

/** The options of a list of sites. */
export const SiteOptions = memo(function SiteOptions({ sites }: { sites: Site[] }) {
  const grouped = useMemo(() => groups(sites), [sites]);
  return (
    <>
      {grouped.map(([name, of]) => (
        <optgroup key={name} label={name}>
          {of.map((s) => (
            <option key={s.name} value={s.name}>
              {s.name}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
});

/** Chooses the neuron whose activity colours the input: site, index, and a search over sites. */
export function SitePicker({ network, unit, set }: { network: Described; unit: string; set: (unit: string) => void }) {
  const [search, setSearch] = useState("");
  const { site: name, index } = splitUnit(unit);
  const site = network.sites.find((s) => s.name === name);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = useMemo(() => {
    return network.sites.filter((s) => s.name === name || words.every((w) => (s.name + " " + s.doc).toLowerCase().includes(w)));
  }, [network, name, search]);
  const axes = site ? pickedAxes(site) : [];
  const at = index.split(":").map(Number);
  const choose = (axis: number, to: number) => {
    const size = axes[axis].size;
    const next = axes.map((_, i) => (i === axis ? (size > 0 ? (to + size) % size : Math.max(0, to)) : at[i] || 0));
    set(`${name}/${next.join(":")}`);
  };
  return (
    <div class="toolbar live-picker" role="group" aria-label="Neuron that colours the input">
      <label>
        Colour by
        <select value={name} onChange={(e) => set(`${e.currentTarget.value}/${zeros(network.sites.find((s) => s.name === e.currentTarget.value))}`)}>
          <SiteOptions sites={fits} />
        </select>
      </label>
      {axes.map((axis, i) => (
        <label key={axis.name}>
          {axis.name}
          <input
            type="number"
            min={0}
            max={axis.size > 0 ? axis.size - 1 : undefined}
            value={at[i] || 0}
            onInput={(e) => e.currentTarget.value !== "" && choose(i, Math.min(e.currentTarget.valueAsNumber, (axis.size > 0 ? axis.size : 1e9) - 1))}
          />
          {i === axes.length - 1 && (
            <span class="live-steps">
              <button class="quiet" aria-label="Previous neuron" onClick={() => choose(i, (at[i] || 0) - 1)}>
                ‹
              </button>
              <button class="quiet" aria-label="Next neuron" onClick={() => choose(i, (at[i] || 0) + 1)}>
                ›
              </button>
            </span>
          )}
        </label>
      ))}
      <label>
        Find a site <input type="search" value={search} placeholder="mlp.post, heads …" onInput={(e) => setSearch(e.currentTarget.value)} />
      </label>
      {site?.doc && <span class="muted">{site.doc}</span>}
    </div>
  );
}

const zeros = (site: Site | undefined) => (site ? pickedAxes(site).map(() => 0).join(":") : "") || "0";
