// What the server says of a network, and of an input that it was shown.

export interface Site {
  name: string;
  axes: string[];
  shape: number[];
  doc: string;
}

export interface Described {
  about: { name: string; architecture: string; parameters: number };
  sites: Site[];
  notes: string[];
  takes: "text" | "ids" | "images" | "vectors" | "series" | "seconds";
  shape?: number[];
  vocab?: number;
  length?: number;
  exact?: number;
  causal: boolean;
  digits?: number;
  neurons: string[];
  text?: string;
}

type Maybe = number | null;

/** What is asked: one of the inputs, the unit that colours it, and the interventions as they are spelled. */
export interface Question {
  text?: string;
  ids?: number[];
  values?: number[][];
  picture?: string;
  select?: number;
  unit?: string;
  acts?: string[];
  seed?: number;
}

export interface Plane {
  width: number;
  height: number;
  values: Maybe[];
}

export interface Side {
  logp: Maybe[];
  loss: Maybe;
  activity?: Maybe[];
  map?: Plane;
}

export interface Choice {
  id: number;
  word: string;
  without: Maybe;
  with?: Maybe;
}

export interface Seen {
  predicts: "next" | "same" | "class" | "vector";
  tokens: { id: number; word: string }[];
  select: number;
  without: Side;
  with?: Side;
  kl?: Maybe[];
  top: Choice[];
  do: string;
  command: string;
  ms: number;
}

export interface Point {
  dose: number;
  loss: Maybe;
  kl: Maybe;
  p: Maybe;
}

/** The axes along which a site has units: neither examples nor positions. */
export function unitAxes(site: Site): { name: string; size: number }[] {
  return site.axes.map((name, i) => ({ name, size: site.shape[i] })).filter((a) => !["batch", "position", "query"].includes(a.name));
}

/** As unitAxes, but a unit of a map is its channel. */
export function pickedAxes(site: Site): { name: string; size: number }[] {
  return unitAxes(site).filter((a) => a.name !== "y" && a.name !== "x");
}

export function hasPositions(site: Site | undefined): boolean {
  return !!site?.axes.some((a) => a === "position" || a === "query");
}

/** SITE/17 in its parts. */
export function splitUnit(unit: string): { site: string; index: string } {
  const i = unit.lastIndexOf("/");
  return i < 0 ? { site: unit, index: "0" } : { site: unit.slice(0, i), index: unit.slice(i + 1) };
}
