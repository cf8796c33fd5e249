import { useState } from "preact/hooks";
import { findingLink } from "../../app/links";
import { cancel, duration, resume, useClock } from "./runs";
import { formLink } from "./form";
import type { Run } from "./types";

/** How far a run is, what it does now, and how long that will take. */
export function Progress({ run: told }: { run: Run }) {
  const run = useClock(told);
  const silent = run.fraction === 0 && !run.now;
  const percent = Math.round(100 * run.fraction);
  return (
    <div class={"run-progress " + run.state}>
      <p class="run-state">
        <strong class={run.state === "failed" ? "bad" : run.state === "done" ? "good" : ""}>{run.stopping ? "stopping" : run.state}</strong>
        <span class="muted">{says(run, percent)}</span>
      </p>
      {run.state === "running" && (
        <div
          class={"run-bar" + (silent ? " silent" : "")}
          role="progressbar"
          aria-label={`Progress of ${run.id}`}
          aria-valuenow={silent ? undefined : percent}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuetext={silent ? "has not said how far it is" : `${percent} %, ${run.now}`}
        >
          <div style={{ width: silent ? undefined : `${100 * run.fraction}%` }} />
        </div>
      )}
      {run.error && (
        <p class={run.state === "failed" ? "bad" : "muted"} role="status">
          {run.error}
        </p>
      )}
    </div>
  );
}

function says(run: Run, percent: number): string {
  switch (run.state) {
    case "waiting":
      return "for the run before it to end";
    case "running": {
      const left = run.left_s === null ? "" : `about ${duration(run.left_s)} left`;
      return [run.now ? `${percent} %` : "opening its inputs", run.now, `${duration(run.ran_s)} so far`, left].filter(Boolean).join(" · ");
    }
    default:
      return run.began ? `after ${duration(run.ran_s)}` : "";
  }
}

/** What can be done with a run now. */
export function Actions({ run }: { run: Run }) {
  const [problem, setProblem] = useState("");
  const act = (what: (run: Run) => Promise<Run>) => () => {
    setProblem("");
    what(run).catch((error: Error) => setProblem(error.message));
  };
  return (
    <p class="run-actions">
      {run.item && (
        <a class="run-open" href={findingLink(run.item)}>
          Open the finding
        </a>
      )}
      {(run.state === "waiting" || run.state === "running") && (
        <button onClick={act(cancel)} disabled={run.stopping}>
          Cancel
        </button>
      )}
      {run.resumable && <button onClick={act(resume)}>Resume</button>}
      <a href={formLink(run)}>{run.state === "failed" ? "Change and run again" : "Fill in the form like this"}</a>
      {problem && (
        <span class="bad" role="alert">
          {problem}
        </span>
      )}
    </p>
  );
}
