/** Links to a lesson step: `#lesson=the-instruction-that-lies&step=3` (steps count from 1). */
export interface LessonLink {
  readonly lesson: string;
  /** 0-based index of the step. */
  readonly step: number;
}

/** Reads a location hash. Null when it names no lesson; a bad step number means the first step. */
export function parseLessonLink(hash: string): LessonLink | null {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const lesson = fields.get('lesson');
  if (!lesson) return null;
  const step = Number(fields.get('step') ?? '1');
  return { lesson, step: Number.isInteger(step) && step >= 1 ? step - 1 : 0 };
}

export const formatLessonLink = ({ lesson, step }: LessonLink): string =>
  `#${new URLSearchParams({ lesson, step: String(step + 1) })}`;
