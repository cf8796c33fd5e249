import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { api } from "../../app/api";
import { Chart } from "../../ui/Chart";
import { groupColor } from "../../ui/colors";
import { Figure } from "../../ui/Figure";
import { Chance } from "./Chance";
import { Covariates } from "./Covariates";
import { Groups } from "./Groups";
import { type Components, largest, type Overview } from "./types";

interface Props {
  id: string;
  data: Overview;
  components: Components;
  at: number;
  setAt: (seconds: number) => void;
}

interface Point {
  component: string;
  t: number;
  strength: number;
}

/** When each component is strong, which is in force, and what its communities are worth beside chance. */
export function ComponentsFigure({ id, data, components: c, at, setAt }: Props) {
  const points = useMemo(() => curves(c), [c]);
  const options = useMemo<Plot.PlotOptions>(
    () => ({
      height: 40 + 74 * c.count,
      marginLeft: 30,
      marginRight: 84,
      x: { label: "time (s)", grid: false, domain: [c.times[0], c.times[c.times.length - 1]] },
      y: { axis: null, nice: true },
      fy: { label: null, axis: "right", padding: 0.12 },
      marks: [
        Plot.rectX(c.in_force, { x1: "start_s", x2: "stop_s", fy: (e) => name(e.component), fill: (e) => groupColor(e.component - 1), fillOpacity: 0.16 }),
        Plot.ruleY(c.active, { y: () => 0, x1: "start_s", x2: "stop_s", fy: (e) => name(e.component), stroke: (e) => groupColor(e.component - 1), strokeWidth: 2.5, strokeDasharray: "4 2" }),
        Plot.areaY(points, { x: "t", y: "strength", fy: "component", fill: (p: Point) => groupColor(Number(p.component.split(" ")[1]) - 1), fillOpacity: 0.18 }),
        Plot.lineY(points, { x: "t", y: "strength", fy: "component", stroke: (p: Point) => groupColor(Number(p.component.split(" ")[1]) - 1), strokeWidth: 1.4 }),
      ],
    }),
    [c, points],
  );
  const groups = useMemo(() => c.evidence && <Groups id={id} data={data} table={c.evidence} />, [id, data, c]);
  const chance = useMemo(() => <Chance data={data} />, [data]);
  const ends = useMemo<[number, number]>(() => [c.times[0], c.times[c.times.length - 1]], [c]);
  const span = c.times[c.times.length - 1] - c.times[0];
  const jump = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = (event.clientX - box.left - 30) / (box.width - 114);
    if (share >= 0 && share <= 1) setAt(c.times[0] + share * span);
  };
  return (
    <>
      <Figure
        title="Components over time"
        caption="How strongly each component is there at each moment, in its own scale. The shaded stretches are those in which it is in force, dashed lines those in which it is active. Click to go to a moment."
        csv={c.intervals && api(["connectomes", id, "table"], { name: c.intervals, format: "csv" })}
      >
        <div class="connectome-components" onClick={jump}>
          <Chart options={options} label={`${c.count} components over ${Math.round(span)} seconds`} />
          <Covariates data={data} span={ends} />
          <div class="connectome-cursor" style={{ left: `calc(30px + (100% - 114px) * ${(at - c.times[0]) / span})` }} aria-hidden="true" />
        </div>
        {chance}
      </Figure>
      {groups}
    </>
  );
}

const name = (k: number) => `component ${k}`;

/** At most 1,500 points for each component: the largest of each stretch, so that no peak is lost. */
function curves(c: Components): Point[] {
  const step = Math.max(1, Math.ceil(c.times.length / 1500));
  const out: Point[] = [];
  c.strength.forEach((row, k) => {
    const most = largest(row);
    for (let i = 0; i < row.length; i += step) {
      let best = 0;
      for (let j = i; j < Math.min(i + step, row.length); j++) best = Math.max(best, row[j]);
      out.push({ component: name(k + 1), t: c.times[i], strength: best / most });
    }
  });
  return out;
}
