import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useUrlState } from "../app/router";
import { number } from "./format";

export type Cell = string | number | boolean | null;

/** A column as the server sends it (package reply). */
export interface Column {
  name: string;
  unit?: string;
  doc?: string;
  type: "number" | "text" | "bool";
  values: Cell[];
}

export interface DataTableProps {
  /** Heard by a screen reader and the key of the sorting in the address. */
  name: string;
  columns: Column[];
  /** Address that answers with the table as ?format=csv and parquet; none saves nothing. */
  source?: string;
  /** How a cell is shown in place of its text, such as a link. */
  show?: (column: Column, value: Cell, row: number) => ComponentChildren;
  /** Rows on a page. */
  page?: number;
}

/** A table that sorts by any column, in pages, with CSV and Parquet to save. */
export function DataTable({ name, columns, source, show, page = 50 }: DataTableProps) {
  const [sort, setSort] = useUrlState(`sort-${name}`, "");
  const [first, setFirst] = useState(0);
  const [search, setSearch] = useState("");
  const rows = useMemo(() => order(columns, sort, search), [columns, sort, search]);
  const shown = rows.slice(first, first + page);
  const total = columns[0]?.values.length ?? 0;
  const download = (format: string) => source + (source!.includes("?") ? "&" : "?") + `format=${format}`;
  return (
    <div class="data-table">
      <div class="table-head">
        {total > page && (
          <label>
            Search <input type="search" value={search} onInput={(e) => (setSearch(e.currentTarget.value), setFirst(0))} />
          </label>
        )}
        <span class="count" aria-live="polite">
          {rows.length === total ? `${total} rows` : `${rows.length} of ${total} rows`}
        </span>
        {source && (
          <span class="save" role="group" aria-label={`Save ${name}`}>
            <a class="quiet" href={download("csv")} download>
              CSV
            </a>
            <a class="quiet" href={download("parquet")} download>
              Parquet
            </a>
          </span>
        )}
      </div>
      <div class="scroll" role="region" aria-label={name} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map((c) => (
                <th key={c.name} scope="col" class={c.type} aria-sort={sort === c.name ? "ascending" : sort === "-" + c.name ? "descending" : undefined}>
                  <button title={c.doc} onClick={() => (setSort(nextSort(sort, c)), setFirst(0))}>
                    {c.name}
                    {c.unit && <small> [{c.unit}]</small>}
                    {sort === c.name ? " ↑" : sort === "-" + c.name ? " ↓" : ""}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row}>
                {columns.map((c) => (
                  <td key={c.name} class={c.type}>
                    {show?.(c, c.values[row], row) ?? text(c, c.values[row])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > page && (
        <div class="pager">
          <button disabled={first === 0} onClick={() => setFirst(Math.max(0, first - page))}>
            Previous
          </button>
          <span>
            {first + 1}–{Math.min(first + page, rows.length)}
          </span>
          <button disabled={first + page >= rows.length} onClick={() => setFirst(first + page)}>
            Next
          </button>
        </div>
      )}
    </div>
  );
}

function text(column: Column, value: Cell): string {
  if (value === null) return "";
  if (column.type === "number") return number(value as number);
  return String(value);
}

/** Numbers fall first, texts rise first; the third click is the order of the file. */
function nextSort(sort: string, column: Column): string {
  const [first, second] = column.type === "number" ? ["-" + column.name, column.name] : [column.name, "-" + column.name];
  return sort === first ? second : sort === second ? "" : first;
}

function order(columns: Column[], sort: string, search: string): number[] {
  let rows = Array.from({ length: columns[0]?.values.length ?? 0 }, (_, i) => i);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) {
    const texts = columns.filter((c) => c.type === "text");
    rows = rows.filter((row) => words.every((w) => texts.some((c) => String(c.values[row]).toLowerCase().includes(w))));
  }
  const column = columns.find((c) => c.name === sort.replace(/^-/, ""));
  if (!column) return rows;
  const sign = sort.startsWith("-") ? -1 : 1;
  return rows.sort((a, b) => {
    const x = column.values[a];
    const y = column.values[b];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    if (typeof x === "string" && typeof y === "string") return sign * x.localeCompare(y, undefined, { numeric: true }) || a - b;
    return sign * (Number(x) - Number(y)) || a - b;
  });
}
