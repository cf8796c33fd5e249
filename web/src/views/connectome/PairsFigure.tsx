import { api, useJSON } from "../../app/api";
import { neuronLink } from "../../app/links";
import { type Column, DataTable } from "../../ui/DataTable";
import type { PairTable } from "./types";

/** The strongest pairs of a table, with whatever it says of each. */
export function PairsFigure({ id, table }: { id: string; table: PairTable }) {
  const { data, problem } = useJSON<{ a: string; b: string; total: number; columns: Column[] }>(api(["connectomes", id, "pairs"], { table: table.name }));
  return (
    <section aria-label={`Table ${table.name}`}>
      <h2>
        {table.name} <small>{table.doc}</small>
      </h2>
      {problem && <p class="bad">{problem.message}</p>}
      {data && data.total > (data.columns[0]?.values.length ?? 0) && <p class="muted">The strongest {data.columns[0].values.length} of {data.total}; the files have all.</p>}
      {data && (
        <DataTable
          name={table.name}
          columns={data.columns}
          source={api(["connectomes", id, "table"], { name: table.name })}
          page={20}
          show={(column, value) => (column.name === data.a || column.name === data.b ? <a href={neuronLink(id, String(value))}>{String(value)}</a> : undefined)}
        />
      )}
    </section>
  );
}
