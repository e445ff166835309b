/**
 * Checkpoints of one run, sorted by moment. A checkpoint holds the saved state and the pages of RAM that changed
 * since an earlier one; the first holds every page that is not zero.
 *
 * ```text
 * moment     0          8192        16384
 * pages      0 1 2 7      1 7         2 7        content of page 1 at 16384: the version at 8192
 * ```
 *
 * The content of a page at a checkpoint is its newest version at or before it. Extra versions never hurt, missing
 * ones do: every operation here may only widen a checkpoint's set of pages. One run is deterministic, so several
 * machines (the one shown, the one that runs ahead) may fill and use the same store.
 */
import { invariant } from '../base/assert';
import { PAGE_BYTES } from '../machine/memory';
import { sizeOf } from './size-of';

export interface Checkpoint {
  /** Its moment, in steps. */
  readonly at: number;
  readonly state: unknown;
  /** Versions of the pages written since an earlier checkpoint. */
  readonly pages: Map<number, Uint8Array>;
  readonly stateBytes: number;
}

export interface StoreLimits {
  /** Memory for pages and states together. The first checkpoint always stays. */
  readonly budgetBytes: number;
  readonly maxCheckpoints: number;
  /** Distance of the first checkpoints in steps; it grows with the moment. */
  readonly firstInterval: number;
  readonly maxInterval: number;
}

export const DEFAULT_LIMITS: StoreLimits = {
  budgetBytes: 64 * 1024 * 1024,
  maxCheckpoints: 512,
  firstInterval: 8192,
  maxInterval: 1 << 20,
};

/** Intervals grow to this share of the moment: about 16 checkpoints each time the run doubles. */
const INTERVAL_SHARE = 16;
const NO_PAGE = new Uint8Array(PAGE_BYTES);

export class CheckpointStore {
  private readonly list: Checkpoint[] = [];
  private bytesHeld = 0;
  /** Written sectors of the disk, which checkpoints share: the first to hold one pays for it. */
  private readonly counted = new WeakSet<object>();
  private readonly limits: StoreLimits;

  constructor(limits: Partial<StoreLimits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
  }

  get bytes(): number {
    return this.bytesHeld;
  }

  /** Moments of all checkpoints, ascending. */
  moments(): number[] {
    return this.list.map((checkpoint) => checkpoint.at);
  }

  /** The latest checkpoint at or before `at`. */
  nearest(at: number): Checkpoint | null {
    return this.list[this.indexAtOrBefore(at)] ?? null;
  }

  /** The moment after `at` at which a run should leave the next checkpoint. */
  nextWanted(at: number): number {
    const previous = this.nearest(at)?.at ?? at;
    const { firstInterval, maxInterval } = this.limits;
    const interval = Math.min(
      maxInterval,
      Math.max(firstInterval, Math.floor(previous / INTERVAL_SHARE)),
    );
    // A checkpoint just left may have been thinned at once: then the next one is due a whole interval later.
    return previous + interval > at ? previous + interval : at + interval;
  }

  /**
   * Adds a checkpoint; ignored when there is one at that moment.
   *
   * @param pages at least every page that changed since *some* earlier checkpoint of this store
   * @param focus the moment people look at: thinning spares its neighbourhood
   */
  add(at: number, state: unknown, pages: Map<number, Uint8Array>, focus: number): void {
    const index = this.indexAtOrBefore(at);
    if (this.list[index]?.at === at) return;
    const checkpoint = { at, state, pages, stateBytes: sizeOf(state, this.counted) };
    this.list.splice(index + 1, 0, checkpoint);
    this.bytesHeld += checkpoint.stateBytes + pages.size * PAGE_BYTES;
    this.thin(focus);
  }

  /**
   * A store of its own for a run that is the same up to `at`, with what is held up to there. Contents are shared: they
   * are never written.
   */
  fork(at: number): CheckpointStore {
    const copy = new CheckpointStore(this.limits);
    for (const checkpoint of this.list.slice(0, this.indexAtOrBefore(at) + 1)) {
      const pages = new Map(checkpoint.pages);
      copy.list.push({ ...checkpoint, pages });
      copy.bytesHeld += checkpoint.stateBytes + pages.size * PAGE_BYTES;
    }
    return copy;
  }

  /** Makes do with less memory while nobody is on this run; its budget stays what it was. */
  shrink(budgetBytes: number, focus: number): void {
    this.thin(focus, budgetBytes);
  }

  /**
   * Pages that may differ between RAM as of moment `from` (a checkpoint, perhaps thinned since) and the
   * checkpoint at `to`.
   */
  changedBetween(from: number, to: number): Set<number> {
    const pages = new Set<number>();
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    for (const checkpoint of this.list) {
      if (checkpoint.at <= low) continue;
      for (const page of checkpoint.pages.keys()) pages.add(page);
      // A thinned checkpoint left its versions to the next one, so the first at or after `high` counts too.
      if (checkpoint.at >= high) break;
    }
    return pages;
  }

  /**
   * The last stretch before `before` in which one of these pages may have been written, as far as checkpoints tell; null:
   * there is none since the start. What lies behind the last checkpoint is such a stretch.
   */
  lastChange(
    pages: readonly number[],
    before: number,
  ): { readonly from: number; readonly to: number } | null {
    const { list } = this;
    let index = this.indexAtOrBefore(before - 1) + 1;
    if (index === list.length) return { from: list[index - 1]?.at ?? 0, to: before };
    for (; index > 0; index--) {
      const checkpoint = list[index]!;
      if (!pages.some((page) => checkpoint.pages.has(page))) continue;
      return { from: list[index - 1]!.at, to: Math.min(before, checkpoint.at) };
    }
    return null;
  }

  /** Calls `use` with the content each of `wanted` has at the checkpoint `at`. */
  readPages(at: number, wanted: Set<number>, use: (page: number, bytes: Uint8Array) => void): void {
    const missing = new Set(wanted);
    for (let i = this.indexAtOrBefore(at); i >= 0 && missing.size > 0; i--) {
      const { pages } = this.list[i]!;
      for (const page of missing) {
        const bytes = pages.get(page);
        if (!bytes) continue;
        use(page, bytes);
        missing.delete(page);
      }
    }
    for (const page of missing) use(page, NO_PAGE);
  }

  /** Index of the latest checkpoint at or before `at`, or -1. */
  private indexAtOrBefore(at: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.list[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Drops the checkpoints whose loss costs least, those far from `focus` and close to their neighbours first. */
  private thin(focus: number, budgetBytes = this.limits.budgetBytes): void {
    const { maxCheckpoints } = this.limits;
    while (
      this.list.length > 2 &&
      (this.bytesHeld > budgetBytes || this.list.length > maxCheckpoints)
    ) {
      let victim = 1;
      let cheapest = Number.POSITIVE_INFINITY;
      for (let i = 1; i < this.list.length - 1; i++) {
        const gap = this.list[i + 1]!.at - this.list[i - 1]!.at;
        const cost = gap / (1 + Math.abs(this.list[i]!.at - focus));
        if (cost >= cheapest) continue;
        cheapest = cost;
        victim = i;
      }
      this.remove(victim);
    }
  }

  private remove(index: number): void {
    const gone = this.list[index]!;
    const heir = this.list[index + 1];
    invariant(index > 0 && heir, 'the first and the last checkpoint stay');
    for (const [page, bytes] of gone.pages) {
      if (heir.pages.has(page)) this.bytesHeld -= PAGE_BYTES;
      else heir.pages.set(page, bytes);
    }
    this.bytesHeld -= gone.stateBytes;
    this.list.splice(index, 1);
  }
}
