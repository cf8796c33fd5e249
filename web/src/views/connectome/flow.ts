// Communities followed through the intervals in which components are in force.
import { type Components, trackOf } from "./types";

/** A stretch of time with one component in force. */
export interface Step {
  component: number;
  start: number;
  stop: number;
  /** The track of every unit, 0 for none. */
  tracks: number[];
}

/** The intervals in force; where none are said, one step for each component. */
export function steps(c: Components): Step[] {
  if (c.in_force.length === 0) {
    return Array.from({ length: c.count }, (_, k) => ({ component: k + 1, start: NaN, stop: NaN, tracks: trackOf(c, k + 1) }));
  }
  const of = new Map<number, number[]>();
  return c.in_force.map((e) => {
    if (!of.has(e.component)) of.set(e.component, trackOf(c, e.component));
    return { component: e.component, start: e.start_s, stop: e.stop_s, tracks: of.get(e.component)! };
  });
}

/** A block of a step: the units of a track side by side. */
export interface Block {
  track: number;
  units: number[];
  y: number;
  height: number;
}

export interface Ribbon {
  from: Block;
  to: Block;
  units: number[];
  y0: number;
  y1: number;
  height: number;
}

export interface Flow {
  blocks: Block[][];
  ribbons: Ribbon[][];
  tracks: number[];
}

/** Lays the blocks of every step one above the other in 0 to 1, in the order of the tracks, those without one last. */
export function layout(list: Step[], units: number, gap = 0.02): Flow {
  const tracks = [...new Set(list.flatMap((s) => s.tracks))].filter((t) => t > 0).sort((a, b) => a - b);
  const room = 1 - gap * tracks.length;
  const blocks = list.map((step) => {
    const out: Block[] = [];
    let y = 0;
    for (const track of [...tracks, 0]) {
      const members = step.tracks.flatMap((t, u) => (t === track ? [u] : []));
      if (members.length === 0) continue;
      const height = (room * members.length) / units;
      out.push({ track, units: members, y, height });
      y += height + gap;
    }
    return out;
  });
  const ribbons = blocks.slice(1).map((after, k) => between(blocks[k], after, room / units));
  return { blocks, ribbons, tracks };
}

function between(before: Block[], after: Block[], perUnit: number): Ribbon[] {
  const left = new Map(before.map((b) => [b, b.y]));
  const right = new Map(after.map((b) => [b, b.y]));
  const out: Ribbon[] = [];
  for (const from of before) {
    for (const to of after) {
      const inside = new Set(to.units);
      const units = from.units.filter((u) => inside.has(u));
      if (units.length === 0) continue;
      const height = units.length * perUnit;
      out.push({ from, to, units, y0: left.get(from)!, y1: right.get(to)!, height });
      left.set(from, left.get(from)! + height);
      right.set(to, right.get(to)! + height);
    }
  }
  return out;
}
