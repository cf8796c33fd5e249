import { useEffect, useMemo, useState } from "preact/hooks";
import { api, getBytes, useJSON } from "../../app/api";
import { useUrlNumber, useUrlState } from "../../app/router";
import type { Column } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { GraphCanvas } from "./GraphCanvas";
import { centred, type Edge, springs, strengthsAt, strongest, weightAt } from "./graph";
import { type Matrix, type Overview, readMatrix, trackOf } from "./types";

interface Props {
  id: string;
  data: Overview;
  at: number;
  track: number;
}

const mostEdges = 1500;

/** The units where they lie, and who is with whom at the moment. */
export function GraphFigure({ id, data, at, track }: Props) {
  const c = data.components;
  const name = c?.matrix ?? data.matrices[0]?.name ?? "";
  const matrices = useLayers(id, name, c ? c.count : 1);
  const pairs = useJSON<{ a: string; b: string; value: string; columns: Column[] }>(!name && data.pairs[0] ? api(["connectomes", id, "pairs"], { table: data.pairs[0].name }) : null);
  const edges = useMemo(() => (matrices.length ? strongest(matrices, mostEdges) : pairs.data ? fromTable(data.units, pairs.data) : []), [matrices, pairs.data, data]);
  const [above, setAbove] = useUrlNumber("edges", 0.35);
  const [look, setLook] = useUrlState("look", "front");
  const points = usePlaces(data, edges);
  const strengths = useMemo(() => strengthsAt(c, edges[0]?.weights.length ?? 1, at), [c, edges, at]);
  const shown = useMemo(
    () =>
      edges.flatMap((e) => {
        const w = weightAt(e, strengths);
        return Math.abs(w) >= above ? [{ a: e.a, b: e.b, weight: w }] : [];
      }),
    [edges, strengths, above],
  );
  const force = c?.in_force.find((e) => e.start_s <= at && at < e.stop_s)?.component;
  const groups = useMemo(() => {
    if (c?.community) return trackOf(c, force ?? 1);
    const column = data.columns.find((col) => col.name === "community");
    return (column?.values ?? data.units.map(() => 0)).map((v) => Number(v) || 0);
  }, [c, force, data]);
  const directed = !name && (data.pairs[0]?.directed ?? false);
  const where = data.positions ? `Units lie where they are in the tissue${data.positions.unit ? ` (${data.positions.unit}, from ${data.positions.from})` : ""}.` : "Positions are not known: units that are together lie together.";
  return (
    <Figure
      title="Graph"
      caption={`${where} Lines are pairs above the threshold${c ? " at the moment" : ""}, ${shown.length} of the ${edges.length} strongest; colours are communities, sizes the sum of a unit's lines. Wheel zooms, dragging ${points?.flat ? "moves" : "turns"}; click a unit for its page.`}
      controls={
        <>
          {points && !points.flat && (
            <span role="group" aria-label="Look from">
              {["front", "top", "side"].map((from) => (
                <button key={from} class="quiet" aria-pressed={look === from} onClick={() => setLook(from)}>
                  {from}
                </button>
              ))}
            </span>
          )}
          <label>
            lines above{" "}
            <input type="range" min={0.05} max={1} step={0.01} value={above} onInput={(e) => setAbove(Number(e.currentTarget.value))} aria-label="Smallest weight that is drawn, as a share of the largest" />
          </label>
        </>
      }
    >
      {points && edges.length > 0 && <GraphCanvas id={id} units={data.units} points={points.points} flat={points.flat} edges={shown} groups={groups} track={track} look={look} directed={directed} />}
      {points && edges.length === 0 && <p class="muted">There are no pairs to draw.</p>}
    </Figure>
  );
}

/** All layers of a matrix. */
function useLayers(id: string, name: string, count: number): Matrix[] {
  const [matrices, set] = useState<Matrix[]>([]);
  useEffect(() => {
    if (!name) return;
    const abort = new AbortController();
    Promise.all(Array.from({ length: Math.min(count, 12) }, (_, layer) => getBytes(api(["connectomes", id, "matrix"], { name, layer }), abort.signal).then((r) => readMatrix(r.bytes)))).then(set, () => {});
    return () => abort.abort();
  }, [id, name, count]);
  return matrices;
}

/** Where units lie: in the tissue, or by springs. */
function usePlaces(data: Overview, edges: Edge[]) {
  const [places, set] = useState<{ points: [number, number, number][]; flat: boolean }>();
  useEffect(() => {
    if (data.positions) {
      set(centred(data.positions.xyz));
      return;
    }
    if (edges.length === 0) {
      set(undefined);
      return;
    }
    let current = true;
    springs(data.units.length, edges.slice(0, 6 * data.units.length), () => !current).then((xyz) => current && set(centred(xyz)));
    return () => {
      current = false;
    };
  }, [data, edges]);
  return places;
}

function fromTable(units: string[], t: { a: string; b: string; value: string; columns: Column[] }): Edge[] {
  const place = new Map(units.map((u, i) => [u, i]));
  const column = (name: string) => t.columns.find((c) => c.name === name)!.values;
  const value = column(t.value).map((v) => Number(v));
  const most = Math.max(...value.map(Math.abs), 1e-12);
  return column(t.a).flatMap((unit, k) => {
    const a = place.get(String(unit));
    const b = place.get(String(column(t.b)[k]));
    return a === undefined || b === undefined ? [] : [{ a, b, weights: [value[k] / most] }];
  });
}
