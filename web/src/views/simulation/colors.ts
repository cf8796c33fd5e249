// Colours of the rows of a raster.
import { groupColor } from "../../ui/colors";
import type { Column } from "../../ui/DataTable";
import type { About } from "./data";

/** A colour of the style sheet as a pixel of an ImageData. */
function pixel(css: string): number {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0];
}

/** What rows can be coloured by. */
export function colorings(about: About): string[] {
  return ["population", ...about.columns.map((c) => c.name).filter((n) => n !== "name" && n !== "population"), "one colour"];
}

export interface Coloring {
  pixels: Uint32Array;
  /** What the colours mean. */
  legend: { label: string; color: string }[];
}

export function colorRows(about: About, by: string, dark: boolean, chosen: number[]): Coloring {
  const n = about.shown.length;
  const column = about.columns.find((c) => c.name === by) ?? about.columns.find((c) => c.name === "population");
  const { of, legend } = by === "one colour" || !column ? plain(dark) : column.type === "number" ? scale(column, dark) : groups(column, dark);
  const known = new Map<string, number>();
  const pixels = new Uint32Array(n);
  for (let row = 0; row < n; row++) {
    const css = chosen.includes(about.shown[row]) ? (dark ? "#ffffff" : "#000000") : of(row);
    if (!known.has(css)) known.set(css, pixel(css));
    pixels[row] = known.get(css)!;
  }
  return { pixels, legend };
}

function plain(dark: boolean) {
  return { of: () => (dark ? "#c29df0" : "#6b3fa0"), legend: [] };
}

function groups(column: Column, dark: boolean) {
  const names = [...new Set(column.values.map(String))];
  const color = (i: number) => lifted(groupColor(i), dark);
  const legend = names.slice(0, 12).map((label, i) => ({ label, color: color(i) }));
  const index = new Map(names.map((name, i) => [name, i]));
  return { of: (row: number) => color(index.get(String(column.values[row]))!), legend };
}

function scale(column: Column, dark: boolean) {
  const values = column.values.filter((v): v is number => typeof v === "number");
  const low = Math.min(...values);
  const high = Math.max(...values);
  const color = (t: number) => `hsl(${Math.round(260 - 230 * t)} 75% ${dark ? 65 : 42}%)`;
  const of = (row: number) => {
    const v = column.values[row];
    return typeof v === "number" ? color(Math.round(31 * (high > low ? (v - low) / (high - low) : 0.5)) / 31) : "#8a8a8a";
  };
  const unit = column.unit ? " " + column.unit : "";
  return { of, legend: [low, (low + high) / 2, high].map((v, i) => ({ label: Number(v.toPrecision(3)) + unit, color: color(i / 2) })) };
}

/** Brighter on a dark page. */
export function lifted(color: string, dark: boolean): string {
  if (!dark) return color;
  const [r, g, b] = [1, 3, 5].map((i) => Math.round(parseInt(color.slice(i, i + 2), 16) * 0.6 + 255 * 0.4));
  return `rgb(${r},${g},${b})`;
}
