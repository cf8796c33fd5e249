import { useMemo } from "preact/hooks";
import * as Plot from "@observablehq/plot";
import { Chart } from "../../ui/Chart";
import { Figure } from "../../ui/Figure";
import type { Described, Seen } from "./types";

/** The likeliest tokens or classes, with and without the interventions. */
export function Top({ seen, network }: { seen: Seen; network: Described }) {
  const options = useMemo(() => plot(seen), [seen]);
  if (seen.predicts === "vector" || seen.top.length === 0) return null;
  const after = seen.tokens[seen.select]?.word.trim();
  const title = seen.predicts === "next" ? "What comes next" : seen.predicts === "same" ? "What stands here" : "What the network answers";
  return (
    <Figure
      title={title}
      caption={
        <>
          {after && seen.predicts === "next" ? `After “${after}”. ` : ""}
          {seen.with ? "Filled: without. Ring: with the interventions." : `The likeliest of ${network.takes === "text" ? "all tokens" : "all answers"}.`}
        </>
      }
    >
      <Chart options={options} label={`${title}: ${seen.top.slice(0, 3).map((t) => `${t.word.trim()} ${Math.round((t.without ?? 0) * 100)} %`).join(", ")}`} />
    </Figure>
  );
}

function plot(seen: Seen): Plot.PlotOptions {
  const label = (word: string) => (word.trim() === "" ? JSON.stringify(word) : word.replaceAll("\n", "↵"));
  // Two tokens may look the same: the number keeps them apart.
  const rows = seen.top.slice(0, 12).map((t) => ({ key: String(t.id), word: label(t.word), without: t.without ?? 0, with: t.with ?? t.without ?? 0 }));
  const names = new Map(rows.map((r) => [r.key, r.word]));
  return {
    height: 24 * rows.length + 40,
    marginLeft: 90,
    x: { label: "probability", domain: [0, Math.max(0.05, ...rows.map((r) => Math.max(r.without, r.with)))], grid: true },
    y: { label: null, domain: rows.map((r) => r.key), tickFormat: (k: string) => names.get(k) ?? k, tickSize: 0 },
    marks: [
      Plot.barX(rows, { y: "key", x: "without", fill: "var(--accent)", fillOpacity: 0.35, insetTop: 3, insetBottom: 3 }),
      ...(seen.with
        ? [
            Plot.ruleY(rows, { y: "key", x1: "without", x2: "with", stroke: "var(--ink)", strokeOpacity: 0.5 }),
            Plot.dot(rows, { y: "key", x: "with", r: 5, stroke: "var(--ink)", strokeWidth: 2, fill: "var(--paper)" }),
          ]
        : []),
    ],
  };
}
