/**
 * One machine that can be put at any moment of its run: restore the nearest checkpoint at or before it, then
 * re-execute. Leaves checkpoints behind as it runs.
 */
import { invariant } from '../base/assert';
import { PAGE_BYTES, type PageCopy } from '../machine/memory';
import type { Outcome } from '../machine/outcome';
import type { CheckpointStore } from './checkpoint-store';
import type { Interventions } from './moment-log';
import type { Rewindable } from './rewindable';

/** Re-executing further than this on the way back leaves a checkpoint close behind the goal. */
const FAR = 768;
/** How close: the next steps back re-execute about this many steps. */
const CLOSE_BEHIND = 256;
/** Restoring costs about as much as running this many steps. */
const RESTORE_WORTH = 1024;

export class Cursor<Machine extends Rewindable> {
  /** The checkpoint's moment since which `takeDirtyPages` has collected; null: RAM is of another run. */
  private base: number | null;
  /** Why the machine stopped for good at the present moment, else null. */
  private stopped: Outcome | null = null;
  /** The moment whose inputs the machine has had since it arrived there. */
  private given = -1;

  /**
   * @param machine a machine at its start (0 steps taken); every machine on one store ran from the same
   *   start
   * @param interventions what comes into the run from outside; the same for every machine on one store
   */
  constructor(
    readonly machine: Machine,
    private store: CheckpointStore,
    private interventions: Interventions<Machine> | null = null,
  ) {
    invariant(machine.moment === 0, 'a cursor starts with a machine at moment 0');
    this.base = 0;
    machine.memory.takeDirtyPages();
    if (!store.nearest(0)) store.add(0, machine.save(), nonZeroPages(machine.memory.u8), 0);
  }

  get at(): number {
    return this.machine.moment;
  }

  /** How the run ended, if the machine stands at its end; null while it can go on. */
  get outcome(): Outcome | null {
    return this.stopped;
  }

  /**
   * Puts the machine at `moment`, or at the end of the run if that comes first.
   *
   * @returns the outcome if the end was reached, else null
   */
  goTo(moment: number): Outcome | null {
    const here = this.machine.moment;
    if (moment === here) return this.stopped;
    const checkpoint = this.store.nearest(moment);
    invariant(checkpoint, 'there is always a checkpoint at moment 0');
    if (moment < here || checkpoint.at > here + RESTORE_WORTH) this.restore(checkpoint.at);
    const restored = this.machine.moment;
    if (moment < here && moment - restored > FAR && this.runTo(moment - CLOSE_BEHIND) === null) {
      this.leaveCheckpoint(moment);
    }
    return this.runTo(moment);
  }

  /**
   * Runs forward to `moment`, leaving checkpoints at the store's intervals.
   *
   * @param enough asked whenever the machine pauses: true ends the run there, for a machine that was told to watch
   */
  runTo(moment: number, enough: () => boolean = () => false): Outcome | null {
    while (this.stopped === null && this.machine.moment < moment) {
      const here = this.machine.moment;
      const wanted = this.store.nextWanted(here);
      if (this.interventions && this.given !== here) {
        this.given = here;
        this.interventions.give(this.machine, here);
      }
      const next = this.interventions?.nextAfter(here) ?? Number.POSITIVE_INFINITY;
      const outcome = this.machine.run(Math.min(moment, wanted, next));
      if (outcome.kind !== 'budget') this.stopped = outcome;
      else if (this.machine.moment >= wanted) this.leaveCheckpoint(moment);
      if (this.machine.moment !== here) this.change();
      if (enough()) break;
    }
    return this.stopped;
  }

  /**
   * Makes the machine find out that the run ends at the moment it stands at: the instruction that stops it may be
   * one that never retires, so the end is only seen by trying to go on.
   */
  meetEnd(): Outcome | null {
    return this.runTo(this.machine.moment + 1);
  }

  /** Arrives at `moment` anew, from a checkpoint: as on the way forward, whatever was tried there meanwhile. */
  arriveAgain(moment: number): void {
    const checkpoint = this.store.nearest(moment);
    invariant(checkpoint, 'there is always a checkpoint at moment 0');
    this.restore(checkpoint.at);
    this.runTo(moment);
  }

