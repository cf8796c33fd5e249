import { useId } from "preact/hooks";
import type { Described, Param } from "./types";

interface Props {
  param: Param;
  /** As it was changed; undefined is the default. */
  value?: string;
  problem?: string;
  set: (value: string | undefined) => void;
  files: Described["files"];
  /** A text that was typed in place of a file. */
  text?: string;
  setText: (text: string | undefined) => void;
}

/** A parameter as a field of its type, with its help, range and what the server says against its value. */
export function ParamField(props: Props) {
  const { param, value, problem, set } = props;
  const id = useId();
  const initial = String(param.default);
  const change = (next: string) => set(next === initial ? undefined : next);
  const shared = { id, "aria-describedby": `${id}-help`, "aria-invalid": problem ? true : undefined };
  return (
    <div class={"run-field" + (value !== undefined || props.text !== undefined ? " changed" : "")}>
      <label for={id}>{param.name}</label>
      <span class="run-value">
        {control()}
        {param.unit && <span class="muted">{param.unit}</span>}
        {value !== undefined && !param.file && (
          <button class="quiet" onClick={() => set(undefined)} aria-label={`Back to the default, ${initial || "empty"}`}>
            ↺ {initial || "empty"}
          </button>
        )}
      </span>
      <p id={`${id}-help`} class="run-help">
        {param.help}
        {range(param) && <span class="muted"> ({range(param)})</span>}
        {problem && (
          <span class="bad" role="alert">
            {" "}
            {problem}
          </span>
        )}
      </p>
    </div>
  );

  function control() {
    if (param.file) return <FileChoice {...props} shared={shared} />;
    if (param.type === "bool") {
      return <input {...shared} type="checkbox" checked={(value ?? initial) === "true"} onChange={(e) => change(String(e.currentTarget.checked))} />;
    }
    if (param.choices) {
      return (
        <select {...shared} value={value ?? initial} onChange={(e) => change(e.currentTarget.value)}>
          {param.choices.map((c) => (
            <option value={c} key={c}>
              {c || "(none)"}
            </option>
          ))}
        </select>
      );
    }
    const mode = param.type === "string" ? "text" : param.type === "int" ? "numeric" : "decimal";
    return <input {...shared} inputMode={mode} class={param.type === "string" ? "wide" : ""} value={value ?? initial} spellcheck={false} onInput={(e) => change(e.currentTarget.value)} />;
  }
}

function range(p: Param): string {
  if (p.min && p.max) return `${p.min} to ${p.max}`;
  if (p.min) return `at least ${p.min}`;
  return p.max ? `at most ${p.max}` : "";
}

const typed = "\u0000typed";

/** A file that was opened, what the program holds under a word, or a text that is typed here. */
function FileChoice({ param, value, set, files, text, setText, shared }: Props & { shared: object }) {
  const initial = String(param.default);
  const choose = (next: string) => {
    setText(next === typed ? (text ?? "") : undefined);
    set(next === typed || next === initial ? undefined : next);
  };
  const known = files.some((f) => f.path === value);
  return (
    <span class="run-file">
      <select {...shared} value={text !== undefined ? typed : (value ?? initial)} onChange={(e) => choose(e.currentTarget.value)}>
        <option value={initial}>{initial ? `${initial} (in the program)` : "nothing"}</option>
        {initial && <option value="">nothing</option>}
        <option value={typed}>a text typed here …</option>
        {value && !known && value !== initial && <option value={value}>{value}</option>}
        <optgroup label="Opened">
          {files.map((f) => (
            <option value={f.path} key={f.path}>
              {f.path}
              {f.folder ? "/" : ""}
            </option>
          ))}
        </optgroup>
      </select>
      {text !== undefined && <textarea rows={5} aria-label={`Text for ${param.name}`} value={text} onInput={(e) => setText(e.currentTarget.value)} />}
    </span>
  );
}
