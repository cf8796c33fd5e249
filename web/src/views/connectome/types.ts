// What the server says of a connectome (package connectomes).
import type { Item } from "../../app/views";
import type { Column } from "../../ui/DataTable";

export interface Evidence {
  name: string;
  doc?: string;
  unit?: string;
  null: string;
  causal?: string;
  observed: number | null;
  null_mean: number | null;
  null_runs: (number | null)[];
  p: number | null;
  passed: boolean;
}

export interface MatrixInfo {
  name: string;
  doc: string;
  layers: number;
  units: number;
  /** The table of pairs that it was made of. */
  table?: string;
}

export interface Interval {
  component: number;
  start_s: number;
  stop_s: number;
}

export interface Track {
  track: number;
  component: number;
  community: number;
  size: number;
  birth_s: number | null;
  death_s: number | null;
  stability: number | null;
}

export interface Components {
  matrix: string;
  count: number;
  times: number[];
  strength: number[][];
  community: number[][] | null;
  tracks: Track[];
  in_force: Interval[];
  active: Interval[];
  evidence?: string;
  intervals?: string;
  changes?: string;
}

export interface PairTable {
  name: string;
  doc: string;
  rows: number;
  value: string;
  directed: boolean;
}

export interface Overview {
  method: string;
  verb: string;
  summary: string;
  units: string[];
  matrices: MatrixInfo[];
  columns: Column[];
  components: Components | null;
  evidence: Evidence[];
  pairs: PairTable[];
  tables: { name: string; doc: string; rows: number }[];
  positions: { xyz: [number, number, number][]; unit: string; from: string } | null;
  inputs: Item[];
}

/** A square matrix over the units. */
export interface Matrix {
  n: number;
  values: Float32Array;
  /** Range of the values beside the diagonal. */
  low: number;
  high: number;
}

/** Reads the server's bytes. */
export function readMatrix(bytes: ArrayBuffer): Matrix {
  const values = new Float32Array(bytes);
  const n = Math.round(Math.sqrt(values.length));
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const v = values[i * n + j];
      if (i === j || Number.isNaN(v)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) [low, high] = [0, 0];
  return { n, values, low, high };
}

/** The community that is followed as a track, of every unit in a component (from 1): 0 for none. */
export function trackOf(c: Components, component: number): number[] {
  const of = new Map(c.tracks.filter((t) => t.component === component).map((t) => [t.community, t.track]));
  const community = c.community?.[component - 1];
  if (!community) return [];
  // Without a table of tracks a community is followed by its own number.
  return community.map((k) => (k === 0 ? 0 : c.tracks.length ? (of.get(k) ?? 0) : k));
}

/** The largest of many numbers, above 0: what they are divided by. */
export function largest(row: number[]): number {
  return row.reduce((a, v) => (v > a ? v : a), 1e-12);
}
