import { useEffect, useRef, useState } from "preact/hooks";
import { useUrlNumber } from "../../app/router";
import { groupColor } from "../../ui/colors";
import { number } from "../../ui/format";
import type { Components } from "./types";

interface Props {
  span: [number, number];
  at: number;
  setAt: (seconds: number) => void;
  components: Components;
}

/** A slider over time that plays, with the component in force above it. */
export function TimeBar({ span, at, setAt, components }: Props) {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useUrlNumber("speed", 1);
  const now = useRef(at);
  now.current = at;
  const [start, stop] = span;
  useEffect(() => {
    if (!playing) return;
    // The whole recording in 30 seconds at speed 1, whatever its length.
    const perSecond = ((stop - start) / 30) * speed;
    let last = performance.now();
    let frame = requestAnimationFrame(function step(time) {
      const next = now.current + (perSecond * (time - last)) / 1000;
      last = time;
      if (next >= stop) {
        setAt(stop);
        setPlaying(false);
        return;
      }
      setAt(next);
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, start, stop]);
  const toggle = () => {
    if (!playing && at >= stop) setAt(start);
    setPlaying(!playing);
  };
  const force = components.in_force.find((e) => e.start_s <= at && at < e.stop_s);
  return (
    <div class="connectome-time" role="group" aria-label="Time">
      <button class="primary" onClick={toggle} aria-label={playing ? "Pause" : "Play"}>
        {playing ? "❚❚" : "▶"}
      </button>
      <select aria-label="Speed" value={speed} onChange={(e) => setSpeed(Number(e.currentTarget.value))}>
        {[0.25, 0.5, 1, 2, 4].map((s) => (
          <option key={s} value={s}>
            {s}×
          </option>
        ))}
      </select>
      <div class="connectome-track">
        <div class="connectome-strip" aria-hidden="true">
          {components.in_force.map((e) => (
            <span
              key={e.start_s}
              title={`component ${e.component}, ${number(e.start_s)} to ${number(e.stop_s)} s`}
              style={{
                left: `${(100 * (e.start_s - start)) / (stop - start)}%`,
                width: `${(100 * (e.stop_s - e.start_s)) / (stop - start)}%`,
                background: groupColor(e.component - 1),
              }}
            />
          ))}
        </div>
        <input
          type="range"
          aria-label="Moment, seconds"
          aria-valuetext={`${number(at)} seconds${force ? `, component ${force.component} in force` : ""}`}
          min={start}
          max={stop}
          step={(stop - start) / 1000}
          value={at}
          onInput={(e) => setAt(Number(e.currentTarget.value))}
        />
      </div>
      <output>
        {at.toFixed(1)} s{force && (
          <span>
            {" "}
            <span style={{ color: groupColor(force.component - 1) }} aria-hidden="true">
              ●
            </span>{" "}
            component {force.component}
          </span>
        )}
      </output>
    </div>
  );
}
