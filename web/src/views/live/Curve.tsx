import * as Plot from "@observablehq/plot";
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../../app/api";
import { useUrlState } from "../../app/router";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { type Act, hasDose, spell } from "./act";
import { useRange } from "./Acts";
import { postLines, useRested } from "./latest";
import type { Point, Question, Seen } from "./types";

interface Line {
  unit: string;
  null?: boolean;
  points: Point[];
  done?: boolean;
}

const outcomes = { kl: "divergence of the answer, nats", loss: "change of the loss, nats per token", p: "probability of the first answer" } as const;
type Outcome = keyof typeof outcomes;

/** The outcome over a range of doses of one intervention, with the same on random neurons of its site beside it. */
export function Curve({ id, question, acts, predicts }: { id: string; question: Question; acts: Act[]; predicts: Seen["predicts"] }) {
  const [which, setWhich] = useUrlState("curve", "");
  const [shown, setShown] = useUrlState("outcome", "kl");
  const last = acts.findLastIndex((a) => hasDose(a.action));
  const chosen = which === "" ? -1 : Number(which) - 1;
  const vary = acts[chosen] && hasDose(acts[chosen].action) ? chosen : last;
  const [[low, high]] = useRange(Math.max(vary, 0), acts[Math.max(vary, 0)].action);
  const { lines, problem, done } = useCurve(id, vary < 0 ? null : { ...question, vary, low, high, acts: acts.map((a, i) => spell(i === vary ? { ...a, value: 1 } : a)) });
  const outcome = (predicts === "vector" && shown === "p" ? "kl" : shown) as Outcome;
  const dose = useRested(acts[vary]?.value, 60); // a chart is slower than a hand
  const options = useMemo(() => plot(lines, outcome, dose), [lines, outcome, dose]);
  if (vary < 0) return <p class="muted">Silencing and projecting have no dose; scale by a number to draw a curve.</p>;
  const others = lines.filter((l) => l.null).length;
  return (
    <Figure
      title="Dose and response"
      caption={
        problem ? (
          <span class="bad">{problem}</span>
        ) : (
          `Grey: the same doses on ${others} random other neurons of the site${done ? "" : " …"}${verdict(lines, outcome, dose)}`
        )
      }
      controls={
        <>
          {acts.filter((a) => hasDose(a.action)).length > 1 && (
            <select aria-label="Intervention whose dose varies" value={String(vary + 1)} onChange={(e) => setWhich(e.currentTarget.value)}>
              {acts.map((a, i) => hasDose(a.action) && <option value={String(i + 1)}>{`${i + 1}: ${a.action}`}</option>)}
            </select>
          )}
          <select aria-label="Outcome" value={outcome} onChange={(e) => setShown(e.currentTarget.value)}>
            {Object.entries(outcomes).map(([key, label]) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </>
      }
    >
      <Chart options={options} label={`Dose and response of ${lines[0]?.unit ?? ""}`} />
    </Figure>
  );
}

/** Asks for the curve once nothing has changed for a moment. */
function useCurve(id: string, question: (Question & { vary: number; low: number; high: number }) | null) {
  const [state, set] = useState<{ lines: Line[]; problem?: string; done: boolean }>({ lines: [], done: false });
  const rested = useRested(question, 300);
  const body = JSON.stringify(rested);
  useEffect(() => {
    if (rested === null) return;
    const abort = new AbortController();
    let lines: Line[] = [];
    set((old) => ({ ...old, done: false }));
    postLines<Line>(
      api(["live", id, "curve"]),
      rested,
      (line) => {
        if (line.done) return;
        lines = [...lines, line];
        set({ lines, done: false });
      },
      abort.signal,
    ).then(
      () => set({ lines, done: true }),
      (error: Error) => !abort.signal.aborted && set({ lines, problem: error.message, done: true }),
    );
    return () => abort.abort();
  }, [id, body]);
  return state;
}

function plot(lines: Line[], outcome: Outcome, dose: number | undefined): Plot.PlotOptions {
  const flat = lines.flatMap((l) => l.points.map((p) => ({ unit: l.unit, dose: p.dose, value: p[outcome], null: !!l.null })));
  return {
    height: 240,
    x: { label: "dose" },
    y: { label: null, grid: true, nice: true },
    marks: [
      Plot.line(flat.filter((p) => p.null), { x: "dose", y: "value", z: "unit", stroke: "var(--muted)", strokeOpacity: 0.55 }),
      Plot.line(flat.filter((p) => !p.null), { x: "dose", y: "value", stroke: "var(--accent)", strokeWidth: 2.5 }),
      ...(dose === undefined ? [] : [Plot.ruleX([dose], { stroke: "var(--ink)", strokeDasharray: "3 3" })]),
    ],
  };
}

/** How many random neurons do as much at the dose that is chosen. */
function verdict(lines: Line[], outcome: Outcome, dose: number | undefined): string {
  const own = lines.find((l) => !l.null);
  const others = lines.filter((l) => l.null);
  if (!own || others.length === 0 || dose === undefined || outcome === "p") return ".";
  const at = own.points.reduce((best, p, i) => (Math.abs(p.dose - dose) < Math.abs(own.points[best].dose - dose) ? i : best), 0);
  const size = Math.abs(own.points[at][outcome] ?? 0);
  const beyond = others.filter((l) => Math.abs(l.points[at][outcome] ?? 0) >= size).length;
  const p = ((beyond + 1) / (others.length + 1)).toFixed(3);
  return `; at this dose ${beyond === 0 ? "none of them does" : beyond === 1 ? "1 of them does" : `${beyond} of them do`} as much (p = ${p}).`;
}
