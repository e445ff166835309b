/**
 * Carries out lesson actions on a session and judges predictions. Pure of UI: the page and the headless lesson
 * test use the same functions, so what the test proves is what a student sees.
 */
import type { MachineEvent } from '../machine/events';
import type { SessionApi } from '../session/api';
import type { MachineView } from '../session/view';
import type { World } from '../session/world';
import type { Choice, LessonAction, Question, Trial } from './lesson';

/** The part of a session that lessons drive. */
export interface LessonMachine extends Pick<SessionApi, 'step' | 'runUntil'> {
  /** Opens a world and returns its first view; throws when it cannot be opened. */
  open(world: World): Promise<MachineView>;
}

export interface Performed {
  readonly view: MachineView;
  readonly events: readonly MachineEvent[];
}

/** Performs the actions in order, starting from `view`. Stops early when the guest's run has ended. */
export async function perform(
  actions: readonly LessonAction[],
  machine: LessonMachine,
  view: MachineView,
): Promise<Performed> {
  let now = view;
  const events: MachineEvent[] = [];
  for (const action of actions) {
    switch (action.kind) {
      case 'load':
        now = await machine.open({ ...now.world, technique: action.technique });
        break;
      case 'run-until': {
        const { view: reached } = await machine.runUntil(
          action.condition,
          action.direction ?? 'forward',
        );
        now = reached;
        events.push(...now.events);
        break;
      }
      case 'step':
        for (let i = 0; i < (action.times ?? 1); i++) {
          now = await machine.step(action.unit, action.direction ?? 'forward');
          events.push(...now.events);
        }
        break;
    }
  }
  return { view: now, events };
}

/** The choice the machine proved right. Not exactly one is our bug, and said loudly. */
export function rightChoice(question: Question, trial: Trial): Choice {
  const right = question.choices.filter((choice) => choice.holds(trial));
  const [only] = right;
  if (!only || right.length !== 1) {
    throw new Error(
      `${right.length} choices hold for "${question.prompt}": ${right.map((c) => c.id).join(', ')}`,
    );
  }
  return only;
}
