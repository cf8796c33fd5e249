import { useState } from "preact/hooks";
import { postJSON, useJSON } from "../../app/api";
import { papersLink, runLink, runsLink } from "../../app/links";
import { navigate } from "../../app/router";
import type { ViewProps } from "../../app/views";
import { Await } from "../../ui/Message";
import { MethodClaims } from "../papers/Claims";
import { CommandLine } from "./CommandLine";
import { Doc } from "./Doc";
import { requestOf, useCheck, useFields } from "./form";
import { Inputs } from "./Inputs";
import { Options } from "./Options";
import { ParamField } from "./ParamField";
import type { Described, Run } from "./types";
import "./run.css";

/** A method as a form, beside what it does. */
export default function FormView({ params }: ViewProps) {
  const method = useJSON<Described>(`/api/methods/${encodeURIComponent(params.method)}`);
  return (
    <Await of={method} what="The method">
      {(m) => (m.name === params.method ? <Form method={m} key={m.name} /> : null)}
    </Await>
  );
}

function Form({ method }: { method: Described }) {
  return (
    <>
      <div class="item-head">
        <h1>
          {method.verb} {method.name}
        </h1>
        <p class="muted run-summary">{method.summary}</p>
        <span class="aside">
          <a href={runLink()}>All methods</a> · <a href={runsLink()}>Runs</a>
        </span>
      </div>
      <div class="run-columns">
        <Fill method={method} />
        <section aria-label={`What ${method.name} does`}>
          <Doc text={method.doc} />
          {method.papers.length > 0 && (
            <>
              <h2>Papers</h2>
              <ul>
                {method.papers.map((p) => (
                  <li key={p.title}>
                    {p.authors} ({p.year}). {p.row ? <a href={papersLink(p.row)}>{p.title}</a> : p.title}
                    {p.where && `. ${p.where}`}
                  </li>
                ))}
              </ul>
            </>
          )}
          <MethodClaims method={method.name} />
        </section>
      </div>
    </>
  );
}

/** The form itself. */
function Fill({ method }: { method: Described }) {
  const [fields, change] = useFields();
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState("");
  const [sent, setSent] = useState(false);
  const request = requestOf(method, fields, texts);
  const { checked, failure: unchecked } = useCheck(request);
  const problems = checked?.problems ?? [];
  const chosen = fields.input ?? [];
  const run = () => {
    setSent(true);
    setFailure("");
    postJSON<Run>("/api/runs", request).then(
      (r) => navigate(runsLink(r.id)),
      (error: Error) => (setFailure(error.message), setSent(false)),
    );
  };
  const setText = (name: string, text: string | undefined) =>
    setTexts((old) => {
      const { [name]: _, ...rest } = old;
      return text === undefined ? rest : { ...rest, [name]: text };
    });
  return (
    <form class="run-form" aria-label={`Run ${method.name}`} onSubmit={(e) => (e.preventDefault(), run())}>
      <Inputs needs={method.needs} chosen={chosen} set={(ids) => change("input", ids.length ? ids : undefined)} problem={chosen.length ? problems.find((p) => p.field === "inputs")?.says : undefined} />
      {method.params.length > 0 && (
        <fieldset>
          <legend>Parameters</legend>
          {method.params.map((p) => (
            <ParamField
              key={p.name}
              param={p}
              value={fields["p." + p.name]?.[0]}
              problem={problems.find((q) => q.field === p.name)?.says}
              set={(value) => change("p." + p.name, value === undefined ? undefined : [value])}
              files={method.files}
              text={texts[p.name]}
              setText={(text) => setText(p.name, text)}
            />
          ))}
        </fieldset>
      )}
      <fieldset>
        <legend>Options</legend>
        <Options method={method} fields={fields} change={change} problems={problems} />
      </fieldset>
      <div class="run-go">
        <CommandLine command={checked?.command ?? ""} />
        {Object.values(texts).some(Boolean) && <p class="muted">The typed text is written to that file when the run starts.</p>}
        {(failure || unchecked) && (
          <p class="bad" role="alert">
            {failure || unchecked}
          </p>
        )}
        <button class="primary" type="submit" disabled={!checked || problems.length > 0 || sent}>
          Run
        </button>
        {problems.length > 0 && <span class="muted"> {problems[0].field}: {problems[0].says}</span>}
      </div>
    </form>
  );
}
