import { useState } from "preact/hooks";
import type { Seen } from "./types";

/** The same as a command line. */
export function Command({ seen, acts }: { seen: Seen; acts: number }) {
  const [said, setSaid] = useState("");
  const copy = (text: string, what: string) => () => {
    navigator.clipboard.writeText(text).then(
      () => setSaid(`${what} copied`),
      () => setSaid("The browser does not let this page copy: mark the text."),
    );
  };
  return (
    <section class="live-command" aria-label="As a command">
      <div class="toolbar">
        {seen.command && <button onClick={copy(seen.command, "Command")}>Copy as command</button>}
        {acts > 0 && <button onClick={copy(seen.do, "Interventions")}>Copy --do alone</button>}
        <span role="status" class="muted">
          {said}
        </span>
      </div>
      {(seen.command || seen.do) && (
        <pre tabIndex={0} aria-label="Command">
          {seen.command || seen.do}
        </pre>
      )}
    </section>
  );
}
