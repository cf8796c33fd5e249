import { api, useJSON } from "../../app/api";
import { useLibrary } from "../../app/library";
import { findingLink, networkLink, recordingLink } from "../../app/links";
import { type Item, views } from "../../app/views";
import { CommandLine } from "../run/CommandLine";
import type { Finding, Input } from "./types";

/** How a finding came about: the command, its inputs, parameters and notes, and the files that it is made of. */
export function Made({ id, finding: f }: { id: string; finding: Finding }) {
  const inputs = useJSON<Input[]>(api(["findings", id, "inputs"]));
  const again = f.form && inputs.data ? againLink(f.form, inputs.data) : undefined;
  return (
    <section aria-label="How it was made">
      <h2>How it was made</h2>
      {f.command && <CommandLine command={f.command} label="The command that makes it again" />}
      {again && (
        <p>
          <a href={again}>Fill in the form like this</a>
        </p>
      )}
      <dl class="facts">
        <dt>version</dt>
        <dd>nissl {f.version}</dd>
        <dt>seed</dt>
        <dd>{f.seed}</dd>
        <dt>folder</dt>
        <dd class="path">{f.path}</dd>
      </dl>
      <Inputs inputs={inputs.data} />
      {f.params.length > 0 && <Params finding={f} />}
      {f.notes.length > 0 && (
        <>
          <h3>Notes</h3>
          <ul>
            {f.notes.map((n) => (
              <li key={n}>{n}</li>
            ))}
          </ul>
        </>
      )}
      <h3>Files</h3>
      <ul class="finding-files">
        {f.files.map((file) => (
          <li key={file.name}>
            <a href={api(["findings", id, "files", ...file.name.split("/")])} download>
              {file.name}
            </a>{" "}
            <span class="muted">{size(file.bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Inputs({ inputs }: { inputs?: Input[] }) {
  const { items } = useLibrary();
  if (!inputs || inputs.length === 0) return null;
  return (
    <>
      <h3>Inputs</h3>
      <ul class="finding-inputs">
        {inputs.map((input) => {
          const item = items.find((i) => i.id === input.item);
          return (
            <li key={input.path + input.sha256}>
              {item ? <a href={itemLink(item)}>{input.path}</a> : input.path} <span class={input.same === "changed" ? "bad" : "muted"}>{known(input)}</span>
              {input.sha256 && <div class="path">sha256 {input.sha256}</div>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function known(input: Input): string {
  if (!input.item) return "not open";
  if (input.same === "same") return "open, the same content";
  return input.same === "changed" ? "open, but its content has changed since" : "open; its content was not compared";
}

/** The first view of an item that there is. */
function itemLink(item: Item): string {
  const link = item.kinds[0] === "network" ? networkLink(item.id) : item.kinds[0] === "recording" ? recordingLink(item.id) : findingLink(item.id);
  const tabs = views.filter((v) => v.tab?.kinds.some((k) => item.kinds.includes(k))).sort((a, b) => a.tab!.order - b.tab!.order);
  return tabs[0]?.tab!.link(item.id) ?? link;
}

function Params({ finding }: { finding: Finding }) {
  return (
    <>
      <h3>Parameters</h3>
      <div class="scroll" role="region" aria-label="Parameters" tabIndex={0}>
        <table>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">name</th>
              <th scope="col">value</th>
              <th scope="col">meaning</th>
            </tr>
          </thead>
          <tbody>
            {finding.params.map((p) => (
              <tr key={p.name}>
                <td class="mono">{p.changed ? <strong>{p.name}</strong> : p.name}</td>
                <td class={p.changed ? "finding-changed" : ""}>{[String(p.value) || "–", p.unit].filter(Boolean).join(" ")}</td>
                <td class="finding-doc muted">{p.help}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The form of the run with its inputs, where all of them are open. */
function againLink(form: NonNullable<Finding["form"]>, inputs: Input[]): string | undefined {
  const query = new URLSearchParams();
  for (const [i] of (form.inputs ?? []).entries()) {
    const item = inputs[i]?.item;
    if (!item) return undefined;
    query.append("input", item);
  }
  for (const [name, value] of Object.entries(form.params)) query.append("p." + name, value);
  form.do?.forEach((w) => query.append("do", w));
  form.read?.forEach((w) => query.append("read", w));
  if (form.seed) query.append("seed", String(form.seed));
  for (const key of ["units", "without", "time"] as const) if (form[key]) query.append(key, form[key]);
  const text = query.toString();
  return `/run/${encodeURIComponent(form.method)}` + (text ? "?" + text : "");
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
