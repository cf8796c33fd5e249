import type { Spikes } from "./feed";

/** How far ahead of what is shown the strip is drawn, as a part of the window. */
const ahead = 0.25;

/**
 * A raster as a strip of pixels that goes round: each spike is drawn once, when it arrives, and what is shown is a
 * piece of the strip, so that a frame of the screen costs the new spikes only.
 */
export class Strip {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d", { willReadFrequently: true })!;
  private pixels: Uint32Array;
  private image: ImageData;
  private readonly columns: number;
  private drawn = 0; // spikes
  private cleared = 0; // column up to which old spikes are gone
  private readonly perSecond: number;

  constructor(
    private readonly spikes: Spikes,
    private readonly width: number,
    private readonly height: number,
    private readonly window: number,
    private readonly rows: number,
    private readonly colors: Uint32Array,
    to: number,
  ) {
    this.columns = Math.ceil(width * (1 + ahead)) + 4;
    this.perSecond = width / window;
    this.canvas.width = this.columns;
    this.canvas.height = height;
    this.image = this.context.createImageData(this.columns, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.drawn = spikes.first;
    this.cleared = Math.floor((to - window) * this.perSecond);
    this.update(to);
  }

  /** Whether it still fits; a new one is needed otherwise. */
  fits(spikes: Spikes, width: number, height: number, window: number, colors: Uint32Array): boolean {
    return this.spikes === spikes && this.width === width && this.height === height && this.window === window && this.colors === colors;
  }

  /** Draws the spikes that have arrived until a time. */
  update(to: number) {
    const last = Math.floor(to * this.perSecond) + 2;
    const from = Math.max(this.cleared, last - this.columns);
    if (this.cleared < last) {
      for (let c = from; c < last; c++) this.clear(c);
      this.cleared = last;
    }
    this.drawn = Math.max(this.drawn, this.spikes.first);
    const wide = this.rows > this.height * 1.5 ? 1 : 2;
    const tall = Math.max(1, Math.min(3, Math.floor(this.height / this.rows)));
    let left = Infinity;
    for (; this.drawn < this.spikes.count; this.drawn++) {
      const c = Math.floor(this.spikes.time(this.drawn) * this.perSecond);
      if (c <= last - this.columns) continue;
      left = Math.min(left, c);
      const row = this.spikes.row(this.drawn);
      this.dot(c, Math.floor((row * this.height) / this.rows), wide, tall, this.colors[row]);
    }
    this.show(Math.min(left, from), last);
  }

  private dot(column: number, y: number, wide: number, tall: number, color: number) {
    for (let k = 0; k < wide; k++) {
      const x = modulo(column + k, this.columns);
      for (let j = 0; j < tall && y + j < this.height; j++) this.pixels[(y + j) * this.columns + x] = color;
    }
  }

  private clear(column: number) {
    const x = modulo(column, this.columns);
    for (let i = x; i < this.pixels.length; i += this.columns) this.pixels[i] = 0;
  }

  /** Hands the columns that have changed to the canvas. */
  private show(from: number, to: number) {
    if (to <= from) return;
    if (to - from >= this.columns) {
      this.context.putImageData(this.image, 0, 0);
      return;
    }
    const x = modulo(from, this.columns);
    const n = to - from;
    this.context.putImageData(this.image, 0, 0, x, 0, Math.min(n, this.columns - x), this.height);
    if (x + n > this.columns) this.context.putImageData(this.image, 0, 0, 0, 0, x + n - this.columns, this.height);
  }

  /** Copies the window that ends at a time. */
  paint(into: CanvasRenderingContext2D, shown: number) {
    const end = shown * this.perSecond;
    const first = Math.floor(end - this.width);
    const shift = Math.floor(end - this.width) - (end - this.width);
    const x = modulo(first, this.columns);
    const n = Math.min(this.width + 1, this.columns - x);
    into.drawImage(this.canvas, x, 0, n, this.height, shift, 0, n, this.height);
    if (n < this.width + 1) into.drawImage(this.canvas, 0, 0, this.width + 1 - n, this.height, shift + n, 0, this.width + 1 - n, this.height);
  }
}

function modulo(a: number, n: number): number {
  return ((a % n) + n) % n;
}
