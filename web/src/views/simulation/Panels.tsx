import type { About, State } from "./data";
import { populationOf, unitName } from "./data";
import { Curves } from "./Curves";
import type { Feed } from "./feed";
import { Raster } from "./Raster";
import type { Live } from "./useSimulation";

interface PanelsProps {
  about: About;
  live: Live;
  feed: Feed;
  state: State;
  window: number;
  colors: Uint32Array;
  onChoose: (unit: number) => void;
}

/** Rasters side by side, rates and potentials beneath, all on one clock. */
export function Panels({ about, live, feed, state, window, colors, onChoose }: PanelsProps) {
  const { clock } = live;
  const lanes = state.compared ? ["with", "without"] : [""];
  const thinned = about.shown.length < about.units ? `${about.shown.length} of ${about.units} cells, chosen evenly` : `${about.units} cells`;
  return (
    <>
      <div class="simulation-rasters">
        {lanes.map((name, lane) => (
          <Raster key={lane} about={about} feed={feed} clock={clock} lane={lane} title={name ? `${name} · ${thinned}` : thinned} window={window} colors={colors} chosen={state.cells} onChoose={onChoose} />
        ))}
      </div>
      <p class="muted simulation-key">
        Rates of whole populations in bins of {(about.bin * 1000).toFixed(0)} ms
        {state.compared && <>: violet with, ink without, dashed the null</>}
      </p>
      <div class="simulation-lines">
        {about.model.populations.map((p, column) => (
          <Line key={p.name} name={p.name}>
            <Curves feed={feed} clock={clock} window={window} label={`Rate of ${p.name}`} series="rates" column={column} unit="spikes/s" fromZero />
          </Line>
        ))}
        {state.cells.map((unit, column) => {
          const s = populationOf(about.model, unit)?.states[0];
          return (
            <Line key={`cell-${unit}`} name={unitName(about, unit)} onRemove={() => onChoose(unit)}>
              <Curves feed={feed} clock={clock} window={window} label={`${s?.name ?? "State"} of ${unitName(about, unit)}`} series="traces" column={column} unit={s?.unit ?? ""} />
            </Line>
          );
        })}
      </div>
      <AddCell about={about} onChoose={onChoose} />
    </>
  );
}

function Line({ name, children, onRemove }: { name: string; children: preact.ComponentChildren; onRemove?: () => void }) {
  return (
    <div class="simulation-line">
      <span class="simulation-line-name" title={name}>
        {name}
        {onRemove && (
          <button class="quiet" aria-label={`Do not show ${name}`} onClick={onRemove}>
            ✕
          </button>
        )}
      </span>
      {children}
    </div>
  );
}

/** Chooses a cell by its name, for those who do not click. */
function AddCell({ about, onChoose }: { about: About; onChoose: (unit: number) => void }) {
  const names = about.columns.find((c) => c.name === "name")!.values;
  const choose = (e: Event) => {
    e.preventDefault();
    const input = (e.currentTarget as HTMLFormElement).elements.namedItem("cell") as HTMLInputElement;
    const row = names.indexOf(input.value.trim());
    const [, population, index] = /^(.*)\/(\d+)$/.exec(input.value.trim()) ?? [];
    const p = about.model.populations.find((q) => q.name === population);
    const unit = row >= 0 ? about.shown[row] : p && Number(index) < p.size ? p.first + Number(index) : -1;
    input.setCustomValidity(unit < 0 ? "There is no cell of that name." : "");
    if (!input.reportValidity()) return;
    onChoose(unit);
    input.value = "";
  };
  return (
    <form class="simulation-addcell" onSubmit={choose}>
      <label>
        Potential of a cell <input name="cell" size={12} placeholder={String(names[0])} onInput={(e) => e.currentTarget.setCustomValidity("")} />
      </label>
      <button>Show</button> <span class="muted">or click on its row</span>
    </form>
  );
}
