/**
 * The translation cache as rows of boxes in address order: width stands for bytes, shade for executions (logarithmic).
 * Pure geometry in CSS pixels. A block is never split over two rows.
 */
import { scaleLog } from 'd3';
import type { CacheBlockView, CacheView } from '../../session/view';

export interface MapCell {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly row: number;
  /** 0 (ran once or never) to 1 (ran most). */
  readonly shade: number;
  readonly block: CacheBlockView;
}

export interface CacheMapLayout {
  readonly cells: readonly MapCell[];
  /** Ids row by row, for moving up and down. */
  readonly rows: readonly (readonly MapCell[])[];
  readonly width: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly pixelsPerByte: number;
}

const GAP = 3;
/** Rows aimed at; hundreds of blocks, each at its narrowest, may need more. */
const MOST_ROWS = 3;
const LARGEST_SCALE = 0.5;
const NARROWEST = 3;

/** Pixels per byte: as large as fits `MOST_ROWS` rows, but never larger than a comfortable block needs. */
function scaleFor(blocks: readonly CacheBlockView[], width: number): number {
  const bytes = blocks.reduce((sum, b) => sum + b.bytes, 0);
  if (bytes === 0) return LARGEST_SCALE;
  // Row ends waste half a block each on average: leave a tenth.
  const room = MOST_ROWS * width * 0.9 - blocks.length * GAP;
  return Math.min(LARGEST_SCALE, Math.max(room / bytes, 0.05));
}

/** Shade of a block among all: logarithmic, because a loop runs thousands of times as often as start-up code. */
export function shadeScale(blocks: readonly CacheBlockView[]): (executions: number) => number {
  const most = blocks.reduce((max, b) => Math.max(max, b.executions), 2);
  const scale = scaleLog().domain([1, most]).range([0, 1]).clamp(true);
  return (executions) => scale(Math.max(1, executions));
}

/** Lays the blocks out in `width` pixels. */
export function layoutCacheMap(cache: CacheView, width: number): CacheMapLayout {
  const blocks = [...cache.blocks].sort((a, b) => a.tcAddress - b.tcAddress);
  const pixelsPerByte = scaleFor(blocks, width);
  const shade = shadeScale(blocks);
  const rowHeight = blocks.length > 200 ? 16 : 28;
  const rows: MapCell[][] = [[]];
  let x = 0;
  for (const block of blocks) {
    const own = Math.min(width, Math.max(NARROWEST, block.bytes * pixelsPerByte));
    if (x > 0 && x + own > width) {
      rows.push([]);
      x = 0;
    }
    const row = rows.length - 1;
    rows[row]!.push({
      id: block.id,
      x,
      y: row * (rowHeight + GAP + 2),
      width: own,
      row,
      shade: shade(block.executions),
      block,
    });
    x += own + GAP;
  }
  return {
    cells: rows.flat(),
    rows,
    width,
    height: rows.length * (rowHeight + GAP + 2) - GAP - 2,
    rowHeight,
    pixelsPerByte,
  };
}

export type Direction = 'left' | 'right' | 'up' | 'down' | 'first' | 'last';

/** The block an arrow key leads to: along the address order, or the nearest one in the row above or below. */
export function neighbour(layout: CacheMapLayout, id: number | null, to: Direction): number | null {
  const { cells, rows } = layout;
  const at = cells.findIndex((cell) => cell.id === id);
  const here = cells[at];
  if (!here || to === 'first') return cells[0]?.id ?? null;
  if (to === 'last') return cells.at(-1)?.id ?? null;
  if (to === 'left' || to === 'right') {
    return (cells[at + (to === 'left' ? -1 : 1)] ?? here).id;
  }
  const row = rows[here.row + (to === 'up' ? -1 : 1)];
  if (!row) return here.id;
  const middle = here.x + here.width / 2;
  let best = row[0]!;
  for (const cell of row) {
    const distance = Math.abs(cell.x + cell.width / 2 - middle);
    if (distance < Math.abs(best.x + best.width / 2 - middle)) best = cell;
  }
  return best.id;
}

export interface ChainArc {
  readonly to: number;
  /** SVG path data from the block to the one it jumps to. */
  readonly path: string;
  readonly end: { readonly x: number; readonly y: number };
}

/** Arcs from a block to the blocks its exits are chained to. A block chained to itself gets a loop. */
export function chainArcs(layout: CacheMapLayout, id: number | null): readonly ChainArc[] {
  const from = layout.cells.find((cell) => cell.id === id);
  if (!from) return [];
  const half = layout.rowHeight / 2;
  const start = { x: from.x + from.width / 2, y: from.y + half };
  return from.block.chainedTo.flatMap((target): ChainArc[] => {
    const cell = layout.cells.find((c) => c.id === target);
    if (!cell) return [];
    const end = { x: cell.x + cell.width / 2, y: cell.y + half };
    const lift = cell.row === from.row ? Math.min(26, 10 + Math.abs(end.x - start.x) / 8) : 0;
    const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - lift };
    const path =
      target === from.id
        ? `M${start.x},${start.y}c-14,-22 14,-22 0,0`
        : `M${start.x.toFixed(1)},${start.y}Q${middle.x.toFixed(1)},${middle.y} ${end.x.toFixed(1)},${end.y}`;
    return [{ to: target, path, end }];
  });
}
