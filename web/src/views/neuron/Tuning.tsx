import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { findingLink, neuronsLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number, pValue } from "../../ui/format";
import { Await } from "../../ui/Message";
import { about, type Band, numbers, type Recorded, type Statement, texts, visible } from "./data";

interface Bin {
  low: number;
  high: number;
  label: string;
  n: number;
  mean: number | null;
  sem: number | null;
  null: Band;
}

interface Feature {
  name: string;
  unit: string;
  explained: number;
  null: number;
  null_high: number;
  p: number;
  q: number;
  samples: number;
  classes: boolean;
  why: string;
  curve: Bin[];
}

interface Answer {
  features: Feature[];
  left: number;
  unit: string;
  step_s: number;
  shifts: number;
}

/** What it is tuned to, measured now: each covariate beside the neuron's own activity shifted in time. */
export function Tuning({ recording, unit }: { recording: Recorded; unit: string }) {
  const answer = useJSON<Answer>(about(recording.id, "tuning", unit));
  return (
    <section aria-label="Tuning">
      <h2>
        Tuning <small>measured now in {recording.name}</small>
      </h2>
      <Await of={answer} what="Tuning">
        {(data) => <Measured answer={data} item={recording.id} />}
      </Await>
    </section>
  );
}

function Measured({ answer, item }: { answer: Answer; item: string }) {
  const measured = answer.features.filter((f) => !f.why);
  const [name, choose] = useUrlState("feature", "");
  const feature = measured.find((f) => f.name === name) ?? measured[0];
  const still = answer.features.length - measured.length;
  if (!feature) return <p class="muted">None of its {answer.features.length} covariates varies together with the neuron’s activity in time.</p>;
  return (
    <>
      <div class="neuron-tuning">
        <FeatureTable features={measured} chosen={feature} choose={choose} shifts={answer.shifts} />
        <Figure
          title={`Tuning to ${feature.name}`}
          controls={<a href={`${neuronsLink(item)}?tuned=${encodeURIComponent(feature.name.split(".")[0])}`}>All units by it</a>}
          caption={
            <>
              {feature.classes ? "Mean" : "Mean in ten bins of equal counts"} ± standard error over samples; grey: mean and 95 % of {answer.shifts} circular shifts of the
              activity. It explains {number(feature.explained)} of the variance, by chance {number(feature.null)}, {pValue(feature.p)} ({feature.samples} samples).
            </>
          }
        >
          <Curve feature={feature} unit={answer.unit} />
        </Figure>
      </div>
      {(answer.left > 0 || still > 0) && (
        <p class="muted">
          {still > 0 && `${still} ${still === 1 ? "covariate does" : "covariates do"} not vary or can’t be compared. `}
          {answer.left > 0 && `${answer.left} further dimensions of covariates with many were not measured.`}
        </p>
      )}
    </>
  );
}

