/**
 * The lesson engine's actions: going from step to step, asking before the step, judging after it. Every place a
 * reader has reached is remembered as a moment, so Back is a seek and Next never runs the same stretch twice.
 */
import type { Lesson, LessonStep, Question } from '../lessons/lesson';
import { lessonById } from '../lessons/lessons';
import { type LessonMachine, perform, rightChoice } from '../lessons/perform';
import type { LoadedGuest, SessionApi } from '../session/api';
import type { MachineView, Problem } from '../session/view';
import type { World } from '../session/world';
import type { AppState } from './app-state';
import type { Task } from './command-queue';
import { type LessonPlace, type LessonState, NO_RECORD, type StepRecord } from './lesson-state';

/**
 * True while the open lesson speaks of what is on screen. It does not once a person has opened another guest: then
 * its text is put away, and `returnToLessonStep` is the way back.
 */
export function lessonApplies(state: AppState): boolean {
  if (!state.lesson) return false;
  const lesson = lessonById(state.lesson.id);
  return (
    state.lesson.phase === 'moving' ||
    state.world === null ||
    (lesson !== undefined && sameGuest(state.world, lesson.world))
  );
}

export interface LessonActions {
  /** Opens a lesson at a step (0-based), running everything before it. */
  openLesson(id: string, step?: number): Promise<void>;
  closeLesson(): void;
  goToLessonStep(step: number): Promise<void>;
  /** Next and Back: nothing happens at the ends, on the way, and (Next) while an answer is owed. */
  nextLessonStep(): Promise<void>;
  previousLessonStep(): Promise<void>;
  /** Goes back to the moment the step talks about, after wandering off. */
  returnToLessonStep(): Promise<void>;
  /** Predicts; null skips. Runs the step and judges. */
  answer(choice: string | null): Promise<void>;
  askAgain(): Promise<void>;
}

export interface LessonDeps {
  readonly get: () => AppState;
  readonly set: (change: Partial<AppState>) => void;
  readonly run: (task: Task) => Promise<void>;
  /** Stops play and whatever runs. */
  readonly stop: () => void;
  readonly show: (view: MachineView) => void;
  readonly session: SessionApi;
  readonly opened: (world: World, guest: LoadedGuest) => void;
  readonly moved: () => void;
  readonly report: (problem: Problem) => void;
}

/** A world that could not be opened: said in the banner, not a mistake of ours. */
class CannotOpen extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

const placeOf = (view: MachineView): LessonPlace => ({
  technique: view.world.technique,
  moment: view.moment,
});

const sameGuest = (a: World, b: World): boolean =>
  a.guest.kind === 'shipped' && b.guest.kind === 'shipped' && a.guest.name === b.guest.name;