  /**
   * Goes over to another run from the same start, at `moment` of it.
   *
   * @param store filled by that run only
   * @param sameUntil the other run is the same as the present one up to this moment, before what comes in there; a
   *   machine that stands at `moment` then stays as it is and leaves a checkpoint, for other machines to come to
   */
  follow(
    store: CheckpointStore,
    interventions: Interventions<Machine> | null,
    moment: number,
    sameUntil = -1,
  ): Outcome | null {
    this.store = store;
    this.interventions = interventions;
    // Without the checkpoint since which pages were collected, any page may differ.
    const shared =
      this.base !== null && this.base <= sameUntil && store.nearest(this.base)?.at === this.base;
    if (!shared) this.base = null;
    const untouched = this.stopped === null && this.given !== moment;
    if (shared && untouched && this.machine.moment === moment && moment <= sameUntil) {
      this.leaveCheckpoint(moment);
      return null;
    }
    const checkpoint = store.nearest(moment);
    invariant(checkpoint, 'there is always a checkpoint at moment 0');
    this.restore(checkpoint.at);
    return this.runTo(moment);
  }

  /** What edits do belongs to the moment: nobody who listens to the run hears of it. */
  private change(): void {
    if (!this.interventions) return;
    const { events } = this.machine;
    const { listener } = events;
    events.listener = null;
    this.interventions.change(this.machine, this.machine.moment);
    events.listener = listener;
  }

  private leaveCheckpoint(focus: number): void {
    const { memory } = this.machine;
    const at = this.machine.moment;
    if (this.store.nearest(at)?.at === at) return;
    const pages = new Map<number, Uint8Array>();
    for (const { page, bytes } of memory.takeDirtyPages()) pages.set(page, bytes);
    // If the base was thinned away meanwhile, its versions went to a later checkpoint: they changed as well.
    const previous = this.store.nearest(at)?.at ?? 0;
    invariant(this.base !== null, 'a run begins with a checkpoint');
    if (previous < this.base) {
      for (const page of this.store.changedBetween(previous, this.base)) {
        if (!pages.has(page)) pages.set(page, copyPage(memory.u8, page));
      }
    }
    this.store.add(at, this.machine.save(), pages, focus);
    this.base = at;
  }

  private restore(at: number): void {
    const { memory } = this.machine;
    const pages =
      this.base === null ? allPages(memory.u8) : this.store.changedBetween(this.base, at);
    for (const { page } of memory.takeDirtyPages()) pages.add(page);
    const copies: PageCopy[] = [];
    this.store.readPages(at, pages, (page, bytes) => {
      // Pages that are right already keep what was decoded of them.
      if (!samePage(memory.u8, page, bytes)) copies.push({ page, bytes });
    });
    memory.restorePages(copies);
    memory.takeDirtyPages();
    const checkpoint = this.store.nearest(at);
    invariant(checkpoint?.at === at, 'only checkpoints are restored');
    this.machine.restore(checkpoint.state);
    this.base = at;
    this.stopped = null;
    this.given = -1;
    this.change();
  }
}

const allPages = (u8: Uint8Array): Set<number> =>
  new Set(Array.from({ length: u8.length / PAGE_BYTES }, (_, page) => page));

const copyPage = (u8: Uint8Array, page: number): Uint8Array =>
  u8.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);

const asWords = (bytes: Uint8Array, from: number): Int32Array =>
  new Int32Array(bytes.buffer, bytes.byteOffset + from, PAGE_BYTES / 4);

function samePage(u8: Uint8Array, page: number, bytes: Uint8Array): boolean {
  const now = asWords(u8, page * PAGE_BYTES);
  const then = asWords(bytes, 0);
  for (let i = 0; i < now.length; i++) if (now[i] !== then[i]) return false;
  return true;
}

function nonZeroPages(u8: Uint8Array): Map<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>();
  for (let page = 0; page * PAGE_BYTES < u8.length; page++) {
    const from = page * PAGE_BYTES;
    let at = from;
    // A plain loop: every byte of RAM is looked at while a guest loads.
    while (at < from + PAGE_BYTES && u8[at] === 0) at++;
    if (at < from + PAGE_BYTES) pages.set(page, copyPage(u8, page));
  }
  return pages;
}
