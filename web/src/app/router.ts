// The address is the state: every view reads itself from it and writes itself into it.
import { useCallback, useEffect, useState } from "preact/hooks";

const changed = "studio:address";

function tell() {
  window.dispatchEvent(new Event(changed));
}

/** Goes to another address within the studio. */
export function navigate(to: string, replace = false) {
  if (to === location.pathname + location.search) return;
  flush();
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  tell();
}

/** The current address; the component is drawn again when it changes. */
export function useAddress(): { path: string; search: string } {
  const read = () => ({ path: location.pathname, search: location.search });
  const [address, set] = useState(read);
  useEffect(() => {
    const update = () => set(read());
    window.addEventListener("popstate", update);
    window.addEventListener(changed, update);
    return () => {
      window.removeEventListener("popstate", update);
      window.removeEventListener(changed, update);
    };
  }, []);
  return address;
}

// What is dragged changes the address many times a second, which browsers refuse: it is written when it rests.
const pending = new Map<string, string | null>();
let timer = 0;
let pendingPath = "";

function flush() {
  clearTimeout(timer);
  if (pending.size === 0) return;
  if (location.pathname === pendingPath) {
    history.replaceState(null, "", withParams(pending));
  }
  pending.clear();
}

function withParams(changes: Map<string, string | null>): string {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of changes) {
    if (value === null) query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
  return location.pathname + (text ? "?" + text : "");
}

/**
 * A piece of a view's state that lives in the address as ?key=value; the fallback is not written. With `push`
 * each change is a step of the browser's history.
 */
export function useUrlState(key: string, fallback: string, push = false): [string, (value: string) => void] {
  const { search } = useAddress();
  const inAddress = pending.has(key) && location.pathname === pendingPath ? pending.get(key) : new URLSearchParams(search).get(key);
  const [value, setValue] = useState(inAddress ?? fallback);
  useEffect(() => setValue(new URLSearchParams(search).get(key) ?? fallback), [search, key, fallback]);
  const set = useCallback(
    (next: string) => {
      setValue(next);
      const written = next === fallback ? null : next;
      if (push) {
        flush();
        const to = withParams(new Map([[key, written]]));
        if (to !== location.pathname + location.search) {
          history.pushState(null, "", to);
          tell();
        }
        return;
      }
      if (pendingPath !== location.pathname) pending.clear();
      pendingPath = location.pathname;
      pending.set(key, written);
      clearTimeout(timer);
      timer = window.setTimeout(flush, 250);
    },
    [key, fallback, push],
  );
  return [value, set];
}

/** The same for a number. */
export function useUrlNumber(key: string, fallback: number, push = false): [number, (value: number) => void] {
  const [text, setText] = useUrlState(key, String(fallback), push);
  const value = Number(text);
  const set = useCallback((next: number) => setText(String(next)), [setText]);
  return [Number.isFinite(value) ? value : fallback, set];
}
