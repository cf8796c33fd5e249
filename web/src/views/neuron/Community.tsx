import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { connectomeLink, findingLink } from "../../app/links";
import { Chart } from "../../ui/Chart";
import { groupColor } from "../../ui/colors";
import { type Column, DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { number } from "../../ui/format";
import { numbers, type Recorded, type Statement, timeLabel } from "./data";

/** Which community it belongs to: when, and in which component. */
export function Community({ changes, membership, recording }: { changes: Statement[]; membership: Statement[]; recording?: Recorded }) {
  if (changes.length + membership.length === 0) return null;
  return (
    <section aria-label="Communities">
      <h2>Communities</h2>
      {changes.map((s) => (
        <Figure
          key={s.finding + s.table}
          title="Community over time"
          caption={
            <>
              {s.rows} {s.rows === 1 ? "change" : "changes"}; grey is no community. From <a href={findingLink(s.finding)}>{s.name}</a>; whether the communities are more than chance stands in{" "}
              <a href={connectomeLink(s.finding)}>its connectome</a>.
              {recording && Math.max(0, ...(numbers(s, "time_s") as number[])) > recording.stop_s && (
                <span class="bad"> Its clock goes beyond {recording.name}, which ends at {number(recording.stop_s)} s here: it was read with other options.</span>
              )}
            </>
          }
        >
          <Bars statement={s} stop={recording?.stop_s} time={timeLabel(recording)} />
        </Figure>
      ))}
      <div class="neuron-found">
        {membership.map((s) => (
          <section key={s.finding + s.table} aria-label={`${s.table} of ${s.name}`}>
            <h3>
              {s.table} <small>{s.doc}; from <a href={findingLink(s.finding)}>{s.name}</a></small>
            </h3>
            <DataTable name={`${s.name} ${s.table}`} columns={s.columns.filter((c: Column) => c.name !== "unit")} page={12} />
          </section>
        ))}
      </div>
    </section>
  );
}

function Bars({ statement, stop, time: label }: { statement: Statement; stop?: number; time: string }) {
  const options = useMemo(() => {
    const time = numbers(statement, "time_s") as number[];
    const from = numbers(statement, "from_community") as number[];
    const to = numbers(statement, "to_community") as number[];
    const order = time.map((_, i) => i).sort((a, b) => time[a] - time[b]);
    const end = Math.max(stop ?? 0, ...time) || 1;
    const bars = order.map((i, k) => ({ start: time[i], stop: k + 1 < order.length ? time[order[k + 1]] : end, community: to[i] }));
    if (order.length) bars.unshift({ start: 0, stop: time[order[0]], community: from[order[0]] });
    const names = [...new Set(bars.map((b) => b.community))].sort((a, b) => a - b);
    return {
      height: 46 + 22 * names.length,
      marginLeft: 52,
      x: { label },
      y: { label: null, domain: names, type: "band" as const, tickFormat: (c: number) => (c === 0 ? "none" : String(c)) },
      marks: [Plot.barX(bars, { x1: "start", x2: "stop", y: "community", fill: (b: { community: number }) => groupColor(b.community - 1), title: (b) => `${b.community || "none"}: ${number(b.start)} to ${number(b.stop)} s` })],
    };
  }, [statement, stop, label]);
  return <Chart options={options} label="The neuron's community over time" />;
}
