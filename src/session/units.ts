/** Where a step of each unit leads, forward and backward. Backward undoes forward wherever forward began at a stop. */

import { isBefore, waypointsOf } from './flow';
import type { Run } from './run';
import { stopBefore } from './search';
import { BlockRule, GuestRule, type StopRule } from './stop-rules';
import { excursionEvents } from './view-of';
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

/** Moments of the waypoints of the innermost excursion that opens at or contains instruction `at`. */
function waypointMoments(run: Run, at: number): readonly Moment[] {
  const { excursions, recording } = run;
  recording.extend(at + 4096);
  const excursion = excursions.startingAt(at) ?? excursions.around(at, 1);
  if (!excursion) return [];
  const events = excursionEvents(run, excursion, { retired: at, phase: 0 });
  return waypointsOf(excursion, events).map((point) => point.moment);
}

/** The next waypoint of the excursion around or directly ahead, else the next machine instruction. */
export function nextPhase(run: Run, moment: Moment): Moment {
  const ahead = waypointMoments(run, moment.retired).find((stop) => isBefore(moment, stop));
  return ahead ?? { retired: moment.retired + 1, phase: 0 };
}

function previousPhase(run: Run, moment: Moment): Moment {
  const { retired, phase } = moment;
  if (retired === 0 && phase === 0) return START;
  // Inside an excursion: its previous waypoint. Directly behind one: its last.
  const at = phase > 0 ? retired : retired - 1;
  const stops = waypointMoments(run, at);
  const behind = stops.findLast((stop) => isBefore(stop, moment));
  if (behind) return behind;
  return phase > 0 ? { retired, phase: 0 } : { retired: retired - 1, phase: 0 };
}
