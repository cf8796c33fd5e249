import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { useUrlState } from "../../app/router";
import { Chart } from "../../ui/Chart";
import { groupColor } from "../../ui/colors";
import { Figure } from "../../ui/Figure";
import { Await } from "../../ui/Message";
import { HeatMap } from "./HeatMap";
import type { Finding, Slice } from "./types";

/** The arrays of a finding, one at a time: few rows as lines, many as a heat map. */
export function Arrays({ id, arrays }: { id: string; arrays: Finding["arrays"] }) {
  const [name, setName] = useUrlState("array", arrays[0].name);
  const array = arrays.find((a) => a.name === name) ?? arrays[0];
  return (
    <section aria-label="Arrays">
      <h2>Arrays</h2>
      <div class="toolbar" role="group" aria-label="Choose an array">
        {arrays.map((a) => (
          <button key={a.name} aria-pressed={a === array} onClick={() => setName(a.name)}>
            {a.name} <span class="muted">{a.shape.join(" × ") || "one value"}</span>
          </button>
        ))}
      </div>
      <One id={id} array={array} key={array.name} />
    </section>
  );
}

function One({ id, array }: { id: string; array: Finding["arrays"][number] }) {
  const axes = array.shape.slice(0, -2);
  const [place, setPlace] = useUrlState(`at-${array.name}`, "");
  const places = place.split(",").map(Number);
  const at = axes.map((n, axis) => (places[axis] >= 0 && places[axis] < n ? Math.round(places[axis]) : 0));
  const slice = useJSON<Slice>(api(["findings", id, "arrays", array.name], { at: at.some(Boolean) ? at.join() : undefined }));
  const controls = axes.map((n, axis) => (
    <label key={axis}>
      {`axis ${axis} `}
      <input
        type="number"
        min={0}
        max={n - 1}
        value={at[axis]}
        onInput={(e) => {
          const to = Math.round(e.currentTarget.valueAsNumber);
          if (to >= 0 && to < n) setPlace(at.map((x, i) => (i === axis ? to : x)).join());
        }}
      />
      {` of ${n}`}
    </label>
  ));
  return (
    <Await of={slice} what="The array">
      {(s) => (
        <Figure title={array.name} controls={controls} caption={caption(s)}>
          {s.values.length === 0 ? <p class="muted">The array is empty.</p> : s.rows <= 12 && s.cols > s.rows ? <Lines slice={s} /> : <HeatMap slice={s} />}
        </Figure>
      )}
    </Await>
  );
}

function caption(s: Slice): string {
  const [y, x] = s.block;
  const mean = x * y > 1 ? ` Each point is the mean of ${y > 1 ? `${y} × ` : ""}${x} values.` : "";
  return `${s.doc || s.name}.${mean}`;
}

function Lines({ slice }: { slice: Slice }) {
  const options = useMemo(() => {
    const points = slice.values.map((value, i) => ({ row: Math.floor(i / slice.cols), x: slice.along?.[i % slice.cols] ?? (i % slice.cols) * slice.block[1], value: value ?? NaN }));
    const few = slice.cols < 3;
    return {
      height: 240,
      marginLeft: 56,
      x: { label: slice.along_name ?? "place" },
      y: { label: slice.name, nice: true, grid: true },
      color: { domain: Array.from({ length: slice.rows }, (_, i) => i), range: Array.from({ length: slice.rows }, (_, i) => groupColor(i)), type: "categorical" },
      marks: [
        few || slice.cols < 30 ? Plot.dot(points, { x: "x", y: "value", fill: "row", r: 3 }) : null,
        Plot.line(points, { x: "x", y: "value", stroke: "row", strokeWidth: 1.5 }),
      ],
    } satisfies Plot.PlotOptions;
  }, [slice]);
  return (
    <>
      <Chart options={options} label={`${slice.name}: ${slice.rows} lines of ${slice.cols} values`} />
      {slice.rows > 1 && (
        <p class="finding-legend">
          {Array.from({ length: slice.rows }, (_, i) => (
            <span key={i}>
              <span class="finding-swatch" style={{ background: groupColor(i) }} /> row {i}
            </span>
          ))}
        </p>
      )}
    </>
  );
}
