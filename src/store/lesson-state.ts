/** Where a reader is in a lesson, as plain data. The lesson itself is looked up by id. */
import type { Moment, TechniqueId } from '../session/world';

/** A moment in one of the lesson's worlds. */
export interface LessonPlace {
  readonly technique: TechniqueId;
  readonly moment: Moment;
}

/** What came of a question: computed from the machine, shown beside the prediction. */
export interface Verdict {
  /** Id of the choice that held. */
  readonly right: string;
  /** Id of the choice predicted, or null when the question was skipped. */
  readonly predicted: string | null;
  readonly outcome: string;
}

/** What a reader has of one step so far. */
export interface StepRecord {
  /** Where the step's text is read; null until the step was reached. */
  readonly at: LessonPlace | null;
  /** Where the step ends: after the reveal if it asks something. The next step starts from here. */
  readonly end: LessonPlace | null;
  readonly verdict: Verdict | null;
}

export interface LessonState {
  readonly id: string;
  /** 0-based. */
  readonly step: number;
  /** `moving`: on the way; `asking`: Next waits for an answer; `reading`: nothing is owed. */
  readonly phase: 'moving' | 'asking' | 'reading';
  /** One per step of the lesson. */
  readonly records: readonly StepRecord[];
}

export const NO_RECORD: StepRecord = { at: null, end: null, verdict: null };

export const samePlace = (a: LessonPlace, b: LessonPlace): boolean =>
  a.technique === b.technique &&
  a.moment.retired === b.moment.retired &&
  a.moment.phase === b.moment.phase;
