// Puts the pictures of a recording together, frame by frame and only while something moves or arrives.
import { getJSON } from "../../app/api";
import { alike, type Bounds, clamp, towards, whole, type Window } from "./camera";
import { type Look, type Lut, lutOf } from "./colormap";
import { loadLines, mostLines } from "./lines";
import { drawAxis, drawLabels, drawMini, drawPointer, type Layout, layoutOf, Names } from "./overlay";
import type { Painter, Quad } from "./painter";
import { CanvasPainter, colored } from "./painterCanvas";
import { SpikeStore } from "./spikes";
import { type Seen, Strip } from "./strip";
import { covering, extent, levelsFor, type Tile, TileStore } from "./tiles";
import { drawBeneath, learnRanges, loadBeneath, loadSummary, type Paints, type SummaryScale, type Track, tracksOf } from "./tracks";
import { type Activity, address, type Arrangement, kindOf, type Meta, type Mode, type Order, orderQuery, tileHeight, tileWidth } from "./types";

export interface SceneOptions {
  id: string;
  meta: Meta;
  mode: Mode;
  arrangement: Arrangement;
  order: Order;
  look: { dark: boolean; full: number };
  paints: Paints;
  names?: string[];
}

/** What a page is told. */
export interface SceneEvents {
  /** The window rests. */
  rested: (w: Window) => void;
  /** There is something to look at. */
  painted: () => void;
  /** Something could not be loaded. */
  problem: (message: string) => void;
  /** Coarse pictures, rows without lines and such. */
  status: (says: string) => void;
}

export class Scene {
  readonly bounds: Bounds;
  readonly tracks: Track[];
  layout: Layout;
  seen: Window;
  private target: Window;
  private painter: Painter;
  private tiles: TileStore;
  private spikes?: SpikeStore;
  private strips: { summary: Strip; beneath: Strip; lines?: Strip };
  private summaryScale: SummaryScale = { low: 0, high: 1, coarse: false };
  private names = new Names();
  private luts = new Map<number, Lut>();
  private mini?: { tile: Tile; lut: Lut; picture: HTMLCanvasElement };
  private activity: Activity;
  private frameAsked = 0;
  private lastFrame = 0;
  private pointer?: { x: number; y: number };
  private ratio = 1;
  private polling = 0;
  private painted = false;
  private said = "";
  private closed = false;
  private linesCoarse = false;

  constructor(
    plot: HTMLCanvasElement,
    private overlay: HTMLCanvasElement,
    private options: SceneOptions,
    private events: SceneEvents,
    start?: Window,
  ) {
    const { meta } = options;
    this.activity = meta.kinds[kindOf(meta, options.mode)]!;
    const stop = meta.stop_s > meta.start_s ? meta.stop_s : meta.start_s + this.activity.grid.base_s;
    this.bounds = { start: meta.start_s, stop, rows: Math.max(options.order.rows.length, 1), leastSeconds: Math.min(this.activity.grid.base_s * 4, 0.02), leastRows: 3 };
    this.seen = this.target = clamp(start ?? whole(this.bounds), this.bounds);
    const { tracks, height } = tracksOf(meta);
    this.tracks = tracks;
    this.layout = layoutOf(800, 400, height);
    this.painter = new CanvasPainter(plot);
    this.tiles = this.newTiles();
    this.strips = this.newStrips();
    this.newSpikes();
    loadBeneath(options.id, { t0: meta.start_s, t1: stop, columns: 300 }).then((data) => {
      learnRanges(this.tracks, data);
      this.strips.beneath.redraw();
      this.draw();
    }, this.failed);
  }

  private failed = (problem: Error) => {
    if (!this.closed) this.events.problem(problem.message);
  };

  /** Draws with another painter from now on, such as WebGL when it is loaded. */
  usePainter(painter: Painter) {
    this.painter.dispose();
    this.painter = painter;
    this.painter.resize(this.layout.plotWidth, this.layout.plot.height, this.ratio);
    this.draw();
  }

  private newTiles(): TileStore {
    const { id, meta, arrangement } = this.options;
    const query = { ...orderQuery(arrangement), peak: arrangement.peak ? 1 : undefined, v: meta.version };
    return new TileStore(
      (k) => address(id, "tile", { ...query, ...k }),
      (_, problem) => (problem ? this.failed(problem) : this.draw()),
      (tile) => this.painter.drop(tile),
    );
  }

