// The spikes themselves, where they are few enough to be seen one by one.
import { getBytes } from "../../app/api";
import type { Bounds, Window } from "./camera";
import type { Spikes } from "./painter";
import { address, type Arrangement, orderQuery } from "./types";

const most = 60_000;

/** Keeps the spikes around what is seen. */
export class SpikeStore {
  spikes?: Spikes;
  private loading?: { window: Window; abort: AbortController };
  private tooMany?: Window;

  constructor(
    private id: string,
    private arrangement: Arrangement,
    private meanHz: number,
    private bounds: Bounds,
    private changed: (problem?: Error) => void,
  ) {}

  /** The spikes of a window if they are there and can be told apart in so many pixels; asks for them where they may be. */
  update(w: Window, width: number): Spikes | undefined {
    if (this.meanHz * (w.t1 - w.t0) > 0.35 * width) return undefined;
    const wide = this.around(w);
    const there = this.spikes && contains(this.spikes, w) ? this.spikes : undefined;
    const roomy = this.spikes && contains(this.spikes, this.around(w, 0.15));
    const expected = this.meanHz * (wide.t1 - wide.t0) * (wide.r1 - wide.r0);
    const hopeless = expected > 1.5 * most || (this.tooMany && contains(w, this.tooMany));
    if (roomy || hopeless || (this.loading && contains(this.loading.window, w))) return there;
    this.loading?.abort.abort();
    const abort = new AbortController();
    this.loading = { window: wide, abort };
    const query = { ...orderQuery(this.arrangement), from: wide.r0, to: wide.r1, t0: wide.t0, t1: wide.t1, most };
    getBytes(address(this.id, "spikes", query), abort.signal).then(
      ({ bytes }) => {
        if (abort.signal.aborted) return;
        this.loading = undefined;
        this.spikes = decode(bytes, wide) ?? this.spikes;
        if (this.spikes?.t0 !== wide.t0) this.tooMany = wide;
        this.changed();
      },
      (problem: Error) => {
        if (abort.signal.aborted) return;
        setTimeout(() => (this.loading = undefined), 1000);
        this.changed(problem);
      },
    );
    return there;
  }

  private around(w: Window, share = 0.5): Window {
    const [dt, dr] = [(w.t1 - w.t0) * share, (w.r1 - w.r0) * share];
    const b = this.bounds;
    // A little beyond the end, for a spike at the very end.
    const stop = b.stop + 1e-6 * (b.stop - b.start) + 1e-9;
    return {
      t0: Math.max(b.start, w.t0 - dt),
      t1: Math.min(stop, w.t1 + dt),
      r0: Math.max(0, Math.floor(w.r0 - dr)),
      r1: Math.min(b.rows, Math.ceil(w.r1 + dr)),
    };
  }

  close() {
    this.loading?.abort.abort();
  }
}

const contains = (a: Window, b: Window) => a.t0 <= b.t0 && a.t1 >= b.t1 && a.r0 <= b.r0 && a.r1 >= b.r1;

function decode(bytes: ArrayBuffer, w: Window): Spikes | undefined {
  const [total, units] = new Uint32Array(bytes, 0, 2);
  const counts = new Uint32Array(bytes, 8, units);
  const offsets = new Float32Array(bytes.slice(8 + 4 * units));
  if (offsets.length < total) return undefined;
  const rows = new Float32Array(total);
  let at = 0;
  counts.forEach((n, i) => {
    rows.fill(w.r0 + i, at, at + n);
    at += n;
  });
  return { ...w, offsets, rows };
}
