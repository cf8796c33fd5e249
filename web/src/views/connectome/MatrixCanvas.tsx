import { useEffect, useRef, useState } from "preact/hooks";
import { neuronLink } from "../../app/links";
import { navigate } from "../../app/router";
import { groupColor } from "../../ui/colors";
import { number } from "../../ui/format";
import type { Matrix } from "./types";

interface Props {
  id: string;
  units: string[];
  matrix: Matrix;
  order: number[];
  picture: HTMLCanvasElement;
  groups: number[];
  /** The community that is followed; the others step back. 0 for none. */
  track: number;
  /** What is seen, kept by whoever shows the matrix: two side by side are moved as one. */
  view: Window;
  setView: (view: Window) => void;
  /** Said beside the value of a pair, such as its z-score. */
  beside?: { name: string; matrix: Matrix };
}

/** Part of the matrix that is seen, in rows: square, so one side says all. */
export interface Window {
  x: number;
  y: number;
  side: number;
}

const edge = 10;

/** The picture of a matrix on a canvas: zoomed and moved without asking for anything. */
export function MatrixCanvas({ id, units, matrix, order, picture, groups, track, view, setView: keep, beside }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const n = order.length;
  const now = useRef(view);
  now.current = view;
  const setView = (next: Window | ((w: Window) => Window)) => {
    now.current = clampView(typeof next === "function" ? next(now.current) : next, n);
    keep(now.current);
  };
  const [size, setSize] = useState(0);
  const [pair, setPair] = useState<[number, number]>();
  const drag = useRef<{ x: number; y: number; view: Window; moved: boolean } | undefined>(undefined);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setSize(Math.floor(Math.min(entry.contentRect.width, 620))));
    watch.observe(canvas.current!.parentElement!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => draw(canvas.current!, size, picture, view, order, groups, track, units, pair), [size, picture, view, order, groups, track, units, pair]);

  const inner = size - edge;
  const zoom = (factor: number, px = 0.5, py = 0.5) =>
    setView((w) => ({ side: w.side * factor, x: w.x + w.side * px * (1 - factor), y: w.y + w.side * py * (1 - factor) }));
  const where = (event: MouseEvent): [number, number] | undefined => {
    const box = canvas.current!.getBoundingClientRect();
    const j = Math.floor(view.x + ((event.clientX - box.left - edge) / inner) * view.side);
    const i = Math.floor(view.y + ((event.clientY - box.top - edge) / inner) * view.side);
    return i >= 0 && j >= 0 && i < n && j < n ? [i, j] : undefined;
  };
  useEffect(() => {
    // Not passive: the wheel must not move the page as well.
    const element = canvas.current!;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoom(Math.exp(Math.sign(event.deltaY) * 0.18), (event.clientX - box.left - edge) / inner, (event.clientY - box.top - edge) / inner);
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [inner, n]);
  /** Moves the pair that is pointed at, and the window after it. */
  const point = (down: number, across: number) => {
    const [i, j] = pair ?? [Math.floor(now.current.y), Math.floor(now.current.x)];
    const to: [number, number] = pair ? [Math.max(0, Math.min(n - 1, i + down)), Math.max(0, Math.min(n - 1, j + across))] : [i, j];
    setPair(to);
    setView((w) => ({ side: w.side, x: Math.min(Math.max(w.x, to[1] + 1 - w.side), to[1]), y: Math.min(Math.max(w.y, to[0] + 1 - w.side), to[0]) }));
  };
  const open = (k: number) => navigate(neuronLink(id, units[order[k]]));
  const keys = (event: KeyboardEvent) => {
    const step = event.shiftKey ? view.side / 10 : 0;
    const arrow = (down: number, across: number) => () => (step ? setView((w) => ({ ...w, x: w.x + across * step, y: w.y + down * step })) : point(down, across));
    const moves: Record<string, () => void> = {
      ArrowLeft: arrow(0, -1),
      ArrowRight: arrow(0, 1),
      ArrowUp: arrow(-1, 0),
      ArrowDown: arrow(1, 0),
      "+": () => zoom(0.8),
      "=": () => zoom(0.8),
      "-": () => zoom(1.25),
      Home: () => setView({ x: 0, y: 0, side: n }),
      Enter: () => pair && open(pair[0]),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const a = pair && units[order[pair[0]]];
  const b = pair && units[order[pair[1]]];
  return (
    <div class="connectome-matrix">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`Matrix of ${n} units; arrow keys point at a pair, with Shift they move the view, plus and minus zoom, Home shows all, Enter opens the page of the row`}
        onKeyDown={keys}
        onPointerDown={(e) => {
          drag.current = { x: e.clientX, y: e.clientY, view, moved: false };
          canvas.current!.setPointerCapture(e.pointerId);
        }}
        onPointerMove={(e) => {
          const d = drag.current;
          if (!d) return setPair(where(e));
          if (Math.hypot(e.clientX - d.x, e.clientY - d.y) > 3) d.moved = true;
          if (d.moved) setView({ ...d.view, x: d.view.x - ((e.clientX - d.x) / inner) * view.side, y: d.view.y - ((e.clientY - d.y) / inner) * view.side });
        }}
        onPointerUp={(e) => {
          const hit = where(e);
          if (drag.current && !drag.current.moved && hit) open(e.shiftKey ? hit[1] : hit[0]);
          drag.current = undefined;
        }}
        style={{ width: `${size}px`, height: `${size}px` }}
      />
      <p class="connectome-pair-line" aria-live="polite">
        {pair && a && b ? (
          <>
            <a href={neuronLink(id, a)}>{a}</a> – <a href={neuronLink(id, b)}>{b}</a>: <strong>{number(matrix.values[order[pair[0]] * matrix.n + order[pair[1]]])}</strong>
            {beside && <span class="muted">, {beside.name} {number(beside.matrix.values[order[pair[0]] * beside.matrix.n + order[pair[1]]])}</span>}
          </>
        ) : (
          <span class="muted">Point at a pair.</span>
        )}
      </p>
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, size: number, picture: HTMLCanvasElement, view: Window, order: number[], groups: number[], track: number, units: string[], pair?: [number, number]) {
  if (size < 50) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(size * ratio);
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  const inner = size - edge;
  context.imageSmoothingEnabled = view.side > inner * ratio;
  context.drawImage(picture, view.x, view.y, view.side, view.side, edge, edge, inner, inner);
  const cell = inner / view.side;
  context.save();
  for (const [along, start] of [
    [true, view.x],
    [false, view.y],
  ] as const) {
    for (let k = Math.floor(start); k < Math.min(order.length, start + view.side + 1); k++) {
      const group = groups[order[k]] ?? 0;
      if (!group) continue;
      context.fillStyle = groupColor(group - 1);
      context.globalAlpha = track && group !== track ? 0.15 : 1;
      const p = edge + (k - start) * cell;
      if (along) context.fillRect(p, 0, Math.max(cell, 0.5) + 0.3, edge - 2);
      else context.fillRect(0, p, edge - 2, Math.max(cell, 0.5) + 0.3);
    }
  }
  context.restore();
  if (cell >= 12) names(context, order, units, view, cell);
  if (pair) {
    context.strokeStyle = getComputedStyle(context.canvas).getPropertyValue("--accent") || "#6b3fa0";
    context.lineWidth = 1.5;
    const least = Math.max(cell, 4);
    context.strokeRect(edge + (pair[1] - view.x) * cell + (cell - least) / 2, edge + (pair[0] - view.y) * cell + (cell - least) / 2, least, least);
  }
  if (track) shade(context, order, groups, track, view, inner, cell);
}

/** Names of the rows, at the left, once there is room for them. */
function names(context: CanvasRenderingContext2D, order: number[], units: string[], view: Window, cell: number) {
  const style = getComputedStyle(context.canvas);
  context.font = `${Math.min(12, cell - 1)}px ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = style.getPropertyValue("--raised") || "#fff";
  context.fillStyle = style.color;
  for (let k = Math.floor(view.y); k < Math.min(order.length, view.y + view.side); k++) {
    const y = edge + (k + 0.5 - view.y) * cell;
    context.strokeText(units[order[k]], edge + 3, y);
    context.fillText(units[order[k]], edge + 3, y);
  }
}

/** The nearest window that lies within the matrix. */
export function clampView(w: Window, n: number): Window {
  const side = Math.max(Math.min(w.side, n), Math.min(4, n));
  return { side, x: Math.max(0, Math.min(w.x, n - side)), y: Math.max(0, Math.min(w.y, n - side)) };
}

/** Rows and columns that are not of the community that is followed step back. */
function shade(context: CanvasRenderingContext2D, order: number[], groups: number[], track: number, view: Window, inner: number, cell: number) {
  context.fillStyle = getComputedStyle(context.canvas).getPropertyValue("--raised") || "#fff";
  context.globalAlpha = 0.55;
  for (let k = Math.floor(view.y); k < Math.min(order.length, view.y + view.side + 1); k++) {
    if (groups[order[k]] === track) continue;
    const y = Math.max(edge, edge + (k - view.y) * cell);
    context.fillRect(edge, y, inner, Math.min(edge + (k + 1 - view.y) * cell, edge + inner) - y);
  }
  context.globalAlpha = 1;
}
