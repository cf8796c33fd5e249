// The graph of a connectome: its edges, how strong they are at a moment, and where its nodes lie.
import { type Components, largest, type Matrix } from "./types";

export interface Edge {
  a: number;
  b: number;
  /** Weight in each layer, 1 for the strongest of all. */
  weights: number[];
  /** Seconds from a to b, where the table of pairs says it. */
  lag?: number;
}

/** The strongest pairs over all layers, at most so many. */
export function strongest(layers: Matrix[], most: number): Edge[] {
  const n = layers[0]?.n ?? 0;
  const top = layers.map((m) => Math.max(Math.abs(m.low), Math.abs(m.high)) || 1);
  const floor = floorFor(layers, top, most);
  const edges: { edge: Edge; peak: number }[] = [];
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      if (peakOf(layers, top, a * n + b) < floor) continue; // most pairs, of which no objects are made
      const weights = layers.map((m, k) => {
        const v = m.values[a * n + b];
        return Number.isNaN(v) ? 0 : v / top[k];
      });
      edges.push({ edge: { a, b, weights }, peak: Math.max(...weights.map(Math.abs)) });
    }
  }
  edges.sort((x, y) => y.peak - x.peak);
  return edges.slice(0, most).map((e) => e.edge);
}

/** The pair's largest weight over the layers. */
function peakOf(layers: Matrix[], top: number[], at: number): number {
  let peak = 0;
  for (let k = 0; k < layers.length; k++) {
    const v = Math.abs(layers[k].values[at]) / top[k];
    if (v > peak) peak = v; // not for NaN
  }
  return peak;
}

/** A weight that somewhat more pairs than `most` exceed. */
function floorFor(layers: Matrix[], top: number[], most: number): number {
  const n = layers[0]?.n ?? 0;
  const counts = new Uint32Array(1001);
  for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) counts[Math.floor(1000 * Math.min(1, peakOf(layers, top, a * n + b)))]++;
  let sum = 0;
  for (let k = 1000; k > 20; k--) {
    sum += counts[k];
    if (sum >= most) return k / 1000;
  }
  return 0.02;
}

/** The time bin of a moment, 0 where there is no time. */
export function binAt(c: Components | null, at: number): number {
  if (!c) return 0;
  let low = 0;
  let high = c.times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (c.times[middle] > at) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}

/** How strong each layer is in a time bin, 1 for the strongest of its time; all 1 where there is no time. */
export function strengthsAt(c: Components | null, layers: number, bin: number): number[] {
  if (!c) return Array.from({ length: layers }, () => 1);
  return c.strength.slice(0, layers).map((row) => row[bin] / largest(row));
}

/** The edge's weight at a moment. */
export function weightAt(e: Edge, strengths: number[]): number {
  let sum = 0;
  for (let k = 0; k < strengths.length; k++) sum += strengths[k] * e.weights[k];
  return sum;
}

/**
 * Places nodes in the plane by springs along the edges and repulsion between all (Fruchterman and Reingold 1991),
 * beginning on a circle, so that the same graph has the same picture. In slices, so that the page stays awake.
 */
export async function springs(n: number, edges: Edge[], stopped: () => boolean): Promise<[number, number, number][]> {
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    x[i] = Math.cos((2 * Math.PI * i) / n);
    y[i] = Math.sin((2 * Math.PI * i) / n);
  }
  const k = 1.6 / Math.sqrt(Math.max(n, 1));
  const rounds = n > 500 ? 80 : 250;
  const dx = new Float64Array(n);
  const dy = new Float64Array(n);
  const pull = 0.35 * Math.sqrt(n);
  let awake = performance.now();
  for (let round = 0; round < rounds && !stopped(); round++) {
    dx.fill(0);
    dy.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const ex = x[i] - x[j];
        const ey = y[i] - y[j];
        const f = (k * k) / Math.max(ex * ex + ey * ey, 1e-6);
        dx[i] += ex * f;
        dy[i] += ey * f;
        dx[j] -= ex * f;
        dy[j] -= ey * f;
      }
    }
    for (const e of edges) {
      const ex = x[e.a] - x[e.b];
      const ey = y[e.a] - y[e.b];
      const f = (Math.hypot(ex, ey) / k) * Math.max(...e.weights.map(Math.abs));
      dx[e.a] -= ex * f;
      dy[e.a] -= ey * f;
      dx[e.b] += ex * f;
      dy[e.b] += ey * f;
    }
    const heat = 0.12 * (1 - round / rounds);
    for (let i = 0; i < n; i++) {
      // A little gravity keeps parts that nothing joins in the picture.
      dx[i] -= x[i] * pull;
      dy[i] -= y[i] * pull;
      const length = Math.hypot(dx[i], dy[i]) || 1;
      const step = Math.min(length, heat) / length;
      x[i] += dx[i] * step;
      y[i] += dy[i] * step;
    }
    if (performance.now() - awake > 12) {
      await new Promise((done) => setTimeout(done));
      awake = performance.now();
    }
  }
  return Array.from({ length: n }, (_, i) => [x[i], y[i], 0]);
}

/** Positions moved to the middle and scaled to a radius of 1; flat says that there is no depth. */
export function centred(xyz: [number, number, number][]): { points: [number, number, number][]; flat: boolean } {
  const axis = (k: number) => xyz.map((p) => p[k]);
  const middle = [0, 1, 2].map((k) => (Math.min(...axis(k)) + Math.max(...axis(k))) / 2);
  const moved = xyz.map((p) => p.map((v, k) => v - middle[k]) as [number, number, number]);
  const radius = Math.max(...moved.map((p) => Math.hypot(...p)), 1e-12);
  const depth = Math.max(...moved.map((p) => Math.abs(p[2])));
  return { points: moved.map((p) => p.map((v) => v / radius) as [number, number, number]), flat: depth < 1e-6 * radius };
}