export function createLessonActions(deps: LessonDeps): LessonActions {
  const { get, set, session } = deps;

  const machine: LessonMachine = {
    step: (unit, direction) => session.step(unit, direction),
    runUntil: (condition, direction) => session.runUntil(condition, direction),
    async open(world) {
      const result = await session.load(world);
      if (!result.ok) throw new CannotOpen(result.error);
      deps.opened(world, result.value.guest);
      return result.value.view;
    },
  };

  const update = (change: Partial<LessonState>) => {
    const { lesson } = get();
    if (lesson) set({ lesson: { ...lesson, ...change } });
  };

  const record = (index: number, change: Partial<StepRecord>) => {
    const { lesson } = get();
    if (!lesson) return;
    const records = lesson.records.map((r, i) => (i === index ? { ...r, ...change } : r));
    set({ lesson: { ...lesson, records } });
  };

  /** Opens the lesson's guest under `place.technique` if it is not open, and goes to the moment. */
  const goTo = async (lesson: Lesson, place: LessonPlace): Promise<MachineView> => {
    const { world } = get();
    if (!world || !sameGuest(world, lesson.world) || world.technique !== place.technique) {
      await machine.open({ ...lesson.world, technique: place.technique });
    }
    return session.seek(place.moment);
  };

  /** Prose must not lie: when the machine is not where the text says, the reader is told. */
  const check = (step: LessonStep, at: MachineView, end: MachineView) => {
    const complaint = step.expect(at, end);
    if (!complaint) return;
    deps.report({
      message: `This step of the lesson expects: ${complaint}. The machine is somewhere else.`,
      hint: 'Open the lesson again from the menu. If it stays like this, the lesson is wrong.',
    });
  };

  const reveal = async (step: LessonStep, question: Question, at: MachineView) => {
    const { view, events } = await perform(question.reveal, machine, at);
    check(step, at, view);
    return { before: at, after: view, events };
  };

  /** Reaches a step from the nearest place known, and returns the view its text talks about. */
  const reach = async (lesson: Lesson, target: number): Promise<MachineView> => {
    const known = get().lesson?.records ?? [];
    const own = known[target];
    if (own?.verdict && own.end) return goTo(lesson, own.end);
    if (own?.at) return goTo(lesson, own.at);

    let from = target;
    while (from > 0 && !known[from - 1]?.end && !known[from - 1]?.at) from -= 1;
    const previous = known[from - 1];
    let view: MachineView;
    if (!previous) {
      view = await machine.open(lesson.world);
    } else if (previous.end) {
      view = await goTo(lesson, previous.end);
    } else {
      // The previous step was reached but its question was not answered: go on from its start.
      from -= 1;
      view = previous.at ? await goTo(lesson, previous.at) : await machine.open(lesson.world);
    }
    for (let i = from; i <= target; i++) {
      const step = lesson.steps[i];
      if (!step) break;
      if (!known[i]?.at) view = (await perform(step.arrive, machine, view)).view;
      record(i, { at: placeOf(view) });
      if (!step.question) {
        check(step, view, view);
      } else if (i < target) {
        view = (await reveal(step, step.question, view)).after;
      }
      if (i < target || !step.question) record(i, { end: placeOf(view) });
    }
    return view;
  };

  /** Runs a piece of lesson work as one command; a world that does not open is told, not thrown. */
  const work = async (body: (lesson: Lesson, state: LessonState) => Promise<MachineView>) => {
    deps.stop();
    update({ phase: 'moving' });
    await deps.run(async () => {
      const state = get().lesson;
      const lesson = state && lessonById(state.id);
      if (!lesson) return;
      try {
        deps.show(await body(lesson, state));
      } catch (error) {
        if (!(error instanceof CannotOpen)) throw error;
        deps.report(error.problem);
      } finally {
        const now = get().lesson;
        const step = now && lesson.steps[now.step];
        const owed = step?.question && !now?.records[now.step]?.verdict;
        update({ phase: owed ? 'asking' : 'reading' });
        if (step?.tab) set({ tab: step.tab });
      }
    });
    deps.moved();
  };

  const goToLessonStep = async (index: number) => {
    const { lesson: state } = get();
    const lesson = state && lessonById(state.id);
    if (!lesson || index < 0 || index >= lesson.steps.length) return;
    update({ step: index });
    await work((l) => reach(l, index));
  };

  return {
    async openLesson(id, step = 0) {
      const lesson = lessonById(id);
      if (!lesson) {
        deps.report({ message: `There is no lesson "${id}".`, hint: 'Choose one from the menu.' });
        return;
      }
      const first = Math.min(step, lesson.steps.length - 1);
      set({
        lesson: { id, step: first, phase: 'moving', records: lesson.steps.map(() => NO_RECORD) },
      });
      await work((l) => reach(l, first));
    },
    closeLesson: () => set({ lesson: null }),
    goToLessonStep,
    async nextLessonStep() {
      const { lesson } = get();
      // Never in place of a guest the reader opened.
      if (lesson?.phase === 'reading' && lessonApplies(get()))
        await goToLessonStep(lesson.step + 1);
    },
    async previousLessonStep() {
      const { lesson } = get();
      if (lesson && lesson.phase !== 'moving' && lessonApplies(get())) {
        await goToLessonStep(lesson.step - 1);
      }
    },
    async returnToLessonStep() {
      const { lesson } = get();
      if (lesson && lesson.phase !== 'moving') await goToLessonStep(lesson.step);
    },
    async answer(choice) {
      const { lesson: state } = get();
      if (state?.phase !== 'asking' || !lessonApplies(get())) return;
      const index = state.step;
      await work(async (lesson) => {
        const step = lesson.steps[index];
        const at = state.records[index]?.at;
        if (!step?.question || !at) throw new Error('no question is open');
        // The reader may have stepped about while thinking.
        const trial = await reveal(step, step.question, await goTo(lesson, at));
        record(index, {
          end: placeOf(trial.after),
          verdict: {
            right: rightChoice(step.question, trial).id,
            predicted: choice,
            outcome: step.question.outcome(trial),
          },
        });
        return trial.after;
      });
    },
    async askAgain() {
      const { lesson: state } = get();
      if (!state || state.phase === 'moving') return;
      record(state.step, { verdict: null });
      await goToLessonStep(state.step);
    },
  };
}
