import { number, pValue } from "../../ui/format";
import { NullPlot } from "../../ui/NullPlot";
import type { Evidence, Overview } from "./types";

/** What chance gives, beside a figure: the evidence about its component where there is some, else the first. */
export function Chance({ data, component }: { data: Overview; component?: number }) {
  const e = evidenceFor(data, component);
  if (!e) return <p class="muted connectome-chance-none">The finding carries no test against chance for this.</p>;
  return (
    <div class="connectome-chance">
      <NullPlot observed={e.observed} runs={e.null_runs} p={e.p} unit={e.unit} made={e.null} label={e.name} />
      <p class="muted">
        <strong class={e.passed ? "good" : "muted"}>{e.passed ? "Beyond chance" : "As chance"}</strong>, {e.name}: {number(e.observed)} where {number(e.null_mean)} is the mean of {e.null_runs.length} null runs ({e.null}); {pValue(e.p)}.
      </p>
    </div>
  );
}

function evidenceFor(data: Overview, component?: number): Evidence | undefined {
  if (component === undefined) return data.evidence[0];
  const about = new RegExp(`\\bcomponent ${component}\\b`);
  const own = data.evidence.filter((e) => about.test(e.name));
  // The one that says most for it.
  return own.sort((a, b) => excess(b) - excess(a))[0] ?? data.evidence[0];
}

const excess = (e: Evidence) => (e.observed ?? -Infinity) - (e.null_mean ?? 0);
