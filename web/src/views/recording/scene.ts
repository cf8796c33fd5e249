// Puts the pictures of a recording together, frame by frame and only while something moves or arrives.
import { getJSON } from "../../app/api";
import { alike, type Bounds, clamp, towards, whole, type Window } from "./camera";
import { loadLines, mostLines } from "./lines";
import { type Canvases, Layers } from "./layers";
import { Mosaic } from "./mosaic";
import { drawAxis, drawGroups, drawLabels, drawMini, drawNames, type Layout, layoutOf } from "./overlay";
import type { Painter } from "./painter";
import { CanvasPainter } from "./painterCanvas";
import { SpikeStore } from "./spikes";
import { type Seen, Strip } from "./strip";
import { drawBeneath, learnRanges, loadBeneath, loadSummary, type Paints, summaryLabel, type SummaryScale, type Track, tracksOf } from "./tracks";
import { type Activity, address, type Arrangement, kindOf, type Meta, type Mode, type Order } from "./types";

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
  /** Where the window is moving to. */
  goal: Window;
  private painter: Painter;
  private mosaic: Mosaic;
  private layers: Layers;
  private spikes?: SpikeStore;
  private strips: { summary: Strip; beneath: Strip; lines?: Strip };
  private summaryScale: SummaryScale = { low: 0, high: 1, coarse: false };
  private activity: Activity;
  private frameAsked = 0;
  private lastFrame = 0;
  private ratio = 1;
  private polling = 0;
  private painted = false;
  private said = "";
  private closed = false;
  private linesCoarse = false;
  private version = 0; // of names, order and colours

  constructor(
    plot: HTMLCanvasElement,
    canvases: Canvases,
    private options: SceneOptions,
    private events: SceneEvents,
    start?: Window,
  ) {
    const { meta } = options;
    this.activity = meta.kinds[kindOf(meta, options.mode)]!;
    const stop = meta.stop_s > meta.start_s ? meta.stop_s : meta.start_s + this.activity.grid.base_s;
    this.bounds = { start: meta.start_s, stop, rows: Math.max(options.order.rows.length, 1), leastSeconds: Math.min(this.activity.grid.base_s * 4, 0.02), leastRows: 3 };
    this.seen = this.goal = clamp(start ?? whole(this.bounds), this.bounds);
    const { tracks, height } = tracksOf(meta);
    this.tracks = tracks;
    this.layout = layoutOf(800, 400, height);
    this.painter = new CanvasPainter(plot);
    this.layers = new Layers(canvases);
    this.mosaic = this.newMosaic();
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

  private newMosaic(): Mosaic {
    const { id, meta, arrangement, look } = this.options;
    return new Mosaic(id, meta, arrangement, this.bounds, look, this.arrived, (tile) => this.painter.drop(tile));
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
      this.mosaic.tiles.close();
      this.mosaic = this.newMosaic();
      this.newSpikes();
      Object.values(this.strips).forEach((s) => s?.reset());
      this.strips = this.newStrips();
    }
    this.mosaic.recolor(now.look);
    this.version++;
    if (now.paints !== before.paints) Object.values(this.strips).forEach((s) => s?.redraw());
    this.draw();
  }

  resize(width: number, plotHeight: number, ratio: number) {
    this.layout = layoutOf(width, plotHeight, this.layout.beneath.height);
    this.ratio = ratio;
    this.layers.place(this.layout, ratio);
    this.painter.resize(this.layout.plotWidth, plotHeight, ratio);
    this.drawNow();
  }

  /** Moves to a window, at once or gliding. */
  go(w: Window, glide: boolean) {
    this.goal = clamp(w, this.bounds);
    if (!glide) this.seen = this.goal;
    this.draw();
  }

  point(p: { x: number; y: number } | undefined) {
    const { left, plotWidth, plot } = this.layout;
    const { row, inPlot } = this.at(p?.x ?? -1, p?.y ?? -1);
    const perRow = plot.height / (this.seen.r1 - this.seen.r0);
    const lit = inPlot && perRow >= 3 ? { y: plot.top + (Math.floor(row) - this.seen.r0) * perRow, height: perRow } : undefined;
    this.layers.point(p && p.x >= left && p.x < left + plotWidth ? p.x : undefined, lit);
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
    if (this.seen !== this.goal) {
      // Half of the way in 45 ms: quick, and still a movement that the eye can follow.
      this.seen = towards(this.seen, this.goal, 1 - 0.5 ** (Math.max(passed, 8) / 45));
      if (alike(this.seen, this.goal)) this.seen = this.goal;
    }
    this.drawNow();
    this.seen === this.goal ? this.events.rested(this.seen) : this.draw();
  };

  private drawNow() {
    this.paintPlot();
    this.paintAround();
    this.poll();
    this.say();
  }

  /** Whether rows are few enough for lines. */
  private get linesFit() {
    return this.seen.r1 - this.seen.r0 <= mostLines + 1e-6;
  }

  private paintPlot() {
    const { layout: l, seen: w, options: o } = this;
    const spikes = this.spikes?.update(w, l.plotWidth);
    const lines = this.strips.lines && this.linesFit ? this.strips.lines : undefined;
    const quads = spikes || lines ? [] : this.mosaic.quads(w, l.plotWidth, l.plot.height, !this.painted);
    if (spikes || lines) this.mosaic.tiles.want(this.mosaic.overview());
    const ticks = spikes && { spikes, t0: w.t0, r0: w.r0, perSecond: l.plotWidth / (w.t1 - w.t0), perRow: l.plot.height / (w.r1 - w.r0), ink: o.paints.ink };
    this.painter.draw(quads, ticks, o.paints.paper);
    this.layers.lines.show(lines !== undefined);
    if (lines) this.paintLines(lines);
    if (!this.painted && (quads.length > 0 || ticks || lines?.ready)) {
      this.painted = true;
      performance.mark("studio:painted");
      this.events.painted();
    }
  }

  /** What a strip of the page shows: the window as it is now, or as it will be. */
  private part(w: Window, height: number, rows = { r0: 0, r1: 0 }): Seen {
    const { arrangement, order } = this.options;
    return { t0: w.t0, t1: w.t1, width: this.layout.plotWidth, height, key: [arrangement.kind, order.rows.length].join(), ...rows };
  }

  private paintAround() {
    const { layout: l, seen: w, options: o, layers } = this;
    for (const [strip, { height }] of [[this.strips.summary, l.summary], [this.strips.beneath, l.beneath]] as const) {
      if (height > 4) strip.update(this.part(this.goal, height), this.ratio);
    }
    layers.above.draw(undefined, (c) => {
      this.strips.summary.blit(c, this.part(w, l.summary.height), l.left, l.summary.top);
      drawMini(c, l, w, this.bounds, this.mosaic.miniature(), o.paints);
      drawLabels(c, l, [], summaryLabel(this.summaryScale, o.arrangement.kind), o.paints);
    });
    layers.below.draw(undefined, (c) => {
      if (l.beneath.height > 4) this.strips.beneath.blit(c, this.part(w, l.beneath.height), l.left, l.beneath.top);
      drawLabels(c, l, this.tracks, [], o.paints);
      drawAxis(c, l, w, o.paints);
    });
    const rows = [w.r0, w.r1, this.version].join();
    layers.left.draw(rows, (c) => drawNames(c, l, w, o.order, o.names, o.paints));
    layers.right.draw(rows, (c) => drawGroups(c, l, w, o.order));
  }

  private paintLines(strip: Strip) {
    const { layout: l, seen: w, goal: target } = this;
    const rows = { r0: Math.max(0, Math.floor(target.r0)), r1: Math.min(this.options.order.rows.length, Math.ceil(target.r1)) };
    const height = Math.round((l.plot.height * (rows.r1 - rows.r0)) / (target.r1 - target.r0));
    strip.update(this.part(target, height, rows), this.ratio);
    this.layers.lines.draw(undefined, (c) => strip.blit(c, this.part(w, l.plot.height, w), l.left, l.plot.top));
  }

  /** While pictures are coarse, asks now and then whether the recording is summarised. */
  private poll() {
    if (this.polling || this.closed || !(this.mosaic.tiles.coarse || this.summaryScale.coarse || this.linesCoarse)) return;
    this.polling = window.setTimeout(async () => {
      try {
        const { ready } = await getJSON<{ ready: number }>(address(this.options.id, "progress"));
        this.polling = 0;
        if (ready >= 1 && !this.closed) {
          this.mosaic.tiles.refresh();
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
    if (this.mosaic.tiles.coarse) says.push("A first look from samples; the exact picture follows.");
    if (this.strips.lines && !this.linesFit) says.push(`Zoom in to ${mostLines} rows or fewer for lines.`);
    const text = says.join(" ");
    if (text !== this.said) this.events.status((this.said = text));
  }

  close() {
    this.closed = true;
    cancelAnimationFrame(this.frameAsked);
    clearTimeout(this.polling);
    this.mosaic.tiles.close();
    this.spikes?.close();
    Object.values(this.strips).forEach((s) => s?.reset());
    this.painter.dispose();
  }
}
