// What the server says of methods and runs (package studio/runs).
import type { Kind } from "../../app/views";

export interface Param {
  name: string;
  type: "float64" | "int" | "bool" | "string";
  default: string | number | boolean;
  help: string;
  unit?: string;
  min?: string;
  max?: string;
  choices?: string[];
  file?: boolean;
}

export interface Needs {
  kind: string;
  kinds: Kind[];
  min: number;
  max: number;
}

export interface Paper {
  row?: number;
  authors: string;
  year: number;
  title: string;
  where?: string;
}

export interface Method {
  name: string;
  verb: string;
  summary: string;
  papers: Paper[];
  needs: Needs;
}

export interface Verb {
  verb: string;
  help: string;
  methods: Method[];
}

export interface Described extends Method {
  params: Param[];
  doc: string;
  /** What recordings are read with unless it is changed. */
  read: string[];
  files: { path: string; folder: boolean }[];
  out: string;
}

/** The form as it is sent. */
export interface Request {
  method: string;
  inputs: string[];
  params: Record<string, string>;
  texts: Record<string, string>;
  seed: string;
  workers: string;
  do: string[];
  read: string[];
  units: string;
  without: string;
  time: string;
}

export interface Problem {
  field: string;
  says: string;
}

export type State = "waiting" | "running" | "done" | "failed" | "stopped";

export interface Run {
  id: string;
  method: string;
  verb: string;
  command: string;
  out: string;
  state: State;
  fraction: number;
  now: string;
  left_s: number | null;
  ran_s: number;
  asked: string;
  began: string | null;
  ended: string | null;
  messages: string[];
  error: string;
  item: string;
  resumable: boolean;
  stopping: boolean;
  request: Omit<Request, "texts" | "inputs" | "do" | "read"> & { inputs: string[] | null; do: string[] | null; read: string[] | null };
}
