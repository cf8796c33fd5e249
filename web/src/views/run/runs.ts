// The list of runs as it is now.
import { useEffect, useMemo, useState } from "preact/hooks";
import { postJSON } from "../../app/api";
import { useLibrary } from "../../app/library";
import type { Run } from "./types";

/** The runs, the last first, told by the server as they change. A page that is not seen does not listen. */
export function useRuns(): { runs?: Run[]; lost: boolean } {
  const [state, set] = useState<{ runs?: Run[]; lost: boolean }>({ lost: false });
  const { items, refresh } = useLibrary();
  useEffect(() => {
    let source: EventSource | undefined;
    const listen = () => {
      source?.close();
      source = undefined;
      if (document.hidden) return;
      source = new EventSource("/api/runs/events");
      source.onmessage = (e) => set({ runs: JSON.parse(e.data as string) as Run[], lost: false });
      source.onerror = () => set((old) => ({ ...old, lost: true }));
    };
    listen();
    document.addEventListener("visibilitychange", listen);
    return () => {
      document.removeEventListener("visibilitychange", listen);
      source?.close();
    };
  }, []);
  // What runs have found is open by now, though the list of what is open was read before.
  const fresh = state.runs?.filter((r) => r.item && !items.some((item) => item.id === r.item)).map((r) => r.item).join() ?? "";
  useEffect(() => {
    if (fresh) refresh();
  }, [fresh, refresh]);
  return state;
}

/** A run as it is now: its clock goes on between what the server tells. */
export function useClock(run: Run): Run {
  const [, tick] = useState(0);
  const told = useMemo(() => performance.now(), [run]);
  const running = run.state === "running";
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
  if (!running) return run;
  const since = (performance.now() - told) / 1000;
  return { ...run, ran_s: run.ran_s + since, left_s: run.left_s === null ? null : Math.max(0, run.left_s - since) };
}

export const cancel = (run: Run) => postJSON<Run>(`/api/runs/${encodeURIComponent(run.id)}/cancel`, {});
export const resume = (run: Run) => postJSON<Run>(`/api/runs/${encodeURIComponent(run.id)}/resume`, {});

/** A length of time, as one says it. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
