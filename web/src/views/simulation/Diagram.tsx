import { useMemo } from "preact/hooks";
import { groupColor } from "../../ui/colors";
import { Figure } from "../../ui/Figure";
import { useDark } from "../../app/Theme";
import { lifted } from "./colors";
import type { About, Population } from "./data";

const width = 620;
const radius = 30;

interface Node extends Population {
  x: number;
  y: number;
  index: number;
}

/** Populations on a circle, their connections as arrows: pointed where they excite, flat where they inhibit. */
export function Diagram({ about }: { about: About }) {
  const dark = useDark();
  const { nodes, height } = useMemo(() => place(about.model.populations), [about]);
  const color = (i: number) => lifted(groupColor(i), dark);
  const most = Math.max(1, ...about.wired.map((w) => w.synapses));
  const seen = new Map<string, number>();
  return (
    <Figure
      title="The model"
      caption={
        <>
          {about.units.toLocaleString("en")} cells, {about.synapses.toLocaleString("en")} synapses ({(about.bytes / 1e6).toFixed(1)} MB). Arrows excite, flat ends inhibit, dots are both or unknown; dashed ones are plastic. Point at one for its figures.
        </>
      }
    >
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label="Populations and connections" class="simulation-diagram">
        {about.wired.map((w) => {
          const key = `${w.from}-${w.to}`;
          const nth = seen.get(key) ?? 0;
          seen.set(key, nth + 1);
          return <Arrow key={`${key}-${w.connection}`} about={about} w={w} from={nodes[w.from]} to={nodes[w.to]} nth={nth} most={most} color={color(w.from)} height={height} />;
        })}
        {nodes.map((n) => (
          <g key={n.name}>
            <title>{`${n.name}: ${n.size} × ${n.cell}. ${n.doc}`}</title>
            <circle cx={n.x} cy={n.y} r={radius} fill="var(--raised)" stroke={color(n.index)} stroke-width="2.5" />
            <text x={n.x} y={n.y - 1} text-anchor="middle" font-weight="600" font-size={n.name.length > 6 ? 11 : 13} fill="var(--ink)">
              {n.name.length > 9 ? n.name.slice(0, 8) + "…" : n.name}
            </text>
            <text x={n.x} y={n.y + 13} text-anchor="middle" font-size="10.5" fill="var(--muted)">
              {n.size.toLocaleString("en")}
            </text>
          </g>
        ))}
        {about.model.stimuli.map((s, i) => s.to.map((name) => <Driven key={`${i}-${name}`} nth={i} kind={s.kind} says={s.says} node={nodes.find((n) => n.name === name)} />))}
      </svg>
    </Figure>
  );
}

function place(populations: Population[]): { nodes: Node[]; height: number } {
  const n = populations.length;
  const r = n === 1 ? 0 : n === 2 ? 90 : Math.min(230, Math.max(130, n * 30));
  const flat = n <= 2;
  const height = flat ? 176 : 2 * r + 170;
  const nodes = populations.map((p, index) => {
    const a = (2 * Math.PI * index) / n - Math.PI / 2 - (flat ? Math.PI / 2 : 0);
    return { ...p, index, x: width / 2 + (flat ? 1.4 : 1) * r * Math.cos(a), y: height / 2 + (flat ? 8 : 0) + r * Math.sin(a) };
  });
  return { nodes, height };
}

interface ArrowProps {
  about: About;
  w: About["wired"][number];
  from: Node;
  to: Node;
  nth: number;
  most: number;
  color: string;
  height: number;
}

