import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, getJSON, postJSON } from "../../app/api";
import { Clock } from "./clock";
import type { About, State } from "./data";
import { Feed } from "./feed";

export interface Live {
  about?: About;
  feed?: Feed;
  clock: Clock;
  state?: State;
  problem: string;
  /** Why the stream is not there, "" while it is. */
  broken: string;
  /** Asks for a change; what comes back is the new state. */
  ask: (what: string, body?: unknown) => Promise<void>;
}

/** A simulation on the server, watched while the page is there. */
export function useSimulation(id: string): Live {
  const [about, setAbout] = useState<About>();
  const [feed, setFeed] = useState<Feed>();
  const [state, setState] = useState<State>();
  const [problem, setProblem] = useState("");
  const [broken, setBroken] = useState("");
  const clock = useRef(new Clock());
  useEffect(() => {
    const abort = new AbortController();
    let opened: Feed | undefined;
    getJSON<About>(api(["simulations", id]), abort.signal).then(
      (a) => {
        setAbout(a);
        setState(a.state);
        opened = new Feed({ path: api(["simulations", id]), populations: a.model.populations.length, bin: a.bin, interval: a.interval, onState: setState, onProblem: setBroken });
        setFeed(opened);
      },
      (error: Error) => !abort.signal.aborted && setProblem(error.message),
    );
    return () => {
      abort.abort();
      opened?.close();
      setFeed(undefined);
      setAbout(undefined);
    };
  }, [id]);
  const ask = useCallback(
    (what: string, body: unknown = {}) =>
      postJSON<State>(api(["simulations", id, what]), body).then(
        (s) => {
          setProblem("");
          if ("acts" in s) setState(s);
        },
        (error: Error) => setProblem(error.message),
      ),
    [id],
  );
  return { about, feed, clock: clock.current, state, problem, broken, ask };
}
