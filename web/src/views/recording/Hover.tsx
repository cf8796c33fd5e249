import { useEffect, useState } from "preact/hooks";
import { getJSON } from "../../app/api";
import { neuronLink } from "../../app/links";
import { number } from "../../ui/format";
import type { Pointed } from "./input";
import { address, type Kind, type Meta, type Order } from "./types";

interface Value {
  low?: number | null;
  mean?: number | null;
  high?: number | null;
  deviation?: number | null;
  samples?: number;
  spikes?: number;
}

export interface HoverProps {
  id: string;
  meta: Meta;
  kind: Kind;
  order: Order;
  names?: string[];
  /** Seconds of a pixel: what the value is taken over. */
  seconds: number;
  at: Pointed;
  /** It stays, with links in it, until it is closed. */
  pinned: boolean;
  close: () => void;
}

/** Who and what is under the pointer. */
export function Hover({ id, meta, kind, order, names, seconds, at, pinned, close }: HoverProps) {
  const row = Math.min(Math.max(Math.floor(at.row), 0), order.rows.length - 1);
  const unit = order.rows[row];
  const name = names?.[unit] ?? `unit ${unit}`;
  const group = order.groups && order.names ? order.names[order.groups[row]] : undefined;
  const [value, setValue] = useState<Value>();
  useEffect(() => {
    setValue(undefined);
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const query = { kind, units: unit, t0: at.second - seconds / 2, t1: at.second + seconds / 2 };
      getJSON<Value>(address(id, "value", query), abort.signal).then(setValue, () => {}); // without a value it says the rest
    }, 90);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [id, kind, unit, at.second, seconds]);
  return (
    <div
      class={"recording-hover" + (pinned ? " pinned" : "") + (at.y > 220 ? " above" : "")}
      style={{ left: `${at.x}px`, top: `${at.y}px` }}
      role={pinned ? "dialog" : "presentation"}
      aria-label={pinned ? name : undefined}
    >
      <strong>{name}</strong>
      {group && <span class="muted"> · {group}</span>}
      <div class="muted">{number(Number(at.second.toPrecision(7)))} s</div>
      <div>{value ? says(value, meta, kind) : "…"}</div>
      {pinned && (
        <div class="recording-links">
          <a href={neuronLink(id, names?.[unit] ?? String(unit))}>Open {name}</a>
          <button class="quiet" onClick={close}>
            Close
          </button>
        </div>
      )}
    </div>
  );
}

function says(v: Value, meta: Meta, kind: Kind): string {
  if (kind === "spikes") return v.spikes === 1 ? "1 spike" : `${v.spikes ?? 0} spikes`;
  if (!v.samples) return "not observed";
  const unit = meta.kinds.traces?.unit ? " " + meta.kinds.traces.unit : "";
  const range = v.samples > 1 ? `, ${number(v.low)} to ${number(v.high)}` : "";
  return `${number(v.mean)}${unit}${range} (${number(v.deviation)} SD)`;
}
