import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../app/api";
import { useUrlNumber } from "../../app/router";
import { postLines } from "./latest";
import type { Question } from "./types";

interface Added {
  which: "without" | "with";
  text: string;
}

/** How the network goes on with the text, without and with the interventions. */
export function Generate({ id, question }: { id: string; question: Question }) {
  const [temperature, setTemperature] = useUrlNumber("temperature", 0);
  const [seed, setSeed] = useUrlNumber("seed", 1);
  const [most, setMost] = useUrlNumber("tokens", 48);
  const [texts, setTexts] = useState<Partial<Record<Added["which"], string>>>({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const go = async () => {
    abort.current?.abort();
    const mine = (abort.current = new AbortController());
    setTexts({});
    setProblem("");
    setBusy(true);
    const body = { ...question, unit: undefined, temperature, seed, most };
    try {
      await postLines<Added>(api(["live", id, "generate"]), body, (l) => l.which && setTexts((t) => ({ ...t, [l.which]: l.text })), mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) setProblem((error as Error).message);
    }
    if (abort.current === mine) setBusy(false);
  };
  const stop = () => (abort.current?.abort(), setBusy(false));
  return (
    <section class="live-generate" aria-label="Generated text">
      <div class="toolbar">
        <button onClick={busy ? stop : go}>{busy ? "Stop" : "Generate"}</button>
        <label>
          tokens <input type="number" min={1} max={256} value={most} onChange={(e) => setMost(e.currentTarget.valueAsNumber || 48)} />
        </label>
        <label>
          temperature <input type="number" min={0} max={10} step={0.1} value={temperature} onChange={(e) => setTemperature(e.currentTarget.valueAsNumber || 0)} />
        </label>
        {temperature > 0 && (
          <label>
            seed <input type="number" min={0} value={seed} onChange={(e) => setSeed(e.currentTarget.valueAsNumber || 0)} />
          </label>
        )}
      </div>
      {problem && (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
      {texts.without !== undefined && (
        <div class="live-texts">
          {(["without", "with"] as const).map(
            (which) =>
              texts[which] !== undefined && (
                <div key={which}>
                  <h3>{which === "with" ? "With the interventions" : "Without"}</h3>
                  <p>{texts[which]}</p>
                </div>
              ),
          )}
        </div>
      )}
    </section>
  );
}
