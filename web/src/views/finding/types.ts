// What the server says of a finding (package studio/findings).

export interface Evidence {
  name: string;
  observed: number | null;
  unit?: string;
  null: string;
  null_mean: number | null;
  null_runs: (number | null)[];
  effect: number | null;
  p: number | null;
  doc?: string;
  causal: string;
  passed: boolean;
}

export interface Finding {
  method: string;
  verb: string;
  /** Whether this program has the method. */
  runs: boolean;
  summary: string;
  version: string;
  seed: string;
  papers: { row?: number; authors: string; year: number; title: string; where?: string }[];
  notes: string[];
  evidence: Evidence[];
  metrics: { name: string; value: number | null; unit?: string; doc?: string }[];
  params: { name: string; value: string | number | boolean; changed: boolean; unit?: string; help?: string }[];
  tables: { name: string; doc: string; rows: number; columns: number }[];
  arrays: { name: string; doc: string; shape: number[] }[];
  figures: string[];
  files: { name: string; bytes: number }[];
  path: string;
  command?: string;
  form?: {
    method: string;
    inputs: string[] | null;
    params: Record<string, string>;
    seed: number;
    do: string[] | null;
    read: string[] | null;
    units: string;
    without: string;
    time: string;
  };
}

export interface Input {
  path: string;
  sha256: string;
  item?: string;
  same: "same" | "changed" | "unknown";
}

/** A matrix of an array, or a line as one row; each value is the mean of a block. */
export interface Slice {
  name: string;
  doc: string;
  shape: number[];
  at: number[];
  rows: number;
  cols: number;
  block: [number, number];
  values: (number | null)[];
  low: number | null;
  high: number | null;
  along?: (number | null)[];
  along_name?: string;
}
