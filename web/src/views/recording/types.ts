// What the server says of a recording (package studio/recordings), and the addresses of what it draws.
import { api } from "../../app/api";

/** Cuts time into bins of base_s · 2^level seconds; see package studio/tiles. */
export interface Grid {
  start_s: number;
  base_s: number;
  bins: number;
  levels: number;
}

export type Kind = "traces" | "spikes";
export type Mode = "heat" | "lines" | "raster";

export interface Activity {
  grid: Grid;
  unit?: string;
  rate_hz?: number;
  samples?: number;
  spikes?: number;
  mean_hz?: number;
}

export interface Meta {
  name: string;
  version: string;
  units: number;
  start_s: number;
  stop_s: number;
  session_start?: string;
  notes: string[];
  kinds: Partial<Record<Kind, Activity>>;
  columns: { name: string; unit?: string; doc?: string }[];
  covariates: { name: string; unit?: string; dimensions: number; text: boolean }[];
  epochs: { name: string; count: number }[];
}

/** The unit of each row, with the groups that the order makes. */
export interface Order {
  rows: number[];
  groups: number[] | null;
  names: string[] | null;
}

export interface OrderChoice {
  order: string;
  label: string;
  group: string;
  doc?: string;
}

/** Width and height of a tile in bins. */
export const tileWidth = 512;
export const tileHeight = 256;

export const binSeconds = (g: Grid, level: number) => g.base_s * 2 ** level;
export const binsAt = (g: Grid, level: number) => Math.floor((g.bins - 1) / 2 ** level) + 1;
export const rowsAt = (rows: number, level: number) => Math.floor((Math.max(rows, 1) - 1) / 2 ** level) + 1;

/** The activity that a mode shows. */
export function kindOf(meta: Meta, mode: Mode): Kind {
  if (mode === "raster" && meta.kinds.spikes) return "spikes";
  return meta.kinds.traces ? "traces" : "spikes";
}

/** The modes that a recording can be seen in, the first by default. */
export function modesOf(meta: Meta): Mode[] {
  const modes: Mode[] = [];
  if (meta.kinds.traces) modes.push("heat", "lines");
  if (meta.kinds.spikes) modes.push("raster");
  if (!meta.kinds.traces) modes.push("heat");
  return modes;
}

/** How the rows are arranged and what of them is shown: part of every address of activity. */
export interface Arrangement {
  kind: Kind;
  order: string;
  reverse: boolean;
  peak: boolean;
}

export const address = (id: string, what: string, query: Record<string, string | number | boolean | undefined> = {}) =>
  api(["recordings", id, ...(what ? [what] : [])], query);

export const orderQuery = (a: Arrangement) => ({ kind: a.kind, order: a.order, reverse: a.reverse ? 1 : undefined });
