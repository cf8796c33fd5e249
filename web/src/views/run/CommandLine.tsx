import { useState } from "preact/hooks";
import "./run.css";

/** A command as it is typed in a terminal, to be copied. */
export function CommandLine({ command, label = "The same in a terminal" }: { command: string; label?: string }) {
  const [said, say] = useState("");
  const copy = () => {
    copyText(command).then(
      () => say("Copied"),
      () => say("Not copied: select the line and copy it"),
    );
    setTimeout(() => say(""), 3000);
  };
  return (
    <div class="run-command">
      <div class="run-command-head">
        <span>{label}</span>
        <span role="status">{said}</span>
        <button class="quiet" onClick={copy} disabled={!command}>
          Copy
        </button>
      </div>
      <pre tabIndex={0} role="region" aria-label={label}>
        {command || " "}
      </pre>
    </div>
  );
}

/** Browsers keep the clipboard to pages of https and of this machine; elsewhere a selection must do. */
async function copyText(text: string) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser refused");
}
