/** Follows the machine and remembers where the guest block it is in was entered. */
import type { Cursor } from '../history';
import type { System } from '../hypervisor/core/system';
import { linearEip } from './registers-view';
import type { Run } from './run';
import { ruleWarmedUpTo } from './search';
import { BlockRule, type StopRule } from './stop-rules';

export interface BlockEntry {
  /** Moment at which the guest stood at the block's start. */
  readonly at: number;
  /** Guest linear address. */
  readonly address: number;
}

export class BlockFollower {
  private constructor(
    private readonly rule: StopRule,
    /** Moment looked at last. */
    private seen: number,
    private entry: BlockEntry | null,
  ) {}

  /**
   * A follower that knows the past of `start`, with the machine there; or the run's last one with the machine where
   * that stands, if it stands exactly at `from` and that is not before `start`: then nothing need be executed again.
   */
  static at(run: Run, start: number, from: number): BlockFollower {
    const last = run.follower;
    // Behind a long step it would have to look at every moment of it.
    if (last && from >= start && last.seen === from && run.cursor.at === from) return last;
    let entry: BlockEntry | null = null;
    const rule = ruleWarmedUpTo(
      run.cursor,
      () => new BlockRule(),
      start,
      () => {
        entry = entryAt(run.cursor);
      },
    );
    return new BlockFollower(rule, start, entry);
  }

  /** Looks at the machine one moment later. */
  look(cursor: Cursor<System>): void {
    this.seen = cursor.at;
    if (this.rule.feed(cursor.machine) === 'yes') this.entry = entryAt(cursor);
  }

  /** The last entry, unless it is more than `distance` steps ago. */
  entryWithin(distance: number): BlockEntry | null {
    return this.entry && this.seen - this.entry.at <= distance ? this.entry : null;
  }
}

const entryAt = (cursor: Cursor<System>): BlockEntry => ({
  at: cursor.at,
  address: linearEip(cursor.machine.guest()),
});
