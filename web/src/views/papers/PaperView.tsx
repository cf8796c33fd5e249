import { useJSON } from "../../app/api";
import { papersLink, runLink } from "../../app/links";
import type { ViewProps } from "../../app/views";
import { Await } from "../../ui/Message";
import { type Claim, Claims } from "./Claims";
import { State } from "./PapersView";
import type { Work } from "./types";
import "./papers.css";

interface Page {
  paper: Work;
  methods: { name: string; verb: string; summary: string; papers: { row?: number; authors: string; year: number; where?: string }[] | null }[];
  claims: Claim[];
  before?: number;
  after?: number;
}

const here: Record<string, string> = {
  full: "in full",
  scaled: "at a smaller scale",
  simulated: "on simulated data",
  no: "not on a small machine",
};

/** One paper: what it does, when it works, what runs it, and what the last reproduction gave. */
export default function PaperView({ params }: ViewProps) {
  const page = useJSON<Page>(`/api/papers/${encodeURIComponent(params.row)}`);
  return (
    <div class="page papers">
      <Await of={page} what="The paper">
        {(p) => <Paper page={p} />}
      </Await>
    </div>
  );
}

function Paper({ page }: { page: Page }) {
  const w = page.paper;
  const source = page.methods.flatMap((m) => m.papers ?? []).find((p) => p.row === w.row);
  return (
    <>
      <nav class="papers-turn" aria-label="Papers">
        <a href={papersLink()}>All papers</a>
        {page.before !== undefined && <a href={papersLink(page.before)}>← Previous</a>}
        {page.after !== undefined && <a href={papersLink(page.after)}>Next →</a>}
      </nav>
      <h1>
        <span class="muted">{w.row}</span> {w.title}
      </h1>
      <p>
        {source && `${source.authors} (${source.year})${source.where ? ". " + source.where : ""} · `}
        <State state={w.state} />
        {w.reason && `: ${w.reason}`}
      </p>
      <dl class="facts">
        {[
          ["does", w.does],
          ["needs", w.needs],
          ["works when", w.works_when],
          ["family", w.family],
          ["kind", w.kind],
          ["system", w.system],
          ["can be shown", here[w.here] ?? w.here],
          ["asked for", `${w.weight} of 5`],
          ["reach", `${w.reach} of 5`],
        ].map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value || "–"}</dd>
          </>
        ))}
      </dl>
      {page.methods.length > 0 && (
        <section aria-label="Methods">
          <h2>What runs it</h2>
          <ul class="papers-methods">
            {page.methods.map((m) => (
              <li key={m.name}>
                <a class="papers-run" href={runLink(m.name)}>
                  Run {m.name}
                </a>{" "}
                {m.summary}
              </li>
            ))}
          </ul>
        </section>
      )}
      {page.claims.length > 0 && (
        <section aria-label="Claims">
          <h2>
            Claims <small>as the last reproduction measured them, beside a control in which the effect must vanish</small>
          </h2>
          <Claims claims={page.claims} named={page.methods.length > 1} />
        </section>
      )}
      {page.methods.length === 0 && <p class="muted">No method runs this paper yet.</p>}
    </>
  );
}
