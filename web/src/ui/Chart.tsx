import * as Plot from "@observablehq/plot";
import { useEffect, useRef, useState } from "preact/hooks";

/** A small chart as SVG, as wide as there is room. `options` must be stable (useMemo): a new object draws again. */
export function Chart({ options, label }: { options: Plot.PlotOptions; label: string }) {
  const body = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    watch.observe(body.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (width < 120) return; // not laid out yet: margins alone are wider
    const drawn = Plot.plot({ width, ...options, style: { background: "none", fontFamily: "inherit", ...(options.style as object) } });
    const svg = drawn instanceof SVGElement ? drawn : drawn.querySelector("svg");
    svg?.setAttribute("role", "img");
    // One picture with one name: the marks' own labels, "line" and "rect", are no roles of theirs.
    svg?.querySelectorAll("[aria-label]").forEach((mark) => mark.removeAttribute("aria-label"));
    svg?.setAttribute("aria-label", label);
    body.current!.replaceChildren(drawn);
  }, [options, width, label]);
  return <div class="chart" ref={body} />;
}
