import type { Kind } from "../../app/views";
import type { Column } from "../../ui/DataTable";

export interface Fact {
  name: string;
  units: string[];
  a: number[];
  b: number[];
  r: number | null;
  p: number | null;
}

export interface Matrices {
  name: string;
  /** Its name in b. */
  other: string;
  units: string[];
  a: (number | null)[][];
  b: (number | null)[][];
  r: number | null;
  p: number | null;
}

export interface Heat {
  units: [string[], string[]];
  span: [{ start_s: number; stop_s: number }, { start_s: number; stop_s: number }];
  /** In deviations from the mean of each unit, times 40. */
  rows: [number[][], number[][]];
}

/** What two things have in common, as the server says it. */
export interface Answer {
  kind: Kind;
  by?: string;
  says: string;
  notes: string[];
  sizes: [number, number];
  pairs?: Column[];
  facts?: Fact[];
  heat?: Heat;
  matrices?: Matrices[];
  weights?: Column[];
}
