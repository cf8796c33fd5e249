// Tiles of activity as they come from the server.
import { getBytes } from "../../app/api";
import { binSeconds, binsAt, type Grid, rowsAt, tileHeight, tileWidth } from "./types";
import type { Window } from "./camera";

export interface TileKey {
  level: number;
  x: number;
  rows: number;
  y: number;
}

export interface Tile extends TileKey {
  id: string;
  codes: Uint8Array<ArrayBuffer>;
  coarse: boolean;
  sampled: boolean;
  used: number;
}

export const idOf = (k: TileKey) => `${k.level}/${k.x}/${k.rows}/${k.y}`;

/** Seconds and rows that a tile covers, cut off where the recording ends. */
export function extent(k: TileKey, grid: Grid, rows: number): Window {
  const s = binSeconds(grid, k.level);
  const last = Math.min((k.x + 1) * tileWidth, binsAt(grid, k.level));
  const size = 2 ** k.rows;
  return {
    t0: grid.start_s + k.x * tileWidth * s,
    t1: grid.start_s + last * s,
    r0: k.y * tileHeight * size,
    // The last row bin may stand for fewer rows, but is drawn as large as the others.
    r1: Math.min((k.y + 1) * tileHeight, rowsAt(rows, k.rows)) * size,
  };
}

/** The levels whose bins are about as large as a pixel of a plot of that size. */
export function levelsFor(w: Window, width: number, height: number, grid: Grid, rows: number): { level: number; rows: number } {
  const seconds = (w.t1 - w.t0) / Math.max(width, 1);
  const level = Math.ceil(Math.log2((seconds * 0.75) / grid.base_s));
  const rowLevel = Math.ceil(Math.log2(((w.r1 - w.r0) / Math.max(height, 1)) * 0.75));
  const topRows = Math.max(0, Math.ceil(Math.log2(rows / tileHeight)));
  return { level: Math.min(Math.max(level, 0), grid.levels - 1), rows: Math.min(Math.max(rowLevel, 0), topRows) };
}

/** The tiles of some levels that a window touches. */
export function covering(w: Window, at: { level: number; rows: number }, grid: Grid, rows: number): TileKey[] {
  const seconds = binSeconds(grid, at.level) * tileWidth;
  const high = 2 ** at.rows * tileHeight;
  const lastX = Math.floor((binsAt(grid, at.level) - 1) / tileWidth);
  const lastY = Math.floor((rowsAt(rows, at.rows) - 1) / tileHeight);
  const limit = (v: number, last: number) => Math.min(Math.max(v, 0), last);
  const keys: TileKey[] = [];
  for (let y = limit(Math.floor(w.r0 / high), lastY); y <= limit(Math.ceil(w.r1 / high) - 1, lastY); y++) {
    for (let x = limit(Math.floor((w.t0 - grid.start_s) / seconds), lastX); x <= limit(Math.ceil((w.t1 - grid.start_s) / seconds) - 1, lastX); x++) {
      keys.push({ ...at, x, y });
    }
  }
  return keys;
}

const mostTiles = 120;
const atOnce = 4;

/** Keeps tiles, and asks for those that are wanted. */
export class TileStore {
  private tiles = new Map<string, Tile>();
  private flying = new Map<string, AbortController>();
  private stale = new Set<string>();
  private wanted: TileKey[] = [];
  private clock = 0;

  constructor(
    private address: (k: TileKey) => string,
    private changed: (tile: Tile | undefined, problem?: Error) => void,
    private dropped: (id: string) => void,
  ) {}

  get(k: TileKey): Tile | undefined {
    const tile = this.tiles.get(idOf(k));
    if (tile) tile.used = ++this.clock;
    return tile;
  }

  all(): Iterable<Tile> {
    return this.tiles.values();
  }

  get coarse() {
    for (const t of this.tiles.values()) if (t.coarse) return true;
    return false;
  }

  /** Says which tiles are needed, the most urgent first; others that were asked for are given up. */
  want(keys: TileKey[]) {
    this.wanted = keys;
    const ids = new Set(keys.map(idOf));
    for (const [id, abort] of this.flying) {
      if (!ids.has(id)) {
        abort.abort();
        this.flying.delete(id);
      }
    }
    this.pump();
  }

  /** Asks again for tiles that came from samples only. */
  refresh() {
    for (const t of this.tiles.values()) if (t.coarse) this.stale.add(t.id);
    this.pump();
  }

  private pump() {
    for (const key of this.wanted) {
      if (this.flying.size >= atOnce) return;
      const id = idOf(key);
      if (this.flying.has(id) || (this.tiles.has(id) && !this.stale.has(id))) continue;
      const abort = new AbortController();
      this.flying.set(id, abort);
      getBytes(this.address(key), abort.signal).then(
        ({ bytes, headers }) => {
          if (abort.signal.aborted) return;
          this.flying.delete(id);
          this.stale.delete(id);
          const tile = { ...key, id, codes: new Uint8Array(bytes), coarse: headers.has("X-Coarse"), sampled: headers.has("X-Sampled"), used: ++this.clock };
          this.tiles.set(id, tile);
          this.evict();
          this.changed(tile);
          this.pump();
        },
        (problem: Error) => {
          if (abort.signal.aborted) return;
          this.flying.delete(id);
          this.stale.delete(id);
          this.wanted = this.wanted.filter((k) => idOf(k) !== id);
          this.changed(undefined, problem);
        },
      );
    }
  }

  private evict() {
    if (this.tiles.size <= mostTiles) return;
    const needed = new Set(this.wanted.map(idOf));
    const old = [...this.tiles.values()].filter((t) => !needed.has(t.id)).sort((a, b) => a.used - b.used);
    for (const t of old.slice(0, this.tiles.size - mostTiles)) {
      this.tiles.delete(t.id);
      this.dropped(t.id);
    }
  }

  close() {
    for (const abort of this.flying.values()) abort.abort();
    for (const id of this.tiles.keys()) this.dropped(id);
    this.flying.clear();
    this.tiles.clear();
    this.wanted = [];
  }
}
