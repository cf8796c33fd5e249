import { useEffect, useRef, useState } from "preact/hooks";
import { api, getJSON } from "../../app/api";
import { type Item, views } from "../../app/views";

/** What the server says of an item once it was opened. */
interface Facts {
  facts: string[];
  summary?: string;
  method?: string;
  passed: number;
  tested: number;
}

// Two at a time: opening a recording may read a large file.
const waiting: (() => void)[] = [];
let busy = 0;

function inTurn<T>(job: () => Promise<T>): Promise<T> {
  return new Promise((done, fail) => {
    waiting.push(() => {
      busy++;
      job()
        .then(done, fail)
        .finally(() => {
          busy--;
          waiting.shift()?.();
        });
    });
    if (busy < 2) waiting.shift()!();
  });
}

/** An item with the views of it; it is opened to be described when it comes into sight. */
export function Card({ item }: { item: Item }) {
  const place = useRef<HTMLLIElement>(null);
  const [facts, setFacts] = useState<Facts>();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (item.kinds[0] === "network") return;
    const abort = new AbortController();
    const watch = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      watch.disconnect();
      inTurn(() => (abort.signal.aborted ? Promise.reject(abort.signal.reason) : getJSON<Facts>(api(["library", item.id]), abort.signal))).then(
        setFacts,
        (error: Error) => !abort.signal.aborted && setProblem(error.message),
      );
    });
    watch.observe(place.current!);
    return () => {
      watch.disconnect();
      abort.abort();
    };
  }, [item.id]);
  const tabs = views.filter((v) => v.tab?.kinds.some((k) => item.kinds.includes(k))).sort((a, b) => a.tab!.order - b.tab!.order);
  const first = tabs[0]?.tab!.link(item.id);
  return (
    <li class="card" ref={place}>
      <h3>{first ? <a href={first}>{item.name}</a> : item.name}</h3>
      {facts?.method && <p class="mono">{facts.method}</p>}
      {facts && facts.facts.length > 0 && <p>{facts.facts.join(" · ")}</p>}
      {facts?.summary && <p class="library-summary">{facts.summary}</p>}
      {facts && facts.tested > 0 && (
        <p class={facts.passed > 0 ? "good" : "muted"}>
          {facts.passed} of {facts.tested} tests beyond chance
        </p>
      )}
      {problem && <p class="bad">{problem}</p>}
      <p class="path">{item.path}</p>
      <p class="tabs">
        {tabs.map((v) => (
          <a key={v.pattern} href={v.tab!.link(item.id)} aria-label={`${v.tab!.label} of ${item.name}`}>
            {v.tab!.label}
          </a>
        ))}
      </p>
    </li>
  );
}
