// What lies on the same time axis as the units: the sum of all, covariates, epochs, and traces as lines.
import { getBytes, getJSON } from "../../app/api";
import { groupColor } from "../../ui/colors";
import { number } from "../../ui/format";
import type { Draw, Wish } from "./strip";
import { address, binSeconds, binsAt, type Grid, type Kind, type Meta, tileWidth } from "./types";

interface Curve {
  name: string;
  times: (number | null)[];
  low: (number | null)[];
  high?: (number | null)[];
}

interface Covariate {
  name: string;
  unit?: string;
  curves: Curve[];
  more?: number;
  tokens: { start_s: number; stop_s: number; text: string }[] | null;
  texts?: number;
}

interface EpochRow {
  name: string;
  bars: { start_s: number; stop_s: number; count: number; index: number }[];
  labels?: string[];
}

export interface Beneath {
  t0: number;
  t1: number;
  covariates: Covariate[];
  epochs: EpochRow[];
}

/** A row beneath the units, with its place. */
export interface Track {
  kind: "epochs" | "covariate" | "text";
  index: number;
  name: string;
  unit?: string;
  top: number;
  height: number;
  /** Extremes over the whole recording, once they are known. */
  low: number;
  high: number;
}

const mostTracks = { epochs: 6, covariates: 10 };

/** The tracks of a recording from the top. */
export function tracksOf(meta: Meta): { tracks: Track[]; height: number } {
  const tracks: Track[] = [];
  let top = 4;
  const add = (kind: Track["kind"], index: number, name: string, height: number, unit?: string) => {
    tracks.push({ kind, index, name, unit, top, height, low: Infinity, high: -Infinity });
    top += height + 6;
  };
  meta.epochs.slice(0, mostTracks.epochs).forEach((e, i) => add("epochs", i, e.name, 14));
  meta.covariates.slice(0, mostTracks.covariates).forEach((c, i) => {
    if (c.text) add("text", i, c.name, 18);
    if (c.dimensions > 0) add("covariate", i, c.name, 40, c.unit);
  });
  return { tracks, height: top };
}

/** How many covariates and sets of epochs there is no room for. */
export const hiddenTracks = (meta: Meta) => Math.max(0, meta.epochs.length - mostTracks.epochs) + Math.max(0, meta.covariates.length - mostTracks.covariates);

export const loadBeneath = (id: string, w: { t0: number; t1: number; columns: number }, signal?: AbortSignal) =>
  getJSON<Beneath>(address(id, "beneath", { t0: w.t0, t1: w.t1, columns: Math.min(4096, w.columns) }), signal);

/** Widens the ranges of the tracks to what is in the data. */
export function learnRanges(tracks: Track[], data: Beneath) {
  for (const t of tracks) {
    if (t.kind !== "covariate") continue;
    for (const c of data.covariates[t.index]?.curves ?? []) {
      for (const list of [c.low, c.high ?? []]) {
        for (const v of list) {
          if (v === null) continue;
          t.low = Math.min(t.low, v);
          t.high = Math.max(t.high, v);
        }
      }
    }
  }
}

/** The colours of the page. */
export interface Paints {
  paper: string;
  raised: string;
  ink: string;
  muted: string;
  line: string;
  accent: string;
}

const font = "11px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

export function drawBeneath(data: Beneath, tracks: Track[], paints: () => Paints): Draw {
  return (c, x) => {
    c.font = font;
    c.textBaseline = "middle";
    for (const t of tracks) {
      if (t.kind === "epochs") drawEpochs(c, x, t, data.epochs[t.index], paints());
      else if (t.kind === "text") drawTokens(c, x, t, data, paints());
      else drawCurves(c, (s) => x(data.t0 + s), t, data.covariates[t.index], paints());
    }
  };
}

type X = (second: number) => number;

function drawEpochs(c: CanvasRenderingContext2D, x: X, t: Track, row: EpochRow | undefined, p: Paints) {
  row?.bars.forEach((b, i) => {
    const from = x(b.start_s);
    const width = Math.max(x(b.stop_s) - from, 1.5);
    const label = row.labels?.[i];
    c.fillStyle = groupColor(t.index);
    c.globalAlpha = 0.55;
    c.fillRect(from, t.top, width > 3 ? width - 0.5 : width, t.height);
    c.globalAlpha = 1;
    if (label && width > 24) clippedText(c, label, from + 3, t.top + t.height / 2, width - 5, p.ink);
  });
}

function clippedText(c: CanvasRenderingContext2D, text: string, x: number, y: number, width: number, color: string) {
  c.save();
  c.beginPath();
  c.rect(x - 1, y - 10, width + 1, 20);
  c.clip();
  c.fillStyle = color;
  c.fillText(text, x, y);
  c.restore();
}

function drawTokens(c: CanvasRenderingContext2D, x: X, t: Track, { t0, t1, covariates }: Beneath, p: Paints) {
  const track: Covariate | undefined = covariates[t.index];
  const y = t.top + t.height / 2;
  track?.tokens?.forEach((token, i) => {
    const from = x(token.start_s);
    const width = x(token.stop_s) - from;
    c.fillStyle = i % 2 ? p.line : p.raised;
    c.globalAlpha = 0.6;
    c.fillRect(from, t.top, Math.max(width, 1), t.height);
    c.globalAlpha = 1;
    if (width > 7) clippedText(c, token.text.replaceAll("\n", "⏎").replaceAll(" ", "\u00a0"), from + 1, y, width, p.ink);
  });
  if (track && track.tokens === null && track.texts) {
    c.fillStyle = p.muted;
    for (const share of [0.02, 0.35, 0.68]) c.fillText(`${track.texts} texts: zoom in to read them`, x(t0 + share * (t1 - t0)), y);
  }
}

