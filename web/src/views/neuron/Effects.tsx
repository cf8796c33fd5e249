import * as Plot from "@observablehq/plot";
import { useMemo, useState } from "preact/hooks";
import { api, postJSON, useJSON } from "../../app/api";
import { findingLink, liveLink } from "../../app/links";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import { number, pValue, quantity } from "../../ui/format";
import { type Statement, records, type Who } from "./data";

interface Effect {
  what: string;
  /** Of the value; a network names the neuron here, and its value has the unit that stands in what. */
  unit: string;
  value: number | null;
  null: (number | null)[];
  null_is: string;
  p: number | null;
  says: string;
  /** The same on the command line. */
  command?: string;
}

/** What silencing it changes, beside what silencing others changes. */
export function Effects({ statements, who }: { statements: Statement[]; who: Who }) {
  return (
    <section aria-label="The effect of silencing it">
      <h2>The effect of silencing it</h2>
      <div class="figures">
        {statements.map((s) => (
          <Found key={s.finding + s.table} statement={s} who={who} />
        ))}
      </div>
      {who.perturb ? <Now key={who.unit} who={who} network={who.perturb} /> : <Recorded who={who} />}
    </section>
  );
}

function Recorded({ who }: { who: Who }) {
  if (who.activity.length === 0 && who.says.length === 0) return null;
  return (
    <p class="muted">
      A recording cannot be intervened on: it says what {who.unit} does, not what depends on it. An experiment that silences it would (ablation, optogenetics), and so would a network or a
      simulation that has this unit: open it with nissl studio, and this page silences it there.
    </p>
  );
}

/** An effect that a finding measured; the rows of other units that are its match are the null. */
function Found({ statement, who }: { statement: Statement; who: Who }) {
  const rows = records(statement);
  const own = rows.filter((r) => r.unit === who.unit);
  const nulls = rows.filter((r) => r.unit !== who.unit && r.match === who.unit);
  const column = statement.columns.find((c) => c.name === statement.value);
  if (own.length === 0) return null;
  const shown = own.map((r) => `${r.to ? `to ${r.to}: ` : ""}${quantity(Number(r[statement.value!]), column?.unit)}${r.p !== undefined ? `, ${pValue(r.p as number | null)}` : ""}`);
  return (
    <Figure
      title={statement.value!.replaceAll("_", " ")}
      caption={
        <>
          {shown.join("; ")}. {nulls.length > 0 ? `Grey: ${nulls.length} silencings of random units like it.` : "The finding has no random units to compare it with."} {statement.doc}. From{" "}
          <a href={findingLink(statement.finding)}>{statement.name}</a>.
        </>
      }
    >
      <Dots own={own} nulls={nulls} value={statement.value!} label={column?.unit} />
    </Figure>
  );
}

type Row = ReturnType<typeof records>[number];

function Dots({ own, nulls, value, label }: { own: Row[]; nulls: Row[]; value: string; label?: string }) {
  const options = useMemo(() => {
    const row = (r: Row, kind: string) => ({ to: String(r.to ?? "silenced"), v: r[value] as number, error: (r.error as number) ?? 0, kind });
    const mine = own.map((r) => row(r, "own"));
    return {
      height: 70 + 40 * new Set(mine.map((r) => r.to)).size,
      marginLeft: 70,
      marginBottom: 40,
      x: { labelAnchor: "center" as const, labelOffset: 36, label: label ? `${value} (${label})` : value, grid: true },
      y: { label: null },
      marks: [
        Plot.ruleX([0], { stroke: "var(--muted)" }),
        Plot.dot(nulls.map((r) => row(r, "null")), { x: "v", y: "to", stroke: "var(--muted)", fill: "var(--muted)", fillOpacity: 0.3, r: 4 }),
        Plot.ruleY(mine, { x1: (r) => r.v - r.error, x2: (r) => r.v + r.error, y: "to", stroke: "var(--accent)" }),
        Plot.dot(mine, { x: "v", y: "to", fill: "var(--accent)", r: 5 }),
      ],
    };
  }, [own, nulls, value, label]);
  return <Chart options={options} label={`Effect on ${value}`} />;
}

interface About {
  takes: "text" | "images" | "vectors" | "series" | "seconds";
}

/** Silences it in the open network or simulation. */
function Now({ who, network }: { who: Who; network: NonNullable<Who["perturb"]> }) {
  const about = useJSON<About>(api(["networks", network.id]));
  const [text, setText] = useState("");
  const [state, set] = useState<{ running: boolean; effect?: Effect; problem?: string }>({ running: false });
  const simulation = about.data?.takes === "seconds";
  const run = () => {
    set({ running: true });
    const body = about.data?.takes === "text" && text ? { unit: who.unit, text } : { unit: who.unit };
    postJSON<Effect>(api([simulation ? "simulations" : "live", network.id, "effect"]), body).then(
      (effect) => set({ running: false, effect }),
      (error: Error) => set({ running: false, problem: error.message }),
    );
  };
  return (
    <div class="neuron-now">
      <div class="toolbar">
        {about.data?.takes === "text" && (
          <label>
            On the text <input value={text} onInput={(e) => setText(e.currentTarget.value)} placeholder="one of the network's own" />
          </label>
        )}
        <button class="primary" disabled={state.running || (!about.data && !about.problem)} onClick={run}>
          {state.running ? "Silencing …" : "Silence it now"}
        </button>
        <span class="muted">
          in <a href={liveLink(network.id)}>{network.name}</a>, and others for comparison
        </span>
      </div>
      {state.problem && <p role="alert" class="bad">{state.problem}</p>}
      {state.effect && <Measured effect={state.effect} name={who.unit} />}
    </div>
  );
}

function Measured({ effect, name }: { effect: Effect; name: string }) {
  const unit = effect.unit === name ? "" : effect.unit;
  const others = useMemo(() => effect.null.filter((v): v is number => v !== null), [effect]);
  const options = useMemo(
    () => ({
      height: 106,
      marginLeft: 20,
      marginBottom: 40,
      x: { label: unit ? `${effect.what} (${unit})` : effect.what, labelAnchor: "center" as const, labelOffset: 36, grid: true },
      y: { axis: null },
      marks: [
        Plot.ruleX([0], { stroke: "var(--muted)" }),
        Plot.dot(others, { x: (v: number) => v, y: () => 0, stroke: "var(--muted)", fill: "var(--muted)", fillOpacity: 0.3, r: 4 }),
        Plot.dot(effect.value === null ? [] : [effect.value], { x: (v: number) => v, y: () => 0, fill: "var(--accent)", r: 6 }),
      ],
    }),
    [effect, others, unit],
  );
  return (
    <Figure
      title={`${name} silenced`}
      caption={
        <span aria-live="polite">
          {effect.says} {unit && `${effect.what}: ${quantity(effect.value, unit)}, ${pValue(effect.p)}. `}Grey: {effect.null_is} (mean {number(others.reduce((a, b) => a + b, 0) / Math.max(1, others.length))}).
          {effect.command && <code class="neuron-command">{effect.command}</code>}
        </span>
      }
    >
      <Chart options={options} label={`Effect of silencing ${name} beside others`} />
    </Figure>
  );
}
