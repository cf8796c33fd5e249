import { useMemo } from "preact/hooks";
import { type Cell, type Column, DataTable } from "../../ui/DataTable";
import type { Flow, Step } from "./flow";
import type { Overview } from "./types";

/** The same as a table: every community in every stretch of time, who came and who left. */
export function FlowTable({ data, list, flow, track }: { data: Overview; list: Step[]; flow: Flow; track: number }) {
  const columns = useMemo(() => rows(data.units, list, track > 0 ? [track] : flow.tracks), [data, list, flow, track]);
  return (
    <details>
      <summary>{track > 0 ? `Community ${track}` : "The communities"} as a table</summary>
      <DataTable name="Communities in time" columns={columns} page={20} />
    </details>
  );
}

function rows(units: string[], list: Step[], tracks: number[]): Column[] {
  const names = ["start", "stop", "component", "community", "size", "came", "left", "members"];
  const values: Cell[][] = names.map(() => []);
  list.forEach((step, k) => {
    const before = list[k - 1]?.tracks;
    for (const track of tracks) {
      const here = (tracksOf?: number[]) => new Set(tracksOf?.flatMap((t, u) => (t === track ? [u] : [])) ?? []);
      const now = here(step.tracks);
      const then = here(before);
      if (now.size + then.size === 0) continue;
      const said = (of: number[]) => of.map((u) => units[u]).join(" ");
      const came = before ? [...now].filter((u) => !then.has(u)) : [];
      const left = [...then].filter((u) => !now.has(u));
      const time = (v: number) => (Number.isFinite(v) ? v : null);
      [time(step.start), time(step.stop), step.component, track, now.size, said(came), said(left), said([...now])].forEach((v, i) => values[i].push(v));
    }
  });
  return names.map((name, i) => ({ name, unit: i < 2 ? "s" : undefined, type: i < 5 ? "number" : "text", values: values[i] }));
}
