import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { getText } from "../app/api";
import { pngOfSVG, saveBlob, svgOfElement } from "./save";

export interface FigureProps {
  /** Name of the saved file, and what a screen reader hears. */
  title: string;
  /** What to see in it, and what chance gives. */
  caption?: ComponentChildren;
  children: ComponentChildren;
  /** Address of the same picture as an SVG of the server's; without it the SVG that is shown is saved. */
  svg?: () => string;
  /** Address of the numbers as CSV. */
  csv?: string;
  /** Controls that belong to the figure. */
  controls?: ComponentChildren;
  class?: string;
}

/** A figure with a title, a caption and what it can be saved as. */
export function Figure({ title, caption, children, svg, csv, controls, class: name }: FigureProps) {
  const body = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState("");
  const file = title.toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, "-");
  const text = async () => {
    if (svg) return getText(svg());
    const shown = body.current?.querySelector("svg");
    if (!shown) throw new Error("there is no picture yet");
    return svgOfElement(shown);
  };
  const save = (make: () => Promise<void>) => () => {
    setProblem("");
    make().catch((error: Error) => setProblem(error.message));
  };
  return (
    <figure class={"figure " + (name ?? "")} aria-label={title}>
      <div class="figure-head">
        <h3>{title}</h3>
        <div class="figure-controls">
          {controls}
          <span class="save" role="group" aria-label={`Save ${title}`}>
            <button class="quiet" onClick={save(async () => saveBlob(new Blob([await text()], { type: "image/svg+xml" }), file + ".svg"))}>
              SVG
            </button>
            <button class="quiet" onClick={save(async () => saveBlob(await pngOfSVG(await text()), file + ".png"))}>
              PNG
            </button>
            {csv && (
              <a class="quiet" href={csv} download>
                CSV
              </a>
            )}
          </span>
        </div>
      </div>
      <div class="figure-body" ref={body}>
        {children}
      </div>
      {problem && <p role="alert">Not saved: {problem}</p>}
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}
