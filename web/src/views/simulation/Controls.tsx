import { useEffect, useRef, useState } from "preact/hooks";
import { api, postJSON } from "../../app/api";
import { useLibrary } from "../../app/library";
import { recordingLink } from "../../app/links";
import { number } from "../../ui/format";
import type { State } from "./data";
import type { Live } from "./useSimulation";

const speeds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 0];

/** Start, pause, step, speed; and what time it is. */
export function Controls({ id, live, state }: { id: string; live: Live; state: State }) {
  return (
    <div class="toolbar simulation-controls" role="group" aria-label="Run">
      <button class="primary" onClick={() => live.ask("play", { playing: !state.playing })}>
        {state.playing ? "Pause" : "Start"}
      </button>
      <button disabled={state.playing} onClick={() => live.ask("step", { seconds: 0.01 })} title="10 ms">
        Step
      </button>
      <button onClick={() => live.ask("reset")}>Reset</button>
      <label>
        Speed
        <select value={state.speed} onChange={(e) => live.ask("play", { speed: Number(e.currentTarget.value) })}>
          {[...new Set([...speeds, state.speed])].map((s) => (
            <option key={s} value={s}>
              {s === 0 ? "as fast as it goes" : `${s} × real time`}
            </option>
          ))}
        </select>
      </label>
      <Save id={id} />
      <span class="simulation-time" aria-label="Time">
        <Now live={live} /> simulated in {state.wall.toFixed(1)} s
        {state.playing && <> · {number(Number(state.measured.toPrecision(2)))} × real time</>}
        {state.watchers > 1 && <> · {state.watchers} pages watch</>}
      </span>
    </div>
  );
}

/** The simulated time, which goes on between two states. */
function Now({ live }: { live: Live }) {
  const text = useRef<HTMLElement>(null);
  const { feed } = live;
  useEffect(() => {
    const show = () => (text.current!.textContent = `${(feed?.to ?? 0).toFixed(2)} s`);
    show();
    const timer = setInterval(show, 100);
    return () => clearInterval(timer);
  }, [feed]);
  return <strong class="simulation-now" ref={text} />;
}

/** Keeps what was seen as a recording. */
function Save({ id }: { id: string }) {
  const [saved, setSaved] = useState<{ id: string; path: string }>();
  const [problem, setProblem] = useState("");
  const { refresh } = useLibrary();
  const save = () => {
    setProblem("");
    postJSON<{ id: string; path: string }>(api(["simulations", id, "save"]), {}).then(
      (s) => {
        setSaved(s);
        refresh();
      },
      (error: Error) => setProblem(error.message),
    );
  };
  return (
    <>
      <button onClick={save}>Save as recording</button>
      {saved && (
        <a href={recordingLink(saved.id)} title={saved.path}>
          Look at {saved.id}
        </a>
      )}
      {problem && (
        <span class="bad" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
