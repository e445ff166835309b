import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lesson } from '../lessons/lesson';
import type { MachineView, TimelineView } from '../session/view';
import { DEFAULT_WORLD, type World } from '../session/world';
import { createAppStore } from './store';
import { type FakeSession, fakeSession } from './testing/fake-session';

const WORLD: World = { ...DEFAULT_WORLD, guest: { kind: 'shipped', name: 'hello-rings' } };

/** Three steps over a run that only counts: at 1, a question there (5 after a block), then on bare. */
const TOY = vi.hoisted(() => ({ lesson: null as unknown }));
vi.mock('../lessons/lessons', () => ({
  lessonById: (id: string) => (id === 'toy' ? TOY.lesson : undefined),
}));

const toy: Lesson = {
  id: 'toy',
  title: 'Toy',
  world: WORLD,
  steps: [
    {
      id: 'a',
      title: 'A',
      prose: [],
      arrive: [{ kind: 'step', unit: 'machine' }],
      highlight: [],
      expect: () => null,
    },
    {
      id: 'b',
      title: 'B',
      prose: [],
      arrive: [{ kind: 'step', unit: 'machine' }],
      question: {
        prompt: 'How far will it go?',
        reveal: [{ kind: 'step', unit: 'block' }],
        choices: [
          { id: 'five', label: '5', holds: (t) => moved(t.before, t.after) === 5 },
          { id: 'six', label: '6', holds: (t) => moved(t.before, t.after) === 6 },
        ],
        outcome: (t) => `It went ${moved(t.before, t.after)}.`,
        why: 'A block is five here.',
      },
      highlight: [],
      tab: 'console',
      expect: (at, end) => (moved(at, end) === 5 ? null : 'five instructions'),
    },
    {
      id: 'c',
      title: 'C',
      prose: [],
      arrive: [
        { kind: 'load', technique: 'bare' },
        { kind: 'step', unit: 'event' },
      ],
      highlight: [],
      expect: (at) => (at.world.technique === 'bare' ? null : 'the bare machine'),
    },
  ],
};

const moved = (a: MachineView, b: MachineView) => b.moment.retired - a.moment.retired;
const EMPTY: TimelineView = { from: 0, to: 1000, ring: [], traps: [], blocks: [], end: 1000 };

let session: FakeSession;
let store: ReturnType<typeof createAppStore>;

beforeEach(() => {
  TOY.lesson = toy;
  session = fakeSession({
    end: 1000,
    timeline: EMPTY,
    view: (world, moment) =>
      ({
        world,
        moment,
        end: null,
        outcome: null,
        events: [],
        sentence: '',
      }) as unknown as MachineView,
  });
  store = createAppStore({
    session,
    theme: 'light',
    wait: async () => {},
    saveTheme: () => {},
  });
});

const where = () => {
  const { view, lesson } = store.getState();
  return {
    step: lesson?.step,
    phase: lesson?.phase,
    retired: view?.moment.retired,
    technique: view?.world.technique,
  };
};

describe('lesson actions', () => {
  it('runs to the first step and lets the reader go on', async () => {
    await store.actions.openLesson('toy');
    expect(where()).toEqual({
      step: 0,
      phase: 'reading',
      retired: 1,
      technique: 'binary-translation',
    });
  });

  it('holds Next back until the question is answered', async () => {
    await store.actions.openLesson('toy');
    await store.actions.nextLessonStep();
    expect(where()).toMatchObject({ step: 1, phase: 'asking', retired: 2 });
    expect(store.getState().tab).toBe('console');
    await store.actions.nextLessonStep();
    expect(where().step).toBe(1);
  });

  it('judges the prediction by what the run did', async () => {
    await store.actions.openLesson('toy', 1);
    await store.actions.answer('six');
    expect(where()).toMatchObject({ phase: 'reading', retired: 7 });
    expect(store.getState().lesson?.records[1]?.verdict).toEqual({
      right: 'five',
      predicted: 'six',
      outcome: 'It went 5.',
    });
  });

  it('asks from the step’s own moment even when the reader has wandered off', async () => {
    await store.actions.openLesson('toy', 1);
    await store.actions.step('forward', 'event');
    await store.actions.answer('five');
    expect(where().retired).toBe(7);
  });

  it('shows what happened when the question is skipped', async () => {
    await store.actions.openLesson('toy', 1);
    await store.actions.answer(null);
    const verdict = store.getState().lesson?.records[1]?.verdict;
    expect(verdict?.predicted).toBeNull();
    expect(verdict?.right).toBe('five');
    expect(where().phase).toBe('reading');
  });

  it('opens at a later step by running everything before it, reveals included', async () => {
    await store.actions.openLesson('toy', 2);
    expect(where()).toEqual({ step: 2, phase: 'reading', retired: 10, technique: 'bare' });
    expect(session.calls).toContain('step block forward');
  });

  it('goes back to the remembered moment in the remembered world', async () => {
    await store.actions.openLesson('toy', 2);
    await store.actions.previousLessonStep();
    expect(where()).toMatchObject({
      step: 1,
      phase: 'asking',
      retired: 2,
      technique: 'binary-translation',
    });
  });

  it('does not run a stretch twice: Next after Back is a seek', async () => {
    await store.actions.openLesson('toy');
    await store.actions.nextLessonStep();
    await store.actions.answer('five');
    await store.actions.previousLessonStep();
    session.calls.length = 0;
    await store.actions.nextLessonStep();
    expect(where()).toMatchObject({ step: 1, phase: 'reading', retired: 7 });
    expect(session.calls.filter((c) => c.startsWith('step'))).toEqual([]);
  });

  it('asks again from the start of the step', async () => {
    await store.actions.openLesson('toy', 1);
    await store.actions.answer('six');
    await store.actions.askAgain();
    expect(where()).toMatchObject({ phase: 'asking', retired: 2 });
    await store.actions.answer('five');
    expect(store.getState().lesson?.records[1]?.verdict?.predicted).toBe('five');
  });

  it('tells the reader when the machine is not where the text says', async () => {
    TOY.lesson = {
      ...toy,
      steps: [{ ...toy.steps[0], expect: () => 'the moon' }],
    };
    await store.actions.openLesson('toy');
    expect(store.getState().problem?.message).toContain('the moon');
  });

  it('says so when there is no such lesson, and keeps what is open', async () => {
    await store.actions.openLesson('toy');
    await store.actions.openLesson('no-such');
    expect(store.getState().problem?.message).toContain('no-such');
    expect(where().step).toBe(0);
  });
});
