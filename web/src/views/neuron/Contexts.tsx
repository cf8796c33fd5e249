import { useMemo } from "preact/hooks";
import { findingLink, recordingLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import { useDark } from "../../app/Theme";
import type { Cell } from "../../ui/DataTable";
import { signedColor } from "../../ui/colors";
import { number } from "../../ui/format";
import { list, type Recorded, records, type Statement, visible } from "./data";

type Row = Record<string, Cell>;

/** The moments at which it is most active, or typical ones of each level, token by token. */
export function Contexts({ statements, recording }: { statements: Statement[]; recording?: Recorded }) {
  return (
    <>
      {statements.map((s) => (
        <Moments key={s.finding + s.table} statement={s} recording={recording} />
      ))}
    </>
  );
}

function Moments({ statement, recording }: { statement: Statement; recording?: Recorded }) {
  const rows = useMemo(() => records(statement), [statement]);
  const kinds = [...new Set(rows.map((r) => String(r.kind ?? "top")))];
  const [kind, setKind] = useUrlState("moments", kinds[0]);
  const [all, setAll] = useUrlState("all", "");
  const most = Math.max(1e-12, ...rows.flatMap((r) => (list<number>(r.values) ?? []).map(Math.abs)));
  const hasTokens = rows.some((r) => (list(r.tokens) ?? []).length > 0);
  const shown = rows.filter((r) => String(r.kind ?? "top") === kind);
  const few = all ? shown : shown.slice(0, 10);
  return (
    <section class="neuron-moments" aria-label="Moments">
      <h2>
        Moments{" "}
        <small>
          from <a href={findingLink(statement.finding)}>{statement.name}</a>
          {hasTokens && `; colour is its activity at each token, up to ${number(most)}`}
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
          <Moment key={i} row={row} most={most} level={kind !== "top" ? row.quantile : null} recording={recording} />
        ))}
      </ol>
    </section>
  );
}

interface MomentProps {
  row: Row;
  most: number;
  level: Cell;
  recording?: Recorded;
}

function Moment({ row, most, level, recording }: MomentProps) {
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
  const where = [row.source, tokens.length > 0 && Number(row.position ?? -1) >= 0 && `token ${row.position}`, row.time_s !== null && row.time_s !== undefined && `at ${number(Number(row.time_s))} s`];
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
        <span>
          {row.text ? String(row.text) : where.filter(Boolean).join(", ")}{" "}
          {recording && typeof row.time_s === "number" && <a href={atMoment(recording, row.time_s)}>see it</a>}
        </span>
      )}
    </li>
  );
}

/** The recording's page at a moment. */
function atMoment(recording: Recorded, second: number): string {
  const around = (recording.stop_s - recording.start_s) / 50;
  const at = (t: number) => Number(Math.min(recording.stop_s, Math.max(recording.start_s, t)).toPrecision(7));
  return `${recordingLink(recording.id)}?t0=${at(second - around)}&t1=${at(second + around)}`;
}

/** The tokens with the larger values said. */
function spoken(tokens: string[], values: (number | null)[], at: number): string {
  const peak = Math.max(...values.map((v) => Math.abs(v ?? 0)));
  return tokens.map((t, i) => (i === at || Math.abs(values[i] ?? 0) > peak / 2 ? `${t} (${number(values[i])})` : t)).join("");
}
