/** Every lesson, in teaching order. */
import type { Lesson } from './lesson';
import { THE_INSTRUCTION_THAT_LIES } from './the-instruction-that-lies';

export const LESSONS: readonly Lesson[] = [THE_INSTRUCTION_THAT_LIES];

export const lessonById = (id: string): Lesson | undefined => LESSONS.find((l) => l.id === id);
