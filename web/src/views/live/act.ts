// Interventions as the page edits them; their spelling is that of the command line.

export const actions = ["silence", "scale", "add", "clamp", "threshold", "project"] as const;
export type Action = (typeof actions)[number];

export interface Act {
  action: Action;
  site: string;
  /** Such as 17, 1+5+20-29 or 2:7; empty for the whole site. */
  units: string;
  /** Positions, such as -1 or 3-5; empty for all. */
  at: string;
  value: number;
  /** A direction, or how to silence. */
  vector: string;
}

/** Whether there is a dose to drag. */
export const hasDose = (a: Action) => a === "scale" || a === "add" || a === "clamp" || a === "threshold";

/** Doses to begin with. */
export const range: Record<Action, [number, number]> = {
  silence: [0, 1],
  project: [0, 1],
  scale: [-4, 4],
  add: [-8, 8],
  clamp: [-8, 8],
  threshold: [-2, 4],
};

export function spell(a: Act): string {
  const args = [a.site + (a.units && "/" + a.units) + (a.at && "@" + a.at)];
  if (hasDose(a.action)) args.push(String(a.value));
  if (a.vector && (a.action === "silence" || a.action === "add" || a.action === "project")) args.push(a.vector);
  return `${a.action}(${args.join(", ")})`;
}

export function parse(text: string): Act | undefined {
  const found = /^\s*(\w+)\((.*)\)\s*$/.exec(text);
  if (!found || !actions.includes(found[1] as Action)) return undefined;
  const action = found[1] as Action;
  const [where, ...rest] = found[2].split(",").map((s) => s.trim());
  let site = where;
  let at = "";
  let units = "";
  const cut = site.lastIndexOf("@");
  if (cut >= 0) [site, at] = [site.slice(0, cut), site.slice(cut + 1)];
  const slash = site.lastIndexOf("/");
  if (slash >= 0 && /^[\d\-+:*]+$/.test(site.slice(slash + 1))) [site, units] = [site.slice(0, slash), site.slice(slash + 1)];
  const value = hasDose(action) ? Number(rest.shift() ?? 1) : 0;
  return { action, site, units, at, value: Number.isFinite(value) ? value : 1, vector: rest[0] ?? "" };
}

/** A stack of interventions in an address. */
export const parseAll = (text: string): Act[] => text.split(";").flatMap((t) => parse(t) ?? []);
export const spellAll = (acts: Act[]): string => acts.map(spell).join(";");
