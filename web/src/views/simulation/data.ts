// What the server says of a simulation (studio/simulations).
import type { Column } from "../../ui/DataTable";

export interface Population {
  name: string;
  first: number;
  size: number;
  cell: string;
  doc: string;
  /** Unit of an injected current, "" where none can be. */
  current: string;
  source: boolean;
  states: { name: string; unit: string; doc: string }[];
}

export interface Connection {
  name: string;
  from: string[];
  to: string[];
  rule: string;
  weight: string;
  delay: string;
  synapse: string;
  plastic: boolean;
  sign: number;
}

export interface Model {
  name: string;
  seconds: number;
  text: string;
  populations: Population[];
  connections: Connection[];
  stimuli: { kind: string; to: string[]; says: string }[];
  do: string[];
}

export interface Wired {
  connection: number;
  from: number;
  to: number;
  synapses: number;
}

export interface Compared {
  since: number;
  null: string[];
  null_is: string;
}

export interface State {
  playing: boolean;
  speed: number;
  now: number;
  wall: number;
  measured: number;
  epoch: number;
  version: number;
  acts: { do: string; since: number }[];
  compared: Compared | null;
  cells: number[];
  command: string;
  since: number;
  kept: number;
  before: number;
  watchers: number;
  problem?: string;
}

export interface About {
  model: Model;
  step: number;
  /** Width of a bin of rates, s. */
  bin: number;
  /** Between two samples of states, s. */
  interval: number;
  units: number;
  /** The unit of each row. */
  shown: number[];
  /** What is known of the units that are shown. */
  columns: Column[];
  wired: Wired[];
  synapses: number;
  bytes: number;
  state: State;
}

/** The name of a unit, which the rows have where it is shown. */
export function unitName(about: About, unit: number): string {
  const row = about.shown.indexOf(unit);
  const names = about.columns.find((c) => c.name === "name")!;
  if (row >= 0) return String(names.values[row]);
  const p = populationOf(about.model, unit);
  return p ? `${p.name}/${unit - p.first}` : String(unit);
}

export function populationOf(model: Model, unit: number): Population | undefined {
  return model.populations.find((p) => unit >= p.first && unit < p.first + p.size);
}
