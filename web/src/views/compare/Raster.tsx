import { useMemo } from "preact/hooks";
import { useDark } from "../../app/Theme";
import { signedColor } from "../../ui/colors";

export interface RasterProps {
  title: string;
  rows: (number | null)[][];
  /** The value that has the strongest colour. */
  most: number;
  height: number;
  /** What stands at the two ends below. */
  ends?: [string, string];
}

const width = 400;

/** Numbers as colours in an SVG, so that it can be saved; many cells are one picture. */
export function Raster({ title, rows, most, height, ends }: RasterProps) {
  const dark = useDark();
  const picture = useMemo(() => paint(rows, most, dark), [rows, most, dark]);
  return (
    <svg class="compare-raster" viewBox={`0 0 ${width} ${height + 40}`} role="img" aria-label={title} font-size="12" fill="currentColor">
      <text x="0" y="14">
        {title}
      </text>
      <image href={picture} x="0" y="22" width={width} height={height} preserveAspectRatio="none" style="image-rendering: pixelated" />
      {ends && (
        <>
          <text x="0" y={height + 36}>
            {ends[0]}
          </text>
          <text x={width} y={height + 36} text-anchor="end">
            {ends[1]}
          </text>
        </>
      )}
    </svg>
  );
}

function paint(rows: (number | null)[][], most: number, dark: boolean): string {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, rows[0]?.length ?? 0);
  canvas.height = Math.max(1, rows.length);
  const context = canvas.getContext("2d")!;
  rows.forEach((row, y) =>
    row.forEach((value, x) => {
      if (value === null) return;
      context.fillStyle = signedColor(Math.max(-1, Math.min(1, value / most)), dark);
      context.fillRect(x, y, 1, 1);
    }),
  );
  return canvas.toDataURL();
}