function FeatureTable({ features, chosen, choose, shifts }: { features: Feature[]; chosen: Feature; choose: (name: string) => void; shifts: number }) {
  return (
    <div class="scroll" role="region" aria-label="Covariates" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">&nbsp;Covariate</th>
            <th scope="col" class="number" title="share of the activity's variance between bins (eta squared)">
              explained&nbsp;
            </th>
            <th scope="col" class="number" title={`mean of ${shifts} circular shifts, and what 2.5 % of them exceed`}>
              chance&nbsp;
            </th>
            <th scope="col" class="number" title="share of shifts that explain as much, with the +1 rule">
              p&nbsp;
            </th>
            <th scope="col" class="number" title="false discovery rate over all covariates">
              q&nbsp;
            </th>
          </tr>
        </thead>
        <tbody>
          {features.map((f) => (
            <tr key={f.name} aria-selected={f === chosen}>
              <td>
                <button class="quiet" aria-pressed={f === chosen} onClick={() => choose(f.name)}>
                  {f.name}
                </button>
              </td>
              <td class="number">{number(f.explained)}</td>
              <td class="number">
                {number(f.null)} <small class="muted">to {number(f.null_high)}</small>
              </td>
              <td class={f.p <= 0.05 ? "number good" : "number"}>{number(f.p)}</td>
              <td class={f.q <= 0.05 ? "number good" : "number"}>{number(f.q)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Curve({ feature, unit }: { feature: Feature; unit: string }) {
  const options = useMemo(() => {
    const rows = feature.curve.map((b) => ({
      x: feature.classes ? visible(b.label) : (b.low + b.high) / 2,
      mean: b.mean,
      low: (b.mean ?? NaN) - (b.sem ?? 0),
      high: (b.mean ?? NaN) + (b.sem ?? 0),
      nullMean: b.null.mean,
      nullLow: b.null.low,
      nullHigh: b.null.high,
    }));
    const y = { label: unit || "activity", grid: true };
    const label = feature.name + (feature.unit ? ` (${feature.unit})` : "");
    if (feature.classes) {
      const crowded = rows.length > 12;
      return {
        height: 260,
        marginLeft: 52,
        marginBottom: crowded ? 60 : 36,
        y,
        x: { label, domain: rows.map((r) => r.x), tickRotate: crowded ? -60 : 0 },
        marks: [
          Plot.ruleX(rows, { x: "x", y1: "nullLow", y2: "nullHigh", stroke: "var(--muted)", strokeOpacity: 0.4, strokeWidth: 9 }),
          Plot.ruleX(rows, { x: "x", y1: "low", y2: "high", stroke: "var(--accent)" }),
          Plot.dot(rows, { x: "x", y: "mean", fill: "var(--accent)", r: 3.5 }),
        ],
      };
    }
    return {
      height: 260,
      marginLeft: 52,
      y,
      x: { label },
      marks: [
        Plot.areaY(rows, { x: "x", y1: "nullLow", y2: "nullHigh", fill: "var(--muted)", fillOpacity: 0.2 }),
        Plot.lineY(rows, { x: "x", y: "nullMean", stroke: "var(--muted)", strokeDasharray: "4 3" }),
        Plot.lineY(rows, { x: "x", y: "mean", stroke: "var(--accent)", strokeWidth: 1.8 }),
        Plot.ruleX(rows, { x: "x", y1: "low", y2: "high", stroke: "var(--accent)" }),
        Plot.dot(rows, { x: "x", y: "mean", fill: "var(--accent)", r: 3 }),
      ],
    };
  }, [feature, unit]);
  return <Chart options={options} label={`Tuning curve to ${feature.name}`} />;
}

/** Tuning as findings measured it. */
export function FoundTuning({ statements }: { statements: Statement[] }) {
  return (
    <>
      {statements.map((s) => (
        <Figure
          key={s.finding + s.table}
          title={`What explains its activity (${s.name})`}
          caption={
            <>
              Share of the variance that each feature explains (violet) and explains by chance (grey); {s.doc}. From <a href={findingLink(s.finding)}>{s.name}</a>.
            </>
          }
        >
          <Shares statement={s} />
        </Figure>
      ))}
    </>
  );
}

function Shares({ statement }: { statement: Statement }) {
  const options = useMemo(() => {
    const name = texts(statement, "feature");
    const explained = numbers(statement, "explained");
    const chance = numbers(statement, "null");
    const p = numbers(statement, "p");
    const rows = name.map((feature, i) => ({ feature, explained: explained[i], chance: chance[i], p: p[i] })).sort((a, b) => (b.explained ?? 0) - (a.explained ?? 0));
    return {
      height: 60 + 34 * rows.length,
      marginBottom: 40,
      marginLeft: 110,
      marginRight: 80,
      x: { label: "share of variance", labelAnchor: "center" as const, labelOffset: 36, domain: [0, 1], grid: true },
      y: { label: null, domain: rows.map((r) => r.feature) },
      marks: [
        Plot.barX(rows, { y: "feature", x: "explained", fill: "var(--accent)", insetTop: 5, insetBottom: 5 }),
        Plot.tickX(rows, { y: "feature", x: "chance", stroke: "var(--muted)", strokeWidth: 3 }),
        Plot.text(rows, { y: "feature", x: "explained", dx: 6, textAnchor: "start", fill: "var(--ink)", text: (r) => number(r.explained) + (r.p === undefined || r.p === null ? "" : `, ${pValue(r.p)}`) }),
      ],
    };
  }, [statement]);
  return <Chart options={options} label="Share of variance explained by each feature" />;
}
