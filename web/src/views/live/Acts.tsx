import { useLibrary } from "../../app/library";
import { number } from "../../ui/format";
import { type Act, type Action, actions, hasDose, range } from "./act";
import { useUrlState } from "../../app/router";
import { SiteOptions } from "./SitePicker";
import { type Described, hasPositions, splitUnit } from "./types";

interface ActsProps {
  network: Described;
  acts: Act[];
  set: (acts: Act[]) => void;
  unit: string;
}

/** The stack of interventions, each with its dose. */
export function Acts({ network, acts, set, unit }: ActsProps) {
  const add = () => {
    const { site, index } = splitUnit(unit);
    set([...acts, { action: "scale", site, units: index, at: "", value: 0, vector: "" }]);
  };
  return (
    <div class="live-acts">
      <h2>
        Interventions <small>what the network is made to do</small>
      </h2>
      {acts.map((act, i) => (
        <One
          key={i}
          number={i}
          network={network}
          act={act}
          set={(next) => set(acts.map((a, j) => (j === i ? next : a)))}
          remove={() => set(acts.filter((_, j) => j !== i))}
        />
      ))}
      <button class={acts.length === 0 ? "primary" : ""} onClick={add}>
        {acts.length === 0 ? `Intervene on ${unit}` : "Stack another"}
      </button>
    </div>
  );
}

function One({ number: n, network, act, set, remove }: { number: number; network: Described; act: Act; set: (a: Act) => void; remove: () => void }) {
  const change = (part: Partial<Act>) => set({ ...act, ...part });
  const site = network.sites.find((s) => s.name === act.site);
  const setAction = (action: Action) => {
    const start: Partial<Record<Action, number>> = { scale: 0, add: 2, clamp: 2, threshold: 0 };
    set({ ...act, action, value: start[action] ?? 0, vector: "", units: action === "project" ? "" : act.units || "0" });
  };
  return (
    <fieldset class="live-act">
      <legend>Intervention {n + 1}</legend>
      <div class="live-row">
        <select aria-label="Action" value={act.action} onChange={(e) => setAction(e.currentTarget.value as Action)}>
          {actions.map((a) => (
            <option key={a}>{a}</option>
          ))}
        </select>
        <select aria-label="Site" value={act.site} onChange={(e) => change({ site: e.currentTarget.value, units: act.action === "project" ? "" : "0" })}>
          <SiteOptions sites={network.sites} />
        </select>
        <button class="quiet" aria-label={`Take away intervention ${n + 1}`} onClick={remove}>
          ✕
        </button>
      </div>
      <div class="live-row">
        {act.action !== "project" && (
          <label>
            Units
            <input value={act.units} placeholder="all" size={9} title="17, or 1+5+20-29; of heads 2:7" onChange={(e) => change({ units: e.currentTarget.value.replaceAll(" ", "") })} />
          </label>
        )}
        {hasPositions(site) && (
          <label>
            Positions
            <input value={act.at} placeholder="all" size={6} title="3, 2-5, or -1 for the last" onChange={(e) => change({ at: e.currentTarget.value.replaceAll(" ", "") })} />
          </label>
        )}
        {(act.action === "add" || act.action === "project") && <Direction act={act} change={change} />}
        {act.action === "silence" && (
          <label>
            to
            <select value={act.vector} onChange={(e) => change({ vector: e.currentTarget.value })}>
              <option value="">0</option>
              <option value="mean">its mean</option>
              <option value="resample">other samples</option>
            </select>
          </label>
        )}
      </div>
      {hasDose(act.action) && <Dose n={n} act={act} change={change} />}
    </fieldset>
  );
}

/** A direction is a recording of one sample that is open here. */
function Direction({ act, change }: { act: Act; change: (part: Partial<Act>) => void }) {
  const recordings = useLibrary().items.filter((item) => item.kinds.includes("recording"));
  return (
    <label>
      Direction
      <select value={act.vector} onChange={(e) => change({ vector: e.currentTarget.value, units: e.currentTarget.value ? "" : act.units })}>
        <option value="">{act.action === "add" ? "each unit alone" : "choose an open recording"}</option>
        {recordings.map((item) => (
          <option key={item.id} value={item.id}>
            {item.name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The range of an intervention's doses, kept in the address. */
export function useRange(n: number, action: Action): [[number, number], (r: [number, number]) => void] {
  const [text, setText] = useUrlState(`range${n + 1}`, "");
  const [low, high] = text.split(":").map(Number);
  const fits = text !== "" && Number.isFinite(low) && Number.isFinite(high) && low < high;
  return [fits ? [low, high] : range[action], (r) => setText(r.join(":"))];
}

function Dose({ n, act, change }: { n: number; act: Act; change: (part: Partial<Act>) => void }) {
  const [[low, high], setRange] = useRange(n, act.action);
  return (
    <div class="live-dose">
      <label class="live-slider">
        <span>
          Dose <output>{number(act.value)}</output>
        </span>
        <input
          type="range"
          min={low}
          max={high}
          step={(high - low) / 200}
          value={act.value}
          aria-label={`Dose of intervention ${n + 1}`}
          onInput={(e) => change({ value: Number(e.currentTarget.valueAsNumber.toPrecision(4)) })}
        />
      </label>
      <span class="live-range muted">
        from <input type="number" aria-label="Least dose" value={low} onChange={(e) => e.currentTarget.valueAsNumber < high && setRange([e.currentTarget.valueAsNumber, high])} />
        to <input type="number" aria-label="Largest dose" value={high} onChange={(e) => e.currentTarget.valueAsNumber > low && setRange([low, e.currentTarget.valueAsNumber])} />
      </span>
    </div>
  );
}
