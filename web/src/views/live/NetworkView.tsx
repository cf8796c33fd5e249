import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { liveLink } from "../../app/links";
import type { ViewProps } from "../../app/views";
import { type Column, DataTable } from "../../ui/DataTable";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import { type Described, pickedAxes, type Site } from "./types";

/** What a network is: its architecture, its sites with their axes, and what was guessed. */
export default function NetworkView({ params }: ViewProps) {
  const { id } = params;
  const described = useJSON<Described>(api(["networks", id]));
  return (
    <ItemPage id={id}>
      <Await of={described} what="The network">
        {(network) => <About id={id} network={network} />}
      </Await>
    </ItemPage>
  );
}

const takes: Record<Described["takes"], string> = {
  text: "a text",
  ids: "tokens by their numbers",
  images: "pictures",
  vectors: "numbers",
  series: "numbers over time",
  seconds: "seconds to simulate",
};

function About({ id, network }: { id: string; network: Described }) {
  const columns = useMemo(() => table(network.sites), [network]);
  const { about } = network;
  const byName = useMemo(() => new Map(network.sites.map((s) => [s.name, s])), [network]);
  return (
    <div class="page">
      <dl class="facts">
        <dt>Architecture</dt>
        <dd>{about.architecture}</dd>
        {about.parameters > 0 && (
          <>
            <dt>Parameters</dt>
            <dd>{about.parameters.toLocaleString("en")}</dd>
          </>
        )}
        <dt>Takes</dt>
        <dd>{takes[network.takes] + size(network)}</dd>
        <dt>Sites</dt>
        <dd>{network.sites.length} whose activity can be read and replaced</dd>
        {network.neurons.length > 0 && (
          <>
            <dt>Neurons</dt>
            <dd>{network.neurons.slice(0, 4).join(", ") + (network.neurons.length > 4 ? ` and ${network.neurons.length - 4} more` : "")}</dd>
          </>
        )}
      </dl>
      {network.notes.length > 0 && (
        <section aria-label="Guessed">
          <h2>Guessed when it was opened</h2>
          <ul>
            {network.notes.map((n) => (
              <li key={n}>{n}</li>
            ))}
          </ul>
        </section>
      )}
      <h2>Sites</h2>
      <DataTable
        name="sites"
        columns={columns}
        page={100}
        show={(column, value) => {
          if (column.name !== "site" || network.takes === "seconds") return String(value ?? "");
          const axes = pickedAxes(byName.get(String(value))!);
          return <a href={`${liveLink(id)}?unit=${encodeURIComponent(`${value}/${axes.map(() => 0).join(":") || 0}`)}`}>{value}</a>;
        }}
      />
    </div>
  );
}

function size(n: Described): string {
  if (n.takes === "images" && n.shape) return `, ${n.shape.join(" × ")} (channels, height, width)`;
  if (n.takes === "vectors" && n.shape) return `, ${n.shape.join(" × ")}`;
  if (n.exact) return `, exactly ${n.exact} positions of ${n.vocab} tokens`;
  if (n.vocab) return `, ${n.length ? `up to ${n.length} positions` : "of any length"} of ${n.vocab.toLocaleString("en")} tokens`;
  return "";
}

function table(sites: Site[]): Column[] {
  return [
    { name: "site", type: "text", values: sites.map((s) => s.name) },
    { name: "axes", type: "text", values: sites.map((s) => s.axes.map((a, i) => (s.shape[i] >= 0 ? `${a} ${s.shape[i]}` : a)).join(" × ")) },
    { name: "what it is", type: "text", values: sites.map((s) => s.doc) },
  ];
}
