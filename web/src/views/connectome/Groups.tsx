import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { neuronLink } from "../../app/links";
import { type Column, DataTable } from "../../ui/DataTable";
import type { Evidence, Overview } from "./types";

/** The communities of every component, and every other group that was tried, each beside chance. */
export function Groups({ id, data, table }: { id: string; data: Overview; table: string }) {
  const source = api(["connectomes", id, "table"], { name: table });
  const loaded = useJSON<{ columns: Column[] }>(source).data;
  const columns = useMemo(() => loaded && arranged(loaded.columns, data.evidence), [loaded, data]);
  if (!loaded || !columns) return null;
  const above = loaded.columns.find((c) => c.name === "above_chance")?.values ?? [];
  const held = above.filter(Boolean).length;
  return (
    <section class="connectome-groups" aria-label="Communities of each component beside chance">
      <h2>
        Communities of each component{" "}
        <small>
          {held === 0 ? `none of ${above.length} groups holds beyond chance; these are their figures` : `${held} of ${above.length} groups hold beyond chance`}
        </small>
      </h2>
      <DataTable name="Groups of units" columns={columns} source={source} page={15} show={(column, value) => cell(id, column, value)} />
    </section>
  );
}

function cell(id: string, column: Column, value: Column["values"][number]) {
  if (column.name === "above_chance") return <span class={value ? "good" : "muted"}>{value ? "beyond chance" : "as chance"}</span>;
  if (column.name !== "units") return undefined;
  return (
    <span class="connectome-members">
      {String(value)
        .split(" ")
        .map((unit) => (
          <a key={unit} href={neuronLink(id, unit)}>
            {unit}{" "}
          </a>
        ))}
    </span>
  );
}

/**
 * The columns, with what chance gives behind the one that was tested. The tested column is that in which the observed
 * values of the evidence stand; its null is shown only where all of the evidence about it has the same.
 */
function arranged(columns: Column[], evidence: Evidence[]): Column[] {
  const rows = columns[0]?.values.length ?? 0;
  const same = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  for (const column of columns) {
    if (column.type !== "number" || column.name === "p") continue;
    const about = evidence.filter((e) => e.observed !== null && column.values.some((v) => v !== null && same(Number(v), e.observed!)));
    const nulls = new Set(about.map((e) => e.null_mean));
    if (about.length < 2 || nulls.size !== 1) continue;
    const by: Column = { name: "null", type: "number", doc: `mean of ${column.name} in ${about[0].null_runs.length} null runs: ${about[0].null}`, values: Array.from({ length: rows }, () => about[0].null_mean) };
    return columns.flatMap((c) => (c === column ? [c, by] : [c]));
  }
  return columns;
}
