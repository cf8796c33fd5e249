import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { recordingLink } from "../../app/links";
import { Chart } from "../../ui/Chart";
import type { Overview } from "./types";

interface Beneath {
  covariates: { name: string; unit?: string; curves: { name: string; times: (number | null)[]; low: (number | null)[]; high?: (number | null)[] }[] }[];
  epochs: { name: string; bars: unknown[] }[];
}

interface Point {
  row: string;
  t: number;
  v: number | null;
}

const most = 8;
const each = 3; // curves of a covariate

/** What was measured beside the units of the first input that is open, on the axis of the components. */
export function Covariates({ data, span }: { data: Overview; span: [number, number] }) {
  const input = data.inputs[0];
  const loaded = useJSON<Beneath>(input ? api(["recordings", input.id, "beneath"], { t0: span[0], t1: span[1], columns: 600 }) : null).data;
  const rows = useMemo(() => loaded && curves(loaded), [loaded]);
  const options = useMemo<Plot.PlotOptions | undefined>(
    () =>
      rows && {
        height: 24 + 34 * new Set(rows.map((r) => r.row)).size,
        marginLeft: 30,
        marginRight: 84,
        marginTop: 4,
        x: { domain: span, axis: null },
        y: { axis: null },
        fy: { label: null, axis: "right", padding: 0.1, domain: [...new Set(rows.map((r) => r.row))], tickFormat: (name: string) => (name.length > 13 ? name.slice(0, 12) + "…" : name) },
        marks: [Plot.lineY(rows, { x: "t", y: "v", fy: "row", stroke: "var(--muted)", strokeWidth: 1 })],
      },
    [rows, span],
  );
  if (!input || !loaded || !rows?.length || !options) return null;
  return (
    <div class="connectome-covariates">
      <Chart options={options} label={`What was measured beside the units of ${input.name}`} />
      <p class="muted">
        Measured beside the units of <a href={recordingLink(input.id)}>{input.name}</a>
        {data.inputs.length > 1 && `, the first of ${data.inputs.length} recordings`}; each in its own scale, at most {most} curves.
      </p>
    </div>
  );
}

/** Each curve in 0 to 1 of its own range: they share an axis. */
function curves(b: Beneath): Point[] {
  const all = b.covariates.flatMap((c) =>
    // A name of its own for each: curves of one name would be one line.
    c.curves.slice(0, each).map((curve, k) => ({ ...curve, name: c.curves.length > 1 ? `${k + 1} ${c.name}` : c.name })),
  );
  return all.slice(0, most).flatMap((c) => {
    const middle = c.low.map((v, i) => (v === null ? null : (v + (c.high?.[i] ?? v)) / 2));
    const known = middle.filter((v) => v !== null);
    const low = known.reduce((a, v) => Math.min(a, v), Infinity);
    const high = known.reduce((a, v) => Math.max(a, v), -Infinity);
    return c.times.flatMap((t, i) => (t === null ? [] : [{ row: c.name, t, v: middle[i] === null ? null : (middle[i] - low) / (high - low || 1) }]));
  });
}
