// A matrix as a picture, and the orders that it can be drawn in.
import type { Column } from "../../ui/DataTable";
import type { Matrix } from "./types";

/** Red, green, blue of a share 0 to 1 of the range: paper to cresyl violet to ink. */
function sequential(t: number, dark: boolean): [number, number, number] {
  const light: [number, number, number][] = [
    [253, 252, 250],
    [203, 178, 224],
    [125, 79, 176],
    [45, 16, 82],
  ];
  const night: [number, number, number][] = [
    [31, 27, 37],
    [88, 56, 122],
    [166, 120, 214],
    [245, 228, 255],
  ];
  return along(dark ? night : light, t);
}

/** Blue for -1, paper for 0, orange for 1. */
function diverging(t: number, dark: boolean): [number, number, number] {
  const paper: [number, number, number] = dark ? [31, 27, 37] : [253, 252, 250];
  const ends: [number, number, number][] = dark
    ? [
        [120, 190, 255],
        [255, 165, 105],
      ]
    : [
        [8, 69, 140],
        [176, 60, 8],
      ];
  return along([paper, t < 0 ? ends[0] : ends[1]], Math.abs(t));
}

function along(stops: [number, number, number][], t: number): [number, number, number] {
  const x = Math.max(0, Math.min(1, t)) * (stops.length - 1);
  const k = Math.min(Math.floor(x), stops.length - 2);
  const f = x - k;
  return [0, 1, 2].map((c) => Math.round(stops[k][c] * (1 - f) + stops[k + 1][c] * f)) as [number, number, number];
}

/** Draws one pixel for each pair, in the order; what is smaller than the threshold (share of the largest) is left blank. */
export function paint(m: Matrix, order: number[], threshold: number, dark: boolean): HTMLCanvasElement {
  const n = order.length;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.max(n, 1);
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(canvas.width, canvas.height);
  const signed = m.low < 0;
  const most = Math.max(Math.abs(m.low), Math.abs(m.high)) || 1;
  const table = colours(signed, dark);
  const span = m.high - Math.max(m.low, 0) || 1;
  for (let i = 0; i < n; i++) {
    const row = order[i] * m.n;
    for (let j = 0; j < n; j++) {
      const v = m.values[row + order[j]];
      const at = 4 * (i * n + j);
      if (Number.isNaN(v) || Math.abs(v) < threshold * most) continue;
      const t = signed ? (v / most + 1) / 2 : (v - Math.max(m.low, 0)) / span;
      const k = 3 * Math.max(0, Math.min(511, Math.round(t * 511)));
      image.data[at] = table[k];
      image.data[at + 1] = table[k + 1];
      image.data[at + 2] = table[k + 2];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function colours(signed: boolean, dark: boolean): Uint8Array {
  const out = new Uint8Array(512 * 3);
  for (let k = 0; k < 512; k++) {
    out.set(signed ? diverging((2 * k) / 511 - 1, dark) : sequential(k / 511, dark), 3 * k);
  }
  return out;
}

/** How rows can be ordered without asking the server. */
export function orderBy(by: string, units: string[], columns: Column[], m: Matrix | undefined, tracks: number[]): number[] {
  const index = units.map((_, i) => i);
  if (by === "name") return index.sort((a, b) => units[a].localeCompare(units[b], undefined, { numeric: true }));
  if (by === "community") {
    const first = (i: number) => tracks[i] || Infinity;
    return index.sort((a, b) => first(a) - first(b) || a - b || 0);
  }
  if (by === "strength" && m) {
    const strength = index.map((i) => {
      let sum = 0;
      for (let j = 0; j < m.n; j++) if (j !== i && !Number.isNaN(m.values[i * m.n + j])) sum += m.values[i * m.n + j];
      return sum;
    });
    return index.sort((a, b) => strength[b] - strength[a] || a - b);
  }
  const column = columns.find((c) => c.name === by);
  if (!column) return index;
  return index.sort((a, b) => {
    const x = column.values[a];
    const y = column.values[b];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    if (column.type === "text") return String(x).localeCompare(String(y), undefined, { numeric: true }) || a - b;
    return Number(x) - Number(y) || a - b;
  });
}
