// The canvases around the plot. Each covers only what it draws and is drawn only when that has changed: a browser
// without a graphics card pays for every pixel that it puts together.
import type { Layout } from "./overlay";

export interface Canvases {
  /** The strip of the whole and the sum of all units. */
  above: HTMLCanvasElement;
  /** Names and groups beside the rows. */
  left: HTMLCanvasElement;
  right: HTMLCanvasElement;
  /** Axis, epochs and covariates. */
  below: HTMLCanvasElement;
  /** Traces over the plot. */
  lines: HTMLCanvasElement;
  /** The pointer's second, and its row. */
  cursor: HTMLElement;
  row: HTMLElement;
}

/** A canvas at a rectangle of the page, whose context draws in the page's coordinates. */
export class Layer {
  readonly context: CanvasRenderingContext2D;
  private box = { x: 0, y: 0, width: 1, height: 1 };
  private ratio = 1;
  private key = "";

  constructor(private canvas: HTMLCanvasElement) {
    // Small and changed by every frame: faster where the processor can reach it.
    this.context = canvas.getContext("2d", { willReadFrequently: true })!;
  }

  place(x: number, y: number, width: number, height: number, ratio: number) {
    this.box = { x, y, width, height };
    this.ratio = ratio;
    this.key = "";
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    Object.assign(this.canvas.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  }

  show(is: boolean) {
    if (this.canvas.hidden === is) this.canvas.hidden = !is;
  }

  /** Draws, unless the key says that nothing has changed. */
  draw(key: string | undefined, f: (c: CanvasRenderingContext2D) => void) {
    if (key !== undefined && key === this.key) return;
    this.key = key ?? "";
    const c = this.context;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.box.width, this.box.height);
    c.translate(-this.box.x, -this.box.y);
    f(c);
  }
}

export class Layers {
  readonly above: Layer;
  readonly left: Layer;
  readonly right: Layer;
  readonly below: Layer;
  readonly lines: Layer;

  constructor(private canvases: Canvases) {
    this.above = new Layer(canvases.above);
    this.left = new Layer(canvases.left);
    this.right = new Layer(canvases.right);
    this.below = new Layer(canvases.below);
    this.lines = new Layer(canvases.lines);
  }

  place(l: Layout, ratio: number) {
    const right = l.left + l.plotWidth;
    this.above.place(0, 0, l.width, l.plot.top, ratio);
    this.left.place(0, l.plot.top, l.left, l.plot.height, ratio);
    this.right.place(right, l.plot.top, l.width - right, l.plot.height, ratio);
    this.below.place(0, l.axis.top, l.width, l.height - l.axis.top, ratio);
    this.lines.place(l.left, l.plot.top, l.plotWidth, l.plot.height, ratio);
    Object.assign(this.canvases.cursor.style, { top: `${l.summary.top}px`, height: `${l.height - l.summary.top}px` });
    Object.assign(this.canvases.row.style, { left: `${l.left}px`, width: `${l.plotWidth}px` });
  }

  /** The pointer's second through all tracks, and its row; elements, so that they move without drawing. */
  point(x: number | undefined, row: { y: number; height: number } | undefined) {
    const { cursor, row: lit } = this.canvases;
    cursor.hidden = x === undefined;
    lit.hidden = row === undefined;
    if (x !== undefined) cursor.style.transform = `translateX(${x}px)`;
    if (row) Object.assign(lit.style, { transform: `translateY(${row.y}px)`, height: `${Math.max(row.height, 2)}px` });
  }
}
