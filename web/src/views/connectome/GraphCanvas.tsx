import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { neuronLink } from "../../app/links";
import { navigate } from "../../app/router";
import { useDark } from "../../app/Theme";
import { groupColor } from "../../ui/colors";
import { number } from "../../ui/format";
import { Arrows, nearestLine, nearestNode, Picture, useResting } from "./GraphPicture";
import { Scene } from "./scene";

export interface Shown {
  a: number;
  b: number;
  weight: number;
  lag?: number;
}

interface Props {
  id: string;
  units: string[];
  points: [number, number, number][];
  flat: boolean;
  edges: Shown[];
  groups: number[];
  track: number;
  look: string;
  /** Lines lead from a to b: drawn with a head at b. */
  directed: boolean;
}

/** The graph, drawn, turned and asked for its units. */
export function GraphCanvas({ id, units, points, flat, edges, groups, track, look, directed }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const scene = useRef<Scene | undefined>(undefined);
  const [problem, setProblem] = useState("");
  const [places, setPlaces] = useState<{ x: number; y: number; depth: number }[]>([]);
  const [hovered, setHovered] = useState(-1);
  const [line, setLine] = useState<Shown>();
  const dark = useDark();
  useEffect(() => {
    let made: Scene;
    try {
      made = new Scene(canvas.current!, () => setPlaces(made.places()));
    } catch {
      setProblem("This browser draws no WebGL, so the graph is not shown; the matrix and the tables hold the same.");
      return;
    }
    scene.current = made;
    const watch = new ResizeObserver(([entry]) => made.resize(entry.contentRect.width, entry.contentRect.height));
    watch.observe(body.current!);
    return () => {
      watch.disconnect();
      made.close();
      scene.current = undefined;
    };
  }, []);
  const sums = strengths(points.length, edges);
  useEffect(() => {
    const s = scene.current;
    if (!s) return;
    const most = Math.max(...sums, 1e-9);
    s.setPoints(points, flat);
    s.setNodes(
      sums.map((v, i) => ({ color: colour(groups[i], dark), size: 8 + 16 * Math.sqrt(v / most), faint: track > 0 && groups[i] !== track })),
      dark ? "#16131a" : "#ffffff",
    );
    s.setLines(
      edges.map((e) => ({
        a: e.a,
        b: e.b,
        color: groups[e.a] === groups[e.b] ? colour(groups[e.a], dark) : dark ? "#8d8496" : "#8a8291",
        opacity: (track > 0 && (groups[e.a] !== track || groups[e.b] !== track) ? 0.12 : 0.7) * Math.min(1, 0.25 + Math.abs(e.weight)),
      })),
    );
    s.draw();
  }, [points, flat, edges, groups, track, dark]);
  useEffect(() => scene.current?.look(look as "front"), [look, points]);
  const nearest = (event: MouseEvent): number => nearestNode(places, ...within(event, canvas.current!));
  const point = (event: MouseEvent) => {
    const i = nearest(event);
    setHovered(i);
    setLine(i < 0 ? nearestLine(places, edges, ...within(event, canvas.current!)) : undefined);
  };
  const down = useRef<[number, number] | undefined>(undefined);
  const keys = (event: KeyboardEvent) => {
    const s = scene.current;
    const acts: Record<string, () => void> = {
      "+": () => s?.zoom(1.25),
      "-": () => s?.zoom(0.8),
      Home: () => s?.look(look as "front"),
      ...(!flat && { ArrowLeft: () => s?.turn(-0.15, 0), ArrowRight: () => s?.turn(0.15, 0), ArrowUp: () => s?.turn(0, -0.15), ArrowDown: () => s?.turn(0, 0.15) }),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };
  const named = labels(sums, places, hovered, units.length <= 40 ? 40 : 24);
  // The picture that is saved is made when all is at rest, not at every frame.
  const rest = useResting(places, 300);
  const picture = useMemo(
    () => <Picture units={units} places={rest} edges={edges} groups={groups} sums={sums} named={named} body={body.current} directed={directed} />,
    [rest],
  );
  if (problem) return <p class="muted">{problem}</p>;
  return (
    <div class="connectome-graph" ref={body}>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`Graph of ${units.length} units and ${edges.length} ${directed ? "directed " : ""}lines; plus and minus zoom${flat ? "" : ", arrow keys turn"}`}
        onKeyDown={keys}
        onPointerMove={point}
        onPointerLeave={() => (setHovered(-1), setLine(undefined))}
        onPointerDown={(e) => (down.current = [e.clientX, e.clientY])}
        onPointerUp={(e) => {
          const d = down.current;
          const i = nearest(e);
          if (d && i >= 0 && Math.hypot(e.clientX - d[0], e.clientY - d[1]) < 4) navigate(neuronLink(id, units[i]));
        }}
        style={{ cursor: hovered >= 0 ? "pointer" : "grab" }}
      />
      {named.map((i) => (
        <span key={i} class={"connectome-label" + (i === hovered ? " hovered" : "")} style={{ transform: `translate(${places[i].x + 9}px, ${places[i].y - 8}px)` }} aria-hidden="true">
          {units[i]}
        </span>
      ))}
      {line && (
        <p class="connectome-edge-said" aria-live="polite">
          {units[line.a]} {directed ? "→" : "–"} {units[line.b]}: {number(line.weight)} of the strongest{line.lag !== undefined && `, lag ${number(line.lag)} s`}
        </p>
      )}
      {picture}
      {directed && <Arrows places={places} edges={edges} />}
    </div>
  );
}

export function colour(group: number, dark: boolean): string {
  return group > 0 ? groupColor(group - 1) : dark ? "#7b7385" : "#a49dac";
}

function strengths(n: number, edges: Props["edges"]): number[] {
  const out = new Array<number>(n).fill(0);
  for (const e of edges) {
    out[e.a] += Math.abs(e.weight);
    out[e.b] += Math.abs(e.weight);
  }
  return out;
}

/** The units whose names are written: those with the strongest lines that do not hide one another, and the hovered one. */
function labels(sums: number[], places: { x: number; y: number }[], hovered: number, most: number): number[] {
  const taken: { x: number; y: number }[] = [];
  const order = sums.map((_, i) => i).sort((a, b) => sums[b] - sums[a]);
  const out: number[] = [];
  for (const i of hovered >= 0 ? [hovered, ...order] : order) {
    const p = places[i];
    if (!p || out.length >= most || out.includes(i)) continue;
    if (i !== hovered && taken.some((t) => Math.abs(t.x - p.x) < 52 && Math.abs(t.y - p.y) < 13)) continue;
    taken.push(p);
    out.push(i);
  }
  return out;
}

function within(event: MouseEvent, canvas: HTMLCanvasElement): [number, number] {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
