import { useMemo, useRef, useState } from "preact/hooks";
import { useJSON } from "../../app/api";
import { neuronLink } from "../../app/links";
import { useUrlNumber, useUrlState } from "../../app/router";
import { useDark } from "../../app/Theme";
import type { ViewProps } from "../../app/views";
import { type Column, DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import { duration } from "./axis";
import { type Window, whole } from "./camera";
import { legend } from "./colormap";
import { Controls } from "./Controls";
import { useMeta } from "./early";
import { Hover } from "./Hover";
import { glides, type Pointed, zoomMiddle } from "./input";
import "./recording.css";
import { address, type Arrangement, kindOf, type Meta, type Mode, modesOf, type Order, type OrderChoice, orderQuery } from "./types";
import { readPaints, useScene } from "./useScene";
import { hiddenTracks } from "./tracks";

/** A recording as a whole: its units over time, and what else was measured beside them. */
export default function RecordingView({ params }: ViewProps) {
  const id = params.item;
  const meta = useMeta(id);
  return (
    <ItemPage id={id}>
      <Await of={meta} what="Recording">
        {(m) => <Recording key={m.version} id={id} meta={m} />}
      </Await>
    </ItemPage>
  );
}

function Recording({ id, meta }: { id: string; meta: Meta }) {
  const [painted, setPainted] = useState(false); // what is not seen at once is asked for after that
  const units = useJSON<{ columns: Column[] }>(painted ? address(id, "units") : null);
  const choices = useJSON<OrderChoice[]>(painted ? address(id, "orders") : null);
  return (
    <>
      <Plot id={id} meta={meta} names={units.data?.columns.find((c) => c.name === "name")?.values as string[] | undefined} choices={choices.data ?? []} painted={() => setPainted(true)} />
      {meta.notes.length > 0 && (
        <ul class="recording-notes" aria-label="Notes of the reader">
          {meta.notes.map((n) => (
            <li key={n}>{n}</li>
          ))}
        </ul>
      )}
      <h2>Units</h2>
      {units.data && (
        <DataTable
          name="Units"
          columns={units.data.columns}
          source={address(id, "units")}
          show={(c, value) => (c.name === "name" ? <a href={neuronLink(id, String(value))}>{String(value)}</a> : undefined)}
        />
      )}
    </>
  );
}

/** Rows and groups of an order; that of the file is known without asking. */
function useOrder(id: string, units: number, a: Arrangement): { order: Order; problem?: Error } {
  const plain = useMemo(() => {
    const rows = Array.from({ length: units }, (_, i) => i);
    return { rows: a.reverse ? rows.reverse() : rows, groups: null, names: null };
  }, [units, a.reverse]);
  const loaded = useJSON<Order>(a.order ? address(id, "order", orderQuery(a)) : null);
  return { order: a.order ? (loaded.data ?? plain) : plain, problem: loaded.problem };
}

/** Times in the address have as many digits as a pixel needs. */
const written = (v: number) => String(Number(v.toPrecision(9)));

function useWindow(meta: Meta) {
  const [t0, setT0] = useUrlState("t0", "");
  const [t1, setT1] = useUrlState("t1", "");
  const [rows, setRows] = useUrlState("rows", "");
  const given = useMemo((): Window | undefined => {
    const [r0, r1] = rows.split("-").map(Number);
    const w = { t0: t0 === "" ? meta.start_s : Number(t0), t1: t1 === "" ? meta.stop_s : Number(t1), r0: rows ? r0 : 0, r1: rows ? r1 : meta.units };
    return Object.values(w).every(Number.isFinite) && w.t0 < w.t1 && w.r0 < w.r1 ? w : undefined;
  }, [t0, t1, rows]);
  const write = (w: Window) => {
    setT0(w.t0 <= meta.start_s ? "" : written(w.t0));
    setT1(w.t1 >= meta.stop_s ? "" : written(w.t1));
    setRows(w.r0 <= 0 && w.r1 >= meta.units ? "" : `${Number(w.r0.toFixed(2))}-${Number(w.r1.toFixed(2))}`);
  };
  return { given, write };
}

interface PlotProps {
  id: string;
  meta: Meta;
  names?: string[];
  choices: OrderChoice[];
  painted: () => void;
}

function Plot({ id, meta, names, choices, painted }: PlotProps) {
  const dark = useDark();
  const [modeText, setMode] = useUrlState("mode", modesOf(meta)[0]);
  const mode = modesOf(meta).find((m) => m === modeText) ?? modesOf(meta)[0];
  const [by, setBy] = useUrlState("order", "");
  const [reverse, setReverse] = useUrlState("reverse", "");
  const [peak, setPeak] = useUrlState("peak", "");
  const [full, setFull] = useUrlNumber("full", 4);
  const kind = kindOf(meta, mode);
  const arrangement = useMemo((): Arrangement => ({ kind, order: by, reverse: reverse === "1", peak: peak === "1" }), [kind, by, reverse, peak]);
  const { order, problem: orderProblem } = useOrder(id, meta.units, arrangement);
  const options = useMemo(
    () => ({ id, meta, mode, arrangement, order, look: { dark, full }, paints: readPaints(), names }),
    [id, meta, mode, arrangement, order, dark, full, names],
  );
  const host = useRef<HTMLDivElement>(null);
  const { given, write } = useWindow(meta);
  const [seen, setSeen] = useState<Window>(given ?? { t0: meta.start_s, t1: meta.stop_s, r0: 0, r1: meta.units });
  const [hover, setHover] = useState<Pointed>();
  const [pinned, setPinned] = useState<Pointed>();
  const rested = (w: Window) => {
    if (w.t0 === seen.t0 && w.t1 === seen.t1 && w.r0 === seen.r0 && w.r1 === seen.r1) return;
    write(w);
    setPinned(undefined);
    setSeen(w);
  };
  const { scene, status, problem } = useScene(host, options, given, { hover: setHover, pick: setPinned, rested, painted });
  const follow = useRef(given);
  if (scene && follow.current !== given) {
    // The address was changed by the browser's back and forward.
    follow.current = given;
    const to = given ?? whole(scene.bounds);
    if (Math.abs(to.t0 - seen.t0) + Math.abs(to.t1 - seen.t1) > 1e-6 * (seen.t1 - seen.t0)) queueMicrotask(() => scene.go(to, glides()));
  }
  const query = { ...orderQuery(arrangement), t0: seen.t0, t1: seen.t1, from: Math.floor(seen.r0), to: Math.min(meta.units, Math.ceil(seen.r1)), mode };
  const at = pinned ?? hover;
  const seconds = scene ? (seen.t1 - seen.t0) / scene.layout.plotWidth : 0;
  return (
    <Figure
      title={`Activity of ${meta.name || id}`}
      svg={() => address(id, "figure", query)}
      caption={<Caption meta={meta} kind={kind} mode={mode} />}
      controls={undefined}
    >
      <Controls
        {...{ meta, mode, setMode, order: by, setOrder: setBy, full, setFull, choices }}
        reverse={reverse === "1"}
        setReverse={(r) => setReverse(r ? "1" : "")}
        peak={peak === "1"}
        setPeak={(p) => setPeak(p ? "1" : "")}
        zoom={(time, rows) => scene?.go(zoomMiddle(scene.goal, time, rows), glides())}
        home={() => scene?.go(whole(scene.bounds), glides())}
      />
      <div
        class="recording-plot"
        ref={host}
        tabIndex={0}
        role="application"
        aria-roledescription="plot that zooms"
        aria-label={`Activity of ${meta.units} units over time`}
        aria-describedby="recording-keys recording-window"
      >
        {["plain", "webgl", "lines", "above", "left", "right", "below"].map((name) => (
          <canvas class={name} key={name} aria-hidden="true" />
        ))}
        <div class="lit" hidden />
        <div class="cursor" hidden />
        {at && scene && <Hover {...{ id, meta, kind, order, names, seconds, at }} pinned={at === pinned} close={() => setPinned(undefined)} />}
      </div>
      <p id="recording-keys" class="visually-hidden">
        Arrow keys pan, with Shift by a page; plus and minus zoom time, brackets zoom rows, Home shows the whole recording. The table below lists the units.
      </p>
      <Foot {...{ seen, meta, kind, dark, full, status }} problem={problem || orderProblem?.message || ""} go={(w) => scene?.go(w, glides())} />
    </Figure>
  );
}

function Caption({ meta, kind, mode }: { meta: Meta; kind: string; mode: Mode }) {
  const what =
    kind === "spikes"
      ? mode === "raster"
        ? "Each line is a spike; where they are many, colour is their number against what the mean rate would give."
        : "Colour is the number of spikes against what the mean rate would give."
      : mode === "lines"
        ? "Each trace is scaled by its own robust standard deviation."
        : "Colour is the deviation of each unit from its own median, in its own robust standard deviations: units of any scale are seen.";
  return (
    <>
      {meta.units} units, {duration(meta.stop_s - meta.start_s)}
      {meta.session_start ? `, from ${meta.session_start}` : ""}. {what} Grey was not observed. Wheel zooms time, with Alt rows; drag pans.
      {hiddenTracks(meta) > 0 && ` Beneath there is room for the first covariates and epochs; ${hiddenTracks(meta)} more are in the file.`}
    </>
  );
}

interface FootProps {
  seen: Window;
  meta: Meta;
  kind: "traces" | "spikes";
  dark: boolean;
  full: number;
  status: string;
  problem: string;
  go: (w: Window) => void;
}

function Foot({ seen, meta, kind, dark, full, status, problem, go }: FootProps) {
  const rows = `units ${Math.floor(seen.r0) + 1} to ${Math.min(meta.units, Math.ceil(seen.r1))} of ${meta.units}`;
  const look = { kind, dark, full, expected: () => 1 };
  const digits = (v: number) => String(Number(v.toPrecision(7)));
  const time = (label: string, value: number, set: (v: number) => Window) => (
    <label>
      {label} <input type="number" step="any" value={digits(value)} onChange={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && go(set(e.currentTarget.valueAsNumber))} />
    </label>
  );
  return (
    <div class="recording-foot">
      {time("from", seen.t0, (v) => ({ ...seen, t0: v, t1: Math.max(seen.t1, v + 1e-3) }))}
      {time("to", seen.t1, (v) => ({ ...seen, t1: v, t0: Math.min(seen.t0, v - 1e-3) }))}
      <span>
        s · {duration(seen.t1 - seen.t0)} · {rows}
      </span>
      <span class="recording-legend">
        {kind === "traces" ? `−${digits(full)}` : "0"}
        <i style={{ background: legend(look) }} />
        {kind === "traces" ? `+${digits(full)} SD` : `${digits(32 / full)} × mean`}
      </span>
      <span id="recording-window" class="visually-hidden" aria-live="polite">
        {digits(seen.t0)} to {digits(seen.t1)} seconds, {rows}
      </span>
      {status && <span role="status">{status}</span>}
      {problem && (
        <span role="alert" class="bad">
          {problem}
        </span>
      )}
    </div>
  );
}
