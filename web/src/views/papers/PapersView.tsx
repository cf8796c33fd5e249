import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { papersLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import { type Column, DataTable } from "../../ui/DataTable";
import { Await } from "../../ui/Message";
import type { Work } from "./types";
import "./papers.css";

const filters = ["state", "verb", "kind", "system"] as const;
type Filter = (typeof filters)[number];

/** All papers of the catalogue, with which of them run. */
export default function PapersView() {
  const works = useJSON<Work[]>("/api/papers");
  return (
    <div class="page papers">
      <h1>Papers</h1>
      <Await of={works} what="The papers">
        {(all) => <Catalogue works={all} />}
      </Await>
    </div>
  );
}

function Catalogue({ works }: { works: Work[] }) {
  const chosen: Record<Filter, [string, (v: string) => void]> = {
    state: useUrlState("state", ""),
    verb: useUrlState("verb", ""),
    kind: useUrlState("kind", ""),
    system: useUrlState("system", ""),
  };
  const [text, setText] = useUrlState("q", "");
  const values = filters.map((f) => chosen[f][0]);
  const shown = useMemo(() => works.filter((w) => fits(w, values, text)), [works, text, ...values]);
  const columns = useMemo(() => columnsOf(shown), [shown]);
  return (
    <>
      <p class="muted">{summary(works)}</p>
      <div class="toolbar" role="search">
        <label>
          Search <input type="search" value={text} onInput={(e) => setText(e.currentTarget.value)} placeholder="title, what it does, needs" />
        </label>
        {filters.map((f) => (
          <Choice key={f} name={f} works={works} value={chosen[f][0]} set={chosen[f][1]} />
        ))}
      </div>
      <DataTable
        name="papers"
        page={works.length} // one search is enough: that above
        columns={columns}
        show={(column, value, row) => {
          if (column.name === "title") return <a href={papersLink(shown[row].row)}>{value}</a>;
          if (column.name === "state") return <State state={value as Work["state"]} />;
          return undefined;
        }}
      />
    </>
  );
}

function summary(works: Work[]): string {
  const of = (state: string) => works.filter((w) => w.state === state).length;
  return `${works.length} papers: ${of("works")} run, ${of("not yet")} do not yet, ${of("cannot run here")} cannot on a small machine.`;
}

function fits(w: Work, values: string[], text: string): boolean {
  if (!filters.every((f, i) => !values[i] || w[f] === values[i])) return false;
  const all = [w.row, w.title, w.family, w.does, w.needs, w.works_when, w.verb, ...(w.methods ?? [])].join(" ").toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function columnsOf(works: Work[]): Column[] {
  return [
    { name: "row", type: "number", doc: "number in the catalogue", values: works.map((w) => w.row) },
    { name: "title", type: "text", values: works.map((w) => w.title) },
    { name: "state", type: "text", values: works.map((w) => w.state) },
    { name: "claims", type: "text", doc: "passed of those measured in the last reproduction", values: works.map((w) => (w.measured ? `${w.passed} of ${w.measured}` : "")) },
    { name: "verb", type: "text", values: works.map((w) => w.verb) },
    { name: "kind", type: "text", values: works.map((w) => w.kind) },
    { name: "system", type: "text", values: works.map((w) => w.system) },
    { name: "asked for", type: "number", doc: "how often it was asked for, 1 to 5", values: works.map((w) => w.weight) },
  ];
}

function Choice({ name, works, value, set }: { name: Filter; works: Work[]; value: string; set: (v: string) => void }) {
  const counts = new Map<string, number>();
  for (const w of works) counts.set(w[name], (counts.get(w[name]) ?? 0) + 1);
  return (
    <label>
      {name}
      <select value={value} onChange={(e) => set(e.currentTarget.value)}>
        <option value="">all</option>
        {[...counts].sort(([a], [b]) => a.localeCompare(b)).map(([v, n]) => (
          <option value={v} key={v}>
            {v} ({n})
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether a paper runs, in its colour. */
export function State({ state }: { state: Work["state"] }) {
  return <span class={"papers-state " + (state === "works" ? "good" : "muted")}>{state}</span>;
}
