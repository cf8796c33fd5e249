// Pictures that are wider than what is seen, so that panning moves them and does not draw them.

/** Draws one window of something: x is the pixel of a second. */
export type Draw = (c: CanvasRenderingContext2D, x: (second: number) => number, height: number) => void;

/** What is asked for: a wide window, its pixels, and the rows if it has some. */
export interface Wish {
  t0: number;
  t1: number;
  columns: number;
  height: number;
  r0: number;
  r1: number;
  /** Anything else that makes another picture, such as an order. */
  key: string;
}

interface Picture extends Wish {
  canvas: HTMLCanvasElement;
}

/** The window that is seen. */
export interface Seen {
  t0: number;
  t1: number;
  width: number;
  height: number;
  /** Rows, for strips that have them. */
  r0: number;
  r1: number;
  key: string;
}

const margin = 1; // windows to either side

export class Strip {
  private picture?: Picture;
  private draws?: Draw;
  private loading?: { wish: Wish; abort: AbortController };
  private ratio = 1;

  constructor(
    private load: (w: Wish, signal: AbortSignal) => Promise<Draw>,
    private changed: (problem?: Error) => void,
    private bounds: () => { start: number; stop: number },
  ) {}

  /** Makes sure that there is a picture of what is seen, or soon will be. */
  update(seen: Seen, ratio: number) {
    this.ratio = ratio;
    const wish = this.wishFor(seen);
    if (this.loading) {
      if (fits(this.loading.wish, seen, this.bounds())) return;
      if (this.loading.wish.key === seen.key) return; // one at a time; the next follows it
      this.loading.abort.abort();
    }
    if (this.picture && fits(this.picture, seen, this.bounds())) return;
    const abort = new AbortController();
    this.loading = { wish, abort };
    this.load(wish, abort.signal).then(
      (draws) => {
        if (abort.signal.aborted) return;
        this.loading = undefined;
        this.draws = draws;
        this.render(wish);
        this.changed();
      },
      (problem: Error) => {
        if (abort.signal.aborted) return;
        // A moment's rest, so that what fails is not asked for at every frame.
        setTimeout(() => (this.loading = undefined), 1000);
        this.changed(problem);
      },
    );
  }

  private wishFor(s: Seen): Wish {
    const { start, stop } = this.bounds();
    const wide = (s.t1 - s.t0) * margin;
    const t0 = Math.max(start, s.t0 - wide);
    const t1 = Math.min(stop, s.t1 + wide);
    const columns = Math.max(2, Math.round(((t1 - t0) / (s.t1 - s.t0)) * s.width));
    return { t0, t1, columns, height: s.height, r0: s.r0, r1: s.r1, key: s.key };
  }

  private render(w: Wish) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(w.columns * this.ratio));
    canvas.height = Math.max(1, Math.round(w.height * this.ratio));
    const c = canvas.getContext("2d")!;
    c.scale(canvas.width / w.columns, this.ratio);
    this.draws!(c, (t) => ((t - w.t0) / (w.t1 - w.t0)) * w.columns, w.height);
    this.picture = { ...w, canvas };
  }

  /** Draws again what is there, such as in other colours. */
  redraw() {
    if (this.picture && this.draws) this.render(this.picture);
  }

  get ready() {
    return this.picture !== undefined;
  }

  /** Forgets the picture: what is seen is asked for anew. */
  reset() {
    this.loading?.abort.abort();
    this.loading = undefined;
    this.picture = undefined;
  }

  /** Puts what is seen into a rectangle. */
  blit(c: CanvasRenderingContext2D, seen: Seen, x: number, y: number) {
    const p = this.picture;
    if (!p || p.key !== seen.key) return;
    const perSecond = seen.width / (seen.t1 - seen.t0);
    c.save();
    c.beginPath();
    c.rect(x, y, seen.width, seen.height);
    c.clip();
    let [top, height] = [y, p.height];
    if (p.r1 > p.r0) {
      const perRow = seen.height / (seen.r1 - seen.r0);
      [top, height] = [y + (p.r0 - seen.r0) * perRow, (p.r1 - p.r0) * perRow];
    }
    c.drawImage(p.canvas, x + (p.t0 - seen.t0) * perSecond, top, (p.t1 - p.t0) * perSecond, height);
    c.restore();
  }
}

/** Whether a picture shows what is seen, at about its size, with some room to move. */
function fits(p: Wish, s: Seen, b: { start: number; stop: number }): boolean {
  if (p.key !== s.key || Math.round(p.height) !== Math.round(s.height) || p.r0 !== s.r0 || p.r1 !== s.r1) return false;
  const size = s.t1 - s.t0;
  const scale = s.width / size / (p.columns / (p.t1 - p.t0));
  if (scale > 1.5 || scale < 0.6) return false;
  const room = 0.2 * size;
  return (p.t0 <= s.t0 - room || p.t0 <= b.start + 1e-9 * size) && (p.t1 >= s.t1 + room || p.t1 >= b.stop - 1e-9 * size);
}
