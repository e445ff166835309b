/** The words of the assembler's own tables, so that what is completed also assembles. */
import { assemblerWords } from '../assembler';
import { LIBRARY_NAMES } from '../guests/source-of';
import type { Vocabulary } from './api';
import { isOfThisCpu } from './instruction-docs';

let known: Vocabulary | null = null;

export function vocabulary(): Vocabulary {
  if (known) return known;
  const words = assemblerWords();
  const lacking = words.mnemonics.filter((mnemonic) => !isOfThisCpu(mnemonic));
  known = { ...words, lacking, library: LIBRARY_NAMES };
  return known;
}
