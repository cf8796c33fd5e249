import { useId } from "preact/hooks";
import type { Fields } from "./form";
import type { Described, Problem } from "./types";

interface Props {
  method: Described;
  fields: Fields;
  change: (key: string, values: string[] | undefined) => void;
  problems: Problem[];
}

/** What every run takes besides parameters: the part of the recording, interventions, the seed. */
export function Options({ method, fields, change, problems }: Props) {
  const recording = method.needs.kinds.includes("recording");
  const network = method.needs.kinds.includes("network");
  const field = (key: string, help: string, placeholder = "") => (
    <Word name={key} help={help} placeholder={placeholder} value={fields[key]?.[0] ?? ""} set={(v) => change(key, v ? [v] : undefined)} problem={find(problems, key)} />
  );
  const lines = (key: string, help: string, placeholder: string, initial: string[]) => (
    <Lines
      name={key}
      help={help}
      placeholder={placeholder}
      value={fields[key] ?? initial}
      set={(words) => change(key, words.join("\n") === initial.join("\n") ? undefined : words)}
      problem={find(problems, key)}
    />
  );
  return (
    <>
      {network && lines("do", "the network runs under these interventions, one on each line", "silence(blocks.3.mlp.post/17)", [])}
      {recording && (
        <>
          {field("time", "only this time, START,STOP in seconds", "0,60")}
          {field("units", "only the units of these names, separated by commas")}
          {field("without", "leave out the units of these names, separated by commas")}
          {lines("read", "how the file is read, NAME=VALUE on each line; nissl help inspect lists them", "dt=1.89", method.read)}
        </>
      )}
      {field("seed", "for everything random; the same seed gives the same finding", "0")}
      {field("workers", "processors to use", "all of them")}
    </>
  );
}

function find(problems: Problem[], field: string): string | undefined {
  return problems.find((p) => p.field === field)?.says;
}

interface WordProps {
  name: string;
  help: string;
  placeholder: string;
  value: string;
  set: (value: string) => void;
  problem?: string;
}

function Word({ name, help, placeholder, value, set, problem }: WordProps) {
  const id = useId();
  return (
    <div class={"run-field" + (value ? " changed" : "")}>
      <label for={id}>{name}</label>
      <span class="run-value">
        <input id={id} class="wide" aria-describedby={`${id}-help`} aria-invalid={problem ? true : undefined} value={value} placeholder={placeholder} spellcheck={false} onInput={(e) => set(e.currentTarget.value)} />
      </span>
      <Help id={`${id}-help`} help={help} problem={problem} />
    </div>
  );
}

function Lines({ name, help, placeholder, value, set, problem }: Omit<WordProps, "value" | "set"> & { value: string[]; set: (words: string[]) => void }) {
  const id = useId();
  return (
    <div class={"run-field" + (value.length ? " changed" : "")}>
      <label for={id}>{name}</label>
      <span class="run-value">
        <textarea
          id={id}
          rows={Math.max(1, value.length)}
          aria-describedby={`${id}-help`}
          aria-invalid={problem ? true : undefined}
          value={value.join("\n")}
          placeholder={placeholder}
          spellcheck={false}
          onInput={(e) => set(e.currentTarget.value.split("\n"))}
        />
      </span>
      <Help id={`${id}-help`} help={help} problem={problem} />
    </div>
  );
}

function Help({ id, help, problem }: { id: string; help: string; problem?: string }) {
  return (
    <p id={id} class="run-help">
      {help}
      {problem && (
        <span class="bad" role="alert">
          {" "}
          {problem}
        </span>
      )}
    </p>
  );
}
