import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useUrlNumber, useUrlState } from "../../app/router";
import { useDark } from "../../app/Theme";
import { Message } from "../../ui/Message";
import { Acts } from "./Acts";
import { colorings, colorRows, type Coloring } from "./colors";
import { Comparison } from "./Comparison";
import { Controls } from "./Controls";
import { type About, type State } from "./data";
import { Diagram } from "./Diagram";
import type { Feed } from "./feed";
import { Panels } from "./Panels";
import { Save } from "./Picture";
import { useSimulation, type Live } from "./useSimulation";
import "./simulation.css";

/** A simulation that runs while it is looked at: what it does, what is done to it, and what it would do without. */
export default function Simulation({ id }: { id: string }) {
  const live = useSimulation(id);
  const { about, feed, state, problem } = live;
  if (!about || !state || !feed) {
    if (problem) return <Message title="The simulation cannot be shown">{problem}</Message>;
    return (
      <p class="loading" role="status">
        Making the network …
      </p>
    );
  }
  return <Running id={id} live={live} about={about} feed={feed} state={state} />;
}

interface RunningProps {
  id: string;
  live: Live;
  about: About;
  feed: Feed;
  state: State;
}

function Running({ id, live, about, feed, state }: RunningProps) {
  const [seconds, setSeconds] = useUrlNumber("window", 2);
  const [by, setBy] = useUrlState("color", "population");
  const setActs = useAddressed(live, state);
  const dark = useDark();
  const coloring = useMemo(() => colorRows(about, by, dark, state.cells), [about, by, dark, state.cells.join()]);
  const choose = (unit: number) => {
    const cells = state.cells.includes(unit) ? state.cells.filter((u) => u !== unit) : [...state.cells, unit].slice(-8);
    void live.ask("observe", { cells });
  };
  const comparing = state.compared !== null;
  return (
    <div class="simulation">
      <Controls id={id} live={live} state={state} />
      {(live.problem || live.broken || state.problem) && (
        <p class="bad" role="alert">
          {live.problem || live.broken || state.problem}
        </p>
      )}
      <div class="toolbar">
        <button aria-pressed={comparing} onClick={() => live.ask("compare", { on: !comparing })}>
          With and without
        </button>
        {comparing && <button onClick={() => live.ask("compare", { on: true })}>Compare from here</button>}
        <label>
          Show the last
          <select value={seconds} onChange={(e) => setSeconds(Number(e.currentTarget.value))}>
            {[0.1, 0.2, 0.5, 1, 2, 5, 10].map((s) => (
              <option key={s} value={s}>
                {s} s
              </option>
            ))}
          </select>
        </label>
        <label>
          Colour by
          <select value={by} onChange={(e) => setBy(e.currentTarget.value)}>
            {colorings(about).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <Legend coloring={coloring} />
        <Save about={about} feed={feed} window={seconds} coloring={coloring} />
      </div>
      <Panels about={about} live={live} feed={feed} state={state} window={seconds} colors={coloring.pixels} onChoose={choose} />
      <Acts about={about} live={live} state={state} onChange={setActs} />
      {state.compared && <Comparison about={about} feed={feed} compared={state.compared} />}
      <Command state={state} />
      <h2>Model</h2>
      <Diagram about={about} />
      <details>
        <summary>All of it, with every default</summary>
        <pre class="simulation-text" tabIndex={0}>
          {about.model.text}
        </pre>
      </details>
    </div>
  );
}

/** Keeps what acts and which cells are chosen in the address; an address that says so does it when it is opened. */
function useAddressed(live: Live, state: State): (acts: string[]) => void {
  const [acts, setActs] = useUrlState("do", "");
  const [cells, setCells] = useUrlState("cells", "");
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current) return;
    opened.current = true;
    const wanted = acts.split(";").filter(Boolean);
    if (wanted.length > 0 && wanted.join(";") !== state.acts.map((a) => a.do).join(";")) void live.ask("do", { do: wanted });
    const units = cells.split("+").filter(Boolean).map(Number).filter(Number.isInteger);
    if (units.length > 0 && cells !== state.cells.join("+")) void live.ask("observe", { cells: units });
  }, []);
  const chosen = state.cells.join("+");
  const before = useRef(chosen);
  useEffect(() => {
    if (before.current !== chosen) setCells(chosen);
    before.current = chosen;
  }, [chosen]);
  return (next) => setActs(next.join(";"));
}

function Legend({ coloring }: { coloring: Coloring }) {
  return (
    <span class="simulation-legend" aria-label="Colours">
      {coloring.legend.map((l) => (
        <span key={l.label}>
          <i style={{ background: l.color }} /> {l.label}
        </span>
      ))}
    </span>
  );
}

/** What is typed to compute the same without the page. */
function Command({ state }: { state: State }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(state.command).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1500);
      },
      () => setCopied(false),
    );
  };
  return (
    <section class="simulation-command" aria-label="The same as a command">
      <h2>
        The same as a command <small>same spikes, at the times at which it was done</small>
      </h2>
      <pre tabIndex={0}>{state.command}</pre>
      <button onClick={copy}>{copied ? "Copied" : "Copy as command"}</button>
    </section>
  );
}
