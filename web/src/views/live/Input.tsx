import { useState } from "preact/hooks";
import { api } from "../../app/api";
import type { Described } from "./types";

interface InputProps {
  id: string;
  network: Described;
  value: string;
  set: (value: string) => void;
}

/** Where a text or numbers are typed, or a picture is chosen. */
export function Input(props: InputProps) {
  const { network, value, set } = props;
  if (network.takes === "images") return <Pictures {...props} />;
  const what = {
    text: "Text that the network reads",
    ids: `Tokens, 0 to ${(network.vocab ?? 1) - 1}${network.exact ? `, ${network.exact} of them` : ""}`,
    series: "A row of numbers for each position",
    vectors: "Numbers",
  }[network.takes as "text" | "ids" | "series" | "vectors"];
  return (
    <label class="live-input">
      <span>{what}</span>
      <textarea rows={network.takes === "text" ? 3 : 2} value={value} spellcheck={false} onInput={(e) => set(e.currentTarget.value)} />
    </label>
  );
}

function Pictures({ id, network, value, set }: InputProps) {
  const [problem, setProblem] = useState("");
  const give = async (file: File) => {
    setProblem("");
    const path = api(["live", id, "picture"], { name: file.name });
    const response = await fetch(path, { method: "POST", body: file, credentials: "same-origin" });
    const said = (await response.json()) as { picture?: string; error?: string };
    if (said.picture) set(said.picture);
    else setProblem(said.error ?? response.statusText);
  };
  return (
    <div class="live-pictures">
      {value && <img class="live-picture" src={api(["live", id, "picture"], { picture: value })} alt={`What the network sees: ${value}`} />}
      <div>
        <label class="live-input">
          <span>A PNG or JPEG of yours</span>
          <input type="file" accept="image/png,image/jpeg" onChange={(e) => e.currentTarget.files?.[0] && give(e.currentTarget.files[0]).catch((x: Error) => setProblem(x.message))} />
        </label>
        {problem && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        {!!network.digits && (
          <div class="live-digits" role="group" aria-label="Handwritten digits">
            {Array.from({ length: Math.min(network.digits, 30) }, (_, i) => `digit:${i}`).map((name) => (
              <button key={name} aria-pressed={value === name} aria-label={name.replace(":", " ")} onClick={() => set(name)}>
                <img src={api(["live", id, "picture"], { picture: name })} alt="" width="28" height="28" loading="lazy" />
              </button>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}
