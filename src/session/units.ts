/** Where a step of each unit leads, forward and backward. Backward undoes forward wherever forward began at a stop. */

import { previousPhase } from './phases';
import type { Run } from './run';
import { stopBefore } from './search';
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
