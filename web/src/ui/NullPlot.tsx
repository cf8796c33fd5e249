import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { Chart } from "./Chart";
import { number, pValue } from "./format";

export interface NullPlotProps {
  observed: number | null;
  /** What chance gave; a run that gave nothing is null. */
  runs: (number | null)[];
  p?: number | null;
  unit?: string;
  /** How the null was made, in words. */
  made?: string;
  /** Heard by a screen reader before the numbers. */
  label: string;
}

/** What chance gave, as a histogram (few runs as ticks), and what was observed, as a line. */
export function NullPlot({ observed, runs, p, unit, made, label }: NullPlotProps) {
  const values = useMemo(() => runs.filter((v): v is number => v !== null), [runs]);
  const options = useMemo(() => histogram(values, observed, unit), [values, observed, unit]);
  if (values.length === 0 && observed === null) return <p class="muted">No number was observed.</p>;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const words = `${label}: observed ${number(observed)}${unit ? " " + unit : ""}; chance gave ${number(mean)} on average in ${values.length} runs${made ? ` (${made})` : ""}; ${pValue(p)}`;
  return <Chart options={options} label={words} />;
}

function histogram(runs: number[], observed: number | null, unit?: string): Plot.PlotOptions {
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
  if (observed !== null) {
    marks.push(
      Plot.ruleX([observed], { stroke: "var(--accent)", strokeWidth: 3 }),
      Plot.text([observed], { x: (d: number) => d, text: () => "observed", frameAnchor: "top", dy: -10, fill: "var(--accent)", fontWeight: 600 }),
    );
  }
  return {
    height: 130,
    marginTop: 22,
    marginLeft: 34,
    marginRight: 34,
    x: { label: unit ?? null, nice: true, ticks: 5 },
    y: { label: few ? null : "runs", ticks: 3, axis: few ? null : "left" },
    marks,
  };
}
