import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { recordingLink } from "../../app/links";
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

/** Height of the axes' frame. */
const frame = 116;

/** What it did throughout the recording. */
export function Activity({ recording, unit }: { recording: Recorded; unit: string }) {
  const strip = useJSON<Strip>(about(recording.id, "activity", unit, { columns: recording.traces ? 900 : 240 }));
  const caption = (s: Strip) =>
    recording.traces
      ? `${s.samples} samples from ${recording.name}${s.samples > s.mean.length ? `; each column spans ${stretch(recording, number(s.step_s))}: line its mean, shade its range` : ""}.`
      : `${s.samples} spikes from ${recording.name}${s.spikes_s.length ? "; a stroke each" : ""}; the line is their rate in bins of ${number(s.step_s)} s.`;
  return (
    <Figure
      title={`Activity of ${called(unit)}`}
      class="neuron-strip"
      caption={strip.data && caption(strip.data)}
      controls={<a href={recordingLink(recording.id)}>Look closer in the recording</a>}
    >
      <Await of={strip} what="Activity">
        {(data) => <Drawn strip={data} unit={unit} time={timeLabel(recording)} />}
      </Await>
    </Figure>
  );
}

function Drawn({ strip, unit, time }: { strip: Strip; unit: string; time: string }) {
  const options = useMemo(() => {
    const rows = strip.mean.map((mean, i) => ({ t: strip.start_s + (i + 0.5) * strip.step_s, mean, low: strip.low[i], high: strip.high[i] }));
    const marks: Plot.Markish[] = [];
    const top = strip.spikes_s.length ? 46 : 20;
    if (strip.low.length) marks.push(Plot.areaY(rows, { x: "t", y1: "low", y2: "high", fill: "var(--accent)", fillOpacity: 0.25 }));
    marks.push(Plot.lineY(rows, { x: "t", y: "mean", stroke: "var(--accent)", strokeWidth: 1.1 }));
    if (strip.spikes_s.length) marks.push(Plot.tickX(strip.spikes_s, { x: (t: number) => t, stroke: "var(--ink)", strokeOpacity: 0.7, strokeWidth: 0.8, insetTop: -26, insetBottom: frame + 4 }));
    return { height: frame + top + 34, marginTop: top, marginBottom: 34, marginLeft: 52, x: { label: time, domain: [strip.start_s, strip.stop_s] }, y: { label: strip.unit || "activity", nice: true, grid: true }, marks };
  }, [strip, time]);
  return <Chart options={options} label={`Activity of ${unit} from ${number(strip.start_s)} to ${number(strip.stop_s)} s`} />;
}
