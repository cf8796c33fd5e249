import { memo } from "preact/compat";
import { api } from "../../app/api";
import { neuronLink } from "../../app/links";
import { number } from "../../ui/format";
import { useLatest, useRested } from "./latest";
import type { Question } from "./types";

interface Strong {
  note?: string;
  neurons: { unit: string; value: number | null; mean: number | null; sd: number | null; z: number | null }[];
}

/** The neurons that are furthest from what they usually do at the chosen token. */
export const Neurons = memo(function Neurons({ id, question, unit, set }: { id: string; question: Question; unit: string; set: (unit: string) => void }) {
  const rested = useRested(question, 400);
  const strong = useLatest<Strong>(api(["live", id, "neurons"]), rested);
  const { data } = strong;
  return (
    <section class="live-neurons" aria-label="Strongest neurons">
      <h2>
        Strongest neurons here <small>furthest from what they usually do</small>
      </h2>
      {strong.problem && <p class="muted">{strong.problem.message}</p>}
      {data?.note && <p class="muted">{data.note}</p>}
      {data && data.neurons.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Table of the strongest neurons">
          <table>
            <thead>
              <tr>
                <th>neuron</th>
                <th class="number">value</th>
                <th class="number">usually</th>
                <th class="number">SDs away</th>
              </tr>
            </thead>
            <tbody>
              {data.neurons.slice(0, 14).map((n) => (
                <tr key={n.unit}>
                  <td>
                    <button class="quiet" aria-pressed={n.unit === unit} aria-label={`Colour by ${n.unit}`} onClick={() => set(n.unit)}>
                      {n.unit}
                    </button>{" "}
                    <a href={neuronLink(id, n.unit)} aria-label={`Page of ${n.unit}`}>
                      ↗
                    </a>
                  </td>
                  <td class="number">{number(n.value)}</td>
                  <td class="number">
                    {number(n.mean)} ± {number(n.sd)}
                  </td>
                  <td class="number">{n.z === null ? "–" : n.z.toFixed(1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
});