  private newSpikes() {
    const { id, meta, mode, arrangement } = this.options;
    this.spikes?.close();
    this.spikes = mode === "raster" && meta.kinds.spikes ? new SpikeStore(id, arrangement, meta.kinds.spikes.mean_hz ?? 0, this.bounds, this.arrived) : undefined;
  }

  private newStrips() {
    const { id, meta, arrangement, mode, order } = this.options;
    const bounds = () => this.bounds;
    const paints = () => this.options.paints;
    const grid = this.activity.grid;
    return {
      summary: new Strip((w, signal) => loadSummary(id, meta.version, arrangement.kind, grid, w, this.summaryScale, paints, signal), this.arrived, bounds),
      beneath: new Strip(async (w, signal) => {
        const data = await loadBeneath(id, w, signal);
        learnRanges(this.tracks, data);
        return drawBeneath(data, this.tracks, paints);
      }, this.arrived, bounds),
      lines: mode === "lines" ? new Strip((w, signal) => loadLines(id, order, w, paints, (is) => (this.linesCoarse = is), signal), this.arrived, bounds) : undefined,
    };
  }

  private arrived = (problem?: Error) => (problem ? this.failed(problem) : this.draw());

  /** Shows the recording in another way; the window stays. */
  change(options: Partial<SceneOptions>) {
    const before = this.options;
    this.options = { ...before, ...options };
    const now = this.options;
    const other = now.mode !== before.mode || now.order !== before.order || JSON.stringify(now.arrangement) !== JSON.stringify(before.arrangement);
    if (other) {
      this.activity = now.meta.kinds[now.arrangement.kind]!;
      this.tiles.close();
      this.tiles = this.newTiles();
      this.newSpikes();
      Object.values(this.strips).forEach((s) => s?.reset());
      this.strips = this.newStrips();
      this.mini = undefined;
    }
    this.luts.clear();
    if (now.paints !== before.paints) Object.values(this.strips).forEach((s) => s?.redraw());
    this.draw();
  }

  resize(width: number, plotHeight: number, ratio: number) {
    this.layout = layoutOf(width, plotHeight, this.layout.beneath.height);
    this.ratio = ratio;
    this.overlay.width = Math.round(width * ratio);
    this.overlay.height = Math.round(this.layout.height * ratio);
    this.overlay.style.height = `${this.layout.height}px`;
    this.painter.resize(this.layout.plotWidth, plotHeight, ratio);
    this.drawNow();
  }

  /** Moves to a window, at once or gliding. */
  go(w: Window, glide: boolean) {
    this.target = clamp(w, this.bounds);
    if (!glide) this.seen = this.target;
    this.draw();
  }

  /** Where the window is moving to. */
  get goal(): Window {
    return this.target;
  }

  point(p: { x: number; y: number } | undefined) {
    this.pointer = p;
    this.draw();
  }

  /** The second and the row at a place of the page. */
  at(x: number, y: number): { second: number; row: number; inPlot: boolean } {
    const { left, plotWidth, plot } = this.layout;
    const second = this.seen.t0 + ((x - left) / plotWidth) * (this.seen.t1 - this.seen.t0);
    const row = this.seen.r0 + ((y - plot.top) / plot.height) * (this.seen.r1 - this.seen.r0);
    const inPlot = x >= left && x < left + plotWidth && y >= plot.top && y < plot.top + plot.height;
    return { second, row, inPlot };
  }

  draw() {
    if (this.frameAsked || this.closed) return;
    this.frameAsked = requestAnimationFrame(this.frame);
  }

  private frame = (now: number) => {
    this.frameAsked = 0;
    const passed = Math.min(now - this.lastFrame, 50);
    this.lastFrame = now;
    if (this.seen !== this.target) {
      // Half of the way in 45 ms: quick, and still a movement that the eye can follow.
      this.seen = towards(this.seen, this.target, 1 - 0.5 ** (Math.max(passed, 8) / 45));
      if (alike(this.seen, this.target)) this.seen = this.target;
    }
    this.drawNow();
    if (this.seen !== this.target) this.draw();
    else this.events.rested(this.seen);
  };

  private drawNow() {
    this.paintPlot();
    this.paintOverlay();
    this.poll();
    this.say();
  }

  private lut(level: number): Lut {
    let lut = this.luts.get(level);
    if (!lut) {
      const grid = this.activity.grid;
      const look: Look = { kind: this.options.arrangement.kind, ...this.options.look, expected: (l) => (this.activity.mean_hz ?? 0) * grid.base_s * 2 ** l };
      this.luts.set(level, (lut = lutOf(look, level)));
    }
    return lut;
  }

