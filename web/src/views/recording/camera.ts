// The window that is seen: seconds across, rows down.
export interface Window {
  t0: number;
  t1: number;
  r0: number;
  r1: number;
}

/** What a window may be at most, and the least that it may shrink to. */
export interface Bounds {
  start: number;
  stop: number;
  rows: number;
  leastSeconds: number;
  leastRows: number;
}

export const whole = (b: Bounds): Window => ({ t0: b.start, t1: b.stop, r0: 0, r1: b.rows });

function within(from: number, to: number, low: number, high: number, least: number): [number, number] {
  const size = Math.min(Math.max(to - from, Math.min(least, high - low)), high - low);
  const middle = (from + to) / 2;
  const start = Math.min(Math.max(middle - size / 2, low), high - size);
  return [start, start + size];
}

/** The nearest window that is allowed. */
export function clamp(w: Window, b: Bounds): Window {
  const [t0, t1] = within(w.t0, w.t1, b.start, b.stop, b.leastSeconds);
  const [r0, r1] = within(w.r0, w.r1, 0, b.rows, b.leastRows);
  return { t0, t1, r0, r1 };
}

/** Moves by parts of the window's own size. */
export function pan(w: Window, across: number, down: number): Window {
  const dt = across * (w.t1 - w.t0);
  const dr = down * (w.r1 - w.r0);
  return { t0: w.t0 + dt, t1: w.t1 + dt, r0: w.r0 + dr, r1: w.r1 + dr };
}

/** Makes the window smaller by a factor around a second and a row, which stay where they are. */
export function zoom(w: Window, time: number, rows: number, atTime: number, atRow: number): Window {
  return {
    t0: atTime + (w.t0 - atTime) * time,
    t1: atTime + (w.t1 - atTime) * time,
    r0: atRow + (w.r0 - atRow) * rows,
    r1: atRow + (w.r1 - atRow) * rows,
  };
}

/** A step of the way from one window to another; sizes change by factors, so that a zoom keeps its pace. */
export function towards(from: Window, to: Window, share: number): Window {
  const side = (a0: number, a1: number, b0: number, b1: number): [number, number] => {
    const size = (a1 - a0) * ((b1 - b0) / (a1 - a0)) ** share;
    // The point that the zoom leaves in place, or plain movement where there is none.
    const change = b1 - b0 - (a1 - a0);
    if (Math.abs(change) < 1e-9 * (a1 - a0)) return [a0 + (b0 - a0) * share, a1 + (b1 - a1) * share];
    const done = (size - (a1 - a0)) / change;
    const start = a0 + (b0 - a0) * done;
    return [start, start + size];
  };
  const [t0, t1] = side(from.t0, from.t1, to.t0, to.t1);
  const [r0, r1] = side(from.r0, from.r1, to.r0, to.r1);
  return { t0, t1, r0, r1 };
}

/** Whether two windows differ by less than a part of a pixel. */
export function alike(a: Window, b: Window): boolean {
  const t = 3e-4 * (b.t1 - b.t0);
  const r = 3e-4 * (b.r1 - b.r0);
  return Math.abs(a.t0 - b.t0) < t && Math.abs(a.t1 - b.t1) < t && Math.abs(a.r0 - b.r0) < r && Math.abs(a.r1 - b.r1) < r;
}
