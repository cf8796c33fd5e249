// Colours of groups and values: the same as in the figures of findings (package view), safe for the common kinds of
// colour blindness.
const groups = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933", "#44aa99", "#332288"];

/** The colour of a group; a group below 0 is grey. */
export function groupColor(group: number): string {
  return group < 0 ? "#8a8a8a" : groups[group % groups.length];
}

/** Blue through the paper to red for -1 to 1. */
export function signedColor(value: number, dark: boolean): string {
  const t = Math.max(-1, Math.min(1, value));
  const alpha = Math.abs(t).toFixed(3);
  return t < 0 ? `rgba(${dark ? "90,160,255" : "20,90,200"},${alpha})` : `rgba(${dark ? "255,130,80" : "205,70,10"},${alpha})`;
}
