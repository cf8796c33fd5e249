import { useLibrary } from "../../app/library";
import { useUrlState } from "../../app/router";
import type { Kind } from "../../app/views";
import { Card } from "./Card";
import "./library.css";

const kinds: { kind: Kind; title: string; says: string }[] = [
  { kind: "recording", title: "Recordings", says: "activity of named units" },
  { kind: "finding", title: "Findings", says: "what methods found, each beside chance" },
  { kind: "network", title: "Networks", says: "artificial and spiking, ready to run" },
];

/** All that was opened, with the views of each. */
export default function LibraryView() {
  const { items, notes } = useLibrary();
  const [search, setSearch] = useUrlState("q", "");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = items.filter((item) => words.every((w) => item.path.toLowerCase().includes(w)));
  return (
    <div class="page">
      <h1>All that is open</h1>
      {items.length > 8 && (
        <label class="search">
          Search <input type="search" value={search} onInput={(e) => setSearch(e.currentTarget.value)} placeholder="name or folder" />
        </label>
      )}
      {kinds.map(({ kind, title, says }) => {
        const of = shown.filter((item) => item.kinds[0] === kind);
        return (
          of.length > 0 && (
            <section key={kind} aria-label={title}>
              <h2>
                {title} <small>{says}</small>
              </h2>
              <ul class="cards">
                {of.map((item) => (
                  <Card item={item} key={item.id} />
                ))}
              </ul>
            </section>
          )
        );
      })}
      {items.length === 0 && <p>Nothing that was given is a recording, a finding or a network.</p>}
      {items.length > 0 && shown.length === 0 && <p>Nothing is called so.</p>}
      {notes.length > 0 && (
        <section aria-label="Not opened">
          <h2>Not opened</h2>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
