import { useMemo } from "preact/hooks";
import { api } from "../../app/api";
import { neuronLink } from "../../app/links";
import { groupColor } from "../../ui/colors";
import { Figure } from "../../ui/Figure";
import { number } from "../../ui/format";
import { Chance } from "./Chance";
import { FlowTable } from "./FlowTable";
import { type Flow, layout, type Step, steps } from "./flow";
import type { Components, Overview } from "./types";

interface Props {
  id: string;
  data: Overview;
  components: Components;
  at: number;
  setAt: (seconds: number) => void;
  track: number;
  setTrack: (track: number) => void;
}

/** How units move between communities from one interval in force to the next. */
export function FlowFigure({ id, data, components, at, setAt, track, setTrack }: Props) {
  const list = useMemo(() => steps(components), [components]);
  const flow = useMemo(() => layout(list, data.units.length), [list, data]);
  const now = Math.max(
    0,
    list.findIndex((s) => s.start <= at && at < s.stop),
  );
  // While time plays only a change of the interval draws it anew.
  const drawn = useMemo(() => <Alluvial list={list} flow={flow} now={now} track={track} setTrack={setTrack} setAt={setAt} />, [list, flow, now, track, setTrack, setAt]);
  const table = useMemo(() => <FlowTable data={data} list={list} flow={flow} track={track} />, [data, list, flow, track]);
  if (flow.tracks.length === 0) return null;
  return (
    <Figure
      title="Communities through time"
      caption="A column is a stretch of time with one component in force; its blocks are communities, grey the units in none. Bands are units that go on together. Choose a community to follow it."
      csv={components.changes && api(["connectomes", id, "table"], { name: components.changes, format: "csv" })}
      controls={
        <label>
          follow{" "}
          <select value={track} onChange={(e) => setTrack(Number(e.currentTarget.value))}>
            <option value={0}>all</option>
            {flow.tracks.map((t) => (
              <option key={t} value={t}>
                community {t}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {drawn}
      {track > 0 && <Followed id={id} data={data} list={list} now={now} track={track} setAt={setAt} components={components} />}
      {table}
      <Chance data={data} component={list[now]?.component} />
    </Figure>
  );
}

const height = 300;
const block = 10;

function Alluvial({ list, flow, now, track, setTrack, setAt }: { list: Step[]; flow: Flow; now: number } & Pick<Props, "track" | "setTrack" | "setAt">) {
  const step = Math.max(26, Math.min(120, 1100 / list.length));
  const width = step * (list.length - 1) + block + 20;
  const x = (k: number) => 10 + k * step;
  const colour = (t: number) => (t === 0 ? "var(--line)" : groupColor(t - 1));
  const faint = (t: number) => track > 0 && t !== track;
  return (
    <div class="connectome-flow" role="region" aria-label="Communities through time, drawn" tabIndex={0}>
      <svg width={width} height={height + 34} role="group" aria-label={`${flow.tracks.length} communities through ${list.length} stretches of time`}>
        {flow.ribbons.map((ribbons, k) =>
          ribbons.map((r) => {
            const [x0, x1] = [x(k) + block, x(k + 1)];
            const middle = (x0 + x1) / 2;
            const [a, b, h] = [r.y0 * height, r.y1 * height, r.height * height];
            const path = `M${x0},${a}C${middle},${a} ${middle},${b} ${x1},${b}V${b + h}C${middle},${b + h} ${middle},${a + h} ${x0},${a + h}Z`;
            const off = faint(r.from.track) && faint(r.to.track);
            return <path key={`${k}-${r.from.track}-${r.to.track}`} d={path} fill={colour(r.from.track || r.to.track)} opacity={off ? 0.05 : r.from.track === 0 && r.to.track === 0 ? 0.25 : 0.4} />;
          }),
        )}
        {flow.blocks.map((blocks, k) => (
          <g key={k} onClick={() => Number.isFinite(list[k].start) && setAt(list[k].start)}>
            {k === now && <rect x={x(k) - 3} y={-2} width={block + 6} height={height + 4} fill="none" stroke="var(--accent)" stroke-width={1.5} rx={3} />}
            {blocks.map((b) => (
              <rect
                key={b.track}
                role={b.track > 0 ? "button" : undefined}
                tabIndex={b.track > 0 && k === now ? 0 : undefined}
                aria-label={b.track > 0 ? `Follow community ${b.track}, ${b.units.length} units` : undefined}
                onKeyDown={(e) => b.track > 0 && (e.key === "Enter" || e.key === " ") && (e.preventDefault(), setTrack(b.track === track ? 0 : b.track))}
                x={x(k)} y={b.y * height} width={block} height={b.height * height} fill={colour(b.track)} opacity={faint(b.track) ? 0.25 : 1} class="connectome-block" onClick={() => b.track > 0 && setTrack(b.track === track ? 0 : b.track)}>
                <title>{`${b.track ? `community ${b.track}` : "no community"}: ${b.units.length} units, component ${list[k].component}${Number.isFinite(list[k].start) ? `, ${number(list[k].start)} to ${number(list[k].stop)} s` : ""}`}</title>
              </rect>
            ))}
            {(k % Math.ceil(44 / step) === 0 || k === now) && (
              <text x={x(k) + block / 2} y={height + 18} text-anchor="middle" font-size={11} fill="var(--muted)">
                {Number.isFinite(list[k].start) ? `${Math.round(list[k].start)} s` : `component ${list[k].component}`}
              </text>
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}

/** One community through time: who is in it, who came and who left. */
function Followed({ id, data, list, now, track, setAt, components }: { list: Step[]; now: number } & Omit<Props, "at" | "setTrack">) {
  const members = (k: number) => new Set(list[k]?.tracks.flatMap((t, u) => (t === track ? [u] : [])) ?? []);
  const here = members(now);
  const before = now > 0 ? members(now - 1) : here;
  const came = [...here].filter((u) => !before.has(u));
  const left = [...before].filter((u) => !here.has(u));
  const life = components.tracks.filter((t) => t.track === track);
  const go = (step: number) => Number.isFinite(list[now + step]?.start) && setAt(list[now + step].start);
  const names = (of: Iterable<number>) =>
    [...of].map((u) => (
      <a key={u} href={neuronLink(id, data.units[u])}>
        {data.units[u]}{" "}
      </a>
    ));
  return (
    <div class="connectome-followed" aria-live="polite">
      <div class="toolbar">
        <button disabled={now === 0} onClick={() => go(-1)}>
          Earlier
        </button>
        <button disabled={now >= list.length - 1} onClick={() => go(1)}>
          Later
        </button>
        <strong>
          <span style={{ color: groupColor(track - 1) }} aria-hidden="true">
            ●
          </span>{" "}
          community {track}
        </strong>
        <span class="muted">
          {Number.isFinite(list[now].start) && `${number(list[now].start)} to ${number(list[now].stop)} s, `}component {list[now].component}
          {life[0]?.birth_s != null && `; first in force at ${number(life[0].birth_s)} s, last at ${number(life[0].death_s)} s`}
        </span>
      </div>
      <dl class="facts">
        <dt>{here.size} members</dt>
        <dd class="connectome-members">{here.size ? names(here) : "it is not there now"}</dd>
        {came.length > 0 && <dt class="good">{came.length} came</dt>}
        {came.length > 0 && <dd class="connectome-members">{names(came)}</dd>}
        {left.length > 0 && <dt class="bad">{left.length} left</dt>}
        {left.length > 0 && <dd class="connectome-members">{names(left)}</dd>}
      </dl>
    </div>
  );
}
