// What is written around the pictures: names, axis, groups, the strip of the whole recording.
import { groupColor } from "../../ui/colors";
import { duration, ticks } from "./axis";
import type { Window } from "./camera";
import { type Paints, rangeOf, type Track } from "./tracks";
import type { Order } from "./types";

/** Where everything lies, in CSS pixels. */
export interface Layout {
  width: number;
  height: number;
  left: number;
  plotWidth: number;
  mini: { top: number; height: number };
  summary: { top: number; height: number };
  plot: { top: number; height: number };
  axis: { top: number; height: number };
  beneath: { top: number; height: number };
}

const gutterLeft = 104;
const gutterRight = 18;

export function layoutOf(width: number, plotHeight: number, beneath: number): Layout {
  const mini = { top: 0, height: 36 };
  const summary = { top: 46, height: 46 };
  const plot = { top: 98, height: plotHeight };
  const axis = { top: plot.top + plot.height, height: 24 };
  const below = { top: axis.top + axis.height, height: beneath };
  return { width, height: below.top + below.height, left: gutterLeft, plotWidth: Math.max(60, width - gutterLeft - gutterRight), mini, summary, plot, axis, beneath: below };
}

const font = "11px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** Names of the rows, or of the groups where rows are too low for names. */
export function drawNames(c: CanvasRenderingContext2D, l: Layout, w: Window, order: Order, names: string[] | undefined, p: Paints) {
  const perRow = l.plot.height / (w.r1 - w.r0);
  c.font = font;
  c.textBaseline = "middle";
  c.textAlign = "right";
  if (order.groups) {
    eachGroup(l, w, order, (group, from, to) => {
      c.fillStyle = groupColor(group);
      c.fillRect(l.left - 4, from, 3, Math.max(to - from - 0.5, 0.5));
      if (perRow < 9 && group >= 0 && to - from > 11) {
        c.fillStyle = p.ink;
        c.fillText(shorten(c, order.names?.[group] ?? "", l.left - 14), l.left - 8, (from + to) / 2);
      }
    });
  }
  c.fillStyle = p.ink;
  if (perRow >= 9 && names) {
    for (let r = Math.max(0, Math.floor(w.r0)); r < Math.min(Math.ceil(w.r1), order.rows.length); r++) {
      c.fillText(shorten(c, names[order.rows[r]] ?? "", l.left - 12), l.left - 7, l.plot.top + (r + 0.5 - w.r0) * perRow);
    }
    return;
  }
  if (order.groups && order.names) return;
  c.fillStyle = p.muted;
  c.fillText(`${order.rows.length} units`, l.left - 7, l.plot.top + 8);
  c.fillText(`row ${Math.floor(w.r0) + 1}`, l.left - 7, l.plot.top + 24);
  c.fillText(`to ${Math.min(order.rows.length, Math.ceil(w.r1))}`, l.left - 7, l.plot.top + l.plot.height - 8);
}

/** The groups' colours at the right edge. */
export function drawGroups(c: CanvasRenderingContext2D, l: Layout, w: Window, order: Order) {
  eachGroup(l, w, order, (group, from, to) => {
    c.fillStyle = groupColor(group);
    c.fillRect(l.left + l.plotWidth + 4, from, 9, Math.max(to - from - 0.5, 0.5));
  });
}

function eachGroup(l: Layout, w: Window, order: Order, f: (group: number, from: number, to: number) => void) {
  const groups = order.groups;
  if (!groups) return;
  const y = (r: number) => l.plot.top + ((Math.min(Math.max(r, w.r0), w.r1) - w.r0) / (w.r1 - w.r0)) * l.plot.height;
  for (let r = Math.max(0, Math.floor(w.r0)); r < Math.min(groups.length, Math.ceil(w.r1)); ) {
    let end = r + 1;
    while (end < groups.length && groups[end] === groups[r]) end++;
    f(groups[r], y(r), y(end));
    r = end;
  }
}

function shorten(c: CanvasRenderingContext2D, text: string, width: number): string {
  if (c.measureText(text).width <= width) return text;
  let n = text.length;
  while (n > 1 && c.measureText("…" + text.slice(-n)).width > width) n--;
  return "…" + text.slice(-n); // the end of a name tells units apart
}

/** Seconds beneath the units, with hairlines through the tracks. */
export function drawAxis(c: CanvasRenderingContext2D, l: Layout, w: Window, p: Paints) {
  const perSecond = l.plotWidth / (w.t1 - w.t0);
  c.font = font;
  c.textBaseline = "middle";
  c.textAlign = "center";
  c.fillStyle = p.muted;
  const all = ticks(w.t0, w.t1, l.plotWidth / 95);
  for (const t of all) {
    const x = l.left + (t.at - w.t0) * perSecond;
    c.fillRect(x, l.axis.top, 1, 5);
    c.fillText(t.label, x, l.axis.top + 14);
  }
  c.globalAlpha = 0.18;
  for (const t of all) c.fillRect(l.left + (t.at - w.t0) * perSecond, l.beneath.top, 1, l.beneath.height);
  c.globalAlpha = 1;
}

/** Names and ranges of the tracks beneath, and of the sum above. */
export function drawLabels(c: CanvasRenderingContext2D, l: Layout, tracks: Track[], summary: string[], p: Paints) {
  c.font = font;
  c.textBaseline = "middle";
  c.textAlign = "right";
  const right = l.left - 7;
  summary.forEach((text, i) => {
    c.fillStyle = i === 0 ? p.ink : p.muted;
    c.fillText(shorten(c, text, l.left - 12), right, l.summary.top + 8 + 15 * i);
  });
  for (const t of tracks) {
    const tall = t.height > 30;
    const y = l.beneath.top + t.top + (tall ? 10 : t.height / 2);
    c.fillStyle = p.ink;
    c.fillText(shorten(c, t.name, l.left - 12), right, y);
    c.fillStyle = p.muted;
    if (tall) c.fillText(shorten(c, rangeOf(t), l.left - 10), right, y + 15);
  }
}

/** The whole recording with the window in it. */
export function drawMini(c: CanvasRenderingContext2D, l: Layout, w: Window, bounds: { start: number; stop: number; rows: number }, picture: CanvasImageSource | undefined, p: Paints) {
  const { top, height } = l.mini;
  if (picture) {
    c.imageSmoothingEnabled = true;
    c.drawImage(picture, l.left, top, l.plotWidth, height);
  } else {
    c.fillStyle = p.line;
    c.fillRect(l.left, top, l.plotWidth, height);
  }
  const span = bounds.stop - bounds.start || 1;
  const x = l.left + ((w.t0 - bounds.start) / span) * l.plotWidth;
  const width = Math.max(((w.t1 - w.t0) / span) * l.plotWidth, 4);
  const y = top + (w.r0 / bounds.rows) * height;
  const high = Math.max(((w.r1 - w.r0) / bounds.rows) * height, 4);
  c.fillStyle = p.paper;
  c.globalAlpha = 0.6;
  c.fillRect(l.left, top, x - l.left, height);
  c.fillRect(x + width, top, l.left + l.plotWidth - x - width, height);
  c.fillRect(x, top, width, y - top);
  c.fillRect(x, y + high, width, top + height - y - high);
  c.globalAlpha = 1;
  c.strokeStyle = p.accent;
  c.lineWidth = 2;
  c.strokeRect(x, y + 1, width, Math.max(high - 2, 2));
  c.font = font;
  c.textAlign = "right";
  c.textBaseline = "middle";
  c.fillStyle = p.muted;
  c.fillText("whole recording", l.left - 7, top + 10);
  c.fillText(duration(span), l.left - 7, top + 25);
}
