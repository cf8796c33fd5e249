import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../app/api";
import { Figure } from "../../ui/Figure";

/** The figures that the method drew, to be looked at more closely and saved. */
export function Pictures({ id, names }: { id: string; names: string[] }) {
  const [large, setLarge] = useState<string>();
  const source = (name: string) => api(["findings", id, "figures", name]);
  return (
    <section aria-label="Figures">
      <h2>Figures</h2>
      <div class="figures">
        {names.map((name) => (
          <Figure
            key={name}
            title={name.replace(/\.\w+$/, "")}
            svg={name.endsWith(".svg") ? () => source(name) : undefined}
            class="finding-picture"
            controls={
              <button class="quiet" onClick={() => setLarge(name)} aria-label={`Enlarge ${name}`}>
                Enlarge
              </button>
            }
          >
            <button class="finding-open" onClick={() => setLarge(name)} aria-label={`Enlarge ${name}`} tabIndex={-1}>
              <img src={source(name)} alt={`Figure ${name} of the finding`} loading="lazy" />
            </button>
          </Figure>
        ))}
      </div>
      {large && <Large name={large} source={source(large)} close={() => setLarge(undefined)} />}
    </section>
  );
}

/** A figure over the whole window, as large as one wants. */
function Large({ name, source, close }: { name: string; source: string; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [scale, setScale] = useState(1);
  useEffect(() => dialog.current!.showModal(), []);
  const zoom = (factor: number) => setScale((s) => Math.max(1, Math.min(12, s * factor)));
  return (
    <dialog ref={dialog} class="finding-large" aria-label={name} onClose={close}>
      <div class="toolbar">
        <strong>{name}</strong>
        <button onClick={() => zoom(1.5)} aria-label="Larger">
          +
        </button>
        <button onClick={() => zoom(1 / 1.5)} disabled={scale === 1} aria-label="Smaller">
          −
        </button>
        <button onClick={() => setScale(1)} disabled={scale === 1}>
          Fit
        </button>
        <button class="finding-close" onClick={() => dialog.current!.close()}>
          Close
        </button>
      </div>
      <div
        class="finding-sheet"
        tabIndex={0}
        role="region"
        aria-label={`${name}, enlarged`}
        onWheel={(e) => {
          if (!e.ctrlKey && !e.metaKey) return;
          e.preventDefault();
          zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15);
        }}
      >
        <img src={source} alt={`Figure ${name} of the finding`} style={{ width: `${100 * scale}%` }} />
      </div>
    </dialog>
  );
}
