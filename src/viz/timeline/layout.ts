/**
 * Timeline lanes to geometry: where each stretch and mark stands for a given width. Pure; no DOM. Marks that would
 * lie on top of each other become one mark that says how many it stands for, so nothing is drawn that cannot be seen.
 */
import { type ScaleLinear, scaleLinear } from 'd3';
import type { TimelineView } from '../../session/view';

export type TrapKind = TimelineView['traps'][number]['kind'];
export type BlockMarkKind = TimelineView['blocks'][number]['kind'];

export interface RingBar {
  readonly x: number;
  readonly width: number;
  readonly ring: 0 | 1 | 3;
  readonly from: number;
  readonly to: number;
}

export interface Mark<K extends string> {
  readonly x: number;
  /** Moment of the first event it stands for. */
  readonly at: number;
  readonly kind: K;
  readonly label: string;
  /** How many events it stands for. */
  readonly count: number;
}

export interface TimelineGeometry {
  /** Moment to x, and back (rounded, clamped to the window). */
  readonly x: (at: number) => number;
  readonly at: (x: number) => number;
  readonly rings: readonly RingBar[];
  readonly traps: readonly Mark<TrapKind>[];
  readonly blocks: readonly Mark<BlockMarkKind>[];
}

/** Kinds that win when marks fall together: the rarest and gravest is the one to show. */
const TRAP_RANK: Readonly<Record<TrapKind, number>> = {
  callout: 0,
  trap: 1,
  interrupt: 2,
  fault: 3,
};
const BLOCK_RANK: Readonly<Record<BlockMarkKind, number>> = {
  chained: 0,
  translated: 1,
  invalidated: 2,
  flushed: 3,
};

interface Happening<K extends string> {
  readonly at: number;
  readonly kind: K;
  readonly label: string;
}

function thin<K extends string>(
  happenings: readonly Happening<K>[],
  scale: ScaleLinear<number, number>,
  apart: number,
  rank: Readonly<Record<K, number>>,
): Mark<K>[] {
  const marks: Mark<K>[] = [];
  for (const happening of happenings) {
    const x = scale(happening.at);
    const last = marks[marks.length - 1];
    if (!last || x - last.x >= apart) {
      marks.push({ ...happening, x, count: 1 });
      continue;
    }
    const graver = rank[happening.kind] > rank[last.kind];
    marks[marks.length - 1] = {
      ...last,
      count: last.count + 1,
      ...(graver ? { at: happening.at, kind: happening.kind, label: happening.label } : {}),
    };
  }
  return marks;
}

/** Lays the lanes out over `width` pixels. `apart` is the least distance of two dots, in pixels. */
export function layOutTimeline(view: TimelineView, width: number, apart = 9): TimelineGeometry {
  const scale = scaleLinear()
    .domain([view.from, Math.max(view.to, view.from + 1)])
    .range([0, Math.max(width, 1)]);
  const inside = (at: number) => at >= view.from && at <= view.to;
  return {
    x: (at) => scale(at),
    at: (x) => Math.round(Math.max(view.from, Math.min(view.to, scale.invert(x)))),
    rings: view.ring.map((run) => {
      const from = Math.max(run.from, view.from);
      const to = Math.min(run.to, view.to);
      return {
        x: scale(from),
        width: Math.max(0, scale(to) - scale(from)),
        ring: run.ring,
        from: run.from,
        to: run.to,
      };
    }),
    traps: thin(
      view.traps.filter((t) => inside(t.at)),
      scale,
      apart,
      TRAP_RANK,
    ),
    blocks: thin(
      view.blocks.filter((b) => inside(b.at)),
      scale,
      Math.min(apart, 4),
      BLOCK_RANK,
    ),
  };
}

/** The mark nearest to `x` within `reach` pixels, or null. */
export function nearestMark<K extends string>(
  marks: readonly Mark<K>[],
  x: number,
  reach: number,
): Mark<K> | null {
  let best: Mark<K> | null = null;
  for (const mark of marks) {
    if (Math.abs(mark.x - x) <= reach && (!best || Math.abs(mark.x - x) < Math.abs(best.x - x))) {
      best = mark;
    }
  }
  return best;
}
