// From codes of tiles to what they stand for (package studio/tiles) and to colours.
import type { Kind } from "./types";

const reach = 32;

/** Deviation from the unit's median in robust standard deviations. */
export const deviation = (code: number) => Math.sinh(((code - 128) / 127) * Math.asinh(reach));

/** Spikes per unit and bin. */
export const rate = (code: number) => (code <= 1 ? 0 : 2 ** -16 * (2 ** 32) ** ((code - 2) / 253));

type RGB = [number, number, number];

const scales: Record<"signed" | "single", Record<"light" | "dark", RGB[]>> = {
  signed: {
    light: [[13, 59, 124], [58, 127, 192], [156, 199, 227], [253, 252, 250], [242, 178, 148], [207, 82, 70], [133, 15, 45]],
    dark: [[150, 205, 255], [70, 140, 215], [38, 72, 120], [22, 19, 26], [120, 52, 40], [222, 105, 72], [255, 205, 160]],
  },
  single: {
    light: [[253, 252, 250], [214, 196, 231], [164, 124, 202], [107, 63, 160], [61, 28, 104], [24, 8, 46]],
    dark: [[22, 19, 26], [62, 42, 84], [116, 74, 166], [178, 128, 232], [220, 190, 250], [250, 243, 255]],
  },
};

const missing: Record<"light" | "dark", RGB> = { light: [228, 224, 231], dark: [48, 43, 55] };

function between(stops: RGB[], t: number): RGB {
  const x = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const k = Math.min(Math.floor(x), stops.length - 2);
  return stops[k].map((v, i) => Math.round(v + (stops[k + 1][i] - v) * (x - k))) as RGB;
}

/** Colours of the 256 codes, four bytes each. */
export type Lut = Uint8Array<ArrayBuffer>;

function lut(dark: boolean, stops: RGB[], share: (code: number) => number): Lut {
  const out = new Uint8Array(1024);
  for (let code = 0; code < 256; code++) {
    const rgb = code === 0 ? missing[dark ? "dark" : "light"] : between(stops, share(code));
    out.set([...rgb, 255], 4 * code);
  }
  return out;
}

export interface Look {
  kind: Kind;
  dark: boolean;
  /** Deviation at which traces have their full colour. */
  full: number;
  /** Spikes of a unit in a bin of the level, by the mean rate of the recording. */
  expected: (level: number) => number;
}

/** Colours of the tiles of a level: deviations from the paper to blue and red, spikes from the paper to violet. */
export function lutOf(look: Look, level: number): Lut {
  const theme = look.dark ? "dark" : "light";
  if (look.kind === "traces") return lut(look.dark, scales.signed[theme], (code) => 0.5 + deviation(code) / look.full / 2);
  // The logarithm of the count against what is expected: a lone spike is seen, a burst is not lost among many.
  const mean = Math.max(look.expected(level), 1e-9);
  const top = Math.log1p((4 / look.full) * Math.max(8, 1 / mean));
  return lut(look.dark, scales.single[theme], (code) => {
    const n = rate(code);
    return n === 0 ? 0 : 0.12 + (0.88 * Math.log1p(n / mean)) / top;
  });
}

/** A CSS gradient of the colours with the values at its ends, for the legend. */
export function legend(look: Look): string {
  const stops = (look.kind === "traces" ? scales.signed : scales.single)[look.dark ? "dark" : "light"];
  return `linear-gradient(to right, ${stops.map((c) => `rgb(${c.join()})`).join(", ")})`;
}
