/**
 * What history needs of a machine: run forward, save, restore, and tell which pages of RAM changed. `System` is one;
 * the tests use a far smaller one.
 */
import type { EventLog } from '../machine/event-log';
import type { PhysicalMemory } from '../machine/memory';
import type { Outcome } from '../machine/outcome';
import type { Snapshotable } from '../machine/snapshot';

/** RAM with dirty tracking: as much of `PhysicalMemory` as history uses. */
export type PagedMemory = Pick<PhysicalMemory, 'u8' | 'takeDirtyPages' | 'restorePages'>;

export interface Rewindable extends Snapshotable<unknown> {
  readonly memory: PagedMemory;
  readonly events: EventLog;
  /** Steps since the start. */
  readonly moment: number;
  /** Runs until `moment === limit` (outcome `budget`) or the machine stops. */
  run(limit: number): Outcome;
}
