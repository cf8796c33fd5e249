import { useEffect, useMemo, useState } from "preact/hooks";
import { api, getBytes, useJSON } from "../../app/api";
import { useUrlNumber, useUrlState } from "../../app/router";
import { useDark } from "../../app/Theme";
import { Figure } from "../../ui/Figure";
import { number } from "../../ui/format";
import { BesideMatrix } from "./BesideMatrix";
import { Chance } from "./Chance";
import { clampView, MatrixCanvas, type Window } from "./MatrixCanvas";
import { orderBy, paint } from "./matrix";
import { type Components, type Matrix, type Overview, readMatrix, trackOf } from "./types";

interface Props {
  id: string;
  data: Overview;
  name: string;
  setName: (name: string) => void;
  track: number;
  at: number;
}

/** A matrix of the finding, reordered, zoomed, and asked for its pairs. */
export function MatrixFigure({ id, data, name, setName, track, at }: Props) {
  const info = data.matrices.find((m) => m.name === name) ?? data.matrices[0];
  const c = data.components;
  const follows = c !== null && info.name === c.matrix;
  const [layerText, setLayer] = useUrlState("component", follows ? "in force" : "1");
  const force = c?.in_force.find((e) => e.start_s <= at && at < e.stop_s)?.component;
  const layer = follows && layerText === "in force" ? (force ?? 1) : Math.min(Number(layerText) || 1, info.layers);
  const { matrix, problem } = useMatrix(id, info.name, layer - 1);
  const [by, setBy] = useUrlState("order", c ? "community" : "similarity", true);
  const [threshold, setThreshold] = useUrlNumber("threshold", 0);
  const order = useOrder(id, data, info.name, layer, by, matrix);
  const dark = useDark();
  const [view, setView] = useWindow(data.units.length);
  const scores = data.matrices.find((m) => m.layers === 1 && m.name !== info.name && /(^|[_.])z$/.test(m.name));
  const z = useMatrix(id, scores?.name ?? "", 0).matrix;
  const picture = useMemo(() => matrix && order && paint(matrix, order, threshold, dark), [matrix, order, threshold, dark]);
  const groups = useMemo(() => communities(c, layer, data, follows), [c, layer, data, follows]);
  return (
    <Figure
      title={info.layers > 1 ? `${info.name} ${layer}` : info.name}
      caption={`${info.doc}. Wheel or + and - zoom, dragging or Shift and arrow keys move, arrow keys point at a pair; a click opens the page of the row's unit, with Shift the column's.`}
      svg={() => api(["connectomes", id, "figure"], { name: info.name, layer: layer - 1, order: order?.join(",") })}
      controls={
        <>
          {data.matrices.length > 1 && (
            <select aria-label="Matrix" value={info.name} onChange={(e) => setName(e.currentTarget.value)}>
              {data.matrices.map((m) => (
                <option key={m.name}>{m.name}</option>
              ))}
            </select>
          )}
          {info.layers > 1 && (
            <select aria-label="Component" value={layerText} onChange={(e) => setLayer(e.currentTarget.value)}>
              {follows && <option>in force</option>}
              {Array.from({ length: info.layers }, (_, k) => (
                <option key={k} value={String(k + 1)}>
                  {k + 1}
                </option>
              ))}
            </select>
          )}
          <label>
            order by{" "}
            <select value={by} onChange={(e) => setBy(e.currentTarget.value)}>
              {c && <option value="community">community</option>}
              <option value="similarity">similarity</option>
              <option value="strength">strength</option>
              <option value="name">name</option>
              <option value="file">the finding</option>
              {data.columns
                .filter((col) => !["community", "strength", "name"].includes(col.name))
                .map((col) => (
                  <option key={col.name}>{col.name}</option>
                ))}
            </select>
          </label>
          <label>
            above{" "}
            <input type="range" min={0} max={1} step={0.01} value={threshold} onInput={(e) => setThreshold(Number(e.currentTarget.value))} aria-label="Smallest value shown, as a share of the largest" />
          </label>
        </>
      }
    >
      {problem && <p class="bad">{problem.message}</p>}
      {matrix && order && picture && (
        <>
          <MatrixCanvas id={id} units={data.units} matrix={matrix} order={order} picture={picture} groups={groups} track={track} view={view} setView={setView} beside={z && scores && { name: scores.name, matrix: z }} />
          <p class="muted connectome-range">
            {number(matrix.low)} to {number(matrix.high)} beside the diagonal
          </p>
        </>
      )}
      {order && <BesideMatrix id={id} data={data} order={order} groups={groups} track={track} view={view} setView={setView} threshold={threshold} />}
      <Chance data={data} component={follows ? layer : undefined} />
    </Figure>
  );
}

/** The part that is seen, in the address as first column, first row, number of rows. */
function useWindow(n: number): [Window, (view: Window) => void] {
  const [text, setText] = useUrlState("window", "");
  const view = useMemo(() => {
    const [x, y, side] = text.split(",").map(Number);
    return clampView(text && [x, y, side].every(Number.isFinite) ? { x, y, side } : { x: 0, y: 0, side: n }, n);
  }, [text, n]);
  const set = (w: Window) => setText(w.side > n - 0.01 ? "" : [w.x, w.y, w.side].map((v) => Number(v.toFixed(2))).join(","));
  return [view, set];
}

/** The layer of a matrix; the one before stays until it is there. */
export function useMatrix(id: string, name: string, layer: number): { matrix?: Matrix; problem?: Error } {
  const [state, set] = useState<{ matrix?: Matrix; problem?: Error }>({});
  useEffect(() => {
    if (!name || !id) {
      set({});
      return;
    }
    const abort = new AbortController();
    getBytes(api(["connectomes", id, "matrix"], { name, layer }), abort.signal).then(
      ({ bytes }) => set({ matrix: readMatrix(bytes) }),
      (problem: Error) => !abort.signal.aborted && set({ problem }),
    );
    return () => abort.abort();
  }, [id, name, layer]);
  return state;
}

/** The places of the units in the order that was chosen; the server finds which are alike. */
function useOrder(id: string, data: Overview, name: string, layer: number, by: string, matrix?: Matrix): number[] | undefined {
  const similar = useJSON<{ order: number[] }>(by === "similarity" ? api(["connectomes", id, "order"], { name, layer: layer - 1 }) : null);
  return useMemo(() => {
    if (by === "similarity") return similar.data?.order;
    const c = data.components;
    const tracks = c ? (c.matrix === name ? trackOf(c, layer) : mainTracks(data)) : [];
    return orderBy(by, data.units, data.columns, matrix, tracks);
  }, [by, similar.data, data, name, layer, matrix]);
}

function mainTracks(data: Overview): number[] {
  const column = data.columns.find((c) => c.name === "community");
  return (column?.values ?? []).map((v) => Number(v) || 0);
}

/** The community of every unit that is drawn at the edge. */
function communities(c: Components | null, layer: number, data: Overview, follows: boolean): number[] {
  return c && follows ? trackOf(c, layer) : mainTracks(data);
}
