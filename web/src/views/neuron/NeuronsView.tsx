import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { neuronLink, neuronsLink } from "../../app/links";
import { useUrlState } from "../../app/router";
import type { ViewProps } from "../../app/views";
import { type Cell, type Column, DataTable } from "../../ui/DataTable";
import { ItemPage } from "../../ui/ItemHead";
import { Await } from "../../ui/Message";
import { list } from "./data";
import { Words } from "./Facts";
import "./neuron.css";
import { Search } from "./Search";

interface Units {
  rows: number;
  columns: Column[];
  notes: string[] | null;
}

/** All units of an item with all that is known of each, or those tuned to one covariate. */
export default function NeuronsView({ params }: ViewProps) {
  const { item } = params;
  const [tuned] = useUrlState("tuned", "");
  return (
    <ItemPage id={item}>
      <div class="neuron-head">
        <div>
          <h2>{tuned ? `Units by their tuning to ${tuned}` : "Units"}</h2>
          {tuned && (
            <p class="muted">
              Measured now: the share of each unit’s variance between ten bins of {tuned} of equal counts, and its mean over circular shifts of the activity (null); q is the false discovery rate over
              the units. <a href={neuronsLink(item)}>All units</a>
            </p>
          )}
        </div>
        <Search item={item} />
      </div>
      <div class="neuron-list">{tuned ? <Tuned item={item} feature={tuned} /> : <All item={item} />}</div>
    </ItemPage>
  );
}

function All({ item }: { item: string }) {
  const units = useJSON<Units>(api(["neurons", item]));
  const [sort] = useUrlState("sort-units", "");
  return (
    <Await of={units} what="Units">
      {(data) => (
        <>
          <Table columns={data.columns} item={item} name="units" source={api(["neurons", item])} query={sort ? `?order=${encodeURIComponent(sort)}` : ""} />
          {(data.notes ?? []).map((note) => (
            <p class="muted" key={note}>
              {note}
            </p>
          ))}
        </>
      )}
    </Await>
  );
}

function Tuned({ item, feature }: { item: string; feature: string }) {
  const source = api(["neurons", item, "tuned"], { feature });
  const units = useJSON<Units>(source);
  return (
    <Await of={units} what="Tuning of all units">
      {(data) => <Table columns={data.columns} item={item} name="tuned" source={source} query={`?feature=${encodeURIComponent(feature)}`} />}
    </Await>
  );
}

function Table({ columns, item, name, source, query }: { columns: Column[]; item: string; name: string; source: string; query: string }) {
  // What is the same for all units says nothing in a list.
  const shown = useMemo(() => columns.filter((c) => c.name === "unit" || c.values.length < 2 || c.values.some((v) => v !== c.values[0])), [columns]);
  const show = (c: Column, v: Cell) => {
    if (c.name === "unit") return <a href={neuronLink(item, String(v)) + query}>{String(v)}</a>;
    const words = list<string>(v);
    return words && <Words words={words.slice(0, 5)} />;
  };
  return <DataTable name={name} columns={shown} source={source} show={show} page={100} />;
}
