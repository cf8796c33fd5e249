import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number } from "../../ui/format";
import { about, type Band, type Recorded } from "./data";

interface Timing {
  spikes: number;
  rate: number;
  cv: number;
  short: number;
  low_s: number[];
  high_s: number[];
  count: number[];
  poisson: number[];
  lag_s: number[];
  auto: number[];
  null: Band[];
  jitter_s: number;
}

/** How its spikes follow one another. */
export function Spikes({ recording, unit }: { recording: Recorded; unit: string }) {
  const { data, problem } = useJSON<Timing | null>(about(recording.id, "spikes", unit));
  if (problem) return <p role="alert">{problem.message}</p>;
  if (data === null) return <p class="muted">It has fewer than three spikes in {recording.name}.</p>;
  if (!data) return null;
  return (
    <>
      <Figure
        title="Intervals between spikes"
        caption={`${data.spikes} spikes, ${number(data.rate)} spikes/s in ${recording.name}; coefficient of variation ${number(data.cv)} (1 for a Poisson process), ${number(100 * data.short)} % shorter than 2 ms. Dashed: a Poisson process of the same rate.`}
      >
        <Intervals timing={data} />
      </Figure>
      <Figure
        title="Autocorrelogram"
        caption={`Rate after each of its spikes, bins of 1 ms; grey: mean and 95 % of copies with every spike moved by up to ${number(1000 * data.jitter_s)} ms.`}
      >
        <Auto timing={data} />
      </Figure>
    </>
  );
}

function Intervals({ timing }: { timing: Timing }) {
  const options = useMemo(() => {
    const rows = timing.count.map((n, i) => ({ low: timing.low_s[i], high: timing.high_s[i], n, poisson: timing.poisson[i], middle: Math.sqrt(timing.low_s[i] * timing.high_s[i]) }));
    return {
      height: 220,
      marginLeft: 52,
      x: { type: "log" as const, label: "interval (s)", ticks: 5, tickFormat: "~g" },
      y: { label: "intervals", grid: true },
      marks: [
        Plot.rect(rows, { x1: "low", x2: "high", y1: 0, y2: "n", fill: "var(--accent)", insetRight: 0.5 }),
        Plot.lineY(rows.slice(1), { x: "middle", y: "poisson", stroke: "var(--ink)", strokeDasharray: "4 3" }),
        Plot.ruleY([0]),
      ],
    };
  }, [timing]);
  return <Chart options={options} label="Histogram of the intervals between spikes" />;
}

function Auto({ timing }: { timing: Timing }) {
  const options = useMemo(() => {
    const one = timing.lag_s.map((lag, i) => ({ lag: 1000 * lag, auto: timing.auto[i], ...timing.null[i] }));
    const rows = [...one.map((r) => ({ ...r, lag: -r.lag })).reverse(), ...one];
    return {
      height: 220,
      marginLeft: 52,
      x: { label: "lag (ms)" },
      y: { label: "spikes/s", grid: true },
      marks: [
        Plot.rect(rows, { x1: (r) => r.lag - 0.5, x2: (r) => r.lag + 0.5, y1: 0, y2: "auto", fill: "var(--accent)", fillOpacity: 0.75 }),
        Plot.areaY(rows, { x: "lag", y1: "low", y2: "high", fill: "var(--muted)", fillOpacity: 0.35 }),
        Plot.lineY(rows, { x: "lag", y: "mean", stroke: "var(--ink)", strokeWidth: 1 }),
        Plot.ruleY([0]),
      ],
    };
  }, [timing]);
  return <Chart options={options} label="Autocorrelogram" />;
}
