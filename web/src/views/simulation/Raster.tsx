import { useEffect, useRef } from "preact/hooks";
import type { Clock } from "./clock";
import { type About, unitName } from "./data";
import type { Feed } from "./feed";
import { Strip } from "./strip";

export interface RasterProps {
  about: About;
  feed: Feed;
  clock: Clock;
  lane: number;
  title: string;
  /** Seconds that are shown. */
  window: number;
  colors: Uint32Array;
  chosen: number[];
  onChoose: (unit: number) => void;
}

const axis = 18; // px beneath the rows

/** The spikes of one lane, drawn at every frame of the screen. */
export function Raster({ about, feed, clock, lane, title, window: seconds, colors, chosen, onChoose }: RasterProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const hint = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const view = canvas.current!;
    const context = view.getContext("2d", { willReadFrequently: true })!;
    const marks = marked(about, chosen, view);
    let strip: Strip | undefined;
    let asked = 0;
    let drawn = "";
    const draw = (now: number) => {
      asked = requestAnimationFrame(draw);
      const width = Math.round(view.clientWidth * devicePixelRatio);
      const height = Math.round((view.clientHeight - axis) * devicePixelRatio);
      if (width < 10 || height < 10) return;
      if (view.width !== width || view.height !== height + axis * devicePixelRatio) {
        view.width = width;
        view.height = height + axis * devicePixelRatio;
      }
      const spikes = feed.lanes[lane]?.spikes;
      if (!spikes) return;
      const shown = clock.tick(feed, now, seconds);
      const state = `${shown} ${spikes.count} ${width} ${height} ${feed.epoch}`;
      if (state === drawn && strip) return; // nothing moves
      drawn = state;
      context.clearRect(0, 0, view.width, view.height);
      if (!strip?.fits(spikes, width, height, seconds, colors)) strip = new Strip(spikes, width, height, seconds, about.shown.length, colors, feed.to);
      strip.update(feed.to);
      strip.paint(context, shown);
      furnish(context, marks, view.width, height, shown, seconds);
    };
    asked = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(asked);
  }, [about, feed, clock, lane, seconds, colors, chosen]);
  const unitAt = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / (box.height - axis)) * about.shown.length);
    return row >= 0 && row < about.shown.length ? about.shown[row] : undefined;
  };
  const point = (event: MouseEvent) => {
    const unit = unitAt(event);
    hint.current!.textContent = unit === undefined ? "" : unitName(about, unit) + " · click to see its potential";
  };
  const choose = (event: MouseEvent) => {
    const unit = unitAt(event);
    if (unit !== undefined) onChoose(unit);
  };
  return (
    <div class="simulation-raster">
      <div class="simulation-raster-head">
        <strong>{title}</strong> <span class="muted" ref={hint} />
      </div>
      <div class="simulation-raster-body">
        <Gutter about={about} />
        <canvas ref={canvas} role="img" aria-label={`Spikes, ${title}`} data-lane={lane} onMouseMove={point} onMouseLeave={() => (hint.current!.textContent = "")} onClick={choose} />
      </div>
    </div>
  );
}

/** The names of the populations beside their rows. */
function Gutter({ about }: { about: About }) {
  const total = about.shown.length;
  let from = 0;
  return (
    <div class="simulation-gutter" aria-hidden="true">
      {about.model.populations.map((p) => {
        const rows = about.shown.filter((u) => u >= p.first && u < p.first + p.size).length;
        const top = (100 * from) / total;
        from += rows;
        return (
          <span key={p.name} style={{ top: `${top}%`, height: `${(100 * rows) / total}%` }} title={`${rows} of ${p.size} cells`}>
            {p.name}
          </span>
        );
      })}
    </div>
  );
}

interface Marks {
  rows: number;
  borders: number[];
  chosen: number[];
  line: string;
  ink: string;
}

/** What stands beside the spikes: where populations begin, and which rows are chosen. */
function marked(about: About, chosen: number[], view: HTMLCanvasElement): Marks {
  const style = getComputedStyle(view);
  const begins = new Set(about.model.populations.map((p) => p.first));
  return {
    rows: about.shown.length,
    borders: about.shown.flatMap((unit, row) => (row > 0 && begins.has(unit) ? [row] : [])),
    chosen: chosen.map((unit) => about.shown.indexOf(unit)).filter((row) => row >= 0),
    line: style.getPropertyValue("--line"),
    ink: style.getPropertyValue("--muted"),
  };
}

/** The axis of time, the borders of populations and the rows that are chosen. */
function furnish(context: CanvasRenderingContext2D, marks: Marks, width: number, height: number, shown: number, seconds: number) {
  const scale = devicePixelRatio;
  const y = (row: number) => Math.round((row * height) / marks.rows) + 0.5;
  context.strokeStyle = marks.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const row of marks.borders) line(context, 0, y(row), width);
  line(context, 0, height + 0.5, width);
  context.stroke();
  context.fillStyle = marks.ink;
  for (const row of marks.chosen) {
    context.beginPath();
    context.moveTo(0, y(row) - 4 * scale);
    context.lineTo(6 * scale, y(row));
    context.lineTo(0, y(row) + 4 * scale);
    context.fill();
  }
  timeAxis(context, width, height, shown, seconds, scale);
}

function line(context: CanvasRenderingContext2D, x: number, y: number, to: number) {
  context.moveTo(x, y);
  context.lineTo(to, y);
}

/** Ticks that move with time. */
export function timeAxis(context: CanvasRenderingContext2D, width: number, y: number, shown: number, seconds: number, scale: number) {
  const every = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10].find((t) => (t * width) / seconds > 70 * scale) ?? 20;
  context.font = `${11 * scale}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (let k = Math.ceil((shown - seconds) / every); k * every <= shown; k++) {
    if (k < 0) continue;
    const x = ((k * every - shown + seconds) * width) / seconds;
    context.fillRect(Math.round(x), y, 1, 4 * scale);
    if (x > 20 * scale && x < width - 24 * scale) context.fillText(Number((k * every).toFixed(3)) + " s", x, y + 5 * scale);
  }
}
