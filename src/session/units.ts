/** Where a step of each unit leads, forward and backward. Backward undoes forward wherever forward began at a stop. */

import { previousPhase } from './phases';
import type { Run } from './run';
import { stopBefore, stopsBefore } from './search';
import { BlockRule, GuestRule, type StopRule } from './stop-rules';
import type { Moment, StepUnit } from './world';

export const START: Moment = { retired: 0, phase: 0 };

/** Rules of the units that are found by re-execution. */
export const RULES: Readonly<Record<'guest' | 'block', () => StopRule>> = {
  guest: () => new GuestRule(),
  block: () => new BlockRule(),
};

/** The stop before `moment`; the start of the run is every unit's first. */
export function previousMoment(run: Run, unit: StepUnit, moment: Moment): Moment {
  const { retired, phase } = moment;
  if (unit === 'phase') return previousPhase(run, moment);
  if (phase > 0) return { retired, phase: 0 };
  if (retired === 0) return START;
  switch (unit) {
    case 'machine':
      return { retired: retired - 1, phase: 0 };
    case 'event':
      run.recording.extend(retired);
      return { retired: run.eventStops.before(retired) ?? 0, phase: 0 };
    case 'guest':
    case 'block':
      return { retired: stopBefore(run.cursor, RULES[unit], retired) ?? 0, phase: 0 };
  }
}

/** The stop before `moment` and the one before that: where a step back leads, and where the step that led there began. */
export function twoStopsBack(
  run: Run,
  unit: StepUnit,
  moment: Moment,
): { readonly to: Moment; readonly since: number | null } {
  if ((unit === 'guest' || unit === 'block') && moment.phase === 0) {
    const [to = 0, since = 0] = stopsBefore(run.cursor, RULES[unit], moment.retired, 2);
    return { to: { retired: to, phase: 0 }, since: to === 0 ? null : since };
  }
  const to = previousMoment(run, unit, moment);
  const start = to.retired === 0 && to.phase === 0;
  return { to, since: start ? null : previousMoment(run, unit, to).retired };
}
