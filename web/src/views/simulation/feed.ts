// What arrives from a simulation, kept as long as there is room.
import { getJSON, Problem } from "../../app/api";
import type { State } from "./data";

const mostSpikes = 1 << 19;
const mostBins = 1 << 13;
const mostSamples = 1 << 15;

/** Spikes of the shown units, of which the last ones are kept. */
export class Spikes {
  readonly rows = new Uint32Array(mostSpikes);
  readonly times = new Float64Array(mostSpikes);
  count = 0; // ever
  get first() {
    return Math.max(0, this.count - mostSpikes);
  }
  add(row: number, time: number) {
    const i = this.count++ % mostSpikes;
    this.rows[i] = row;
    this.times[i] = time;
  }
  row = (i: number) => this.rows[i % mostSpikes];
  time = (i: number) => this.times[i % mostSpikes];
}

/** Numbers side by side, a column for each, of which the last rows are kept. */
export class Series {
  private readonly values: Float32Array;
  count = 0; // rows, ever
  constructor(
    readonly width: number,
    private readonly most: number,
    /** Time of row 0 and between rows, s. */
    readonly start: number,
    readonly interval: number,
  ) {
    this.values = new Float32Array(width * most);
  }
  get first() {
    return Math.max(0, this.count - this.most);
  }
  push(view: Float32Array, stride: number, offset: number) {
    const at = (this.count++ % this.most) * this.width;
    for (let k = 0; k < this.width; k++) this.values[at + k] = view[offset + k * stride];
  }
  at = (row: number, column: number) => this.values[(row % this.most) * this.width + column];
  time = (row: number) => this.start + row * this.interval;
  /** The row of a time. */
  row = (time: number) => Math.round((time - this.start) / this.interval);
}

export interface Lane {
  spikes: Spikes;
  rates: Series;
  traces: Series;
}

interface Head {
  from: number;
  to: number;
  epoch: number;
  version: number;
  state?: State;
  spikes: number[];
  bins: number;
  first: number;
  samples: number[];
  cells: number;
}

export interface FeedOptions {
  path: string;
  populations: number;
  bin: number;
  interval: number;
  onState: (state: State) => void;
  onProblem: (message: string) => void;
}

/** The stream of one simulation. */
export class Feed {
  lanes: Lane[] = [];
  /** Simulated seconds that have arrived. */
  to = 0;
  epoch = -1;
  version = -1;
  /** Simulated seconds in one of the clock, lately. */
  speed = 0;
  private arrived = 0;
  private readonly abort = new AbortController();

  constructor(private readonly o: FeedOptions) {
    void this.run();
  }

  close() {
    this.abort.abort();
  }

  private async run() {
    for (let tries = 0; !this.abort.signal.aborted; tries++) {
      try {
        await this.read();
        if (!this.abort.signal.aborted) this.o.onProblem("The simulation was closed; load the page again to begin anew.");
        return;
      } catch (error) {
        if (this.abort.signal.aborted) return;
        this.o.onProblem(error instanceof Problem ? error.message : "The studio does not answer: was nissl studio ended?");
        if (tries > 20) return;
        await new Promise((done) => setTimeout(done, 1500));
      }
    }
  }

  private async read() {
    const response = await fetch(this.o.path + "/stream", { credentials: "same-origin", signal: this.abort.signal });
    if (!response.ok) throw new Problem(((await response.json()) as { error: string }).error, response.status);
    this.o.onProblem("");
    const reader = response.body!.getReader();
    let held = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      held = joined(held, value);
      let used = 0;
      while (held.length - used >= 4) {
        const size = 4 + new DataView(held.buffer, held.byteOffset + used).getUint32(0, true);
        if (held.length - used < size) break;
        this.take(held.slice(used, used + size).buffer);
        used += size;
      }
      held = held.subarray(used);
    }
  }

  private take(frame: ArrayBuffer) {
    const size = new DataView(frame).getUint32(4, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 8, size))) as Head;
    if (head.epoch !== this.epoch) {
      this.lanes = [];
      this.epoch = head.epoch;
      this.to = head.to;
    }
    this.measure(head);
    let at = 8 + size;
    const { populations, bin, interval } = this.o;
    if (head.spikes.length < this.lanes.length) this.lanes.length = head.spikes.length;
    head.spikes.forEach((spikes, k) => {
      const lane = (this.lanes[k] ??= {
        spikes: new Spikes(),
        rates: new Series(populations, mostBins, head.first * bin, bin),
        traces: new Series(head.cells, mostSamples, head.from, interval),
      });
      const rows = new Uint32Array(frame, at, spikes);
      const times = new Float32Array(frame, at + 4 * spikes, spikes);
      for (let i = 0; i < spikes; i++) lane.spikes.add(rows[i], head.from + times[i]);
      at += 8 * spikes;
      const rates = new Float32Array(frame, at, head.bins * populations);
      const missing = lane.rates.row(head.first * bin) - lane.rates.count;
      if (missing < 0 || missing > mostBins / 8) lane.rates = new Series(populations, mostBins, head.first * bin, bin);
      else for (let i = 0; i < missing && head.bins > 0; i++) lane.rates.push(unknown(populations), 1, 0);
      for (let i = 0; i < head.bins; i++) lane.rates.push(rates, head.bins, i);
      at += 4 * rates.length;
      const samples = new Float32Array(frame, at, head.samples[k] * head.cells);
      const gap = Math.abs(lane.traces.time(lane.traces.count) - head.from) > 2 * interval;
      if (lane.traces.width !== head.cells || (head.samples[k] > 0 && gap)) lane.traces = new Series(head.cells, mostSamples, head.from, interval);
      for (let i = 0; i < head.samples[k]; i++) lane.traces.push(samples, 1, i * head.cells);
      at += 4 * samples.length;
    });
    this.to = head.to;
    this.tellState(head);
  }

  private measure(head: Head) {
    const now = performance.now();
    const passed = (now - this.arrived) / 1000;
    if (head.to > head.from && passed > 0 && passed < 0.5) this.speed += 0.15 * ((head.to - head.from) / Math.max(passed, 0.005) - this.speed);
    this.arrived = now;
  }

  private tellState(head: Head) {
    if (head.state) {
      this.version = head.version;
      this.o.onState(head.state);
    } else if (head.version !== this.version) {
      this.version = head.version; // a frame was missed
      getJSON<State>(this.o.path + "/state", this.abort.signal).then(this.o.onState, () => {});
    }
  }
}

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBufferLike>): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

const unknown = (n: number) => new Float32Array(n).fill(NaN);
