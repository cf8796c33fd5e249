import { useEffect, useRef } from "preact/hooks";
import { useDark } from "../../app/Theme";
import type { Clock } from "./clock";
import type { Feed, Series } from "./feed";

export interface CurvesProps {
  feed: Feed;
  clock: Clock;
  window: number;
  /** What a screen reader hears. */
  label: string;
  series: "rates" | "traces";
  /** Column of the series. */
  column: number;
  unit: string;
  /** Shown from 0 on. */
  fromZero?: boolean;
}

const inks = ["--accent", "--ink", "--muted"];

/** One column of a series, a line for each lane, on the clock of the rasters. */
export function Curves({ feed, clock, window: seconds, label, series, column, unit, fromZero }: CurvesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  useEffect(() => {
    const view = canvas.current!;
    const context = view.getContext("2d", { willReadFrequently: true })!;
    let asked = 0;
    const span: Span = { low: 0, high: 1 };
    const style = getComputedStyle(view);
    const colors = inks.map((name) => style.getPropertyValue(name));
    const muted = style.getPropertyValue("--muted");
    let drawn = 0;
    let before = "";
    const draw = (now: number) => {
      asked = requestAnimationFrame(draw);
      if (now - drawn < 30) return; // a line need not move as often as dots
      drawn = now;
      const scale = devicePixelRatio;
      const width = Math.round(view.clientWidth * scale);
      const height = Math.round(view.clientHeight * scale);
      if (view.width !== width || view.height !== height) {
        view.width = width;
        view.height = height;
      }
      const lanes = feed.lanes.map((l) => l[series]).filter((s) => s.width > column && s.count > 0);
      if (lanes.length === 0 || width < 10) return;
      const shown = clock.shown;
      const state = `${shown} ${lanes.map((s) => s.count)} ${width} ${span.high} ${span.low}`;
      if (state === before) return; // nothing moves
      before = state;
      context.clearRect(0, 0, width, height);
      fit(span, lanes, column, shown - seconds, shown, fromZero ?? false);
      for (let k = lanes.length - 1; k >= 0; k--) {
        context.strokeStyle = colors[k];
        context.lineWidth = (k === 0 ? 1.6 : 1.1) * scale;
        context.setLineDash(k === 2 ? [3 * scale, 3 * scale] : []);
        trace(context, lanes[k], column, shown, seconds, width, height, span);
      }
      context.setLineDash([]);
      context.fillStyle = muted;
      context.font = `${11 * scale}px system-ui, sans-serif`;
      context.textBaseline = "top";
      context.fillText(`${short(span.high)} ${unit}`, 3, 2);
      context.textBaseline = "bottom";
      context.fillText(short(span.low), 3, height - 1);
    };
    asked = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(asked);
  }, [feed, clock, seconds, series, column, unit, fromZero, dark]);
  return <canvas class="simulation-curves" ref={canvas} role="img" aria-label={label} />;
}

interface Span {
  low: number;
  high: number;
}

/** Grows at once to what is shown and shrinks slowly, so that the curve does not jump. */
function fit(span: Span, lanes: Series[], column: number, from: number, to: number, fromZero: boolean) {
  let low = fromZero ? 0 : Infinity;
  let high = -Infinity;
  for (const s of lanes) {
    for (let row = Math.max(s.first, s.row(from)); row < Math.min(s.count, s.row(to)); row++) {
      const v = s.at(row, column);
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (!(high >= low)) return;
  if (high - low < 1e-6) high = low + 1;
  const pad = 0.08 * (high - low);
  const ease = (old: number, now: number, out: boolean) => (out ? now : old + 0.05 * (now - old));
  high += pad;
  if (!fromZero) low -= pad;
  span.high = ease(span.high, high, high > span.high || span.high > 20 * high);
  span.low = fromZero ? 0 : ease(span.low, low, low < span.low || span.low > high);
}

/** A line through the rows that are shown; where there are more than pixels, through the least and the largest of each. */
function trace(context: CanvasRenderingContext2D, s: Series, column: number, shown: number, seconds: number, width: number, height: number, span: Span) {
  const x = (row: number) => ((s.time(row) - shown + seconds) * width) / seconds;
  const y = (v: number) => height - 1 - ((v - span.low) / (span.high - span.low)) * (height - 2);
  const from = Math.max(s.first, s.row(shown - seconds) - 1);
  const to = Math.min(s.count, s.row(shown) + 1);
  const step = Math.max(1, Math.floor((to - from) / width));
  context.beginPath();
  for (let row = from - (from % step); row < to; row += step) {
    let low = Infinity;
    let high = -Infinity;
    for (let k = Math.max(row, from); k < Math.min(row + step, to); k++) {
      const v = s.at(k, column);
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    if (high < low) continue;
    context.lineTo(x(row), y(low));
    if (high > low) context.lineTo(x(row), y(high));
  }
  context.stroke();
}

function short(v: number): string {
  return String(Math.abs(v) >= 100 ? Math.round(v) : Number(v.toPrecision(2)));
}
