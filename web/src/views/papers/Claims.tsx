import { useJSON } from "../../app/api";
import "./papers.css";

/** What a claim of a paper gave when it was last measured (package studio/papers). */
export interface Claim {
  method: string;
  name: string;
  statement: string;
  cost: string;
  state: "passed" | "failed" | "not run";
  reason?: string;
  measured: string;
  accept: string;
  control: string;
  without: string;
  vanishes: string;
  date?: string;
  version?: string;
}

/** The claims of a method, with what the last reproduction gave. */
export function MethodClaims({ method }: { method: string }) {
  const { data } = useJSON<Claim[]>(`/api/claims/${encodeURIComponent(method)}`);
  if (!data || data.length === 0) return null;
  return (
    <>
      <h2>Claims</h2>
      <Claims claims={data} />
    </>
  );
}

/** Claims beside their controls, in which the effect must vanish. */
export function Claims({ claims, named }: { claims: Claim[]; named?: boolean }) {
  return (
    <ul class="papers-claims">
      {claims.map((c) => (
        <li key={c.method + c.name}>
          <p>
            <strong>{named ? `${c.method}: ${c.name}` : c.name}</strong> <Outcome claim={c} />
          </p>
          <p>{c.statement}</p>
          <dl class="facts">
            <dt>measured</dt>
            <dd>
              {c.measured || "–"} <span class="muted">(accepted {c.accept})</span>
            </dd>
            <dt>control</dt>
            <dd>
              {c.control || "–"} <span class="muted">(accepted {c.vanishes})</span> · {c.without}
            </dd>
            {c.reason && (
              <>
                <dt>because</dt>
                <dd>{c.reason}</dd>
              </>
            )}
          </dl>
          <p class="muted papers-when">
            {c.date ? `measured on ${c.date} with nissl ${c.version}` : "never measured"} · costs a {c.cost} · <code>nissl reproduce {c.method}</code>
          </p>
        </li>
      ))}
    </ul>
  );
}

function Outcome({ claim }: { claim: Claim }) {
  const look = claim.state === "passed" ? "good" : claim.state === "failed" ? "bad" : "muted";
  return <span class={"papers-state " + look}>{claim.state}</span>;
}
