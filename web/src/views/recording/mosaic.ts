// The tiles of what is seen, in their colours.
import type { Bounds, Window } from "./camera";
import { whole } from "./camera";
import { type Lut, lutOf } from "./colormap";
import type { Quad } from "./painter";
import { colored } from "./painterCanvas";
import { covering, extent, levelsFor, type Tile, type TileKey, TileStore } from "./tiles";
import { type Activity, address, type Arrangement, type Meta, orderQuery, tileHeight, tileWidth } from "./types";

export class Mosaic {
  readonly tiles: TileStore;
  private luts = new Map<number, Lut>();
  private mini?: { tile: Tile; lut: Lut; picture: HTMLCanvasElement };
  private activity: Activity;
  private rows: number;

  constructor(
    id: string,
    meta: Meta,
    private arrangement: Arrangement,
    private bounds: Bounds,
    private look: { dark: boolean; full: number },
    changed: (problem?: Error) => void,
    dropped: (tile: string) => void,
  ) {
    this.activity = meta.kinds[arrangement.kind]!;
    this.rows = bounds.rows;
    const query = { ...orderQuery(arrangement), peak: arrangement.peak ? 1 : undefined, v: meta.version };
    this.tiles = new TileStore((k) => address(id, "tile", { ...query, ...k }), (_, problem) => changed(problem), dropped);
  }

  /** Other colours from now on. */
  recolor(look: { dark: boolean; full: number }) {
    this.look = look;
    this.luts.clear();
  }

  private lut(level: number): Lut {
    let lut = this.luts.get(level);
    if (!lut) {
      const { grid, mean_hz } = this.activity;
      lut = lutOf({ kind: this.arrangement.kind, ...this.look, expected: (l) => (mean_hz ?? 0) * grid.base_s * 2 ** l }, level);
      this.luts.set(level, lut);
    }
    return lut;
  }

  /** The tiles that show all at the size of one tile. */
  overview(): TileKey[] {
    const all = whole(this.bounds);
    return covering(all, levelsFor(all, tileWidth, tileHeight, this.activity.grid, this.rows), this.activity.grid, this.rows);
  }

  /** The tiles to draw: those of the window's level over whatever is there of it already. Asks for those that are missing. */
  quads(w: Window, width: number, height: number, first: boolean): Quad[] {
    const { grid } = this.activity;
    const at = levelsFor(w, width, height, grid, this.rows);
    const keys = covering(w, at, grid, this.rows);
    const wide = { ...w, t0: w.t0 - 0.6 * (w.t1 - w.t0), t1: w.t1 + 0.6 * (w.t1 - w.t0) };
    const ahead = covering(wide, at, grid, this.rows).filter((k) => !keys.some((o) => o.x === k.x && o.y === k.y));
    // At first one tile of all, then those of the window.
    this.tiles.want(first ? [...this.overview(), ...keys] : [...keys, ...this.overview(), ...ahead]);
    const found = keys.map((k) => this.tiles.get(k)).filter((t): t is Tile => t !== undefined);
    const under: Tile[] = [];
    if (found.length < keys.length) {
      for (const t of this.tiles.all()) {
        const e = extent(t, grid, this.rows);
        if (!found.includes(t) && e.t0 < w.t1 && e.t1 > w.t0 && e.r0 < w.r1 && e.r1 > w.r0) under.push(t);
      }
      under.sort((a, b) => b.level + b.rows - a.level - a.rows);
    }
    return [...under, ...found].map((t) => this.quad(t, w, width, height));
  }

  private quad(tile: Tile, w: Window, width: number, height: number): Quad {
    const e = extent(tile, this.activity.grid, this.rows);
    const perSecond = width / (w.t1 - w.t0);
    const perRow = height / (w.r1 - w.r0);
    return {
      tile,
      lut: this.lut(tile.level),
      x: (e.t0 - w.t0) * perSecond,
      y: (e.r0 - w.r0) * perRow,
      width: (e.t1 - e.t0) * perSecond,
      height: (e.r1 - e.r0) * perRow,
      across: Math.round((e.t1 - e.t0) / (this.activity.grid.base_s * 2 ** tile.level)) / tileWidth,
      down: (e.r1 - e.r0) / 2 ** tile.rows / tileHeight,
    };
  }

  /** The whole recording as a small picture, once its tile is there. */
  miniature(): HTMLCanvasElement | undefined {
    const keys = this.overview();
    const tile = keys.length === 1 ? this.tiles.get(keys[0]) : undefined;
    if (!tile) return this.mini?.picture;
    const lut = this.lut(tile.level);
    if (this.mini?.tile !== tile || this.mini.lut !== lut) {
      const q = this.quad(tile, extent(tile, this.activity.grid, this.rows), 1, 1);
      const picture = document.createElement("canvas");
      picture.width = Math.max(1, Math.round(tileWidth * q.across));
      picture.height = Math.max(1, Math.round(tileHeight * q.down));
      picture.getContext("2d")!.drawImage(colored(tile, lut), 0, 0);
      this.mini = { tile, lut, picture };
    }
    return this.mini.picture;
  }
}
