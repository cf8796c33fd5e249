import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useUrlState } from "../../app/router";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number, pValue, quantity } from "../../ui/format";
import type { Evidence } from "./types";

// So many are shown at first.
const first = 4;

/** Every test of a finding: what was observed beside what chance gave. */
export function AllEvidence({ evidence }: { evidence: Evidence[] }) {
  const [tests, setTests] = useUrlState("tests", "");
  const all = tests === "all";
  const shown = all ? evidence : evidence.slice(0, first);
  return (
    <section aria-label="Evidence">
      <h2>
        Evidence <small>what was observed beside what chance gives</small>
      </h2>
      <div class="figures">
        {shown.map((e, i) => (
          <One evidence={e} key={i} />
        ))}
      </div>
      {evidence.length > first && (
        <button onClick={() => setTests(all ? "" : "all")} aria-expanded={all}>
          {all ? "Fewer" : `All ${evidence.length} tests`}
        </button>
      )}
    </section>
  );
}

function One({ evidence: e }: { evidence: Evidence }) {
  const runs = useMemo(() => e.null_runs.filter((x): x is number => x !== null), [e]);
  const options = useMemo(() => histogram(e, runs), [e, runs]);
  return (
    <Figure
      title={e.name}
      caption={
        <>
          <p>
            <strong class={e.passed ? "good" : "muted"}>{e.passed ? "beyond chance" : "no more than chance"}</strong>: observed {quantity(e.observed, e.unit)}, chance{" "}
            {quantity(e.null_mean, e.unit)}, effect {number(e.effect)}, {pValue(e.p)}
          </p>
          {e.doc && <p>{e.doc}</p>}
          <p>
            Chance ({runs.length} runs): {e.null}
          </p>
          <p>Causal check: {e.causal}</p>
        </>
      }
    >
      {runs.length > 0 || e.observed !== null ? (
        <Chart options={options} label={`${e.name}: observed ${number(e.observed)}, chance ${number(e.null_mean)}, ${pValue(e.p)}`} />
      ) : (
        <p class="muted">No number was observed.</p>
      )}
    </Figure>
  );
}

/** The null runs as a histogram, few as ticks, with the observed value as a line. */
function histogram(e: Evidence, runs: number[]): Plot.PlotOptions {
  const few = new Set(runs).size < 5;
  // A line around each bar: narrow ones, far from what was observed, must be seen too.
  const bars: Plot.BinXInputs<Plot.RectYOptions> = {
    x: (d: number) => d,
    fill: "#8a8a8a",
    stroke: "#8a8a8a",
    inset: 0,
    thresholds: Math.min(30, Math.ceil(Math.sqrt(runs.length)) + 3),
  };
  const marks: Plot.Markish[] = few
    ? [Plot.tickX(runs, { x: (d: number) => d, stroke: "#8a8a8a", strokeWidth: 2 })]
    : [Plot.rectY(runs, Plot.binX({ y: "count" }, bars)), Plot.ruleY([0])];
  if (e.observed !== null) {
    marks.push(
      Plot.ruleX([e.observed], { stroke: "var(--accent)", strokeWidth: 3 }),
      Plot.text([e.observed], { x: (d: number) => d, text: () => "observed", frameAnchor: "top", dy: -10, fill: "var(--accent)", fontWeight: 600 }),
    );
  }
  return { height: 130, marginTop: 22, marginLeft: 34, marginRight: 34, x: { label: e.unit ?? null, nice: true, ticks: 5 }, y: { label: few ? null : "runs", ticks: 3, axis: few ? null : "left" }, marks };
}
