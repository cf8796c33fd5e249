// Requests to the studio's server.
import { useEffect, useState } from "preact/hooks";

/** An answer that says what went wrong, in the server's words. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function answer(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Problem("The studio does not answer: was nissl studio ended?", 0);
  }
  if (response.ok) return response;
  let message = `${response.status} ${response.statusText}`;
  try {
    message = ((await response.json()) as { error?: string }).error ?? message;
  } catch {
    // No JSON: the status must do.
  }
  throw new Problem(message, response.status);
}

/** GET an address of the server as JSON. */
export async function getJSON<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await answer(path, { signal })).json() as Promise<T>;
}

/** GET bytes with their headers. */
export async function getBytes(path: string, signal?: AbortSignal): Promise<{ bytes: ArrayBuffer; headers: Headers }> {
  const response = await answer(path, { signal });
  return { bytes: await response.arrayBuffer(), headers: response.headers };
}

/** GET text, such as an SVG. */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await answer(path, { signal })).text();
}

/** POST JSON and read JSON. */
export async function postJSON<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal };
  return (await answer(path, init)).json() as Promise<T>;
}

/** What is known of a request: its data, or what went wrong, or neither yet. */
export interface Loaded<T> {
  data?: T;
  problem?: Error;
  loading: boolean;
}

/** GETs an address whenever it changes; null asks nothing. Data of the address before stay until the new ones are there. */
export function useJSON<T>(path: string | null): Loaded<T> {
  const [state, set] = useState<Loaded<T> & { path?: string | null }>({ loading: path !== null });
  useEffect(() => {
    if (path === null) {
      set({ loading: false, path });
      return;
    }
    const abort = new AbortController();
    set((old) => ({ data: old.data, loading: true, path }));
    getJSON<T>(path, abort.signal).then(
      (data) => set({ data, loading: false, path }),
      (problem: Error) => {
        if (!abort.signal.aborted) set({ problem, loading: false, path });
      },
    );
    return () => abort.abort();
  }, [path]);
  return state;
}

/** Builds an address from parts and a query; empty and missing values are left out. */
export function api(parts: string[], query: Record<string, string | number | boolean | undefined> = {}): string {
  const path = "/api/" + parts.map(encodeURIComponent).join("/");
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}
