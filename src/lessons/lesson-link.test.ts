import { describe, expect, it } from 'vitest';
import { formatLessonLink, parseLessonLink } from './lesson-link';

describe('lesson links', () => {
  it('read what they write', () => {
    const link = { lesson: 'the-instruction-that-lies', step: 2 };
    expect(formatLessonLink(link)).toBe('#lesson=the-instruction-that-lies&step=3');
    expect(parseLessonLink(formatLessonLink(link))).toEqual(link);
  });

  it('start at the first step when the step is missing or no step', () => {
    expect(parseLessonLink('#lesson=a')).toEqual({ lesson: 'a', step: 0 });
    expect(parseLessonLink('#lesson=a&step=-4')).toEqual({ lesson: 'a', step: 0 });
    expect(parseLessonLink('#lesson=a&step=x')).toEqual({ lesson: 'a', step: 0 });
  });

  it('are no link without a lesson', () => {
    expect(parseLessonLink('#step=2')).toBeNull();
    expect(parseLessonLink('')).toBeNull();
  });
});
