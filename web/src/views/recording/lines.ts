// Traces of a few units as lines.
import { getBytes } from "../../app/api";
import { groupColor } from "../../ui/colors";
import type { Draw, Wish } from "./strip";
import type { Paints } from "./tracks";
import { address, type Order } from "./types";

/** More rows than this are shown as a heat map: their lines would hide each other. */
export const mostLines = 64;

interface Traces {
  times: Float32Array;
  scales: Float32Array;
  mean: Float32Array[];
  low?: Float32Array[];
  high?: Float32Array[];
}

function decode(bytes: ArrayBuffer): Traces {
  const [units, n, envelopes] = new Uint32Array(bytes, 0, 3);
  const all = new Float32Array(bytes, 12);
  let at = 0;
  const take = (size: number) => all.subarray(at, (at += size));
  const rows = () => Array.from({ length: units }, () => take(n));
  const times = take(n);
  const scales = take(2 * units);
  const mean = rows();
  return envelopes ? { times, scales, mean, low: rows(), high: rows() } : { times, scales, mean };
}

/** Loads the lines of the rows of a window. */
export async function loadLines(id: string, order: Order, w: Wish, paints: () => Paints, coarse: (is: boolean) => void, signal: AbortSignal): Promise<Draw> {
  const units = order.rows.slice(w.r0, w.r1);
  const { bytes, headers } = await getBytes(address(id, "lines", { units: units.join(), t0: w.t0, t1: w.t1, columns: Math.min(4096, w.columns) }), signal);
  coarse(headers.has("X-Coarse"));
  const traces = decode(bytes);
  return (c, x, height) => units.forEach((_, i) => drawLine(c, x, traces, i, w, height / units.length, order.groups?.[w.r0 + i], paints()));
}

/** A unit's line fills its row and a little more: 8 robust standard deviations. */
function drawLine(c: CanvasRenderingContext2D, x: (s: number) => number, t: Traces, i: number, w: Wish, perRow: number, group: number | undefined, p: Paints) {
  const [center, spread] = [t.scales[2 * i], t.scales[2 * i + 1]];
  const middle = (i + 0.62) * perRow;
  const y = (v: number) => middle - Math.min(Math.max((v - center) / spread, -6), 16) * (perRow / 8);
  c.strokeStyle = c.fillStyle = group === undefined ? p.ink : groupColor(group);
  c.lineWidth = 1;
  if (t.low && t.high) {
    c.globalAlpha = 0.8;
    for (let k = 0; k < t.times.length; k++) {
      const [low, high] = [t.low[i][k], t.high[i][k]];
      if (low === low) c.fillRect(x(w.t0 + t.times[k]) - 0.5, y(high) - 0.4, 1, y(low) - y(high) + 0.8);
    }
    c.globalAlpha = 1;
    return;
  }
  c.beginPath();
  let down = false;
  for (let k = 0; k < t.times.length; k++) {
    const v = t.mean[i][k];
    if (v !== v) {
      down = false;
      continue;
    }
    if (down) c.lineTo(x(w.t0 + t.times[k]), y(v));
    else c.moveTo(x(w.t0 + t.times[k]), y(v));
    down = true;
  }
  c.stroke();
}
