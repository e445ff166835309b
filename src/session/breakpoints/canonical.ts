/**
 * The moments at which a debugger stops. The guest's step number `g` (counting from 0), an instruction or a delivery, begins at
 * one moment: the first guest boundary with `g` of its steps behind it. Under a monitor many steps of the machine lie
 * between two of these; on bare hardware each is one. Since they are counted in the guest's steps, both techniques stop
 * alike, and an instruction behind a delivery begins where its handler has been entered.
 */
import type { Cursor } from '../../history';
import type { System } from '../../hypervisor/core/system';
import { stopBefore } from '../search';
import { GuestRule, type StopRule } from '../stop-rules';

const FIRST_WINDOW = 64;
const WIDEN = 8;

/**
 * The moment at which the guest's step `count` begins, or the end of the run if that comes first. Leaves the cursor
 * there.
 *
 * @param near a moment not far from it, on either side
 */
export function beginningOf(cursor: Cursor<System>, count: number, near: number): number {
  if (count <= 0) {
    cursor.goTo(0);
    return 0;
  }
  for (let stretch = 0; ; stretch = Math.max(FIRST_WINDOW, stretch * WIDEN)) {
    const from = Math.max(0, near - stretch);
    cursor.goTo(from);
    if (from > 0 && cursor.machine.guestMoment >= count) continue;
    while (!standsAt(cursor.machine, count)) {
      const here = cursor.at;
      if (cursor.runTo(here + 1) !== null) break;
      if (cursor.at === here) break;
    }
    return cursor.at;
  }
}

/**
 * The step that shows a delivery that was told with `count`. Nobody sees the guest stand between an instruction and its
 * single-step trap: step `count` begins only when that is over, so it belongs to the step before.
 *
 * @param moment the one before the machine's step during which the delivery was made
 */
export function stepOfDelivery(
  cursor: Cursor<System>,
  count: number,
  near: number,
  moment: number,
): number {
  return count > 0 && beginningOf(cursor, count, near) > moment ? count - 1 : count;
}

const standsAt = (system: System, count: number): boolean =>
  system.guestMoment >= count && system.atGuestBoundary();

/** The last beginning of a step of the guest's at or before `moment`. Leaves the cursor wherever it is. */
export const beginningBefore = (cursor: Cursor<System>, moment: number): number =>
  stopBefore(cursor, () => new GuestRule(), moment + 1) ?? 0;

/** Every moment between two of the guest's steps, however often the guest stands before the same one. */
class BoundaryRule implements StopRule {
  feed(system: System) {
    return system.atGuestBoundary() ? ('yes' as const) : ('no' as const);
  }
}

/** The last moment at or before `moment` at which the guest stands between two of its steps. */
export const boundaryBefore = (cursor: Cursor<System>, moment: number): number =>
  stopBefore(cursor, () => new BoundaryRule(), moment + 1) ?? 0;

/** The first such moment behind `moment`, or the end of the run. Leaves the cursor there. */
export function boundaryAfter(cursor: Cursor<System>, moment: number): number {
  cursor.goTo(moment);
  do {
    const here = cursor.at;
    if (cursor.runTo(here + 1) !== null || cursor.at === here) break;
  } while (!cursor.machine.atGuestBoundary());
  return cursor.at;
}
