// The state of a form, which lives in the address: ?input=ID&p.tau=6&seed=1.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { postJSON } from "../../app/api";
import { navigate, useAddress } from "../../app/router";
import type { Described, Problem, Request, Run } from "./types";

const lists = ["input", "do", "read"] as const;
const words = ["seed", "workers", "units", "without", "time"] as const;

/** What the address says: lists of words by key. */
export type Fields = Record<string, string[] | undefined>;

function readFields(search: string): Fields {
  const query = new URLSearchParams(search);
  const fields: Fields = {};
  for (const key of query.keys()) fields[key] = query.getAll(key);
  return fields;
}

function writeFields(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [key, values] of Object.entries(fields)) values?.forEach((v) => query.append(key, v));
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return location.pathname + (text ? "?" + text : "");
}

/** The fields of the address, and how to change one; undefined is the default. */
export function useFields(): [Fields, (key: string, values: string[] | undefined) => void] {
  const { search } = useAddress();
  const [fields, set] = useState(() => readFields(search));
  const timer = useRef(0);
  // Another address, such as by the browser's back button; what is being typed is newer than the address.
  useEffect(() => {
    if (!timer.current) set(readFields(search));
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = useCallback((key: string, values: string[] | undefined) => {
    set((old) => {
      const next = { ...old, [key]: values };
      clearTimeout(timer.current);
      timer.current = window.setTimeout(() => {
        timer.current = 0;
        navigate(writeFields(next), true);
      }, 250);
      return next;
    });
  }, []);
  return [fields, change];
}

/** The form as the server takes it. */
export function requestOf(method: Described, fields: Fields, texts: Record<string, string>): Request {
  const params: Record<string, string> = {};
  for (const p of method.params) {
    const value = fields["p." + p.name]?.[0];
    if (value !== undefined) params[p.name] = value;
  }
  const word = (key: (typeof words)[number]) => fields[key]?.[0] ?? "";
  const list = (key: (typeof lists)[number]) => (fields[key] ?? []).filter(Boolean);
  return {
    method: method.name,
    inputs: list("input"),
    params,
    texts,
    seed: word("seed"),
    workers: word("workers"),
    do: list("do"),
    read: fields.read ? list("read") : method.needs.kinds.includes("recording") ? method.read : [],
    units: word("units"),
    without: word("without"),
    time: word("time"),
  };
}

/** The address of the form of a run, filled in as it was. */
export function formLink(run: Pick<Run, "method" | "request">): string {
  const q = run.request;
  const query = new URLSearchParams();
  q.inputs?.forEach((id) => query.append("input", id));
  for (const [name, value] of Object.entries(q.params ?? {})) query.append("p." + name, value);
  q.do?.forEach((w) => query.append("do", w));
  q.read?.forEach((w) => query.append("read", w));
  for (const key of words) if (q[key]) query.append(key, q[key]);
  const text = query.toString();
  return `/run/${encodeURIComponent(run.method)}` + (text ? "?" + text : "");
}

/** What the server says of a form. */
export interface Checked {
  command: string;
  problems: Problem[];
}

/** Asks the server about the form shortly after it rests. */
export function useCheck(request: Request): { checked?: Checked; failure?: string } {
  const body = JSON.stringify(request);
  const [state, set] = useState<{ checked?: Checked; failure?: string }>({});
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      postJSON<Checked>("/api/runs/check", JSON.parse(body), abort.signal).then(
        (checked) => set({ checked }),
        (error: Error) => !abort.signal.aborted && set({ failure: error.message }),
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [body]);
  return state;
}
