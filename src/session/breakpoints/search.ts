/**
 * Runs to a breakpoint, forward or backward. Each hit has one moment to stop at on the way forward and one on the way
 * back; the search takes the first behind the present, or the last before it. As both directions look through the same
 * hits, they agree.
 *
 * ```text
 *                    step g                         step g+1
 * ──┤───────────────────────────────────────┤──────────────────
 *   begins: breakpoints on code stop here,    begins: on the way forward, data and events
 *   both ways; on the way back, data and      of g stop here
 *   events of g stop here too
 * ```
 *
 * A step is one of the guest's: an instruction, or a delivery through its IDT. So a breakpoint on a handler stops behind the
 * delivery, before the handler's first instruction; one on a fault, behind its delivery and on the way back before it.
 *
 * What a hypervisor does between two of the guest's steps stops at the guest boundaries next to it.
 */
import type { Cursor } from '../../history';
import type { System } from '../../hypervisor/core/system';
import type { Run } from '../run';
import type { Direction } from '../world';
import type { Armed } from './armed';
import {
  beginningBefore,
  beginningOf,
  boundaryAfter,
  boundaryBefore,
  stepOfDelivery,
} from './canonical';
import { type Hit, Lookout, type Seen } from './hits';

/** Machine steps between two pauses: first few, so that a near hit is told at once. */
const FIRST_SLICE = 4096;
const LARGEST_SLICE = 1 << 20;
/** Machine steps at a time in which a step of the guest's at the limit is followed to its end. */
const BEHIND_LIMIT = 64;
const FIRST_WINDOW = 1 << 14;
const LARGEST_WINDOW = 1 << 23;

export type BreakpointFound =
  | { readonly kind: 'hit'; readonly at: number; readonly hit: Hit }
  /** The run ends (or begins) there. */
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'nothing'; readonly at: number }
  | { readonly kind: 'superseded'; readonly looked: number };

type Stop = Extract<BreakpointFound, { kind: 'hit' }>;

/** The present, in the guest's steps. */
interface Stand {
  readonly moment: number;
  /** Where the step of the guest's began that is current there, and its number. */
  readonly beginning: number;
  readonly count: number;
  /** The moment lies behind that beginning. */
  readonly inside: boolean;
}

export class BreakpointSearch {
  /** Why a condition had no value when it was last asked; null: it always had. */
  conditionProblem: string | null = null;
  private readonly lookout: Lookout;

  /** @param goOn waits for other work; false: a later command takes over */
  constructor(
    private readonly run: Run,
    armed: readonly Armed[],
    private readonly goOn: () => Promise<boolean>,
  ) {
    this.lookout = new Lookout(armed, (one, system) => this.holds(one, system));
  }

  private get cursor(): Cursor<System> {
    return this.run.cursor;
  }

  /** @param limit a moment at which to give up; hits up to there are found */
  async forward(from: number, limit = Number.POSITIVE_INFINITY): Promise<BreakpointFound> {
    const { cursor } = this;
    const stand = this.standAt(from);
    const isWanted = ({ kind, count }: Seen): boolean =>
      count >= (kind === 'code' ? stand.count + 1 : stand.count);
    cursor.goTo(stand.beginning);
    /** The guest's steps at the limit. */
    let count: number | null = null;
    for (let slice = FIRST_SLICE; ; slice = Math.min(LARGEST_SLICE, slice * 2)) {
      const hits: Hit[] = [];
      // What begins at the limit is told when the machine goes on from there, under a monitor perhaps after a while.
      const goal =
        cursor.at < limit ? Math.min(limit, cursor.at + slice) : cursor.at + BEHIND_LIMIT;
      this.lookout.run(cursor, goal, true, isWanted, (hit) => hits.push(hit));
      const reached = cursor.at;
      const ended = cursor.outcome !== null;
      const found = this.firstOf(this.asked(hits), from);
      if (found) return found.at > limit ? { kind: 'nothing', at: limit } : found;
      if (ended && reached <= limit) return { kind: 'end', at: reached };
      if (reached >= limit) {
        count ??= cursor.machine.guestMoment;
        if (ended || cursor.machine.guestMoment > count) return { kind: 'nothing', at: limit };
      }
      if (!(await this.goOn())) return { kind: 'superseded', looked: reached - from };
      cursor.goTo(reached);
    }
  }

