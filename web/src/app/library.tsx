// What was opened, known to every view.
import { createContext, type ComponentChildren } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import { Message } from "../ui/Message";
import { getJSON } from "./api";
import type { Item } from "./views";

export interface Contents {
  items: Item[];
  notes: string[];
  /** Asks the server again, such as after a run. */
  refresh: () => void;
}

const Context = createContext<Contents>({ items: [], notes: [], refresh: () => {} });

export const useLibrary = () => useContext(Context);

/** The item of an id, undefined when nothing of that name is open. */
export function useItem(id: string): Item | undefined {
  return useLibrary().items.find((item) => item.id === id);
}

export function Library({ children }: { children: ComponentChildren }) {
  const [state, set] = useState<{ items: Item[]; notes: string[] }>();
  const [problem, setProblem] = useState<Error>();
  const refresh = useCallback(() => {
    getJSON<{ items: Item[] | null; notes: string[] | null }>("/api/library").then(
      (r) => set({ items: r.items ?? [], notes: r.notes ?? [] }),
      setProblem,
    );
  }, []);
  useEffect(refresh, [refresh]);
  const contents = useMemo(() => ({ items: state?.items ?? [], notes: state?.notes ?? [], refresh }), [state, refresh]);
  if (problem) return <Message title="The studio does not answer">{problem.message}</Message>;
  if (!state) return null;
  return <Context.Provider value={contents}>{children}</Context.Provider>;
}
