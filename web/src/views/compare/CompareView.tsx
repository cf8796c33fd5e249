import { useEffect } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { useLibrary } from "../../app/library";
import { neuronLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import type { Item } from "../../app/views";
import { DataTable } from "../../ui/DataTable";
import { Await, Message } from "../../ui/Message";
import "./compare.css";
import { Activity, Facts, Matrix } from "./Parts";
import type { Answer } from "./types";

const ways = [
  ["name", "the same name"],
  ["activity", "the most similar activity"],
  ["position", "the nearest position"],
];

/** Two recordings, findings or networks side by side. */
export default function CompareView() {
  const { items } = useLibrary();
  const [a, setA] = useUrlState("a", "", true);
  const [b, setB] = useUrlState("b", "", true);
  const [by, setBy] = useUrlState("by", "name");
  const [kind, setKind] = useUrlState("kind", "");
  const itemA = items.find((i) => i.id === a);
  const itemB = items.find((i) => i.id === b);
  const kinds = itemA?.kinds.filter((k) => itemB?.kinds.includes(k)) ?? [];
  const others = items.filter((i) => !itemA || i.kinds.some((k) => itemA.kinds.includes(k)));
  const chosen = kinds.find((k) => k === kind) ?? kinds[0];
  const answer = useJSON<Answer>(chosen ? api(["match"], { a, b, by, kind: chosen }) : null);
  useEffect(() => {
    document.title = itemA && itemB ? `${itemA.name} and ${itemB.name} · nissl` : "Compare · nissl";
  }, [itemA, itemB]);
  return (
    <>
      <h1>Compare</h1>
      <form class="compare-choice" onSubmit={(e) => e.preventDefault()}>
        <Choice label="A" items={items} value={a} set={setA} />
        <Choice label="B" items={others} value={b} set={setB} />
        {kinds.length > 1 && (
          <label>
            As{" "}
            <select value={chosen} onChange={(e) => setKind(e.currentTarget.value)}>
              {kinds.map((k) => (
                <option key={k} value={k}>
                  {k}s
                </option>
              ))}
            </select>
          </label>
        )}
        {chosen === "recording" && (
          <label>
            Match neurons by{" "}
            <select value={by} onChange={(e) => setBy(e.currentTarget.value)}>
              {ways.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        )}
      </form>
      {!itemA || !itemB ? (
        <p>Choose two recordings, two findings or two networks.</p>
      ) : !chosen ? (
        <Message title="Nothing matches">
          {itemA.name} and {itemB.name} are not of one kind.
        </Message>
      ) : (
        <Await of={answer} what="The comparison">
          {(found) => <Found answer={found} itemA={itemA} itemB={itemB} />}
        </Await>
      )}
    </>
  );
}

function Choice({ label, items, value, set }: { label: string; items: Item[]; value: string; set: (id: string) => void }) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={(e) => set(e.currentTarget.value)}>
        <option value="">choose …</option>
        {items.map((i) => (
          <option key={i.id} value={i.id}>
            {i.id} ({i.kinds.join(", ")})
          </option>
        ))}
      </select>
    </label>
  );
}

function Found({ answer, itemA, itemB }: { answer: Answer; itemA: Item; itemB: Item }) {
  const names = itemA.name === itemB.name ? { a: itemA.id, b: itemB.id } : { a: itemA.name, b: itemB.name };
  const link = { a: itemA.id, b: itemB.id } as Record<string, string>;
  return (
    <div class="compare">
      <p class="compare-says" role="status">
        {answer.says}
      </p>
      {answer.notes.map((note) => (
        <p key={note} class="compare-note">
          {note}
        </p>
      ))}
      {answer.heat && <Activity heat={answer.heat} {...names} />}
      {!!answer.facts?.length && <Facts facts={answer.facts} {...names} />}
      {answer.matrices?.map((m) => <Matrix key={m.name} of={m} {...names} />)}
      {answer.pairs && (
        <section>
          <h2>Matched pairs</h2>
          <DataTable name="pairs" columns={answer.pairs} show={(c, v) => link[c.name] && <a href={neuronLink(link[c.name], String(v))}>{v}</a>} />
        </section>
      )}
      {answer.weights && (
        <section>
          <h2>Weights by name</h2>
          <DataTable name="weights" columns={answer.weights} />
        </section>
      )}
    </div>
  );
}
