import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { neuronLink } from "../../app/links";
import { Chart } from "../../ui/Chart";
import { groupColor } from "../../ui/colors";
import { type Column, DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import type { Components, Overview } from "./types";

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
      x: { label: "time (s)", grid: false },
      y: { axis: null, nice: true },
      fy: { label: null, axis: "right", padding: 0.12 },
      marks: [
        Plot.rectX(c.in_force, { x1: "start_s", x2: "stop_s", fy: (e) => name(e.component), fill: (e) => groupColor(e.component - 1), fillOpacity: 0.16 }),
        Plot.areaY(points, { x: "t", y: "strength", fy: "component", fill: (p: Point) => groupColor(Number(p.component.split(" ")[1]) - 1), fillOpacity: 0.18 }),
        Plot.lineY(points, { x: "t", y: "strength", fy: "component", stroke: (p: Point) => groupColor(Number(p.component.split(" ")[1]) - 1), strokeWidth: 1.4 }),
      ],
    }),
    [c, points],
  );
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
        caption="How strongly each component is there at each moment, in its own scale. The shaded stretches are those in which it is the strongest. Click to go to a moment."
        csv={api(["connectomes", id, "table"], { name: tableOf(data, "in_force") ?? data.tables[0]?.name, format: "csv" })}
      >
        <div class="connectome-components" onClick={jump}>
          <Chart options={options} label={`${c.count} components over ${Math.round(span)} seconds`} />
          <div class="connectome-cursor" style={{ left: `calc(30px + (100% - 114px) * ${(at - c.times[0]) / span})` }} aria-hidden="true" />
        </div>
      </Figure>
      {c.evidence && <Groups id={id} table={c.evidence} />}
    </>
  );
}

/** Every group that was tried, beside chance. */
function Groups({ id, table }: { id: string; table: string }) {
  const source = api(["connectomes", id, "table"], { name: table });
  const { data } = useJSON<{ columns: Column[] }>(source);
  if (!data) return null;
  return (
    <details class="connectome-groups">
      <summary>Every group of units that was tried, beside chance</summary>
      <DataTable
        name="Groups of units"
        columns={data.columns}
        source={source}
        show={(column, value) =>
          column.name === "units" ? (
            <span class="connectome-members">
              {String(value)
                .split(" ")
                .map((unit) => (
                  <a key={unit} href={neuronLink(id, unit)}>
                    {unit}{" "}
                  </a>
                ))}
            </span>
          ) : column.name === "above_chance" ? (
            <span class={value ? "good" : "muted"}>{value ? "beyond chance" : "as chance"}</span>
          ) : undefined
        }
      />
    </details>
  );
}

const name = (k: number) => `component ${k}`;

function tableOf(data: Overview, want: string): string | undefined {
  return data.tables.find((t) => t.name === want)?.name;
}

/** At most 1,500 points for each component: the largest of each stretch, so that no peak is lost. */
function curves(c: Components): Point[] {
  const step = Math.max(1, Math.ceil(c.times.length / 1500));
  const out: Point[] = [];
  c.strength.forEach((row, k) => {
    const most = Math.max(...row, 1e-12);
    for (let i = 0; i < row.length; i += step) {
      let best = 0;
      for (let j = i; j < Math.min(i + step, row.length); j++) best = Math.max(best, row[j]);
      out.push({ component: name(k + 1), t: c.times[i], strength: best / most });
    }
  });
  return out;
}
