import { useMemo } from "preact/hooks";
import { api, useJSON } from "../../app/api";
import { connectomeLink } from "../../app/links";
import { useLibrary } from "../../app/library";
import { useUrlState } from "../../app/router";
import { useDark } from "../../app/Theme";
import { Chance } from "./Chance";
import { MatrixCanvas, type Window } from "./MatrixCanvas";
import { useMatrix } from "./MatrixFigure";
import { paint } from "./matrix";
import { type Matrix, type Overview, readMatrix } from "./types";

interface Props {
  id: string;
  data: Overview;
  order: number[];
  groups: number[];
  track: number;
  view: Window;
  setView: (view: Window) => void;
  threshold: number;
}

/** A matrix of another finding of the same units, in the same order and moved with the first. */
export function BesideMatrix({ id, data, order, groups, track, view, setView, threshold }: Props) {
  const [other, setOther] = useUrlState("beside", "", true);
  const [name, setName] = useUrlState("beside-matrix", "");
  const others = useLibrary().items.filter((item) => item.kinds.includes("finding") && item.id !== id);
  const loaded = useJSON<Overview>(other ? api(["connectomes", other]) : null);
  const overview = other ? loaded.data : undefined;
  const info = overview?.matrices.find((m) => m.name === name) ?? overview?.matrices[0];
  const theirs = useMatrix(other, info?.name ?? "", 0);
  const dark = useDark();
  const fitted = useMemo(() => overview && theirs.matrix && fit(data.units, overview.units, theirs.matrix), [data, overview, theirs.matrix]);
  const picture = useMemo(() => fitted && paint(fitted.matrix, order, threshold, dark), [fitted, order, threshold, dark]);
  if (others.length === 0) return null;
  return (
    <div class="connectome-beside">
      <div class="toolbar">
        <label>
          beside it{" "}
          <select value={other} onChange={(e) => setOther(e.currentTarget.value)}>
            <option value="">no other finding</option>
            {others.map((item) => (
              <option key={item.id} value={item.id}>
                {item.name}
              </option>
            ))}
          </select>
        </label>
        {overview && overview.matrices.length > 1 && (
          <select aria-label="Matrix of the other finding" value={info?.name} onChange={(e) => setName(e.currentTarget.value)}>
            {overview.matrices.map((m) => (
              <option key={m.name}>{m.name}</option>
            ))}
          </select>
        )}
        {other && <a href={connectomeLink(other)}>open it</a>}
      </div>
      {other && (loaded.problem || theirs.problem) && <p class="bad">{(loaded.problem ?? theirs.problem)?.message}</p>}
      {overview && !info && <p class="muted">That finding has no matrix of units.</p>}
      {fitted?.common === 0 && <p class="muted">That finding is of other units: none of these has its name there.</p>}
      {overview && fitted && fitted.common > 0 && picture && (
        <>
          <MatrixCanvas id={other} units={data.units} matrix={fitted.matrix} order={order} picture={picture} groups={groups} track={track} view={view} setView={setView} />
          <p class="muted connectome-range">
            {info!.name} of {other}: {fitted.common} of {data.units.length} units have the same name there
          </p>
          <Chance data={overview} />
        </>
      )}
    </div>
  );
}

/** Their matrix over our units; missing where a unit is not theirs. */
function fit(ours: string[], theirs: string[], m: Matrix): { matrix: Matrix; common: number } {
  const place = new Map(theirs.map((u, i) => [u, i]));
  const at = ours.map((u) => place.get(u) ?? -1);
  const n = ours.length;
  const values = new Float32Array(n * n).fill(NaN);
  for (let i = 0; i < n; i++) {
    if (at[i] < 0) continue;
    for (let j = 0; j < n; j++) if (at[j] >= 0) values[i * n + j] = m.values[at[i] * m.n + at[j]];
  }
  return { matrix: readMatrix(values.buffer), common: at.filter((i) => i >= 0).length };
}
