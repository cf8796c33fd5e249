import { useEffect } from "preact/hooks";
import { useJSON } from "../../app/api";
import { useItem } from "../../app/library";
import { neuronLink, neuronsLink } from "../../app/links";
import { navigate } from "../../app/router";
import { about, called, type Elsewhere, type Who } from "./data";
import { Search } from "./Search";

/** Who it is and how to get to others. */
export function Head({ who }: { who: Who }) {
  return (
    <header class="neuron-head">
      <div>
        <h2>{called(who.unit)}</h2>
        <p class="muted">{place(who)}</p>
      </div>
      <Neighbours who={who} />
      <Search item={who.item} />
      <Others who={who} />
    </header>
  );
}

function place(who: Who): string {
  const order = orderOf();
  if (who.place < 0) return `not among the ${who.of} listed units`;
  const by = order ? ` by ${order.replace(/^-/, "")}, ${order.startsWith("-") ? "falling" : "rising"}` : "";
  return `unit ${who.place + 1} of ${who.of}${by}`;
}

const orderOf = () => new URLSearchParams(location.search).get("order") ?? "";

/** Before and after it in the order that one came with; also by the keys [ and ]. */
function Neighbours({ who }: { who: Who }) {
  const order = orderOf();
  const query = order ? `?order=${encodeURIComponent(order)}` : "";
  const link = (unit: string) => (unit ? neuronLink(who.item, unit) + query : undefined);
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if ((e.target as Element).closest("input,select,textarea") || e.ctrlKey || e.metaKey || e.altKey) return;
      const to = e.key === "[" ? link(who.previous) : e.key === "]" ? link(who.next) : undefined;
      if (to) navigate(to);
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  });
  const sort = order ? `?sort-units=${encodeURIComponent(order)}` : "";
  return (
    <nav class="neuron-steps" aria-label="Neurons">
      {step("‹ Previous", who.previous, link(who.previous))}
      <a href={neuronsLink(who.item) + sort}>All</a>
      {step("Next ›", who.next, link(who.next))}
    </nav>
  );
}

function step(label: string, unit: string, link?: string) {
  if (!link) return <span class="muted">{label}</span>;
  return (
    <a href={link} title={unit} aria-label={`${label.replace(/[‹›]/g, "").trim()}: ${unit}`}>
      {label}
    </a>
  );
}

/** The same unit in other items that are open. */
function Others({ who }: { who: Who }) {
  const { data } = useJSON<Elsewhere>(about(who.item, "elsewhere", who.unit));
  const own = useItem(who.item);
  if (!data || data.items.length === 0) return null;
  return (
    <p class="neuron-others">
      {who.unit} is also in{" "}
      {data.items.map((it, i) => (
        <span key={it.id}>
          {i > 0 && ", "}
          <a href={neuronLink(it.id, who.unit)} title={`${it.name} ${it.why}`}>
            {it.name}
          </a>
        </span>
      ))}
      {own && data.notes.length > 0 && <span class="muted"> ({data.notes.join("; ")})</span>}
    </p>
  );
}
