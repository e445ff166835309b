/** Finds stops by re-execution: the last one before a moment, or a rule that knows the past of one. */
import type { Cursor } from '../history';
import type { System } from '../hypervisor/core/system';
import type { StopRule } from './stop-rules';

const FIRST_WINDOW = 64;
const WIDEN = 8;
const MAX_WARMUP = 4096;

export type MakeRule = () => StopRule;

/**
 * The last stop before `before`, at least 0. Leaves the cursor wherever it is.
 *
 * @param lowest moments before this one are not looked at; null is returned if there is no stop from there on
 */
export function stopBefore(
  cursor: Cursor<System>,
  make: MakeRule,
  before: number,
  lowest = 0,
): number | null {
  return stopsBefore(cursor, make, before, 1, lowest)[0] ?? null;
}

/** The last stops before `before`, latest first, as many as asked for if there are so many from `lowest` on. */
export function stopsBefore(
  cursor: Cursor<System>,
  make: MakeRule,
  before: number,
  count: number,
  lowest = 0,
): number[] {
  for (let size = FIRST_WINDOW; ; size *= WIDEN) {
    const from = Math.max(0, before - size);
    let found: number[] = [];
    feed(cursor, make(), from, before - 1, (verdict) => {
      if (verdict === 'yes') found.unshift(cursor.at);
      // Stops may have been missed here, so the ones seen so far are not the last.
      else if (verdict === 'unsure') found = [];
      if (found.length > count) found.length = count;
    });
    if (found.length === count || from <= lowest) return found.filter((at) => at >= lowest);
  }
}

/**
 * A rule that has seen enough of the past to judge every moment after `at`; the cursor stands at `at`.
 *
 * @param onStop told with the cursor at each stop seen on the way, the last one last
 */
export function ruleWarmedUpTo(
  cursor: Cursor<System>,
  make: MakeRule,
  at: number,
  onStop: () => void = () => {},
): StopRule {
  for (let size = FIRST_WINDOW; ; size *= WIDEN) {
    const from = Math.max(0, at - size);
    const rule = make();
    let sure = false;
    feed(cursor, rule, from, at, (verdict) => {
      if (verdict !== 'yes') return;
      sure = true;
      onStop();
    });
    // A rule that finds nothing in so long a stretch needs no past to judge by.
    if (sure || from === 0 || size > MAX_WARMUP) return rule;
  }
}

function feed(
  cursor: Cursor<System>,
  rule: StopRule,
  from: number,
  to: number,
  judge: (verdict: ReturnType<StopRule['feed']>) => void,
): void {
  cursor.goTo(from);
  judge(rule.feed(cursor.machine));
  while (cursor.at < to) {
    if (cursor.runTo(cursor.at + 1) !== null) return;
    judge(rule.feed(cursor.machine));
  }
}
