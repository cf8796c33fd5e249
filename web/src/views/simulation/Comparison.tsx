import { useEffect, useState } from "preact/hooks";
import { number } from "../../ui/format";
import type { About, Compared } from "./data";
import type { Feed } from "./feed";

interface RowOf {
  name: string;
  rates: number[];
}

/** How much the rates differ with and without, beside the null. */
export function Comparison({ about, feed, compared }: { about: About; feed: Feed; compared: Compared }) {
  const [rows, setRows] = useState<{ rows: RowOf[]; from: number; to: number }>();
  useEffect(() => {
    const update = () => setRows(means(about, feed, compared.since));
    update();
    const timer = setInterval(update, 500);
    return () => clearInterval(timer);
  }, [about, feed, compared.since]);
  return (
    <section class="simulation-compared" aria-label="With and without">
      <table>
        <caption>
          Rates in spikes/s{rows && `, mean from ${rows.from.toFixed(2)} to ${rows.to.toFixed(2)} s`}
        </caption>
        <thead>
          <tr>
            <th scope="col">population</th>
            <th scope="col">with</th>
            <th scope="col">without</th>
            <th scope="col">difference</th>
            <th scope="col">null: difference</th>
          </tr>
        </thead>
        <tbody>
          {rows?.rows.map((r) => (
            <tr key={r.name}>
              <th scope="row">{r.name}</th>
              <td>{fixed(r.rates[0])}</td>
              <td>{fixed(r.rates[1])}</td>
              <td>
                <strong>{signed(r.rates[0] - r.rates[1])}</strong>
              </td>
              <td>{signed(r.rates[2] - r.rates[1])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        All three go on from the state at {number(compared.since)} s with the same random input. Without: nothing that you do acts. Null: {compared.null_is}
        {compared.null.length > 0 && (
          <>
            {" "}
            (<code title={compared.null.join("\n")}>{clip(compared.null.join(", "))}</code>)
          </>
        )}
        .
      </p>
    </section>
  );
}

/** Mean rates of all lanes since they were the same, as far as is kept. */
function means(about: About, feed: Feed, since: number): { rows: RowOf[]; from: number; to: number } | undefined {
  const lanes = feed.lanes.map((l) => l.rates);
  if (lanes.length < 3) return undefined;
  // The lanes have the same bins since the comparison began.
  const from = Math.max(...lanes.map((s) => s.time(s.first)), since);
  const to = Math.min(...lanes.map((s) => s.time(s.count)));
  const rows = about.model.populations.map((p, column) => ({
    name: p.name,
    rates: lanes.map((s) => {
      let sum = 0;
      let n = 0;
      for (let row = s.row(from); row < s.row(to); row++) {
        const rate = s.at(row, column);
        if (Number.isNaN(rate)) continue; // of a frame that was missed
        sum += rate;
        n++;
      }
      return n > 0 ? sum / n : NaN;
    }),
  }));
  return { rows, from, to };
}

const fixed = (v: number) => (Number.isFinite(v) ? v.toFixed(2) : "–");
const signed = (v: number) => (Number.isFinite(v) ? (v > 0 ? "+" : "") + v.toFixed(2) : "–");
const clip = (text: string) => (text.length > 60 ? text.slice(0, 58) + " …" : text);