function Arrow({ about, w, from, to, nth, most, color, height }: ArrowProps) {
  const c = about.model.connections[w.connection];
  const { path, end, angle, mid } = from === to ? loop(from, height, nth) : curve(from, to, nth);
  const thick = 1 + 3 * Math.sqrt(w.synapses / most);
  const says = `${from.name} to ${to.name}: ${w.synapses.toLocaleString("en")} synapses, ${c.rule}, weight ${c.weight}, delay ${c.delay}, ${c.synapse}`;
  return (
    <g stroke={color} fill="none">
      <title>{says}</title>
      <path d={path} stroke-width={thick} stroke-dasharray={c.plastic ? "6 4" : undefined} opacity="0.8" />
      <g transform={`translate(${end.x} ${end.y}) rotate(${(angle * 180) / Math.PI})`} fill={color} stroke-width="2.5">
        {c.sign > 0 ? <path d="M -9 -5 L 0 0 L -9 5 Z" stroke="none" /> : c.sign < 0 ? <path d="M -1 -7 L -1 7" stroke-width="3.5" /> : <circle cx={-4} cy={0} r={4} stroke="none" />}
      </g>
      <text x={mid.x} y={mid.y} stroke="var(--raised)" stroke-width="4" paint-order="stroke" fill="var(--muted)" font-size="10.5" text-anchor={mid.anchor ?? "middle"}>
        {short(w.synapses)} · {c.weight}
      </text>
    </g>
  );
}

interface Drawn {
  path: string;
  end: { x: number; y: number };
  angle: number;
  mid: { x: number; y: number; anchor?: "start" | "end" };
}

/** An arrow from one circle to another, bent so that the one back has its own way. */
function curve(a: Node, b: Node, nth: number): Drawn {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  const bend = 0.16 + 0.12 * nth;
  const control = { x: (a.x + b.x) / 2 - bend * dy, y: (a.y + b.y) / 2 + bend * dx };
  const toward = (p: { x: number; y: number }, gap: number) => {
    const l = Math.hypot(control.x - p.x, control.y - p.y);
    return { x: p.x + ((control.x - p.x) * gap) / l, y: p.y + ((control.y - p.y) * gap) / l };
  };
  const start = toward(a, radius + 2);
  const end = toward(b, radius + 4);
  const lift = Math.abs(dx) / length > 0.5 ? (control.y > (a.y + b.y) / 2 ? 16 : -8) : 0;
  const mid = { x: (control.x * 2 + a.x + b.x) / 4, y: (control.y * 2 + a.y + b.y) / 4 + lift };
  return { path: `M ${start.x} ${start.y} Q ${control.x} ${control.y} ${end.x} ${end.y}`, end, angle: Math.atan2(end.y - control.y, end.x - control.x), mid };
}

/** An arrow onto itself, away from the middle. */
function loop(n: Node, height: number, nth: number): Drawn {
  const out = Math.atan2(n.y - height / 2, n.x - width / 2 || 1e-6);
  const at = (turn: number, r: number) => ({ x: n.x + r * Math.cos(out + turn), y: n.y + r * Math.sin(out + turn) });
  const far = radius + 50 + 16 * nth;
  const [start, end, c1, c2] = [at(-0.55, radius + 2), at(0.55, radius + 4), at(-0.75, far), at(0.75, far)];
  const path = `M ${start.x} ${start.y} C ${c1.x} ${c1.y} ${c2.x} ${c2.y} ${end.x} ${end.y}`;
  const label = { ...at(0, far - 8) };
  return { path, end, angle: Math.atan2(end.y - c2.y, end.x - c2.x), mid: { ...label, y: label.y + 4, anchor: Math.abs(Math.cos(out)) < 0.5 ? undefined : Math.cos(out) > 0 ? "start" : "end" } };
}

/** A stimulus: a short arrow from outside. */
function Driven({ kind, says, node, nth }: { kind: string; says: string; node?: Node; nth: number }) {
  if (!node) return null;
  const x = node.x - 8 + 14 * nth;
  return (
    <g>
      <title>{`${kind}: ${says}`}</title>
      <path d={`M ${x} ${node.y - radius - 30} L ${x} ${node.y - radius - 6}`} stroke="var(--muted)" stroke-width="2" />
      <path d={`M ${x - 4} ${node.y - radius - 10} L ${x} ${node.y - radius - 2} L ${x + 4} ${node.y - radius - 10} Z`} fill="var(--muted)" />
      <text x={x} y={node.y - radius - 34} font-size="10.5" text-anchor="middle" fill="var(--muted)">
        {kind.replace(/_generator$/, "")}
      </text>
    </g>
  );
}

function short(n: number): string {
  return n >= 1e6 ? (n / 1e6).toFixed(1) + " M" : n >= 1e4 ? Math.round(n / 1e3) + " k" : String(n);
}
