import { useRef } from "preact/hooks";
import { useDark } from "../../app/Theme";
import { useUrlState } from "../../app/router";
import { signedColor } from "../../ui/colors";
import { number } from "../../ui/format";
import type { Seen } from "./types";

type Mode = "neuron" | "neuron-with" | "surprise" | "change";

/** The input as coloured tokens; the one that is chosen is where predictions are shown. */
export function Tokens({ seen, unit, select }: { seen: Seen; unit: string; select: (i: number) => void }) {
  const dark = useDark();
  const box = useRef<HTMLDivElement>(null);
  const [mode, setMode] = useUrlState("colour", "neuron");
  const values = valuesOf(seen, mode as Mode);
  const most = Math.max(...values.map((v) => Math.abs(v ?? 0)), 1e-9);
  if (seen.tokens.length === 0) {
    const value = seen.without.activity?.[0];
    const edited = seen.with?.activity?.[0];
    return value === undefined ? null : (
      <p>
        <code>{unit}</code> is <b>{number(value)}</b>
        {edited !== undefined && (
          <>
            , under the interventions <b>{number(edited)}</b>
          </>
        )}
        .
      </p>
    );
  }
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(seen.tokens.length - 1, seen.select + step));
    select(to);
    (box.current?.children[to] as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <div class="toolbar" role="group" aria-label="What the colours show">
        {modes(seen).map(([name, label]) => (
          <button key={name} aria-pressed={mode === name} onClick={() => setMode(name)}>
            {label}
          </button>
        ))}
        <span class="live-scale muted">
          <i style={{ background: signedColor(-0.55, dark) }} /> {number(-most)} <i /> 0 <i style={{ background: signedColor(0.55, dark) }} /> {number(most)}
        </span>
      </div>
      <div class="live-tokens" ref={box} role="group" aria-label="Tokens; arrow keys move between them" onKeyDown={move}>
        {seen.tokens.map((t, i) => (
          <button
            key={i}
            tabIndex={i === seen.select ? 0 : -1}
            aria-pressed={i === seen.select}
            aria-label={`${shown(t.word).trim() || "space"}: ${number(values[i])}`}
            title={`${JSON.stringify(t.word)}, token ${t.id} at ${i}: ${number(values[i])}`}
            style={{ background: signedColor((0.55 * (values[i] ?? 0)) / most, dark) }}
            onClick={() => select(i)}
          >
            {shown(t.word)}
          </button>
        ))}
      </div>
    </>
  );
}

const shown = (word: string) => word.replaceAll("\n", "↵").replaceAll("\t", "⇥");

function modes(seen: Seen): [Mode, string][] {
  const out: [Mode, string][] = [["neuron", "Neuron"]];
  if (seen.with?.activity) out.push(["neuron-with", "Neuron, with"]);
  if (seen.without.loss !== null) out.push(["surprise", "Log-probability"]);
  if (seen.with && seen.without.loss !== null) out.push(["change", "Change of log-probability"]);
  else if (seen.with) out.push(["change", "Change of the answer"]);
  return out;
}

function valuesOf(seen: Seen, mode: Mode): (number | null)[] {
  const { without, with: edited } = seen;
  switch (mode) {
    case "surprise":
      return without.logp;
    case "change":
      if (!edited) return without.logp.map(() => null);
      if (without.loss === null) return seen.kl ?? [];
      return without.logp.map((x, i) => (x === null || edited.logp[i] === null ? null : edited.logp[i]! - x));
    case "neuron-with":
      return (edited ?? without).activity ?? [];
  }
  return without.activity ?? [];
}
