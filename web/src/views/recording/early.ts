// A recording may take a second to open: the server is asked for it before the page itself has been put together.
import { useEffect, useState } from "preact/hooks";
import { getJSON, type Loaded } from "../../app/api";
import { recordingLink } from "../../app/links";
import { address, type Meta } from "./types";

const prefix = recordingLink("");
const asked = new Map<string, Promise<Meta>>();

/** Asks for the recording that the address of the page names, if it names one. */
export function askEarly() {
  if (!location.pathname.startsWith(prefix)) return;
  const id = decodeURIComponent(location.pathname.slice(prefix.length));
  const answer = getJSON<Meta>(address(id, ""));
  answer.catch(() => {}); // the view that uses it says what is wrong
  asked.set(id, answer);
}

/** What the server says of a recording. */
export function useMeta(id: string): Loaded<Meta> {
  const [state, set] = useState<Loaded<Meta>>({ loading: true });
  useEffect(() => {
    let current = true;
    const answer = asked.get(id) ?? getJSON<Meta>(address(id, ""));
    asked.delete(id);
    set({ loading: true });
    answer.then(
      (data) => current && set({ data, loading: false }),
      (problem: Error) => current && set({ problem, loading: false }),
    );
    return () => {
      current = false;
    };
  }, [id]);
  return state;
}
