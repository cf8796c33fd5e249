// What draws tiles and spikes: WebGL where there is some, else a canvas.
import type { Lut } from "./colormap";
import type { Tile } from "./tiles";

/** A tile and where it lies on the plot, in CSS pixels; `across` and `down` are the shares of it that are within the recording. */
export interface Quad {
  tile: Tile;
  lut: Lut;
  x: number;
  y: number;
  width: number;
  height: number;
  across: number;
  down: number;
}

/** Spikes of a window, each as seconds after its start and its row. */
export interface Spikes {
  t0: number;
  t1: number;
  r0: number;
  r1: number;
  offsets: Float32Array<ArrayBuffer>;
  rows: Float32Array<ArrayBuffer>;
}

/** Spikes and how they lie: the second and row of the upper left corner, and pixels of each. */
export interface Ticks {
  spikes: Spikes;
  t0: number;
  r0: number;
  perSecond: number;
  perRow: number;
  ink: string;
}

export interface Painter {
  readonly name: "webgl" | "canvas";
  readonly canvas: HTMLCanvasElement;
  resize(width: number, height: number, ratio: number): void;
  /** Draws the quads in order, later ones over earlier ones, then the spikes. */
  draw(quads: Quad[], ticks: Ticks | undefined, paper: string): void;
  /** Forgets a tile. */
  drop(id: string): void;
  dispose(): void;
}
