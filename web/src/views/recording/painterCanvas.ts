// Draws tiles on a plain canvas, where there is no WebGL.
import type { Lut } from "./colormap";
import type { Painter, Quad, Ticks } from "./painter";
import type { Tile } from "./tiles";
import { tileHeight, tileWidth } from "./types";

/** The picture of a tile in the colours of a table. */
export function colored(tile: Tile, lut: Lut): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = tileWidth;
  canvas.height = tileHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  const image = context.createImageData(tileWidth, tileHeight);
  const colors = new Uint32Array(lut.buffer);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = colors[tile.codes[i]];
  context.putImageData(image, 0, 0);
  return canvas;
}

interface Picture {
  tile: Tile;
  lut: Lut;
  canvas: HTMLCanvasElement;
}

export class CanvasPainter implements Painter {
  readonly name = "canvas";
  private context: CanvasRenderingContext2D;
  private pictures = new Map<string, Picture>();
  private width = 1;
  private height = 1;
  private ratio = 1;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d", { alpha: false, willReadFrequently: true })!;
  }

  resize(width: number, height: number, ratio: number) {
    [this.width, this.height, this.ratio] = [width, height, ratio];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  draw(quads: Quad[], ticks: Ticks | undefined, paper: string) {
    const c = this.context;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.fillStyle = paper;
    c.fillRect(0, 0, this.width, this.height);
    c.imageSmoothingEnabled = false;
    for (const q of quads) {
      c.drawImage(this.picture(q), 0, 0, tileWidth * q.across, tileHeight * q.down, q.x, q.y, q.width, q.height);
    }
    if (ticks) this.drawTicks(ticks);
  }

  private picture(q: Quad): HTMLCanvasElement {
    let p = this.pictures.get(q.tile.id);
    if (!p || p.tile !== q.tile || p.lut !== q.lut) {
      p = { tile: q.tile, lut: q.lut, canvas: colored(q.tile, q.lut) };
      this.pictures.set(q.tile.id, p);
    }
    return p.canvas;
  }

  private drawTicks({ spikes, t0, r0, perSecond, perRow, ink }: Ticks) {
    const c = this.context;
    c.fillStyle = ink;
    const shift = spikes.t0 - t0;
    const height = Math.max(perRow * 0.8, 1);
    const { offsets, rows } = spikes;
    for (let i = 0; i < offsets.length; i++) {
      const x = (offsets[i] + shift) * perSecond;
      if (x < -2 || x > this.width) continue;
      c.fillRect(x - 0.6, (rows[i] + 0.1 - r0) * perRow, 1.2, height);
    }
  }

  drop(id: string) {
    this.pictures.delete(id);
  }

  dispose() {
    this.pictures.clear();
  }
}
