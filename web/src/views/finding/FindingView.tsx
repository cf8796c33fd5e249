import { api, useJSON } from "../../app/api";
import { papersLink, runLink } from "../../app/links";
import type { ViewProps } from "../../app/views";
import { quantity } from "../../ui/format";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import { Arrays } from "./Arrays";
import { AllEvidence } from "./Evidence";
import { Made } from "./Made";
import { Pictures } from "./Pictures";
import { Tables } from "./Tables";
import type { Finding } from "./types";
import "./finding.css";

/** What a method found, each beside chance, with all that it wrote and how it came about. */
export default function FindingView({ params }: ViewProps) {
  const finding = useJSON<Finding>(api(["findings", params.id]));
  return (
    <ItemPage id={params.id}>
      <Await of={finding} what="The finding">
        {(f) => <Body id={params.id} finding={f} />}
      </Await>
    </ItemPage>
  );
}

function Body({ id, finding: f }: { id: string; finding: Finding }) {
  const passed = f.evidence.filter((e) => e.passed).length;
  return (
    <div class="finding">
      <section class="finding-head" aria-label="Summary">
        <p class="mono">{f.runs ? <a href={runLink(f.method)}>{`${f.verb} ${f.method}`}</a> : `${f.verb} ${f.method}`}</p>
        <p class="finding-summary">{f.summary}</p>
        {f.evidence.length > 0 && (
          <p class={passed > 0 ? "good" : "muted"}>
            {passed} of {f.evidence.length} tests beyond chance
          </p>
        )}
        {f.papers.map((p) => (
          <p class="muted" key={p.title}>
            {p.authors} ({p.year}). {p.row ? <a href={papersLink(p.row)}>{p.title}</a> : p.title}
            {p.where && `. ${p.where}`}
          </p>
        ))}
      </section>
      {f.evidence.length > 0 && <AllEvidence evidence={f.evidence} />}
      {f.figures.length > 0 && <Pictures id={id} names={f.figures} />}
      {f.metrics.length > 0 && <Metrics finding={f} />}
      {f.tables.length > 0 && <Tables id={id} tables={f.tables} />}
      {f.arrays.length > 0 && <Arrays id={id} arrays={f.arrays} />}
      <Made id={id} finding={f} />
    </div>
  );
}

function Metrics({ finding }: { finding: Finding }) {
  return (
    <section aria-label="Metrics">
      <h2>Metrics</h2>
      <div class="scroll" role="region" aria-label="Metrics by name" tabIndex={0}>
        <table>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">name</th>
              <th scope="col">value</th>
              <th scope="col">meaning</th>
            </tr>
          </thead>
          <tbody>
            {finding.metrics.map((m) => (
              <tr key={m.name}>
                <td class="mono">{m.name}</td>
                <td class="number">{quantity(m.value, m.unit)}</td>
                <td class="finding-doc">{m.doc}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
