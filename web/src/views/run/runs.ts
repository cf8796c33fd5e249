// The list of runs as it is now.
import { useEffect, useState } from "preact/hooks";
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

export const cancel = (run: Run) => postJSON<Run>(`/api/runs/${encodeURIComponent(run.id)}/cancel`, {});
export const resume = (run: Run) => postJSON<Run>(`/api/runs/${encodeURIComponent(run.id)}/resume`, {});

/** A length of time, as one says it. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