  async backward(from: number): Promise<BreakpointFound> {
    const { cursor } = this;
    const stand = this.standAt(from);
    const last = stand.inside ? stand.count : stand.count - 1;
    const lastOfMonitor = this.boundaryFrom(from);
    const isWanted = ({ kind, count, at, delivered }: Seen): boolean =>
      kind === 'monitor' ? at < lastOfMonitor : count <= (delivered === null ? last : last + 1);
    let high = stand.inside ? beginningOf(cursor, stand.count + 1, from) : from;
    for (let size = FIRST_WINDOW; high > 0; size = Math.min(LARGEST_WINDOW, size * 2)) {
      const low = this.windowStart(high, size);
      const hits = new LastHits();
      cursor.goTo(low);
      while (cursor.at < high) {
        const reached = Math.min(high, cursor.at + LARGEST_SLICE);
        const seen: Hit[] = [];
        this.lookout.run(cursor, reached, false, isWanted, (hit) => seen.push(hit));
        const ended = cursor.outcome !== null;
        for (const hit of this.asked(seen)) hits.push(hit);
        if (ended) break;
        if (!(await this.goOn())) return { kind: 'superseded', looked: from - low };
        cursor.goTo(reached);
      }
      const found = this.lastOf(hits.all(), from);
      if (found) return found;
      high = low;
    }
    return { kind: 'end', at: 0 };
  }

  /** The present if the guest stands between two steps there, else the next moment at which it does. */
  private boundaryFrom(moment: number): number {
    this.cursor.goTo(moment);
    return this.cursor.machine.atGuestBoundary() ? moment : boundaryAfter(this.cursor, moment);
  }

  private standAt(moment: number): Stand {
    const { cursor } = this;
    const beginning = beginningBefore(cursor, moment);
    cursor.goTo(beginning);
    const count = cursor.machine.guestMoment;
    return { moment, beginning, count, inside: moment > beginning };
  }

  /** Re-execution begins at a checkpoint anyway. */
  private windowStart(high: number, size: number): number {
    const wanted = Math.max(0, high - size);
    const aligned = this.run.store.nearest(wanted)?.at ?? 0;
    return aligned >= high - 4 * size ? aligned : wanted;
  }

  private holds(armed: Armed, system: System): boolean {
    if (!armed.condition) return true;
    const value = armed.condition.evaluate(system);
    if (!value.ok) this.conditionProblem = value.error.message;
    return value.ok && value.value !== 0;
  }

  /** The first moment to stop at. */
  private firstOf(hits: readonly Hit[], from: number): Stop | null {
    const isBehind = (at: number) => at > from;
    const guests = this.firstPassing(
      hits
        .filter(({ kind }) => kind !== 'monitor')
        .map((hit) => this.placed(hit))
        .sort((a, b) => stopCount(a) - stopCount(b)),
      isBehind,
    );
    const monitors = this.firstPassing(
      hits.filter(({ kind }) => kind === 'monitor'),
      isBehind,
    );
    if (!guests || !monitors) return guests ?? monitors;
    return monitors.at < guests.at ? monitors : guests;
  }

  private firstPassing(hits: readonly Hit[], isWanted: (at: number) => boolean): Stop | null {
    for (const hit of hits) {
      const at = this.stopOf(hit, 'forward');
      if (isWanted(at)) return { kind: 'hit', at, hit };
    }
    return null;
  }

  private lastOf(hits: readonly Hit[], from: number): Stop | null {
    let best: Stop | null = null;
    // The order of hits is that of their moments, but for those of a monitor among the others.
    for (const monitor of [false, true]) {
      const own = hits.filter(({ kind }) => (kind === 'monitor') === monitor);
      for (const hit of own.reverse()) {
        const at = this.stopOf(hit, 'backward');
        if (at >= from) continue;
        if (!best || at > best.at) best = { kind: 'hit', at, hit };
        break;
      }
    }
    return best;
  }