  /** Whether rows are few enough for lines. */
  private get linesFit() {
    return this.seen.r1 - this.seen.r0 <= mostLines + 1e-6;
  }

  private paintPlot() {
    const { layout: l, seen: w } = this;
    const spikes = this.spikes?.update(w);
    const lines = this.strips.lines && this.linesFit;
    const quads: Quad[] = spikes || lines ? [] : this.quads(w);
    if (spikes || lines) this.tiles.want(this.overview());
    const ticks = spikes && { spikes, t0: w.t0, r0: w.r0, perSecond: l.plotWidth / (w.t1 - w.t0), perRow: l.plot.height / (w.r1 - w.r0), ink: this.options.paints.ink };
    this.painter.draw(quads, ticks, this.options.paints.paper);
    if (!this.painted && (quads.length > 0 || ticks || (lines && this.strips.lines?.ready))) {
      this.painted = true;
      performance.mark("studio:painted");
      this.events.painted();
    }
  }

  private overview() {
    const { grid } = this.activity;
    const rows = this.options.order.rows.length;
    return covering(whole(this.bounds), levelsFor(whole(this.bounds), tileWidth, tileHeight, grid, rows), grid, rows);
  }

  /** The tiles to draw: those of the window's level over whatever is there of it already. */
  private quads(w: Window): Quad[] {
    const { grid } = this.activity;
    const rows = this.options.order.rows.length;
    const at = levelsFor(w, this.layout.plotWidth, this.layout.plot.height, grid, rows);
    const keys = covering(w, at, grid, rows);
    const wide = { ...w, t0: w.t0 - 0.6 * (w.t1 - w.t0), t1: w.t1 + 0.6 * (w.t1 - w.t0) };
    const ahead = covering(wide, at, grid, rows).filter((k) => !keys.some((o) => o.x === k.x && o.y === k.y));
    // At first one tile of all, then those of the window.
    this.tiles.want(this.painted ? [...keys, ...this.overview(), ...ahead] : [...this.overview(), ...keys]);
    const exact = keys.map((k) => this.tiles.get(k));
    const found = exact.filter((t): t is Tile => t !== undefined);
    const under: Tile[] = [];
    if (found.length < keys.length) {
      for (const t of this.tiles.all()) {
        const e = extent(t, grid, rows);
        if (!found.includes(t) && e.t0 < w.t1 && e.t1 > w.t0 && e.r0 < w.r1 && e.r1 > w.r0) under.push(t);
      }
      under.sort((a, b) => b.level + b.rows - a.level - a.rows);
    }
    return [...under, ...found].map((t) => this.quad(t, w));
  }

  private quad(tile: Tile, w: Window): Quad {
    const { grid } = this.activity;
    const e = extent(tile, grid, this.options.order.rows.length);
    const perSecond = this.layout.plotWidth / (w.t1 - w.t0);
    const perRow = this.layout.plot.height / (w.r1 - w.r0);
    return {
      tile,
      lut: this.lut(tile.level),
      x: (e.t0 - w.t0) * perSecond,
      y: (e.r0 - w.r0) * perRow,
      width: (e.t1 - e.t0) * perSecond,
      height: (e.r1 - e.r0) * perRow,
      across: Math.round((e.t1 - e.t0) / (grid.base_s * 2 ** tile.level)) / tileWidth,
      down: (e.r1 - e.r0) / 2 ** tile.rows / tileHeight,
    };
  }

