import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useJSON } from "../../app/api";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number, pValue } from "../../ui/format";
import { Await } from "../../ui/Message";
import { about, type Band, type Recorded } from "./data";

interface Response {
  name: string;
  events: number;
  unit: string;
  why: string;
  time_s: number[];
  mean: (number | null)[];
  sem: (number | null)[];
  null: Band[];
  modulation: number;
  null_modulation: Band;
  p: number;
  shifts: number;
}

/** Its activity around the starts of epochs, beside the same epochs shifted in time. */
export function Events({ recording, unit }: { recording: Recorded; unit: string }) {
  const answer = useJSON<Response[]>(about(recording.id, "events", unit));
  return (
    <Await of={answer} what="Activity around events">
      {(responses) => (
        <section aria-label="Around events">
          {responses.some((r) => !r.why) && (
            <h2>
              Around events <small>measured now in {recording.name}</small>
            </h2>
          )}
          <div class="figures">
            {responses.filter((r) => !r.why).map((r) => (
              <Around key={r.name} response={r} />
            ))}
          </div>
          {responses.filter((r) => r.why).map((r) => (
            <p class="muted" key={r.name}>
              No activity around the epochs “{r.name}”: {r.why}.
            </p>
          ))}
        </section>
      )}
    </Await>
  );
}

function Around({ response: r }: { response: Response }) {
  const options = useMemo(() => {
    const rows = r.time_s.map((t, i) => ({
      t,
      mean: r.mean[i],
      low: (r.mean[i] ?? NaN) - (r.sem[i] ?? 0),
      high: (r.mean[i] ?? NaN) + (r.sem[i] ?? 0),
      nullLow: r.null[i].low,
      nullHigh: r.null[i].high,
    }));
    return {
      height: 220,
      marginLeft: 52,
      x: { label: "time after the start (s)" },
      y: { label: r.unit || "activity", grid: true },
      marks: [
        Plot.areaY(rows, { x: "t", y1: "nullLow", y2: "nullHigh", fill: "var(--muted)", fillOpacity: 0.2 }),
        Plot.areaY(rows, { x: "t", y1: "low", y2: "high", fill: "var(--accent)", fillOpacity: 0.3 }),
        Plot.lineY(rows, { x: "t", y: "mean", stroke: "var(--accent)" }),
        Plot.ruleX([0], { stroke: "var(--ink)", strokeDasharray: "3 3" }),
      ],
    };
  }, [r]);
  return (
    <Figure
      title={`Around ${r.name}`}
      caption={`Mean of ${r.events} ± standard error; grey: 95 % of ${r.shifts} shifts of all events together. Variance over the window ${number(r.modulation)}, by chance ${number(r.null_modulation.mean)}, ${pValue(r.p)}.`}
    >
      <Chart options={options} label={`Activity around ${r.name}`} />
    </Figure>
  );
}
