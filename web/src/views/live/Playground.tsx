import { useCallback, useMemo } from "preact/hooks";
import { api } from "../../app/api";
import { useUrlState } from "../../app/router";
import { type Act, parseAll, spell, spellAll } from "./act";
import { Acts } from "./Acts";
import { Command } from "./Command";
import { Curve } from "./Curve";
import { Generate } from "./Generate";
import { Input } from "./Input";
import { useLatest } from "./latest";
import { Maps } from "./Maps";
import { Neurons } from "./Neurons";
import { SitePicker } from "./SitePicker";
import { Tokens } from "./Tokens";
import { Top } from "./Top";
import { type Described, pickedAxes, type Question, type Seen } from "./types";
import { readInput } from "./readInput";
import { number } from "../../ui/format";

/** The input, what the network makes of it, and what becomes of that under interventions. */
export function Playground({ id, network }: { id: string; network: Described }) {
  const text = network.takes === "images" ? (network.digits ? "digit:3" : "") : (network.text ?? "");
  const [input, setInput] = useUrlState("input", text);
  const [unit, setUnit] = useUrlState("unit", firstUnit(network));
  const [select, setSelect] = useUrlState("token", "");
  const [stack, setStack] = useUrlState("do", "");
  const acts = useMemo(() => parseAll(stack), [stack]);
  const setActs = useCallback((next: Act[]) => setStack(spellAll(next)), [setStack]);
  const given = useMemo(() => readInput(network, input), [network, input]);
  const question = useMemo<Question | null>(() => {
    if (!given.question) return null;
    return { ...given.question, unit, select: select === "" ? undefined : Number(select), acts: acts.map(spell) };
  }, [given, unit, select, acts]);
  const plain = useMemo<Question | null>(() => (given.question ? { ...given.question, select: select === "" ? undefined : Number(select) } : null), [given, select]);
  const seen = useLatest<Seen>(api(["live", id, "look"]), question, 20);
  const problem = given.problem || seen.problem?.message;
  const { data } = seen;
  return (
    <div class="live">
      <section class="live-main" aria-label="Input and answer">
        <Input id={id} network={network} value={input} set={(v) => (setInput(v), setSelect(""))} />
        {problem && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <SitePicker network={network} unit={unit} set={setUnit} />
        {!data && !problem && <p class="loading">The network reads it for the first time: its graph is compiled …</p>}
        <h2 class="visually-hidden">What the network makes of it</h2>
        {data && <Tokens seen={data} unit={unit} select={(i) => setSelect(String(i))} />}
        {data?.without.map && <Maps seen={data} unit={unit} />}
        {data && <Says seen={data} />}
        {data && <Top seen={data} network={network} />}
        {data && network.causal && data.predicts === "next" && <Generate id={id} question={question!} />}
      </section>
      <section class="live-side" aria-label="Interventions">
        <Acts network={network} acts={acts} set={setActs} unit={unit} />
        {data && acts.length > 0 && <Curve id={id} question={question!} acts={acts} predicts={data.predicts} />}
        {data && <Command seen={data} acts={acts.length} />}
        {plain && <Neurons id={id} question={plain} set={setUnit} unit={unit} />}
      </section>
      <p class="live-time muted" aria-live="off">
        {seen.loading ? "…" : data ? `${number(data.ms)} ms` : ""}
      </p>
    </div>
  );
}

/** Says in a sentence what the interventions do. */
function Says({ seen }: { seen: Seen }) {
  const { without, with: edited, kl } = seen;
  const at = seen.tokens[seen.select]?.word.trim();
  return (
    <p class="live-says" aria-live="polite">
      {without.loss !== null && seen.tokens.length > 1 && (
        <>
          Loss <b>{number(without.loss)}</b>
          {edited && edited.loss !== null && (
            <>
              {" → "}
              <b>{number(edited.loss)}</b>
            </>
          )}{" "}
          nats per token.{" "}
        </>
      )}
      {edited && kl && (
        <>
          The answer{at ? ` after “${at}”` : ""} moves by <b>{number(kl[Math.min(seen.select, kl.length - 1)])}</b>
          {seen.predicts === "vector" ? " (1 less the cosine)." : " nats (KL of without from with)."}
        </>
      )}
    </p>
  );
}

/** The first neuron of a site in the middle. */
function firstUnit(network: Described): string {
  const name = network.neurons[Math.floor(network.neurons.length / 2)];
  const site = network.sites.find((s) => s.name === name) ?? network.sites[0];
  return site ? `${site.name}/${pickedAxes(site).map(() => 0).join(":") || 0}` : "";
}
