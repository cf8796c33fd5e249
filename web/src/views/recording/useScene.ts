// A scene on the canvases of a component, for as long as it is shown.
import { type RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Window } from "./camera";
import { type InputEvents, listen } from "./input";
import { Scene, type SceneOptions } from "./scene";
import type { Paints } from "./tracks";
import { isSoftwareGL } from "../../ui/webgl";

/** The elements of a plot, by their class within the host. */
const inside = <T extends HTMLElement>(host: HTMLElement, name: string) => host.querySelector<T>("." + name)!;

/** The page's colours as they are now. */
export function readPaints(): Paints {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string) => style.getPropertyValue(name).trim();
  return { paper: get("--paper"), raised: get("--raised"), ink: get("--ink"), muted: get("--muted"), line: get("--line"), accent: get("--accent") };
}

const aboveAndBelow = 330;

export function useScene(place: RefObject<HTMLDivElement | null>, options: SceneOptions, start: Window | undefined, events: InputEvents & { rested: (w: Window) => void; painted: () => void }) {
  const [scene, setScene] = useState<Scene>();
  const [status, setStatus] = useState("");
  const [problem, setProblem] = useState("");
  const latest = useRef(events);
  latest.current = events;
  useEffect(() => {
    const host = place.current!;
    const canvas = (name: string) => inside<HTMLCanvasElement>(host, name);
    const [plain, webgl] = [canvas("plain"), canvas("webgl")];
    const around = { above: canvas("above"), left: canvas("left"), right: canvas("right"), below: canvas("below"), lines: canvas("lines"), cursor: inside(host, "cursor"), row: inside(host, "lit") };
    let current = true;
    const painted = () => {
      latest.current.painted();
      // The library for WebGL is large: it must not keep anybody from seeing the first picture.
      setTimeout(() => upgrade(made, host, () => current).catch(() => {}), 200); // without WebGL the plain canvas stays
    };
    const made = new Scene(plain, around, options, { rested: (w) => latest.current.rested(w), painted, problem: setProblem, status: setStatus }, start);
    const fit = () => {
      const width = host.clientWidth;
      const height = Math.round(Math.min(Math.max(innerHeight - aboveAndBelow - made.layout.beneath.height, 320), 620));
      made.resize(width, height, Math.min(devicePixelRatio || 1, 2));
      host.style.height = `${made.layout.height}px`;
      const { left, plotWidth, plot } = made.layout;
      for (const c of [plain, webgl]) Object.assign(c.style, { left: `${left}px`, top: `${plot.top}px`, width: `${plotWidth}px`, height: `${plot.height}px` });
    };
    const watch = new ResizeObserver(fit);
    watch.observe(host);
    fit();
    const deaf = listen(host, made, { hover: (p) => latest.current.hover(p), pick: (p) => latest.current.pick(p) });
    setScene(made);
    return () => {
      current = false;
      watch.disconnect();
      deaf();
      made.close();
    };
  }, [options.id, options.meta]);
  useEffect(() => scene?.change(options), [scene, options]);
  return { scene, status, problem };
}

/**
 * Draws with WebGL once it is loaded, where a graphics card does it; a plain canvas is faster than WebGL on the processor.
 * ?painter=webgl and ?painter=canvas choose.
 */
async function upgrade(scene: Scene, host: HTMLElement, current: () => boolean) {
  if (!current()) return;
  host.dataset.painter = "canvas";
  const chosen = new URLSearchParams(location.search).get("painter");
  if (chosen === "canvas" || (chosen !== "webgl" && isSoftwareGL())) return;
  const { WebGLPainter } = await import("./painterGL");
  if (!current()) return;
  scene.usePainter(new WebGLPainter(inside<HTMLCanvasElement>(host, "webgl")));
  inside(host, "plain").hidden = true;
  host.dataset.painter = "webgl";
}
