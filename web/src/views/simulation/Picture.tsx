import { useState } from "preact/hooks";
import { pngOfSVG, saveBlob } from "../../ui/save";
import type { Coloring } from "./colors";
import type { About } from "./data";
import type { Feed } from "./feed";

interface Props {
  about: About;
  feed: Feed;
  window: number;
  coloring: Coloring;
}

/** Saves the rasters as they are now. */
export function Save(props: Props) {
  const [problem, setProblem] = useState("");
  const save = (make: () => Promise<void>) => () => {
    setProblem("");
    make().catch((error: Error) => setProblem(error.message));
  };
  const name = props.about.model.name + "-raster";
  return (
    <span class="save" role="group" aria-label="Save the rasters">
      <button class="quiet" onClick={save(async () => saveBlob(new Blob([picture(props)], { type: "image/svg+xml" }), name + ".svg"))}>
        SVG
      </button>
      <button class="quiet" onClick={save(async () => saveBlob(await pngOfSVG(picture(props), 2), name + ".png"))}>
        PNG
      </button>
      {problem && <span class="bad">Not saved: {problem}</span>}
    </span>
  );
}

const size = { width: 900, height: 420, left: 60, bottom: 30 };

/** The spikes that are shown as an SVG that stands alone, a path for each colour. */
function picture({ about, feed, window: seconds, coloring }: Props): string {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink");
  const lanes = feed.lanes.slice(0, 2);
  const parts = [`<rect width="100%" height="100%" fill="${style.getPropertyValue("--paper")}"/>`];
  lanes.forEach((lane, k) => {
    const from = feed.to - seconds;
    const top = k * (size.height + size.bottom + 20) + 20;
    const y = (row: number) => top + (row * size.height) / about.shown.length;
    const paths = new Map<number, string[]>();
    for (let i = lane.spikes.first; i < lane.spikes.count; i++) {
      const t = lane.spikes.time(i);
      if (t <= from) continue;
      const row = lane.spikes.row(i);
      const color = coloring.pixels[row];
      const x = size.left + ((t - from) / seconds) * size.width;
      if (!paths.has(color)) paths.set(color, []);
      paths.get(color)!.push(`M${x.toFixed(1)} ${y(row).toFixed(1)}h1`);
    }
    for (const [color, path] of paths) parts.push(`<path d="${path.join("")}" stroke="${css(color)}" stroke-width="1.2"/>`);
    for (const p of about.model.populations) {
      const row = about.shown.findIndex((u) => u >= p.first);
      parts.push(`<text x="${size.left - 8}" y="${y(row) + 12}" text-anchor="end" fill="${ink}">${escape(p.name)}</text>`);
    }
    const below = top + size.height + 18;
    parts.push(`<text x="${size.left}" y="${below}" fill="${ink}">${Math.max(0, from).toFixed(3)} s</text>`);
    parts.push(`<text x="${size.left + size.width}" y="${below}" text-anchor="end" fill="${ink}">${feed.to.toFixed(3)} s</text>`);
    if (lanes.length > 1) parts.push(`<text x="${size.left}" y="${top - 6}" fill="${ink}">${k === 0 ? "with" : "without"}</text>`);
  });
  const height = lanes.length * (size.height + size.bottom + 20) + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.left + size.width + 20}" height="${height}" font-family="sans-serif" font-size="12">${parts.join("")}</svg>`;
}

function css(pixel: number): string {
  return `rgb(${pixel & 255},${(pixel >> 8) & 255},${(pixel >> 16) & 255})`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
