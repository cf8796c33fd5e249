import { useEffect, useMemo, useState } from "preact/hooks";
import { number } from "../../ui/format";
import type { Slice } from "./types";

/** A matrix as a picture within an SVG, so that it is saved like other figures; colours run around 0 where there are both signs. */
export function HeatMap({ slice }: { slice: Slice }) {
  const [picture, setPicture] = useState("");
  const [over, setOver] = useState("");
  const { low, high, signed } = useMemo(() => rangeOf(slice), [slice]);
  useEffect(() => setPicture(paint(slice, low, high, signed)), [slice, low, high, signed]);
  const side = 520;
  const cell = Math.min(side / slice.cols, side / slice.rows, 24);
  const width = cell * slice.cols;
  const height = cell * slice.rows;
  const read = (e: MouseEvent) => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    const col = Math.floor(((e.clientX - box.left) / box.width) * slice.cols);
    const row = Math.floor(((e.clientY - box.top) / box.height) * slice.rows);
    if (row < 0 || col < 0 || row >= slice.rows || col >= slice.cols) return;
    setOver(`row ${row * slice.block[0]}, column ${col * slice.block[1]}: ${number(slice.values[row * slice.cols + col])}`);
  };
  return (
    <div class="finding-heat">
      <svg width={width + 90} height={Math.max(height, 90) + 4} viewBox={`0 0 ${width + 90} ${Math.max(height, 90) + 4}`} role="img" aria-label={`${slice.name}: heat map from ${number(low)} to ${number(high)}`}>
        {picture && <image href={picture} width={width} height={height} preserveAspectRatio="none" style={{ imageRendering: "pixelated" }} onMouseMove={read} onMouseLeave={() => setOver("")} />}
        <Scale x={width + 14} low={low} high={high} signed={signed} />
      </svg>
      <p class="muted finding-over">{over || " "}</p>
    </div>
  );
}

function Scale({ x, low, high, signed }: { x: number; low: number; high: number; signed: boolean }) {
  const steps = Array.from({ length: 20 }, (_, i) => i / 19);
  return (
    <g font-size="11">
      {steps.map((t) => (
        <rect key={t} x={x} y={78 - 76 * t} width="12" height="5" fill={`rgb(${color(t, signed).join()})`} />
      ))}
      <text x={x + 17} y="12" fill="currentColor">
        {number(high)}
      </text>
      <text x={x + 17} y="84" fill="currentColor">
        {number(low)}
      </text>
    </g>
  );
}

function rangeOf(s: Slice) {
  const low = s.low ?? 0;
  const high = s.high ?? 0;
  const signed = low < 0 && high > 0;
  const most = Math.max(-low, high);
  return signed ? { low: -most, high: most, signed } : { low, high, signed };
}

// Stops of viridis (Smith and van der Walt), and of blue-white-red for values of both signs.
const viridis = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const around = [[20, 90, 200], [140, 175, 230], [247, 247, 247], [235, 160, 125], [205, 70, 10]];

function color(t: number, signed: boolean): number[] {
  const stops = signed ? around : viridis;
  const place = Math.max(0, Math.min(1, t)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(place));
  return stops[i].map((from, k) => Math.round(from + (place - i) * (stops[i + 1][k] - from)));
}

/** The matrix as a PNG of one pixel for each value; missing ones are left clear. */
function paint(s: Slice, low: number, high: number, signed: boolean): string {
  const canvas = document.createElement("canvas");
  canvas.width = s.cols;
  canvas.height = s.rows;
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(s.cols, s.rows);
  s.values.forEach((v, i) => {
    if (v === null) return;
    const [r, g, b] = color(high > low ? (v - low) / (high - low) : 0.5, signed);
    pixels.data.set([r, g, b, 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL("image/png");
}
