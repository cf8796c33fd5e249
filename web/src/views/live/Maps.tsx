import { useEffect, useRef } from "preact/hooks";
import { useDark } from "../../app/Theme";
import { number } from "../../ui/format";
import type { Plane, Seen } from "./types";

/** The map of the chosen channel over the picture, without and with the interventions. */
export function Maps({ seen, unit }: { seen: Seen; unit: string }) {
  const planes: [string, Plane | undefined][] = [
    ["without", seen.without.map],
    ["with the interventions", seen.with?.map],
  ];
  const most = Math.max(1e-9, ...planes.flatMap(([, p]) => p?.values.map((v) => Math.abs(v ?? 0)) ?? []));
  return (
    <div class="live-maps" role="group" aria-label={`Map of ${unit}`}>
      {planes.map(([label, plane]) => plane && <Heat key={label} plane={plane} most={most} label={`${unit}, ${label}`} />)}
      <span class="muted">
        Blue {number(-most)}, orange {number(most)}
      </span>
    </div>
  );
}

function Heat({ plane, most, label }: { plane: Plane; most: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useDark();
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = context.createImageData(plane.width, plane.height);
    const [low, high] = dark ? [[90, 160, 255], [255, 130, 80]] : [[20, 90, 200], [205, 70, 10]];
    plane.values.forEach((v, i) => {
      const t = (v ?? 0) / most;
      const color = t < 0 ? low : high;
      image.data.set([...color, Math.round(255 * Math.min(1, Math.abs(t)))], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }, [plane, most, dark]);
  return (
    <figure>
      <canvas ref={canvas} width={plane.width} height={plane.height} role="img" aria-label={label} />
      <figcaption class="muted">{label}</figcaption>
    </figure>
  );
}