function drawCurves(c: CanvasRenderingContext2D, x: X, t: Track, track: Covariate | undefined, p: Paints) {
  const size = t.high - t.low || 1;
  const y = (v: number) => t.top + t.height - 2 - ((v - t.low) / size) * (t.height - 4);
  track?.curves.forEach((curve, k) => {
    c.strokeStyle = c.fillStyle = track.curves.length > 1 ? groupColor(k) : p.ink;
    c.lineWidth = 1;
    if (curve.high) drawBand(c, curve, x, y);
    else drawLine(c, curve, x, y);
  });
}

/** One upright line from the lowest to the highest value of each column. */
function drawBand(c: CanvasRenderingContext2D, curve: Curve, x: X, y: (v: number) => number) {
  c.globalAlpha = 0.75;
  curve.times.forEach((s, i) => {
    const [low, high] = [curve.low[i], curve.high![i]];
    if (s === null || low === null || high === null) return;
    c.fillRect(x(s), y(high) - 0.5, 1, y(low) - y(high) + 1);
  });
  c.globalAlpha = 1;
}

function drawLine(c: CanvasRenderingContext2D, curve: Curve, x: X, y: (v: number) => number) {
  c.beginPath();
  let down = false;
  curve.times.forEach((s, i) => {
    const v = curve.low[i];
    if (s === null || v === null) {
      down = false;
      return;
    }
    if (down) c.lineTo(x(s), y(v));
    else c.moveTo(x(s), y(v));
    down = true;
  });
  c.stroke();
}

/** The range of a track in a few letters. */
export const rangeOf = (t: Track) => (t.low <= t.high ? `${short(t.low, t)} to ${short(t.high, t)} ${t.unit ?? ""}` : "");

/** Three digits of a value, and none of one that is next to nothing in its range. */
const short = (v: number, t: Track) => (Math.abs(v) < (t.high - t.low) / 500 ? "0" : number(Number(v.toPrecision(3))));

/** What the sum of all units shows, besides its picture. */
export interface SummaryScale {
  low: number;
  high: number;
  coarse: boolean;
}

/** What stands beside the sum of all units. */
export const summaryLabel = ({ high }: SummaryScale, kind: Kind) => ["all units", `to ${Number(high.toPrecision(2))} ${kind === "spikes" ? "Hz" : "SD"}`, "ground: active"];

/** Loads the sum of all units over a window from the tiles of the level that fits. */
export async function loadSummary(id: string, version: string, kind: Kind, grid: Grid, w: Wish, scale: SummaryScale, paints: () => Paints, signal: AbortSignal): Promise<Draw> {
  const level = Math.min(grid.levels - 1, Math.max(0, Math.ceil(Math.log2(((w.t1 - w.t0) / w.columns / grid.base_s) * 0.75))));
  const s = binSeconds(grid, level);
  const first = Math.max(0, Math.floor((w.t0 - grid.start_s) / s / tileWidth));
  const last = Math.min(Math.floor((binsAt(grid, level) - 1) / tileWidth), Math.floor((w.t1 - grid.start_s) / s / tileWidth));
  const xs = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  const parts = await Promise.all(xs.map((x) => getBytes(address(id, "summary", { kind, level, x, v: version }), signal)));
  scale.coarse = parts.some((p) => p.headers.has("X-Coarse"));
  const mean: number[] = [];
  const active: number[] = [];
  for (const { bytes } of parts) {
    const values = new Float32Array(bytes);
    mean.push(...values.subarray(0, values.length / 2));
    active.push(...values.subarray(values.length / 2));
  }
  const start = grid.start_s + first * tileWidth * s;
  [scale.low, scale.high] = [Math.min(0, smallest(mean)), Math.max(1e-9, largest(mean))];
  return (c, x, height) => drawSummary(c, x, height, { mean, active, start, s, ...scale }, paints());
}

const smallest = (v: number[]) => v.reduce((m, x) => (x < m ? x : m), Infinity);
const largest = (v: number[]) => v.reduce((m, x) => (x > m ? x : m), -Infinity);

/** The share of active units as a pale ground, the mean as a line. */
function drawSummary(c: CanvasRenderingContext2D, x: X, height: number, d: { mean: number[]; active: number[]; start: number; s: number; low: number; high: number }, p: Paints) {
  c.fillStyle = p.accent;
  c.globalAlpha = 0.22;
  const width = Math.max(1, x(d.start + d.s) - x(d.start)) + 0.5;
  d.active.forEach((v, i) => {
    if (v === v && v > 0) c.fillRect(x(d.start + i * d.s), height * (1 - v), width, height * v);
  });
  c.globalAlpha = 1;
  const y = (v: number) => height - 2 - ((v - d.low) / (d.high - d.low)) * (height - 4);
  c.strokeStyle = p.ink;
  c.lineWidth = 1;
  c.beginPath();
  let down = false;
  d.mean.forEach((v, i) => {
    if (v !== v) {
      down = false;
      return;
    }
    const at = x(d.start + (i + 0.5) * d.s);
    if (down) c.lineTo(at, y(v));
    else c.moveTo(at, y(v));
    down = true;
  });
  c.stroke();
}
