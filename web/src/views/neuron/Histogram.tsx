import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { findingLink } from "../../app/links";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { about, numbers, type Recorded, type Statement } from "./data";

interface Counts {
  low: number[];
  high: number[];
  count: number[];
  unit: string;
}

/** How often its activity has each value: as a finding counted it, or else in the recording. */
export function Histogram({ statements, recording, unit }: { statements: Statement[]; recording?: Recorded; unit: string }) {
  const found = statements[0];
  const { data } = useJSON<Counts | null>(!found && recording?.traces ? about(recording.id, "histogram", unit) : null);
  const counts = useMemo(() => (found ? countsOf(found) : data), [found, data]);
  if (!counts) return null;
  const total = counts.count.reduce((a, b) => a + b, 0);
  return (
    <Figure
      title="How often each activity"
      caption={
        <>
          {total} samples, on a scale that shows the rare ones; from {found ? <a href={findingLink(found.finding)}>{found.name}</a> : recording!.name}.
        </>
      }
    >
      <Drawn counts={counts} unit={unit} />
    </Figure>
  );
}

function countsOf(s: Statement): Counts {
  return { low: numbers(s, "low") as number[], high: numbers(s, "high") as number[], count: numbers(s, "count") as number[], unit: "" };
}

function Drawn({ counts, unit }: { counts: Counts; unit: string }) {
  const options = useMemo(() => {
    const rows = counts.count.map((n, i) => ({ low: counts.low[i], high: counts.high[i], n })).filter((r) => r.n > 0);
    return {
      height: 200,
      marginLeft: 52,
      x: { label: counts.unit ? `activity (${counts.unit})` : "activity" },
      y: { type: "log" as const, label: "samples", grid: true, ticks: 4, tickFormat: "~s", domain: [0.7, Math.max(2, ...counts.count)] },
      marks: [Plot.rect(rows, { x1: "low", x2: "high", y1: 0.7, y2: "n", fill: "var(--accent)", insetRight: 0.5 })],
    };
  }, [counts]);
  return <Chart options={options} label={`Histogram of the activity of ${unit}`} />;
}
