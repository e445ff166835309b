/**
 * What a lesson is: data over a world. Each step says how the run reaches it (by running until something really
 * happens), what to read there, and what must then be true of the machine. A question offers choices, and each
 * choice is a predicate over the machine before and after: the right one is computed, never stored.
 */
import type { MachineEvent } from '../machine/events';
import type { Condition } from '../session/api';
import type { MachineView } from '../session/view';
import type { Direction, StepUnit, TechniqueId, World } from '../session/world';

/** One thing a step does to the run, in order, before its text is shown (or when a question is revealed). */
export type LessonAction =
  /** Open the lesson's guest under another technique, at its start. */
  | { readonly kind: 'load'; readonly technique: TechniqueId }
  /** Run until the condition holds. Not found: the run ends where it ends, and `expect` will tell. */
  | { readonly kind: 'run-until'; readonly condition: Condition; readonly direction?: Direction }
  | {
      readonly kind: 'step';
      readonly unit: StepUnit;
      readonly times?: number;
      readonly direction?: Direction;
    };

/** What a prediction is checked against. */
export interface Trial {
  /** The view at the moment the question was asked. */
  readonly before: MachineView;
  /** The view after the step that answers it. */
  readonly after: MachineView;
  /** Every event of the steps between the two. */
  readonly events: readonly MachineEvent[];
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** True when the machine did what this choice says. Exactly one choice of a question holds. */
  readonly holds: (trial: Trial) => boolean;
}

export interface Question {
  readonly prompt: string;
  readonly choices: readonly Choice[];
  /** Run after the answer, to see what really happens. Empty: the moment itself holds the answer. */
  readonly reveal: readonly LessonAction[];
  /** Parts of the screen that would give the answer away, hidden until it is given. */
  readonly conceals?: readonly 'what-if'[];
  /** One sentence with the values that came out. */
  readonly outcome: (trial: Trial) => string;
  /** Why, in one or two sentences. */
  readonly why: string;
}

/** Which part of the page a step talks about. Cues one thing at a time. */
export type Highlight = 'stage' | 'block' | 'cache' | 'registers' | 'console';

export interface LessonStep {
  readonly id: string;
  readonly title: string;
  /** Paragraphs. `like this` marks code, *like this* a term met for the first time. */
  readonly prose: readonly string[];
  /** From the moment the previous step ended. */
  readonly arrive: readonly LessonAction[];
  readonly question?: Question;
  readonly highlight: readonly Highlight[];
  /** The right-hand tab that shows what the text talks about. */
  readonly tab?: 'cpu' | 'console' | 'events';
  /**
   * What must be true of the machine here, for the prose not to lie. `at` is the view on arrival, `end` the view
   * after the question's reveal (the same as `at` where there is none). Returns what is wrong, or null.
   */
  readonly expect: (at: MachineView, end: MachineView) => string | null;
}

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly world: World;
  readonly steps: readonly LessonStep[];
}
