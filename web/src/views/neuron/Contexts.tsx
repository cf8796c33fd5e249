import { useMemo } from "preact/hooks";
import { findingLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import { useDark } from "../../app/Theme";
import type { Cell } from "../../ui/DataTable";
import { signedColor } from "../../ui/colors";
import { number } from "../../ui/format";
import { list, records, type Statement, visible } from "./data";

type Row = Record<string, Cell>;

/** The moments at which it is most active, or typical ones of each level, token by token. */
export function Contexts({ statements }: { statements: Statement[] }) {
  return (
    <>
      {statements.map((s) => (
        <Moments key={s.finding + s.table} statement={s} />
      ))}
    </>
  );
}

function Moments({ statement }: { statement: Statement }) {
  const rows = useMemo(() => records(statement), [statement]);
  const kinds = [...new Set(rows.map((r) => String(r.kind ?? "top")))];
  const [kind, setKind] = useUrlState("moments", kinds[0]);
  const [all, setAll] = useUrlState("all", "");
  const most = Math.max(1e-12, ...rows.flatMap((r) => (list<number>(r.values) ?? []).map(Math.abs)));
  const shown = rows.filter((r) => String(r.kind ?? "top") === kind);
  const few = all ? shown : shown.slice(0, 10);
  return (
    <section class="neuron-moments" aria-label="Moments">
      <h2>
        Moments{" "}
        <small>
          from <a href={findingLink(statement.finding)}>{statement.name}</a>; colour is its activity at each token, up to {number(most)}
        </small>
      </h2>
      <div class="toolbar" role="group" aria-label="Which moments">
        {kinds.map((k) => (
          <button key={k} aria-pressed={k === kind} onClick={() => setKind(k)}>
            {k === "top" ? "Strongest" : k === "quantile" ? "Of each level" : k}
          </button>
        ))}
        {shown.length > 10 && <button onClick={() => setAll(all ? "" : "1")}>{all ? "First 10" : `All ${shown.length}`}</button>}
      </div>
      <ol>
        {few.map((row, i) => (
          <Moment key={i} row={row} most={most} level={kind !== "top" ? row.quantile : null} />
        ))}
      </ol>
    </section>
  );
}

function Moment({ row, most, level }: { row: Row; most: number; level: Cell }) {
  const dark = useDark();
  const tokens = list<string>(row.tokens) ?? [];
  const values = list<number | null>(row.values) ?? [];
  const at = -Number(row.first ?? 0);
  const shown = (first: number) => (token: string, k: number) => {
    const v = values[first + k];
    return (
      <span key={k} title={`${visible(token)}  ${number(v)}`} style={{ background: signedColor((dark ? 0.5 : 0.8) * ((v ?? 0) / most), dark) }}>
        {token.replaceAll("\n", "↵")}
      </span>
    );
  };
  const where = [row.source, row.position !== undefined && Number(row.position) >= 0 && `token ${row.position}`, row.time_s !== null && row.time_s !== undefined && `${number(Number(row.time_s))} s`];
  return (
    <li>
      <span class="neuron-value" title={where.filter(Boolean).join(", ")}>
        {number(row.value as number)}
        {level !== null && <small>above {Math.round(Number(level) * 100)} %</small>}
      </span>
      {tokens.length > 0 ? (
        <span class="neuron-tokens">
          <span class="visually-hidden">{spoken(tokens, values, at)}</span>
          <span class="neuron-line" aria-hidden="true">
            <span class="neuron-before">{tokens.slice(0, at).map(shown(0))}</span>
            <span class="neuron-at">{tokens.slice(at, at + 1).map(shown(at))}</span>
            <span class="neuron-after">{tokens.slice(at + 1).map(shown(at + 1))}</span>
          </span>
        </span>
      ) : (
        <span class="neuron-tokens">{String(row.text || where.filter(Boolean).join(", "))}</span>
      )}
    </li>
  );
}

/** The tokens with the larger values said. */
function spoken(tokens: string[], values: (number | null)[], at: number): string {
  const peak = Math.max(...values.map((v) => Math.abs(v ?? 0)));
  return tokens.map((t, i) => (i === at || Math.abs(values[i] ?? 0) > peak / 2 ? `${t} (${number(values[i])})` : t)).join("");
}
