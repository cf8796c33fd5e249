import { useLibrary } from "../../app/library";
import type { Item } from "../../app/views";
import type { Needs } from "./types";

interface Props {
  needs: Needs;
  chosen: string[];
  set: (ids: string[]) => void;
  problem?: string;
}

/** The inputs of a run, chosen among what is open. */
export function Inputs({ needs, chosen, set, problem }: Props) {
  const { items } = useLibrary();
  if (!needs.kind) return <p class="muted">This method takes no input.</p>;
  const fitting = items.filter((item) => item.kinds.some((k) => needs.kinds.includes(k)));
  const slots = needs.max > 0 ? needs.max : 0;
  return (
    <fieldset class="run-inputs">
      <legend>{needs.max === 1 ? "Input" : "Inputs"}</legend>
      {fitting.length === 0 && (
        <p>
          No {needs.kind} is open. Start <code>nissl studio</code> with the path of one.
        </p>
      )}
      {fitting.length > 0 && slots > 0 && Array.from({ length: slots }, (_, i) => <Slot key={i} index={i} of={slots} {...{ needs, chosen, set, fitting }} />)}
      {fitting.length > 0 && slots === 0 && <Several {...{ chosen, set, fitting }} />}
      {problem && (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

function Slot({ index, of, needs, chosen, set, fitting }: Omit<Props, "problem"> & { index: number; of: number; fitting: Item[] }) {
  const name = of === 1 ? needs.kind : `${needs.kind} ${index + 1}`;
  const change = (id: string) => {
    const next = Array.from({ length: of }, (_, i) => (i === index ? id : (chosen[i] ?? "")));
    set(next.filter(Boolean));
  };
  return (
    <label class="run-slot">
      <span>{name}</span>
      <select value={chosen[index] ?? ""} onChange={(e) => change(e.currentTarget.value)}>
        <option value="">{index >= needs.min ? "none" : "choose …"}</option>
        {fitting.map((item) => (
          <option value={item.id} key={item.id} title={item.path}>
            {label(item, fitting)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Any number, in the order in which they are chosen. */
function Several({ chosen, set, fitting }: { chosen: string[]; set: (ids: string[]) => void; fitting: Item[] }) {
  return (
    <>
      <ul class="run-several">
        {fitting.map((item) => {
          const place = chosen.indexOf(item.id);
          return (
            <li key={item.id}>
              <label title={item.path}>
                <input type="checkbox" checked={place >= 0} onChange={() => set(place >= 0 ? chosen.filter((id) => id !== item.id) : [...chosen, item.id])} />
                {label(item, fitting)}
                {place >= 0 && chosen.length > 1 && <span class="muted"> {place + 1}</span>}
              </label>
            </li>
          );
        })}
      </ul>
      {fitting.length > 2 && (
        <button class="quiet" onClick={() => set(chosen.length === fitting.length ? [] : fitting.map((item) => item.id))}>
          {chosen.length === fitting.length ? "None" : "All"}
        </button>
      )}
    </>
  );
}

/** Items of one name are told apart by their path. */
function label(item: Item, among: Item[]): string {
  return among.some((other) => other !== item && other.name === item.name) ? item.path : item.name;
}
