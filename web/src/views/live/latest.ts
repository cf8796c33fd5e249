import { useEffect, useRef, useState } from "preact/hooks";
import { type Loaded, postJSON } from "../../app/api";

/**
 * Asks a question whenever it changes, one at a time: while an answer is under way only the newest question waits, so
 * that what is dragged is never behind a queue. The answer before stays until the next one is there.
 */
export function useLatest<T>(path: string, question: unknown, delay = 0): Loaded<T> {
  const [state, set] = useState<Loaded<T>>({ loading: false });
  const wanted = useRef<string | null>(null);
  const busy = useRef(false);
  const gone = useRef(new AbortController());
  const body = question === null ? null : JSON.stringify(question);
  useEffect(() => {
    const stop = (gone.current = new AbortController());
    return () => stop.abort();
  }, [path]);
  useEffect(() => {
    wanted.current = body;
    if (body === null) return;
    const ask = async () => {
      if (busy.current) return;
      busy.current = true;
      const { signal } = gone.current;
      while (wanted.current !== null && !signal.aborted) {
        const now = wanted.current;
        set((old) => ({ ...old, loading: true }));
        try {
          const data = await postJSON<T>(path, JSON.parse(now), signal);
          set({ data, loading: wanted.current !== now });
        } catch (error) {
          if (signal.aborted) break;
          set((old) => ({ data: old.data, problem: error as Error, loading: false }));
        }
        if (wanted.current === now) wanted.current = null;
      }
      busy.current = false;
    };
    const timer = window.setTimeout(ask, delay);
    return () => clearTimeout(timer);
  }, [path, body, delay]);
  return state;
}

/** Reads lines of JSON as they come. */
export async function postLines<T>(path: string, body: unknown, each: (line: T) => void, signal: AbortSignal): Promise<void> {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal, credentials: "same-origin" as const };
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(((await response.json()) as { error?: string }).error ?? response.statusText);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop()!;
    for (const line of lines.filter(Boolean)) {
      const said = JSON.parse(line) as T & { error?: string };
      if (said.error) throw new Error(said.error);
      each(said);
    }
  }
}

/** The value once it has rested. */
export function useRested<T>(value: T, delay: number): T {
  const [rested, set] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const timer = window.setTimeout(() => set(value), delay);
    return () => clearTimeout(timer);
  }, [key, delay]);
  return rested;
}
