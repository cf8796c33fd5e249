import { useJSON } from "../../app/api";
import { useItem } from "../../app/library";
import { papersLink, runLink, runsLink } from "../../app/links";
import { useAddress, useUrlState } from "../../app/router";
import { Await } from "../../ui/Message";
import type { Method, Verb } from "./types";
import "./run.css";

/** All methods by what they do; one opens as a form. */
export default function MethodsView() {
  const verbs = useJSON<Verb[]>("/api/methods");
  const [search, setSearch] = useUrlState("q", "");
  const { search: address } = useAddress();
  const input = new URLSearchParams(address).get("input") ?? undefined;
  const item = useItem(input ?? "");
  const takesIt = (m: Method) => !item || item.kinds.some((k) => m.needs.kinds.includes(k));
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    <div class="page">
      <div class="item-head">
        <h1>Run a method{item && ` on ${item.name}`}</h1>
        {item && <a href={runLink()}>All methods</a>}
        <a href={runsLink()}>Runs so far</a>
      </div>
      <label class="search">
        Search <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} placeholder="name, purpose, author" />
      </label>
      <Await of={verbs} what="The methods">
        {(all) => {
          const shown = all.map((v) => ({ ...v, methods: v.methods.filter((m) => takesIt(m) && wanted.every((w) => textOf(v, m).includes(w))) })).filter((v) => v.methods.length);
          if (shown.length === 0) return <p role="status">No method is described by these words.</p>;
          return shown.map((v) => <Group verb={v} input={input} key={v.verb} />);
        }}
      </Await>
    </div>
  );
}

function textOf(v: Verb, m: Method): string {
  return [v.verb, m.name, m.summary, m.needs.kind, ...m.papers.map((p) => `${p.authors} ${p.year} ${p.title}`)].join(" ").toLowerCase();
}

function Group({ verb, input }: { verb: Verb; input?: string }) {
  return (
    <section aria-label={verb.verb}>
      <h2>
        {verb.verb} <small>{verb.help}</small>
      </h2>
      <ul class="run-methods">
        {verb.methods.map((m) => (
          <li key={m.name}>
            <h3>
              <a href={runLink(m.name, input)}>{m.name}</a>
            </h3>
            <p>{m.summary}</p>
            <p class="muted">
              {m.needs.kind ? `takes ${takes(m)}` : "takes no input"}
              {m.papers.map((p) => (
                <span key={p.title}>
                  {" · "}
                  {p.row ? (
                    <a href={papersLink(p.row)}>
                      {firstAuthor(p.authors)} {p.year}
                    </a>
                  ) : (
                    `${firstAuthor(p.authors)} ${p.year}`
                  )}
                </span>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function takes(m: Method): string {
  const { kind, min, max } = m.needs;
  if (max === 1) return (min === 0 ? "perhaps a " : "a ") + kind;
  return min === max ? `${min} ${kind}s` : `${kind}s, ${min} or more`;
}

/** The first of several authors, as one cites them. */
export function firstAuthor(authors: string): string {
  const names = authors.split(/,|&| and /).map((n) => n.trim()).filter(Boolean);
  return names.length > 2 ? `${names[0]} et al.` : names.join(" & ");
}
