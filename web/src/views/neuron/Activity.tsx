import * as Plot from "@observablehq/plot";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useJSON } from "../../app/api";
import { recordingLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number } from "../../ui/format";
import { Await } from "../../ui/Message";
import { about, called, type Recorded, stretch, timeLabel } from "./data";

interface Strip {
  start_s: number;
  stop_s: number;
  step_s: number;
  unit: string;
  samples: number;
  low: (number | null)[];
  high: (number | null)[];
  mean: (number | null)[];
  spikes_s: number[];
}

/** Height of the axes' frame, and what is left of and right of it. */
const frame = 116;
const left = 52;
const right = 20;

/** What it did throughout the recording, or in a stretch of it that is dragged over. */
export function Activity({ recording, unit }: { recording: Recorded; unit: string }) {
  const [from, setFrom] = useUrlState("t0", "");
  const [to, setTo] = useUrlState("t1", "");
  const strip = useJSON<Strip>(about(recording.id, "activity", unit, { columns: recording.traces ? 900 : 240, from, to }));
  const zoom = (a: number, b: number) => {
    setFrom(String(Number(a.toPrecision(6))));
    setTo(String(Number(b.toPrecision(6))));
  };
  return (
    <Figure
      title={`Activity of ${called(unit)}`}
      class="neuron-strip"
      caption={strip.data && caption(recording, strip.data)}
      controls={
        <>
          <Time label="from" value={from} other={recording.start_s} set={setFrom} />
          <Time label="to" value={to} other={recording.stop_s} set={setTo} />
          {(from || to) && <button onClick={() => (setFrom(""), setTo(""))}>Whole</button>}
          <a href={closer(recording, from, to)}>Look closer in the recording</a>
        </>
      }
    >
      <Await of={strip} what="Activity">
        {(data) => (
          <Brush start={data.start_s} stop={data.stop_s} zoom={zoom}>
            <Drawn strip={data} unit={unit} time={timeLabel(recording)} />
          </Brush>
        )}
      </Await>
    </Figure>
  );
}

function caption(recording: Recorded, s: Strip): string {
  if (recording.traces) {
    const columns = s.samples > s.mean.length ? `; each column spans ${stretch(recording, number(s.step_s))}: line its mean, shade its range` : "";
    const spikes = s.spikes_s.length ? `; ${s.spikes_s.length} spikes, a stroke each` : "";
    return `${s.samples} samples from ${recording.name}${columns}${spikes}. Drag to look closer.`;
  }
  return `${s.samples} spikes from ${recording.name}${s.spikes_s.length ? "; a stroke each" : ""}; the line is their rate in bins of ${number(s.step_s)} s. Drag to look closer.`;
}

/** The recording's page at the unit, a few others around it, and the same time. */
function closer(recording: Recorded, from: string, to: string): string {
  const query = new URLSearchParams();
  query.set("rows", `${Math.max(0, recording.index - 5)}-${Math.min(recording.units, recording.index + 6)}`);
  if (from) query.set("t0", from);
  if (to) query.set("t1", to);
  return `${recordingLink(recording.id)}?${query}`;
}

function Time({ label, value, other, set }: { label: string; value: string; other: number; set: (value: string) => void }) {
  return (
    <label class="neuron-time">
      {label} <input type="number" step="any" value={value} placeholder={number(other)} onChange={(e) => set(e.currentTarget.value)} />
    </label>
  );
}

interface BrushProps {
  start: number;
  stop: number;
  zoom: (start: number, stop: number) => void;
  children: ComponentChildren;
}

/** Dragging over the chart chooses a stretch of time. */
function Brush({ start, stop, zoom, children }: BrushProps) {
  const [drag, set] = useState<[number, number]>();
  const at = (e: PointerEvent) => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    return Math.max(left, Math.min(box.width - right, e.clientX - box.left));
  };
  const time = (x: number, width: number) => start + ((x - left) / (width - left - right)) * (stop - start);
  return (
    <div
      class="neuron-brush"
      onPointerDown={(e) => {
        if (e.button !== 0) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        set([at(e), at(e)]);
      }}
      onPointerMove={(e) => drag && set([drag[0], at(e)])}
      onPointerUp={(e) => {
        set(undefined);
        if (!drag || Math.abs(drag[1] - drag[0]) < 6) return;
        const width = e.currentTarget.getBoundingClientRect().width;
        zoom(time(Math.min(...drag), width), time(Math.max(...drag), width));
      }}
      onPointerCancel={() => set(undefined)}
    >
      {children}
      {drag && <div class="neuron-dragged" style={{ left: `${Math.min(...drag)}px`, width: `${Math.abs(drag[1] - drag[0])}px` }} />}
    </div>
  );
}

function Drawn({ strip, unit, time }: { strip: Strip; unit: string; time: string }) {
  const options = useMemo(() => {
    const rows = strip.mean.map((mean, i) => ({ t: strip.start_s + (i + 0.5) * strip.step_s, mean, low: strip.low[i], high: strip.high[i] }));
    const marks: Plot.Markish[] = [];
    const top = strip.spikes_s.length ? 46 : 20;
    if (strip.low.length) marks.push(Plot.areaY(rows, { x: "t", y1: "low", y2: "high", fill: "var(--accent)", fillOpacity: 0.25 }));
    marks.push(Plot.lineY(rows, { x: "t", y: "mean", stroke: "var(--accent)", strokeWidth: 1.1 }));
    if (strip.spikes_s.length) {
      marks.push(Plot.tickX(strip.spikes_s, { x: (t: number) => t, stroke: "var(--ink)", strokeOpacity: 0.7, strokeWidth: 0.8, insetTop: -26, insetBottom: frame + 4 }));
    }
    return {
      height: frame + top + 34,
      marginTop: top,
      marginBottom: 34,
      marginLeft: left,
      marginRight: right,
      x: { label: time, domain: [strip.start_s, strip.stop_s] },
      y: { label: strip.unit || "activity", nice: true, grid: true },
      marks,
    };
  }, [strip, time]);
  return <Chart options={options} label={`Activity of ${unit} from ${number(strip.start_s)} to ${number(strip.stop_s)} s`} />;
}