  /** Those whose condition holds where the run would stop. Upward, so that one re-execution asks them all. */
  private asked(hits: readonly Hit[]): readonly Hit[] {
    if (!hits.some(({ unasked }) => unasked)) return hits;
    const upward = new UpwardWalk(this.cursor, (hit) => this.stopOf(hit, 'forward'));
    return hits.filter((hit) => {
      if (!hit.unasked) return true;
      upward.goBehind(hit);
      return this.holds(hit.armed, this.cursor.machine);
    });
  }

  /** The hit with the step that shows it. */
  private placed(hit: Hit): Hit {
    const { count, at, delivered } = hit;
    if (delivered === null) return hit;
    const step = stepOfDelivery(this.cursor, count, at, delivered);
    return { ...hit, count: step, delivered: null };
  }

  /** Where to stop for a hit; leaves the cursor there on the way forward. */
  private stopOf(hit: Hit, direction: Direction): number {
    const { cursor } = this;
    const { kind, count, at } = this.placed(hit);
    if (kind === 'monitor') {
      return direction === 'forward' ? boundaryAfter(cursor, at) : boundaryBefore(cursor, at);
    }
    const effect = kind === 'effect' && direction === 'forward';
    return beginningOf(cursor, effect ? count + 1 : count, at);
  }
}

/**
 * Goes from stop to stop on the way forward without ever going back, which would mean to run again from a checkpoint: for
 * conditions of thousands of hits.
 */
class UpwardWalk {
  /** The hit whose stop the cursor stands at. */
  private last: Hit | null = null;
  /** The step of the guest's that begins there. */
  private count = -1;

  /** @param far finds a stop that needs a look at the past */
  constructor(
    private readonly cursor: Cursor<System>,
    private readonly far: (hit: Hit) => void,
  ) {}

  goBehind(hit: Hit): void {
    const { last } = this;
    const isSame =
      last?.kind === hit.kind && last.count === hit.count && last.delivered === hit.delivered;
    if (isSame && (hit.kind !== 'monitor' || last.at === hit.at)) return;
    if (!this.isAbove(hit) || !this.goOn(hit)) this.far(hit);
    this.last = hit;
    this.count = hit.kind === 'monitor' ? -1 : this.cursor.machine.guestMoment;
  }

  /** The cursor stands where the walk can go on from. */
  private isAbove({ at, count, delivered }: Hit): boolean {
    const { cursor } = this;
    // Only the past tells whether the guest was seen before a delivery.
    const from = delivered === null ? at : Math.max(0, at - NEAR);
    if (cursor.at < from) cursor.goTo(from);
    if (cursor.at === from) return delivered === null || cursor.machine.guestMoment < count;
    return this.count >= 0 && this.count <= count;
  }

  private goOn({ kind, count, at, delivered }: Hit): boolean {
    const { cursor } = this;
    if (kind === 'monitor') {
      boundaryAfter(cursor, at);
      return true;
    }
    if (delivered !== null) {
      this.goOnTo(count);
      if (cursor.at > delivered) return true;
    }
    if (cursor.machine.guestMoment > count) return false;
    this.goOnTo(count + 1);
    return true;
  }

  private goOnTo(count: number): void {
    const { cursor } = this;
    const { machine } = cursor;
    while (!(machine.guestMoment >= count && machine.atGuestBoundary())) {
      const here = cursor.at;
      if (cursor.runTo(here + 1) !== null || cursor.at === here) break;
    }
  }
}

/** How far before a delivery of a monitor the guest was seen last, in most cases. */
const NEAR = 64;

/** Hits of which the last one counts: those that cannot be it are forgotten. */
class LastHits {
  private readonly guests: Hit[] = [];
  private readonly monitors: Hit[] = [];

  push(hit: Hit): void {
    const list = hit.kind === 'monitor' ? this.monitors : this.guests;
    list.push(hit);
    // One that is sure to hold outdates those before it. Some are kept: two steps may begin at one moment.
    if (list.length > 2 * SPARE_HITS && list.slice(-SPARE_HITS).every(({ unasked }) => !unasked)) {
      list.splice(0, list.length - SPARE_HITS);
    }
  }

  all(): readonly Hit[] {
    return [...this.guests, ...this.monitors];
  }
}

const SPARE_HITS = 4;

const stopCount = ({ kind, count }: Hit): number => (kind === 'code' ? count : count + 1);
