import type { Feed } from "./feed";

/** The simulated time that is shown: it passes evenly although what is simulated arrives in parts. */
export class Clock {
  shown = 0;
  private before = 0;
  private epoch = -1;

  /** Moves on to the present frame of the screen, `now` in ms, in a window of some seconds. */
  tick(feed: Feed, now: number, window: number): number {
    const passed = Math.min(0.1, (now - this.before) / 1000);
    this.before = now;
    if (feed.epoch !== this.epoch || this.shown > feed.to) {
      this.epoch = feed.epoch;
      this.shown = feed.to;
    }
    const gap = feed.to - this.shown;
    this.shown += Math.min(gap, Math.max(feed.speed * passed, gap * 6 * passed));
    if (feed.to - this.shown > 0.2 * window) this.shown = feed.to - 0.2 * window;
    return this.shown;
  }
}
