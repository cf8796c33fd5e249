// Seconds as people read them.

/** Round steps of time that leave about so many ticks. */
function step(seconds: number, most: number): number {
  const wish = seconds / Math.max(most, 1);
  for (const nice of [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400]) if (wish > 30 && nice >= wish) return nice;
  const power = 10 ** Math.floor(Math.log10(wish));
  return power * ([1, 2, 5, 10].find((m) => m * power >= wish * 0.999) ?? 10);
}

export interface Tick {
  at: number;
  label: string;
}

/** Ticks between two seconds; labels have as many decimals as tell them apart. */
export function ticks(t0: number, t1: number, most: number): Tick[] {
  const by = step(t1 - t0, most);
  const decimals = Math.max(0, Math.min(9, -Math.floor(Math.log10(by) + 1e-9)));
  const out: Tick[] = [];
  for (let k = Math.ceil(t0 / by - 1e-9); k * by <= t1 + 1e-9 * by && out.length < 200; k++) out.push({ at: k * by, label: clock(k * by, decimals, by) });
  return out;
}

/** Seconds up to two minutes apart stay seconds; longer ones become minutes and hours. */
export function clock(seconds: number, decimals: number, by = 1): string {
  if (by < 60) return `${seconds.toFixed(decimals)} s`;
  const minutes = Math.round(seconds / 60);
  if (by < 3600 && Math.abs(minutes) < 60) return `${minutes} min`;
  return `${Math.trunc(minutes / 60)}:${String(Math.abs(minutes) % 60).padStart(2, "0")} h`;
}

/** A length of time in a few letters. */
export function duration(seconds: number): string {
  if (seconds < 1e-3) return `${(seconds * 1e6).toPrecision(3)} µs`;
  if (seconds < 1) return `${Number((seconds * 1e3).toPrecision(3))} ms`;
  if (seconds < 180) return `${Number(seconds.toPrecision(3))} s`;
  if (seconds < 10800) return `${Number((seconds / 60).toPrecision(3))} min`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}
