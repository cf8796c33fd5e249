import { useUrlState } from "../../app/router";
import { Figure } from "../../ui/Figure";
import { number, pValue, quantity } from "../../ui/format";
import { NullPlot } from "../../ui/NullPlot";
import type { Evidence } from "./types";

// So many are shown at first.
const first = 4;

/** Every test of a finding: what was observed beside what chance gave. */
export function AllEvidence({ evidence }: { evidence: Evidence[] }) {
  const [tests, setTests] = useUrlState("tests", "");
  const all = tests === "all";
  const shown = all ? evidence : evidence.slice(0, first);
  return (
    <section aria-label="Evidence">
      <h2>
        Evidence <small>what was observed beside what chance gives</small>
      </h2>
      <div class="figures">
        {shown.map((e, i) => (
          <One evidence={e} key={i} />
        ))}
      </div>
      {evidence.length > first && (
        <button onClick={() => setTests(all ? "" : "all")} aria-expanded={all}>
          {all ? "Fewer" : `All ${evidence.length} tests`}
        </button>
      )}
    </section>
  );
}

function One({ evidence: e }: { evidence: Evidence }) {
  return (
    <Figure
      title={e.name}
      caption={
        <>
          <p>
            <strong class={e.passed ? "good" : "muted"}>{e.passed ? "beyond chance" : "no more than chance"}</strong>: observed {quantity(e.observed, e.unit)}, chance{" "}
            {quantity(e.null_mean, e.unit)}, effect {number(e.effect)}, {pValue(e.p)}
          </p>
          {e.doc && <p>{e.doc}</p>}
          <p>
            Chance ({e.null_runs.length} runs): {e.null}
          </p>
          <p>Causal check: {e.causal}</p>
        </>
      }
    >
      <NullPlot observed={e.observed} runs={e.null_runs} p={e.p} unit={e.unit} made={e.null} label={e.name} />
    </Figure>
  );
}
