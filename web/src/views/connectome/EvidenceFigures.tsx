import { number, pValue } from "../../ui/format";
import { Figure } from "../../ui/Figure";
import { NullPlot } from "../../ui/NullPlot";
import type { Overview } from "./types";

/** What chance gives, beside everything that was observed. */
export function EvidenceFigures({ data }: { id: string; data: Overview }) {
  if (data.evidence.length === 0) return <p class="muted">This finding carries no test against chance.</p>;
  return (
    <section aria-label="Beside chance">
      <h2>
        Beside chance <small>{data.evidence[0].null}</small>
      </h2>
      <div class="figures connectome-evidence">
        {data.evidence.map((e) => (
          <Figure
            key={e.name}
            title={e.name}
            caption={
              <>
                <strong class={e.passed ? "good" : "muted"}>{e.passed ? "Beyond chance" : "As chance"}</strong>: {number(e.observed)}
                {e.unit ? ` ${e.unit}` : ""} where chance gives {number(e.null_mean)}; {pValue(e.p)}. {e.doc}
              </>
            }
          >
            <NullPlot observed={e.observed} runs={e.null_runs} p={e.p} unit={e.unit} made={e.null} label={e.name} />
          </Figure>
        ))}
      </div>
    </section>
  );
}
