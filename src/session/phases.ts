/**
 * Stepping by phase. Outside excursions every machine step is a stop; inside one the stops are the phases of its
 * events, those of excursions nested in it included, and the moment directly after each return.
 */
import { phasesOf } from './flow';
import type { Run } from './run';
import type { Moment } from './world';

/** Moments looked at in one go, and how far a handler that never returns is followed. */
const WINDOW = 1024;
const FARTHEST = 64 * WINDOW;

/** Phases of the instruction at `retired`. */
export function phasesAt(run: Run, retired: number): number {
  run.recording.extend(retired + 1);
  if (!run.excursions.around(retired, 1)) return 0;
  return run.recording
    .between(retired, retired + 1)
    .reduce((sum, event) => sum + (event.retired === retired ? phasesOf(event) : 0), 0);
}

const isInside = (run: Run, retired: number): boolean => {
  run.recording.extend(retired + 1);
  return run.excursions.around(retired, 0) !== null;
};

export function nextPhase(run: Run, { retired, phase }: Moment): Moment {
  if (phasesAt(run, retired) > phase) return { retired, phase: phase + 1 };
  const after = retired + 1;
  if (!isInside(run, after) || run.excursions.endedIn(retired, after)) {
    return { retired: after, phase: 0 };
  }
  for (let from = after; from < after + FARTHEST; from += WINDOW) {
    run.recording.extend(from + WINDOW);
    for (const event of run.recording.between(from, from + WINDOW)) {
      if (event.retired >= after && phasesOf(event) > 0) {
        return { retired: event.retired, phase: 1 };
      }
    }
    const { end } = run.recording;
    if (end !== null && end < from + WINDOW) return { retired: end, phase: 0 };
  }
  return { retired: after, phase: 0 };
}

export function previousPhase(run: Run, { retired, phase }: Moment): Moment {
  if (phase > 1) return { retired, phase: phase - 1 };
  // The latest moment with nothing of its instruction shown.
  const behind = phase === 1 ? retired : retired - 1;
  if (behind < 0) return { retired: 0, phase: 0 };
  const shown = phase === 1 ? 0 : phasesAt(run, behind);
  if (shown > 0) return { retired: behind, phase: shown };
  for (let from = behind; from > behind - FARTHEST; from -= WINDOW) {
    const low = Math.max(0, from - WINDOW);
    const events = run.recording.between(low, from);
    for (let at = from; at > low; at--) {
      // Stops with nothing shown: outside every excursion, or directly after a return.
      if (!isInside(run, at) || run.excursions.endedIn(at - 1, at))
        return { retired: at, phase: 0 };
      if (events.some((event) => event.retired === at - 1)) {
        const phases = phasesAt(run, at - 1);
        if (phases > 0) return { retired: at - 1, phase: phases };
      }
    }
    if (low === 0) break;
  }
  return { retired: 0, phase: 0 };
}