  private paintOverlay() {
    const { layout: l, seen: w, options: o } = this;
    const c = this.overlay.getContext("2d")!;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, l.width, l.height);
    const key = [o.arrangement.kind, o.order.rows.length].join();
    const seen = (part: { height: number }, more: Partial<Seen> = {}): Seen => ({ t0: w.t0, t1: w.t1, width: l.plotWidth, height: part.height, r0: 0, r1: 0, key, ...more });
    const settled = this.target;
    const ask = (s: Seen): Seen => ({ ...s, t0: settled.t0, t1: settled.t1 });
    for (const [strip, part] of [[this.strips.summary, l.summary], [this.strips.beneath, l.beneath]] as const) {
      if (part.height > 4) {
        strip.update(ask(seen(part)), this.ratio);
        strip.blit(c, seen(part), l.left, part.top);
      }
    }
    if (this.strips.lines && this.linesFit) this.paintLines(c, seen, this.strips.lines);
    drawMini(c, l, w, this.bounds, this.miniature(), o.paints);
    drawLabels(c, l, this.tracks, this.summaryLabel(), o.paints);
    drawAxis(c, l, w, o.paints);
    this.names.draw(c, l, w, o.order, o.names, o.paints, this.ratio, JSON.stringify(o.arrangement));
    if (this.pointer && this.pointer.x >= l.left && this.pointer.x < l.left + l.plotWidth) this.paintPointer(c);
  }

  private paintLines(c: CanvasRenderingContext2D, seen: (part: { height: number }, more?: Partial<Seen>) => Seen, strip: Strip) {
    const { layout: l, seen: w, target } = this;
    const [r0, r1] = [Math.max(0, Math.floor(target.r0)), Math.min(this.options.order.rows.length, Math.ceil(target.r1))];
    const height = Math.round((l.plot.height * (r1 - r0)) / (target.r1 - target.r0));
    strip.update({ ...seen({ height }, { r0, r1 }), t0: target.t0, t1: target.t1 }, this.ratio);
    strip.blit(c, seen(l.plot, { r0: w.r0, r1: w.r1 }), l.left, l.plot.top);
  }

  private paintPointer(c: CanvasRenderingContext2D) {
    const { second: _, row, inPlot } = this.at(this.pointer!.x, this.pointer!.y);
    const perRow = this.layout.plot.height / (this.seen.r1 - this.seen.r0);
    const lit = inPlot && perRow >= 3 ? { y: (Math.floor(row) - this.seen.r0) * perRow, height: perRow } : undefined;
    drawPointer(c, this.layout, this.pointer!.x, lit, this.options.paints);
  }

  private summaryLabel(): string[] {
    const { high } = this.summaryScale;
    const unit = this.options.arrangement.kind === "spikes" ? "Hz" : "SD";
    return ["all units", `mean to ${Number(high.toPrecision(2))} ${unit}`, "ground: active"];
  }

  private miniature(): HTMLCanvasElement | undefined {
    const { grid } = this.activity;
    const rows = this.options.order.rows.length;
    const keys = this.overview();
    const tile = keys.length === 1 ? this.tiles.get(keys[0]) : undefined;
    if (!tile) return this.mini?.picture;
    const lut = this.lut(tile.level);
    if (this.mini?.tile !== tile || this.mini.lut !== lut) {
      const q = this.quad(tile, extent(tile, grid, rows));
      const picture = document.createElement("canvas");
      picture.width = Math.max(1, Math.round(tileWidth * q.across));
      picture.height = Math.max(1, Math.round(tileHeight * q.down));
      picture.getContext("2d")!.drawImage(colored(tile, lut), 0, 0);
      this.mini = { tile, lut, picture };
    }
    return this.mini.picture;
  }

  /** While pictures are coarse, asks now and then whether the recording is summarised. */
  private poll() {
    if (this.polling || this.closed || !(this.tiles.coarse || this.summaryScale.coarse || this.linesCoarse)) return;
    this.polling = window.setTimeout(async () => {
      try {
        const { ready } = await getJSON<{ ready: number }>(address(this.options.id, "progress"));
        this.polling = 0;
        if (ready >= 1 && !this.closed) {
          this.tiles.refresh();
          if (this.summaryScale.coarse) this.strips.summary.reset();
          if (this.linesCoarse) this.strips.lines?.reset();
          this.summaryScale.coarse = this.linesCoarse = false;
        }
        this.draw();
      } catch (problem) {
        this.failed(problem as Error);
      }
    }, 400);
  }

  private say() {
    const says: string[] = [];
    if (this.tiles.coarse) says.push("A first look from samples; the exact picture follows.");
    if (this.strips.lines && !this.linesFit) says.push(`Zoom in to ${mostLines} rows or fewer for lines.`);
    const text = says.join(" ");
    if (text !== this.said) this.events.status((this.said = text));
  }

  /** Whether something is still being loaded. */
  get busy() {
    return this.tiles.busy || (this.spikes?.busy ?? false) || Object.values(this.strips).some((s) => s?.busy);
  }

  close() {
    this.closed = true;
    cancelAnimationFrame(this.frameAsked);
    clearTimeout(this.polling);
    this.tiles.close();
    this.spikes?.close();
    Object.values(this.strips).forEach((s) => s?.reset());
    this.painter.dispose();
  }
}
