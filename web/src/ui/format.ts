// How numbers are written.

/** A number with four digits that matter, without exponents where they would not be expected. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

/** With its unit. */
export function quantity(value: number | null | undefined, unit?: string): string {
  return unit ? `${number(value)} ${unit}` : number(value);
}

/** A p value: never 0. */
export function pValue(p: number | null | undefined): string {
  if (p === null || p === undefined || Number.isNaN(p)) return "no p";
  return p < 0.001 ? "p < .001" : `p = ${p.toFixed(3)}`;
}
