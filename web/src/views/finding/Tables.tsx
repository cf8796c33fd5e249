import { api, useJSON } from "../../app/api";
import { neuronLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import { type Column, DataTable } from "../../ui/DataTable";
import { Await } from "../../ui/Message";
import type { Finding } from "./types";

interface Sent {
  name: string;
  rows: number;
  shown: number;
  columns: Column[];
}

/** The tables of a finding, one at a time. */
export function Tables({ id, tables }: { id: string; tables: Finding["tables"] }) {
  const [name, setName] = useUrlState("table", tables[0].name);
  const table = tables.find((t) => t.name === name) ?? tables[0];
  return (
    <section aria-label="Tables">
      <h2>Tables</h2>
      <div class="toolbar" role="group" aria-label="Choose a table">
        {tables.map((t) => (
          <button key={t.name} aria-pressed={t === table} onClick={() => setName(t.name)}>
            {t.name} <span class="muted">{t.rows}</span>
          </button>
        ))}
      </div>
      {table.doc && <p class="finding-doc muted">{table.doc}</p>}
      <One id={id} name={table.name} key={table.name} />
    </section>
  );
}

function One({ id, name }: { id: string; name: string }) {
  const [by, setBy] = useUrlState(`rows-${name}`, "");
  const source = api(["findings", id, "tables", name]);
  const column = by.replace(/^-/, "");
  const sent = useJSON<Sent>(api(["findings", id, "tables", name], { by: column, down: by.startsWith("-") ? 1 : undefined }));
  return (
    <Await of={sent} what="The table">
      {(t) => (
        <>
          {t.shown < t.rows && (
            <p class="finding-part">
              {t.shown} of {t.rows} rows, those with the{" "}
              <select aria-label="Rows to show" value={by} onChange={(e) => setBy(e.currentTarget.value)}>
                <option value="">first places in the file</option>
                {t.columns.map((c) => [
                  <option value={"-" + c.name}>highest {c.name}</option>,
                  <option value={c.name}>lowest {c.name}</option>,
                ])}
              </select>
              ; CSV and Parquet hold all.
            </p>
          )}
          <DataTable
            name={name}
            columns={t.columns}
            source={source}
            show={(c, value) => (namesUnits(c, t.columns) && value ? <a href={neuronLink(id, String(value))}>{value}</a> : undefined)}
          />
        </>
      )}
    </Await>
  );
}

/** Whether a column holds names of units, by the words that findings use for it. */
function namesUnits(column: Column, all: Column[]): boolean {
  if (column.type !== "text") return false;
  if (["unit", "partner", "unit_a", "unit_b"].includes(column.name)) return true;
  const pair = all.some((c) => c.name === "from" && c.type === "text") && all.some((c) => c.name === "to" && c.type === "text");
  return pair && (column.name === "from" || column.name === "to");
}
