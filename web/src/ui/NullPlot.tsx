import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { Chart } from "./Chart";
import { number, pValue } from "./format";

export interface NullPlotProps {
  observed: number | null;
  runs: (number | null)[];
  p?: number | null;
  unit?: string;
  /** How the null was made, in words. */
  made: string;
  /** Heard by a screen reader. */
  label: string;
}

/** What chance gave, as a histogram, and what was observed, as a line. */
export function NullPlot({ observed, runs, p, unit, made, label }: NullPlotProps) {
  const values = useMemo(() => runs.filter((v): v is number => v !== null), [runs]);
  const bins = useMemo(() => histogram(values, 24), [values]);
  const options = useMemo<Plot.PlotOptions>(
    () => ({
      height: 110,
      marginTop: 18,
      marginLeft: 30,
      marginBottom: 26,
      y: { axis: null },
      x: { label: unit ?? null, ticks: 5 },
      marks: [
        Plot.rectY(bins, { x1: "low", x2: "high", y: "count", fill: "var(--muted)", fillOpacity: 0.6 }),
        Plot.ruleY([0], { stroke: "var(--line)" }),
        ...(observed === null
          ? []
          : [
              Plot.ruleX([observed], { stroke: "#d55e00", strokeWidth: 2 }),
              Plot.text([observed], { x: (v: number) => v, frameAnchor: "top", dy: -12, text: () => "observed", fill: "currentColor", fontSize: 11 }),
            ]),
      ],
    }),
    [bins, observed, unit],
  );
  const words = `${label}: observed ${number(observed)}${unit ? " " + unit : ""}; ${made}, ${values.length} runs; ${pValue(p)}`;
  if (values.length === 0) return <p class="muted">No null runs are kept: observed {number(observed)}.</p>;
  return <Chart options={options} label={words} />;
}

interface Bin {
  low: number;
  high: number;
  count: number;
}

function histogram(values: number[], bins: number): Bin[] {
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / bins || 1;
  const out = Array.from({ length: bins }, (_, k) => ({ low: low + k * width, high: low + (k + 1) * width, count: 0 }));
  for (const v of values) out[Math.min(bins - 1, Math.floor((v - low) / width))].count++;
  return out.filter((b) => b.count > 0);
}
