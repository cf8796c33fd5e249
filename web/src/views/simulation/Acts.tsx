import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { About, Population, State } from "./data";
import { unitName } from "./data";
import { type Act, actions, parseAct, range, spell, unitOf } from "./act";
import type { Live } from "./useSimulation";

/** What acts on the network, each with its dose; and a form for one more. */
export function Acts({ about, live, state, onChange }: { about: About; live: Live; state: State; onChange: (acts: string[]) => void }) {
  const send = useLatest(live);
  const [texts, setTexts] = useState(state.acts.map((a) => a.do));
  const dragged = useRef(0);
  // What another page or the server changed is shown, but not under the hand of who drags.
  const told = JSON.stringify(state.acts.map((a) => a.do));
  useEffect(() => {
    if (performance.now() - dragged.current > 400) setTexts(JSON.parse(told) as string[]);
  }, [told]);
  const change = (next: string[]) => {
    dragged.current = performance.now();
    setTexts(next);
    send(next);
    onChange(next);
  };
  return (
    <section class="simulation-acts" aria-label="Interventions">
      <h2>Do something to it</h2>
      {texts.map((text, i) => (
        <Row
          key={i}
          about={about}
          text={text}
          since={state.acts.find((a) => a.do === text)?.since}
          onChange={(t) => change(texts.map((old, k) => (k === i ? t : old)))}
          onRemove={() => change(texts.filter((_, k) => k !== i))}
        />
      ))}
      <More about={about} state={state} onAdd={(text) => change([...texts, text])} />
    </section>
  );
}

/** Sends interventions one request at a time, the last ones first and the others not at all. */
function useLatest(live: Live): (acts: string[]) => void {
  const waiting = useRef<string[] | undefined>(undefined);
  const busy = useRef(false);
  return (acts) => {
    waiting.current = acts;
    const next = () => {
      const now = waiting.current;
      if (busy.current || !now) return;
      waiting.current = undefined;
      busy.current = true;
      void live.ask("do", { do: now }).finally(() => {
        busy.current = false;
        next();
      });
    };
    next();
  };
}

function Row({ about, text, since, onChange, onRemove }: { about: About; text: string; since?: number; onChange: (text: string) => void; onRemove: () => void }) {
  const act = parseAct(text);
  const limits = useMemo(() => act && range(act), [act?.action, act?.site, act?.units]);
  return (
    <div class="simulation-act">
      <code>{text}</code>
      {act && limits && (
        <>
          <input
            type="range"
            aria-label={`Dose of ${act.action} at ${act.site}`}
            min={Math.min(limits.low, act.value)}
            max={Math.max(limits.high, act.value)}
            step={limits.step}
            value={act.value}
            onInput={(e) => onChange(spell({ ...act, value: Number(e.currentTarget.value) }))}
          />
          <input
            type="number"
            aria-label={`Dose of ${act.action} at ${act.site}, as a number`}
            step={limits.step}
            value={act.value}
            onChange={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && onChange(spell({ ...act, value: e.currentTarget.valueAsNumber }))}
          />
          <span class="muted">{unitOf(about.model, act)}</span>
        </>
      )}
      <span class="muted simulation-since">{since !== undefined && `since ${Number(since.toFixed(3))} s`}</span>
      <button class="quiet" onClick={onRemove} aria-label={`Take ${text} away`}>
        ✕
      </button>
    </div>
  );
}

function More({ about, state, onAdd }: { about: About; state: State; onAdd: (text: string) => void }) {
  const { populations } = about.model;
  const [action, setAction] = useState<Act["action"]>("add");
  const [site, setSite] = useState((populations.find((p) => !p.source) ?? populations[0]).name);
  const [units, setUnits] = useState(some(populations.find((p) => p.name === site)!));
  const population = populations.find((p) => p.name === site)!;
  const possible = actions.filter((a) => can(a.action, population));
  const chosen = state.cells.filter((u) => u >= population.first && u < population.first + population.size);
  const kind = possible.find((a) => a.action === action) ?? possible[0];
  const add = (e: Event) => {
    e.preventDefault();
    const all = units.trim() === "" || units.trim() === "*";
    onAdd(spell({ action: kind.action, site: kind.state ? `${site}.${population.states[0].name}` : site, units: all ? "" : units.trim(), value: kind.start }));
  };
  return (
    <form class="simulation-act" onSubmit={add}>
      <select aria-label="What is done" value={kind.action} onChange={(e) => setAction(e.currentTarget.value as Act["action"])}>
        {possible.map((a) => (
          <option key={a.action} value={a.action}>
            {a.label}
          </option>
        ))}
      </select>
      <select aria-label="Population" value={site} onChange={(e) => (setSite(e.currentTarget.value), setUnits(some(populations.find((p) => p.name === e.currentTarget.value)!)))}>
        {populations.map((p) => (
          <option key={p.name}>{p.name}</option>
        ))}
      </select>
      <label>
        cells <input size={9} value={units} placeholder="all" onInput={(e) => setUnits(e.currentTarget.value)} title="Such as 0-99, 3+5, or nothing for all" />
      </label>
      {chosen.length > 0 && (
        <button type="button" class="quiet" onClick={() => setUnits(chosen.map((u) => u - population.first).join("+"))}>
          the chosen {chosen.length === 1 ? unitName(about, chosen[0]) : chosen.length}
        </button>
      )}
      <button>Do it</button>
    </form>
  );
}

/** Few enough of a population for others to be left to compare with. */
function some(p: Population): string {
  const n = Math.min(100, Math.floor(p.size / 4));
  return n > 1 ? `0-${n - 1}` : "0";
}

function can(action: string, p: Population): boolean {
  if (action === "add") return p.current !== "";
  if (action === "threshold") return p.states.length > 0;
  return true;
}
