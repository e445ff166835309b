/**
 * What history needs of a machine: run forward, save, restore, and tell which pages of RAM changed. `System` is one;
 * the tests use a far smaller one.
 */
import type { EventLog } from '../machine/event-log';
import type { Outcome } from '../machine/outcome';
import type { Snapshotable } from '../machine/snapshot';

/** Bytes of one page of RAM. */
export const PAGE_BYTES = 4096;

/** RAM with dirty tracking: `PhysicalMemory`, or as much of it as history uses. */
export interface PagedMemory {
  /** RAM alone: an index is a physical address. */
  readonly u8: Uint8Array;
  /** Numbers of the pages written since the last call, in ascending order; forgets them. */
  takeDirtyPages(): readonly number[];
  /** Replaces one page; decoded code of it becomes stale. */
  restorePage(page: number, bytes: Uint8Array): void;
}

export interface Rewindable extends Snapshotable<unknown> {
  readonly memory: PagedMemory;
  readonly events: EventLog;
  /** Machine instructions retired since the start. */
  readonly retired: number;
  /** Runs until `retired === limit` (outcome `budget`) or the machine stops. */
  run(limit: number): Outcome;
}
