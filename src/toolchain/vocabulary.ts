/** The words of the assembler's own tables, so that what is completed also assembles. */
import { assemblerWords } from '../assembler';
import type { Vocabulary } from './api';

let known: Vocabulary | null = null;

export function vocabulary(): Vocabulary {
  known ??= assemblerWords();
  return known;
}
