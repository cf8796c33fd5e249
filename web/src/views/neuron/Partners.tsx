import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { findingLink, neuronLink } from "../../app/links";
import { useDark } from "../../app/Theme";
import { Chart } from "../../ui/Chart";
import { type Cell, DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { number } from "../../ui/format";
import { Await } from "../../ui/Message";
import { about, type Band, called, type Recorded, type Statement, stretch, type Who } from "./data";

interface Answer {
  partners: { unit: string; r: number; z: number | null; p: number; windows: { r: number | null; null: Band }[] }[];
  edges_s: number[];
  units: number;
  step_s: number;
  null_most: Band;
  shifts: number;
}

/** Whom its activity goes with, and when. */
export function Partners({ recording, unit, item }: { recording: Recorded; unit: string; item: string }) {
  const answer = useJSON<Answer>(about(recording.id, "partners", unit));
  return (
    <section aria-label="Partners over time">
      <h2>
        Partners over time <small>measured now in {recording.name}</small>
      </h2>
      <Await of={answer} what="Partners">
        {(data) =>
          data.partners.length === 0 ? (
            <p class="muted">Its activity does not vary, so it has no partners.</p>
          ) : (
            <div class="neuron-partners">
              <Figure
                title={`Correlation with ${called(unit)} in each window`}
                caption={`Pearson correlation in bins of ${stretch(recording, number(data.step_s))}: orange together, blue opposed. A number stands where the correlation lies outside 95 % of ${data.shifts} circular shifts within the window; colour alone may be chance.`}
              >
                <Windows answer={data} time={recording.clock} />
              </Figure>
              <Strongest answer={data} item={item} recording={recording} />
            </div>
          )
        }
      </Await>
    </section>
  );
}

function Windows({ answer, time }: { answer: Answer; time: string }) {
  const dark = useDark();
  const options = useMemo(() => {
    const from = (w: number) => number(Math.max(0, Number(answer.edges_s[w].toPrecision(3))));
    const rows = answer.partners.flatMap((p) => p.windows.map((c, w) => ({ partner: p.unit, window: from(w), r: c.r, beyond: beyond(c.r, c.null) })));
    return {
      height: 72 + 24 * answer.partners.length,
      marginLeft: 130,
      marginBottom: 42,
      x: { label: `start of the window (${time})`, labelOffset: 38, domain: answer.edges_s.slice(0, -1).map((_, w) => from(w)), axis: "bottom" as const },
      y: { label: null, domain: answer.partners.map((p) => p.unit) },
      color: { type: "diverging" as const, domain: [-1, 1], range: dark ? ["#5aa0ff", "#1f1b25", "#ff8250"] : ["#145ac8", "#ffffff", "#cd460a"], legend: false, interpolate: "rgb" as const },
      marks: [
        Plot.cell(rows, { x: "window", y: "partner", fill: "r", inset: 0.5 }),
        Plot.text(rows.filter((r) => r.beyond), { x: "window", y: "partner", text: (r) => r.r!.toFixed(2), fill: "var(--ink)", fontWeight: 600 }),
      ],
    };
  }, [answer, dark, time]);
  return <Chart options={options} label="Correlation with each partner in each window" />;
}

const beyond = (r: number | null, b: Band) => r !== null && b.low !== null && b.high !== null && (r < b.low || r > b.high);

function Strongest({ answer, item, recording }: { answer: Answer; item: string; recording: Recorded }) {
  return (
    <div>
      <table>
        <caption class="neuron-caption">
          The strongest of {answer.units}. The largest |r| of any of them, with the neuron shifted: {number(answer.null_most.mean)} on average, 95 % up to {number(answer.null_most.high)}; p is of
          that largest, so choosing the best is paid for.
        </caption>
        <thead>
          <tr>
            <th scope="col">&nbsp;Partner</th>
            <th scope="col" class="number" title="Pearson correlation over the recording">
              r&nbsp;
            </th>
            <th scope="col" class="number" title="in standard deviations of the shifted ones">
              z&nbsp;
            </th>
            <th scope="col" class="number">
              p&nbsp;
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.partners.map((p) => (
            <tr key={p.unit}>
              <td>
                <a href={neuronLink(recording.id === item ? item : recording.id, p.unit)}>{p.unit}</a>
              </td>
              <td class="number">{number(p.r)}</td>
              <td class="number">{number(p.z)}</td>
              <td class={p.p <= 0.05 ? "number good" : "number"}>{number(p.p)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Partners as findings name them, with whatever they say of each. */
export function FoundPartners({ statements, who }: { statements: Statement[]; who: Who }) {
  return (
    <div class="neuron-found">
      {statements.map((s) => (
        <section key={s.finding + s.table} aria-label={`${s.table} of ${s.name}`}>
          <h3>
            {s.table} <small>{s.doc}; from <a href={findingLink(s.finding)}>{s.name}</a>{s.rows > s.columns[0].values.length ? `, the first ${s.columns[0].values.length} of ${s.rows}` : ""}</small>
          </h3>
          <DataTable
            name={`${s.name} ${s.table}`}
            columns={others(s, who.unit)}
            page={10}
            show={(c, v) => (c.name === "partner" ? <a href={neuronLink(who.item, String(v))}>{String(v)}</a> : undefined)}
          />
        </section>
      ))}
    </div>
  );
}

/** The columns of a statement with the other unit of each row under one name. */
function others(s: Statement, unit: string) {
  if (s.shape === "partners") return s.columns.filter((c) => c.name !== "unit");
  const a = s.columns.find((c) => c.name === s.a)!.values;
  const b = s.columns.find((c) => c.name === s.b)!.values;
  const directed = s.a !== "unit_a";
  const partner = { name: "partner", type: "text" as const, values: a.map((v, i): Cell => (v === unit ? b[i] : v)) };
  const side = { name: "direction", type: "text" as const, values: a.map((v): Cell => (v === unit ? "to" : "from")) };
  return [...(directed ? [side] : []), partner, ...s.columns.filter((c) => c.name !== s.a && c.name !== s.b)];
}
