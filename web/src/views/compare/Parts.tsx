import * as Plot from "@observablehq/plot";
import { useMemo } from "preact/hooks";
import { useUrlState } from "../../app/router";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number, pValue, quantity } from "../../ui/format";
import { Raster } from "./Raster";
import type { Fact, Heat, Matrices } from "./types";

interface Names {
  a: string;
  b: string;
}

/** One fact of every matched unit, in a against in b. */
export function Facts({ facts, a, b }: { facts: Fact[] } & Names) {
  const [name, setName] = useUrlState("fact", facts[0].name);
  const fact = facts.find((f) => f.name === name) ?? facts[0];
  const options = useMemo<Plot.PlotOptions>(() => {
    const points = fact.units.map((unit, i) => ({ unit, a: fact.a[i], b: fact.b[i] }));
    return {
      height: 340,
      grid: true,
      x: { label: `${fact.name} in ${a}` },
      y: { label: `${fact.name} in ${b}` },
      marks: [
        Plot.line([...points].sort((p, q) => p.a - q.a), { x: "a", y: "a", stroke: "currentColor", strokeOpacity: 0.25, strokeDasharray: "4 3" }),
        Plot.dot(points, { x: "a", y: "b", r: 3, fill: "var(--accent, #3377cc)", fillOpacity: 0.6, title: (d: { unit: string }) => d.unit }),
      ],
    };
  }, [fact, a, b]);
  const chance = fact.r === null ? "One side does not vary." : `r = ${number(fact.r)}, ${pValue(fact.p)} against shuffled pairs (999), both sides.`;
  return (
    <Figure
      title={`${fact.name} of ${fact.units.length} matched units`}
      caption={`${chance} The dashed line is where both are equal.`}
      controls={
        <label>
          Fact{" "}
          <select value={fact.name} onChange={(e) => setName(e.currentTarget.value)}>
            {facts.map((f) => (
              <option key={f.name}>{f.name}</option>
            ))}
          </select>
        </label>
      }
    >
      <Chart options={options} label={`${fact.name} in ${a} and in ${b}. ${chance}`} />
    </Figure>
  );
}

/** The activity of matched units in the same order. */
export function Activity({ heat, a, b }: { heat: Heat } & Names) {
  const height = Math.max(120, Math.min(480, heat.rows[0].length * 6));
  const ends = (side: 0 | 1): [string, string] => [quantity(heat.span[side].start_s, "s"), quantity(heat.span[side].stop_s, "s")];
  return (
    <Figure title="Activity in the matched order" caption={`The first ${heat.rows[0].length} pairs, one row each, from 3 deviations below to 3 above each neuron's mean.`}>
      <div class="compare-side">
        <Raster title={a} rows={heat.rows[0]} most={120} height={height} ends={ends(0)} />
        <Raster title={b} rows={heat.rows[1]} most={120} height={height} ends={ends(1)} />
      </div>
    </Figure>
  );
}

/** A matrix of two findings; with their difference where it is of the same thing. */
export function Matrix({ of, a, b }: { of: Matrices } & Names) {
  const same = of.name === of.other;
  const difference = useMemo(() => of.b.map((row, i) => row.map((v, j) => (v === null || of.a[i][j] === null ? null : v - of.a[i][j]!))), [of]);
  const own = useMemo(() => [largest(of.a) || 1, largest(of.b) || 1], [of]);
  const [mostA, mostB] = same ? [Math.max(...own), Math.max(...own)] : own;
  const chance = of.r === null ? "One side does not vary." : `Off the diagonal r = ${number(of.r)}, ${pValue(of.p)} against shuffled units (Mantel, 199), both sides.`;
  const scale = same ? `All on one scale, ±${number(mostA)}.` : `Scales: ±${number(mostA)} and ±${number(mostB)}; they have no difference.`;
  return (
    <Figure title={`${same ? of.name : `${of.name} and ${of.other}`} of ${of.units.length} units`} caption={`${chance} ${scale}`}>
      <div class="compare-side">
        <Raster title={same ? a : `${of.name}, ${a}`} rows={of.a} most={mostA} height={400} />
        <Raster title={same ? b : `${of.other}, ${b}`} rows={of.b} most={mostB} height={400} />
        {same && <Raster title={`${b} − ${a}`} rows={difference} most={mostA} height={400} />}
      </div>
    </Figure>
  );
}

/** The largest entry off the diagonal, which often is 1 by definition. */
function largest(rows: (number | null)[][]): number {
  let most = 0;
  rows.forEach((row, i) => row.forEach((v, j) => i !== j && v !== null && (most = Math.max(most, Math.abs(v)))));
  return most;
}
