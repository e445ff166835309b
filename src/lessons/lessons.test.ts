/**
 * Every lesson, played headless on the real session: what the page shows a student is what happens here, so the
 * prose and the machine cannot drift apart.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../session/session';
import type { MachineView } from '../session/view';
import type { World } from '../session/world';
import type { LessonStep, Trial } from './lesson';
import { LESSONS } from './lessons';
import { type LessonMachine, perform, rightChoice } from './perform';

function machineOf(session: Session): LessonMachine {
  return {
    step: (unit, direction) => session.step(unit, direction),
    runUntil: (condition, direction) => session.runUntil(condition, direction),
    async open(world: World) {
      const loaded = await session.load(world);
      if (!loaded.ok) throw new Error(loaded.error.message);
      return loaded.value.view;
    },
  };
}

interface Played {
  readonly at: MachineView;
  readonly end: MachineView;
  readonly trial: Trial | null;
}

describe.each(LESSONS)('lesson "$title"', (lesson) => {
  const played = new Map<LessonStep, Played>();

  beforeAll(async () => {
    const machine = machineOf(new Session({ yieldNow: async () => {} }));
    let view = await machine.open(lesson.world);
    for (const step of lesson.steps) {
      view = (await perform(step.arrive, machine, view)).view;
      const at = view;
      let trial: Trial | null = null;
      if (step.question) {
        const revealed = await perform(step.question.reveal, machine, view);
        view = revealed.view;
        trial = { before: at, after: view, events: revealed.events };
      }
      played.set(step, { at, end: view, trial });
    }
  });

  const of = (step: LessonStep): Played => {
    const result = played.get(step);
    if (!result) throw new Error(`step "${step.title}" was not reached`);
    return result;
  };

  it.each(lesson.steps)('"$title": the machine is where the text says', (step) => {
    const { at, end } = of(step);
    expect(step.expect(at, end)).toBeNull();
  });

  const asking = lesson.steps.filter((step) => step.question);

  it.each(asking)('"$title": exactly one choice of the question holds', (step) => {
    const { trial } = of(step);
    if (!trial || !step.question) throw new Error('no trial');
    const holding = step.question.choices.filter((choice) => choice.holds(trial));
    expect(holding.map((choice) => choice.id)).toEqual([rightChoice(step.question, trial).id]);
  });

  it('stops each step somewhere in the run, never backwards', () => {
    const places = lesson.steps
      .map(of)
      .filter(({ at }) => at.world.technique === lesson.world.technique)
      .map(({ at }) => at.moment.retired);
    expect(places[0]).toBeGreaterThan(0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});
