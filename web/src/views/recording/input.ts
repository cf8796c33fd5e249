// Mouse, wheel, touch and keys move the window.
import { pan, type Window, whole, zoom } from "./camera";
import type { Scene } from "./scene";

export interface Pointed {
  x: number;
  y: number;
  second: number;
  row: number;
}

export interface InputEvents {
  /** The pointer is over the units, or has left them. */
  hover: (p: Pointed | undefined) => void;
  /** A unit was clicked. */
  pick: (p: Pointed) => void;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");
export const glides = () => !still.matches;

/** Listens on the plot until the function that it returns is called. */
export function listen(host: HTMLElement, scene: Scene, events: InputEvents): () => void {
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(type: K, f: (e: HTMLElementEventMap[K]) => void) =>
    host.addEventListener(type, f, { signal: stop.signal, passive: false });
  const place = (e: MouseEvent) => {
    const box = host.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  on("wheel", (e) => wheel(e, scene, place(e)));
  on("keydown", (e) => {
    if (e.target === host && key(e, scene)) e.preventDefault();
  });
  drags(on, host, scene, events, place);
  on("dblclick", (e) => {
    const p = place(e);
    const { second, row, inPlot } = scene.at(p.x, p.y);
    if (inPlot) scene.go(zoom(scene.goal, 0.4, 1, second, row), glides());
  });
  return () => stop.abort();
}

/** Around the pointer: turning zooms time; with Alt, or over the names, rows; with Shift, or sideways, it pans. */
function wheel(e: WheelEvent, scene: Scene, p: { x: number; y: number }) {
  e.preventDefault();
  const unit = e.deltaMode === 1 ? 16 : e.deltaMode === 2 ? 400 : 1;
  const [dx, dy] = [e.deltaX * unit, e.deltaY * unit];
  const { left, plotWidth, plot } = scene.layout;
  const sideways = e.shiftKey || Math.abs(dx) > Math.abs(dy);
  if (sideways) {
    scene.go(pan(scene.goal, (e.shiftKey && dx === 0 ? dy : dx) / plotWidth, 0), glides());
    return;
  }
  // What stays in place is what the pointer is on when the movement ends.
  const goal = scene.goal;
  const second = goal.t0 + Math.min(Math.max((p.x - left) / plotWidth, 0), 1) * (goal.t1 - goal.t0);
  const row = goal.r0 + Math.min(Math.max((p.y - plot.top) / plot.height, 0), 1) * (goal.r1 - goal.r0);
  const factor = Math.exp(Math.max(-120, Math.min(120, dy)) * 0.0024);
  const rows = e.altKey || p.x < left;
  scene.go(zoom(goal, rows ? 1 : factor, rows ? factor : 1, second, row), glides());
}

const keys: Record<string, (w: Window, shift: boolean) => Window | undefined> = {
  ArrowLeft: (w, shift) => pan(w, shift ? -0.9 : -0.15, 0),
  ArrowRight: (w, shift) => pan(w, shift ? 0.9 : 0.15, 0),
  ArrowUp: (w, shift) => pan(w, 0, shift ? -0.9 : -0.15),
  ArrowDown: (w, shift) => pan(w, 0, shift ? 0.9 : 0.15),
  PageUp: (w) => pan(w, 0, -0.9),
  PageDown: (w) => pan(w, 0, 0.9),
  "+": (w) => zoomMiddle(w, 0.5, 1),
  "=": (w) => zoomMiddle(w, 0.5, 1),
  "-": (w) => zoomMiddle(w, 2, 1),
  "]": (w) => zoomMiddle(w, 1, 0.5),
  "[": (w) => zoomMiddle(w, 1, 2),
};

export const zoomMiddle = (w: Window, time: number, rows: number) => zoom(w, time, rows, (w.t0 + w.t1) / 2, (w.r0 + w.r1) / 2);

function key(e: KeyboardEvent, scene: Scene): boolean {
  if (e.ctrlKey || e.metaKey || e.altKey) return false;
  if (e.key === "Home") scene.go(whole(scene.bounds), glides());
  else if (keys[e.key]) scene.go(keys[e.key](scene.goal, e.shiftKey)!, glides());
  else return false;
  return true;
}

type On = <K extends keyof HTMLElementEventMap>(type: K, f: (e: HTMLElementEventMap[K]) => void) => void;

/** Dragging moves the window with the hand; two fingers zoom; on the strip of the whole it jumps. */
function drags(on: On, host: HTMLElement, scene: Scene, events: InputEvents, place: (e: MouseEvent) => { x: number; y: number }) {
  const down = new Map<number, { x: number; y: number }>();
  let moved = 0;
  let onMini = false;
  const hover = (p: { x: number; y: number }) => {
    const at = scene.at(p.x, p.y);
    scene.point(p);
    events.hover(at.inPlot ? { ...p, ...at } : undefined);
  };
  on("pointerdown", (e) => {
    if (e.button !== 0 || (e.target as Element).closest("a, button")) return;
    const p = place(e);
    down.set(e.pointerId, p);
    host.setPointerCapture(e.pointerId);
    moved = 0;
    onMini = p.y < scene.layout.mini.top + scene.layout.mini.height;
    if (onMini) center(scene, p);
  });
  on("pointermove", (e) => {
    const p = place(e);
    const last = down.get(e.pointerId);
    if (!last) return hover(p);
    down.set(e.pointerId, p);
    moved += Math.abs(p.x - last.x) + Math.abs(p.y - last.y);
    if (onMini) return center(scene, p);
    if (down.size === 2) return pinch(scene, [...down.entries()].find(([id]) => id !== e.pointerId)![1], last, p);
    if (moved > 3) {
      const { plotWidth, plot } = scene.layout;
      scene.go(pan(scene.goal, (last.x - p.x) / plotWidth, (last.y - p.y) / plot.height), false);
      events.hover(undefined);
      scene.point(p);
    }
  });
  const up = (e: PointerEvent) => {
    if (!down.delete(e.pointerId) || onMini || moved > 3 || e.type === "pointercancel") return;
    const p = place(e);
    const at = scene.at(p.x, p.y);
    if (at.inPlot) events.pick({ ...p, ...at });
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => {
    scene.point(undefined);
    events.hover(undefined);
  });
}

function center(scene: Scene, p: { x: number; y: number }) {
  const { left, plotWidth, mini } = scene.layout;
  const b = scene.bounds;
  const w = scene.goal;
  const second = b.start + ((p.x - left) / plotWidth) * (b.stop - b.start);
  const row = ((p.y - mini.top) / mini.height) * b.rows;
  const [dt, dr] = [second - (w.t0 + w.t1) / 2, row - (w.r0 + w.r1) / 2];
  scene.go({ t0: w.t0 + dt, t1: w.t1 + dt, r0: w.r0 + dr, r1: w.r1 + dr }, false);
}

function pinch(scene: Scene, other: { x: number; y: number }, last: { x: number; y: number }, now: { x: number; y: number }) {
  const before = Math.hypot(last.x - other.x, last.y - other.y);
  const after = Math.hypot(now.x - other.x, now.y - other.y);
  if (before < 10 || after < 10) return;
  const middle = scene.at((now.x + other.x) / 2, (now.y + other.y) / 2);
  scene.go(zoom(scene.goal, before / after, 1, middle.second, middle.row), false);
}
