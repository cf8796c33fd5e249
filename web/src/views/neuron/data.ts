// What the server says about a neuron (studio/neurons).
import { api } from "../../app/api";
import type { Kind } from "../../app/views";
import type { Cell, Column } from "../../ui/DataTable";

export interface Fact {
  name: string;
  value: Cell;
  unit?: string;
  doc?: string;
}

export interface Recorded {
  id: string;
  name: string;
  start_s: number;
  stop_s: number;
  traces: boolean;
  spikes: boolean;
  features: number;
  epochs: number;
  units: number;
  /** Place of the unit in the recording. */
  index: number;
  /** What the clock counts: seconds, or one token of a text each second. */
  clock: "s" | "token";
  why: string;
}

export type Shape = "facts" | "list" | "histogram" | "contexts" | "tuning" | "effects" | "partners" | "pairs" | "changes" | "membership";

/** What one table of a finding says about the unit. */
export interface Statement {
  finding: string;
  name: string;
  method: string;
  why: string;
  table: string;
  doc: string;
  shape: Shape;
  /** The column that holds what is measured. */
  value?: string;
  a?: string;
  b?: string;
  /** Rows in the finding; fewer may have been sent. */
  rows: number;
  columns: Column[];
  /** For each number of a table of facts, the share of the other units that have less. */
  below?: (number | null)[];
}

export interface Who {
  item: string;
  unit: string;
  columns: Fact[];
  place: number;
  of: number;
  previous: string;
  next: string;
  site?: { name: string; index: number; axes: string[]; size: number[]; doc: string };
  groups: { column: string; value: string; from: string; cells: Column[] }[];
  activity: Recorded[];
  says: Statement[];
  perturb: { id: string; name: string } | null;
  parameters: Fact[];
  notes: string[];
}

export interface Band {
  mean: number | null;
  low: number | null;
  high: number | null;
}

export interface Elsewhere {
  items: { id: string; name: string; kinds: Kind[]; why: string }[];
  notes: string[];
}

/** The address of something that the server says of a unit. */
export const about = (item: string, what: string, unit: string, more: Record<string, string | number> = {}) =>
  api(["neurons", item, what], { unit, ...more });

/** Column of a statement; its values are none where there is no such column. */
export function column(s: Statement, name: string): Cell[] {
  return s.columns.find((c) => c.name === name)?.values ?? [];
}

export const numbers = (s: Statement, name: string) => column(s, name) as (number | null)[];
export const texts = (s: Statement, name: string) => column(s, name) as string[];

/** Rows of a statement as objects. */
export function records(s: Statement): Record<string, Cell>[] {
  const rows = s.columns[0]?.values.length ?? 0;
  return Array.from({ length: rows }, (_, i) => Object.fromEntries(s.columns.map((c) => [c.name, c.values[i]])));
}

/** A JSON list that a column of text holds, undefined when it holds none. */
export function list<T>(text: Cell): T[] | undefined {
  if (typeof text !== "string" || !text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as T[]) : undefined;
  } catch {
    return undefined;
  }
}

/** How a unit is called in a sentence: a mere number is no name. */
export const called = (unit: string) => (/^\d+$/.test(unit) ? `unit ${unit}` : unit);

/** The label of a time axis. */
export const timeLabel = (r?: Recorded) => (r?.clock === "token" ? "token" : "time (s)");

/** A stretch of time with what the clock counts. */
export const stretch = (r: Recorded, seconds: string) => (r.clock === "token" ? `${seconds} tokens` : `${seconds} s`);

/** A token as it can be seen: spaces and line ends have a sign. */
export function visible(token: string): string {
  return token.replaceAll("\n", "↵").replaceAll("\t", "⇥").replace(/^ | $/g, "␣");
}
