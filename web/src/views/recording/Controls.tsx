import type { OrderChoice, Meta, Mode } from "./types";
import { modesOf } from "./types";

const modeNames: Record<Mode, string> = { heat: "Heat map", lines: "Traces", raster: "Raster" };

export interface ControlsProps {
  meta: Meta;
  mode: Mode;
  setMode: (m: Mode) => void;
  order: string;
  setOrder: (o: string) => void;
  reverse: boolean;
  setReverse: (r: boolean) => void;
  peak: boolean;
  setPeak: (p: boolean) => void;
  full: number;
  setFull: (f: number) => void;
  choices: OrderChoice[];
  zoom: (time: number, rows: number) => void;
  home: () => void;
}

/** What is shown and in which order. */
export function Controls(p: ControlsProps) {
  const modes = modesOf(p.meta);
  return (
    <div class="toolbar" role="group" aria-label="What is shown">
      {modes.length > 1 && (
        <span role="group" aria-label="Shown as" class="recording-modes">
          {modes.map((m) => (
            <button key={m} aria-pressed={p.mode === m} onClick={() => p.setMode(m)}>
              {modeNames[m]}
            </button>
          ))}
        </span>
      )}
      <OrderSelect {...p} />
      <label>
        <input type="checkbox" checked={p.reverse} onChange={(e) => p.setReverse(e.currentTarget.checked)} /> reversed
      </label>
      {p.meta.kinds.traces && p.mode === "heat" && (
        <label title="Of each bin the sample that lies farthest from the median, in place of the mean">
          <input type="checkbox" checked={p.peak} onChange={(e) => p.setPeak(e.currentTarget.checked)} /> peaks
        </label>
      )}
      {p.mode !== "lines" && (
        <label>
          Contrast
          <input type="range" min="-2" max="3" step="0.25" value={String(4 - Math.log2(p.full) - 2)} onInput={(e) => p.setFull(2 ** (2 - Number(e.currentTarget.value)))} />
        </label>
      )}
      <span role="group" aria-label="Zoom" class="recording-zoom">
        <button aria-label="Zoom in on time" title="Zoom in on time (+)" onClick={() => p.zoom(0.5, 1)}>
          +
        </button>
        <button aria-label="Zoom out of time" title="Zoom out of time (-)" onClick={() => p.zoom(2, 1)}>
          −
        </button>
        <button aria-label="Fewer rows" title="Fewer rows (])" onClick={() => p.zoom(1, 0.5)}>
          ↧
        </button>
        <button aria-label="More rows" title="More rows ([)" onClick={() => p.zoom(1, 2)}>
          ↥
        </button>
        <button onClick={p.home} title="The whole recording (Home)">
          Whole
        </button>
      </span>
    </div>
  );
}

function OrderSelect({ order, setOrder, choices }: ControlsProps) {
  const groups = new Map<string, OrderChoice[]>();
  for (const c of choices) groups.set(c.group, [...(groups.get(c.group) ?? []), c]);
  const known = choices.some((c) => c.order === order);
  return (
    <label>
      Order by
      <select value={order} onChange={(e) => setOrder(e.currentTarget.value)}>
        {!known && <option value={order}>{order || "file"}</option>}
        {[...groups].map(([group, list]) =>
          group === "" ? (
            list.map((c) => <Option key={c.order} {...c} />)
          ) : (
            <optgroup key={group} label={group}>
              {list.map((c) => (
                <Option key={c.order} {...c} />
              ))}
            </optgroup>
          ),
        )}
      </select>
    </label>
  );
}

const Option = ({ order, label, doc }: OrderChoice) => (
  <option value={order} title={doc}>
    {label}
  </option>
);
