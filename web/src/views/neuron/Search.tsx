import { useEffect, useId, useState } from "preact/hooks";
import { api, getJSON } from "../../app/api";
import { neuronLink, neuronsLink } from "../../app/links";
import { navigate, useUrlState } from "../../app/router";

interface Hit {
  unit: string;
  why: string;
}

interface Found {
  names: Hit[];
  tokens: Hit[];
  tuning: { feature: string; from: string; live: boolean; hits: Hit[] }[];
}

interface Option {
  group: string;
  label: string;
  why: string;
  link: string;
}

/** One field that finds units by name, by a token and by what they are tuned to. What is written lives in the address. */
export function Search({ item }: { item: string }) {
  const [query, setQuery] = useUrlState("q", "");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const found = useFound(item, query, open);
  const id = useId();
  const options = open && found ? optionsOf(item, query, found) : [];
  const go = (option: Option) => {
    setOpen(false);
    navigate(option.link);
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Escape") setOpen(false);
    if (e.key === "Enter" && options.length) go(options[Math.max(0, at)]);
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (step && options.length) {
      e.preventDefault();
      setOpen(true);
      setAt((at + step + options.length) % options.length);
    }
  };
  return (
    <div class="neuron-search" onFocusOut={(e) => e.currentTarget.contains(e.relatedTarget as Node) || setOpen(false)}>
      <input
        type="text"
        role="combobox"
        aria-label="Find a neuron by name, token or tuning"
        aria-expanded={options.length > 0}
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 && at < options.length ? `${id}-${at}` : undefined}
        placeholder="name, token, or what it is tuned to"
        value={query}
        onFocus={() => setOpen(true)}
        onInput={(e) => {
          setQuery(e.currentTarget.value);
          setOpen(true);
          setAt(-1);
        }}
        onKeyDown={keys}
      />
      <div class="neuron-suggestions" id={id} role="listbox" aria-label="Neurons found" hidden={options.length === 0}>
        {options.map((o, i) => (
          <div key={o.link + o.group} role="presentation">
            {(i === 0 || options[i - 1].group !== o.group) && (
              <div class="neuron-group" role="presentation">
                {o.group}
              </div>
            )}
            <div id={`${id}-${i}`} role="option" aria-selected={i === at} onMouseDown={(e) => (e.preventDefault(), go(o))} onMouseEnter={() => setAt(i)}>
              <b>{o.label}</b> <span>{o.why}</span>
            </div>
          </div>
        ))}
      </div>
      {open && query.trim() !== "" && found && options.length === 0 && (
        <div class="neuron-suggestions" role="status">
          <div class="neuron-group">No name, token or feature fits “{query.trim()}”.</div>
        </div>
      )}
    </div>
  );
}

/** Asks when the writing rests. */
function useFound(item: string, query: string, open: boolean): Found | undefined {
  const [found, set] = useState<Found>();
  useEffect(() => {
    if (!open) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      getJSON<Found>(api(["neurons", item, "search"], { q: query }), abort.signal).then(set, () => set(undefined));
    }, 120);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [item, query, open]);
  return found;
}

function optionsOf(item: string, query: string, found: Found): Option[] {
  const unit = (group: string) => (h: Hit) => ({ group, label: h.unit, why: h.why, link: neuronLink(item, h.unit) });
  const options = [...found.names.map(unit("By name")), ...found.tokens.map(unit(`By the token “${query.trim()}”`))];
  for (const t of found.tuning) {
    const group = `Tuned to ${t.feature} (${t.from})`;
    if (t.live) {
      options.push({ group, label: "All units", why: "by how much of their variance it explains", link: `${neuronsLink(item)}?tuned=${encodeURIComponent(t.feature)}` });
    }
    options.push(...t.hits.map(unit(group)));
  }
  return options;
}
