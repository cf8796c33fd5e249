// Interventions as they are spelled: action(SITE/UNITS, VALUE).
import type { Model } from "./data";

export interface Act {
  action: "silence" | "clamp" | "add" | "scale" | "threshold";
  site: string;
  /** "" for all. */
  units: string;
  value: number;
}

interface Kind {
  action: Act["action"];
  label: string;
  start: number;
  /** Acts on a state in place of spikes. */
  state?: boolean;
}

export const actions: Kind[] = [
  { action: "add", label: "add current to", start: 0 },
  { action: "silence", label: "silence", start: 0 },
  { action: "clamp", label: "clamp the rate of", start: 20 },
  { action: "scale", label: "scale what is sent by", start: 1 },
  { action: "threshold", label: "cut off the potential of", start: 0, state: true },
];

export function spell(act: Act): string {
  const target = act.site + (act.units ? "/" + act.units : "");
  return act.action === "silence" ? `silence(${target})` : `${act.action}(${target}, ${act.value})`;
}

/** What an intervention says, undefined when it is of another kind. */
export function parseAct(text: string): Act | undefined {
  const found = /^(silence|clamp|add|scale|threshold)\(([^,()]+?)(?:\/([0-9+*-]+))?(?:,\s*([-+0-9.e]+))?\)$/.exec(text);
  if (!found) return undefined;
  return { action: found[1] as Act["action"], site: found[2], units: found[3] ?? "", value: found[4] === undefined ? NaN : Number(found[4]) };
}

/** What a slider of its dose covers; undefined for one without a dose. */
export function range(act: Act): { low: number; high: number; step: number } | undefined {
  switch (act.action) {
    case "add":
      return { low: -500, high: 500, step: Math.abs(act.value) < 1 && act.value !== 0 ? 0.01 : 1 };
    case "clamp":
      return { low: 0, high: 200, step: 1 };
    case "scale":
      return { low: 0, high: 3, step: 0.05 };
    case "threshold":
      return { low: -80, high: 20, step: 0.5 };
  }
  return undefined;
}

/** The unit of a dose. */
export function unitOf(model: Model, act: Act): string {
  const p = model.populations.find((q) => act.site === q.name || act.site.startsWith(q.name + "."));
  switch (act.action) {
    case "add":
      return p?.current ?? "";
    case "clamp":
      return act.site === p?.name ? "spikes/s" : (p?.states[0]?.unit ?? "");
    case "threshold":
      return p?.states[0]?.unit ?? "";
  }
  return act.action === "scale" ? "×" : "";
}
