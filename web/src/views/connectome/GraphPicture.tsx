import { useEffect, useState } from "preact/hooks";
import { colour, type Shown } from "./GraphCanvas";

interface Place {
  x: number;
  y: number;
}

interface PictureProps {
  units: string[];
  places: Place[];
  edges: Shown[];
  groups: number[];
  sums: number[];
  named: number[];
  body: HTMLElement | null;
  directed: boolean;
}

/** The same picture as SVG, not shown: it is what is saved. */
export function Picture({ units, places, edges, groups, sums, named, body, directed }: PictureProps) {
  if (!body || places.length === 0) return null;
  const most = Math.max(...sums, 1e-9);
  return (
    <svg width={body.clientWidth} height={body.clientHeight} style={{ display: "none" }} aria-hidden="true">
      {edges.map((e) => (
        <line key={`${e.a}-${e.b}`} x1={places[e.a]?.x} y1={places[e.a]?.y} x2={places[e.b]?.x} y2={places[e.b]?.y} stroke={groups[e.a] === groups[e.b] ? colour(groups[e.a], false) : "#8a8291"} stroke-opacity={Math.min(0.8, 0.2 + Math.abs(e.weight))} stroke-width={1} />
      ))}
      {directed && edges.map((e) => <path key={`head-${e.a}-${e.b}`} d={head(places[e.a], places[e.b])} fill="#625c6b" />)}
      {places.map((p, i) => (
        <circle key={i} cx={p.x} cy={p.y} r={4 + 8 * Math.sqrt(sums[i] / most)} fill={colour(groups[i], false)} stroke="#fff" />
      ))}
      {named.map((i) => (
        <text key={i} x={places[i]?.x + 9} y={places[i]?.y + 4} font-size={11} fill="#1d1a22">
          {units[i]}
        </text>
      ))}
    </svg>
  );
}

const mostArrows = 500;

/** Heads of the lines that lead from a to b; of the strongest where there are very many. */
export function Arrows({ places, edges }: { places: Place[]; edges: Shown[] }) {
  const shown = [...edges].sort((x, y) => Math.abs(y.weight) - Math.abs(x.weight)).slice(0, mostArrows);
  return (
    <div class="connectome-arrows">
      <svg width="100%" height="100%" aria-hidden="true">
        <path d={shown.map((e) => head(places[e.a], places[e.b])).join("")} fill="var(--muted)" />
      </svg>
    </div>
  );
}

/** A head two thirds of the way, where no node hides it. */
function head(a: Place | undefined, b: Place | undefined): string {
  if (!a || !b) return "";
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 12) return "";
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const [x, y] = [a.x + (2 / 3) * (b.x - a.x), a.y + (2 / 3) * (b.y - a.y)];
  const f = (v: number) => v.toFixed(1);
  return `M${f(x + 5 * ux)},${f(y + 5 * uy)}L${f(x - 4 * ux - 4 * uy)},${f(y - 4 * uy + 4 * ux)}L${f(x - 4 * ux + 4 * uy)},${f(y - 4 * uy - 4 * ux)}Z`;
}

/** The node at a point of the canvas, -1 for none. */
export function nearestNode(places: Place[], x: number, y: number): number {
  let best = -1;
  let least = 14;
  places.forEach((p, i) => {
    const d = Math.hypot(p.x - x, p.y - y);
    if (d < least) [best, least] = [i, d];
  });
  return best;
}

/** The line at a point of the canvas. */
export function nearestLine(places: Place[], edges: Shown[], x: number, y: number): Shown | undefined {
  let best: Shown | undefined;
  let least = 5;
  for (const e of edges) {
    const [a, b] = [places[e.a], places[e.b]];
    if (!a || !b) continue;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const along = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
    const d = Math.hypot(a.x + along * dx - x, a.y + along * dy - y);
    if (d < least) [best, least] = [e, d];
  }
  return best;
}

/** A value once it has not changed for a while. */
export function useResting<T>(value: T, milliseconds: number): T {
  const [rest, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return rest;
}
