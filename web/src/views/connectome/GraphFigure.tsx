import { useEffect, useMemo, useState } from "preact/hooks";
import { api, getBytes, useJSON } from "../../app/api";
import { useUrlNumber, useUrlState } from "../../app/router";
import type { Column } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { Chance } from "./Chance";
import { GraphCanvas } from "./GraphCanvas";
import { binAt, centred, type Edge, springs, strengthsAt, strongest, weightAt } from "./graph";
import { largest, type Matrix, type Overview, readMatrix, trackOf } from "./types";

interface Props {
  id: string;
  data: Overview;
  at: number;
  track: number;
}

const mostEdges = 1500;
const mostLayers = 12;

/** The units where they lie, and who is with whom at the moment. */
export function GraphFigure({ id, data, at, track }: Props) {
  const sources = sourcesOf(data);
  const [chosen, setChosen] = useUrlState("lines", sources[0] ?? "", true);
  const source = sources.includes(chosen) ? chosen : sources[0];
  const info = data.matrices.find((m) => m.name === source);
  const c = info && data.components?.matrix === info.name ? data.components : null;
  const matrices = useLayers(id, info?.name ?? "", c ? c.count : 1);
  const table = info ? undefined : data.pairs.find((p) => p.name === source);
  const pairs = useJSON<PairsAnswer>(table ? api(["connectomes", id, "pairs"], { table: table.name }) : null);
  const edges = useMemo(() => (info ? (matrices.length ? strongest(matrices, mostEdges) : []) : pairs.data ? fromTable(data.units, pairs.data).slice(0, mostEdges) : []), [info, matrices, pairs.data, data]);
  const [above, setAbove] = useUrlNumber("edges", 0.35);
  const [look, setLook] = useUrlState("look", "front");
  const points = usePlaces(data, edges);
  // The picture changes from one time bin to the next, not with every frame.
  const bin = binAt(c, at);
  const strengths = useMemo(() => strengthsAt(c, edges[0]?.weights.length ?? 1, bin), [c, edges, bin]);
  const shown = useMemo(
    () =>
      edges.flatMap((e) => {
        const w = weightAt(e, strengths);
        return Math.abs(w) >= above ? [{ a: e.a, b: e.b, weight: w, lag: e.lag }] : [];
      }),
    [edges, strengths, above],
  );
  const force = data.components?.in_force.find((e) => e.start_s <= at && at < e.stop_s)?.component;
  const groups = useMemo(() => {
    if (data.components?.community) return trackOf(data.components, force ?? 1);
    const column = data.columns.find((col) => col.name === "community");
    return (column?.values ?? data.units.map(() => 0)).map((v) => Number(v) || 0);
  }, [force, data]);
  const directed = table?.directed ?? false;
  const where = data.positions ? `Units lie where they are in the tissue${data.positions.unit ? ` (${data.positions.unit}, from ${data.positions.from})` : ""}.` : "Positions are not known: units that are together lie together.";
  return (
    <Figure
      title="Graph"
      caption={`${where} Lines are pairs above the threshold${c ? " at the moment" : ""}, ${shown.length} of the ${edges.length} strongest; ${directed ? "arrows lead from the first unit to the second; " : ""}colours are communities, sizes the sum of a unit's lines. Wheel zooms, dragging ${points?.flat ? "moves" : "turns"}; click a unit for its page.${c && c.count > mostLayers ? ` Of ${c.count} components the first ${mostLayers} are drawn.` : ""}`}
      controls={
        <>
          {sources.length > 1 && (
            <label>
              lines{" "}
              <select value={source} onChange={(e) => setChosen(e.currentTarget.value)}>
                {sources.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
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
      {points && edges.length > 0 && points.points.length === data.units.length && <GraphCanvas id={id} units={data.units} points={points.points} flat={points.flat} edges={shown} groups={groups} track={track} look={look} directed={directed} />}
      {edges.length === 0 && <p class="muted">There are no pairs to draw.</p>}
      <Chance data={data} component={c ? force : undefined} />
    </Figure>
  );
}

type PairsAnswer = { a: string; b: string; value: string; columns: Column[] };

/** What lines can be drawn of: components, tables with a direction, other matrices, other tables. */
function sourcesOf(data: Overview): string[] {
  const first = data.components ? [data.components.matrix] : [];
  const directed = data.pairs.filter((p) => p.directed).map((p) => p.name);
  const matrices = data.matrices.filter((m) => !m.table).map((m) => m.name);
  return [...new Set([...first, ...directed, ...matrices, ...data.pairs.map((p) => p.name)])];
}

/** All layers of a matrix. */
function useLayers(id: string, name: string, count: number): Matrix[] {
  const [matrices, set] = useState<Matrix[]>([]);
  useEffect(() => {
    set([]);
    if (!name) return;
    const abort = new AbortController();
    Promise.all(Array.from({ length: Math.min(count, mostLayers) }, (_, layer) => getBytes(api(["connectomes", id, "matrix"], { name, layer }), abort.signal).then((r) => readMatrix(r.bytes)))).then(set, () => {});
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

function fromTable(units: string[], t: PairsAnswer): Edge[] {
  const place = new Map(units.map((u, i) => [u, i]));
  const column = (name: string) => t.columns.find((c) => c.name === name)!.values;
  const value = column(t.value).map((v) => Number(v));
  const most = largest(value.map(Math.abs));
  const lags = t.columns.find((c) => c.name === "lag_s" || c.name === "lag")?.values;
  return column(t.a).flatMap((unit, k) => {
    const a = place.get(String(unit));
    const b = place.get(String(column(t.b)[k]));
    return a === undefined || b === undefined ? [] : [{ a, b, weights: [value[k] / most], lag: lags ? Number(lags[k]) : undefined }];
  });
}
