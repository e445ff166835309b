/** Every word the assembler knows, by what it is: for completion, highlighting and near misses. */
import { registerNames } from '../machine/codec/opcode-forms';
import { DIRECTIVES, mnemonicNames, PREFIXES, SIZE_KEYWORDS } from './mnemonics';
import { PREPROCESSOR_DIRECTIVES } from './preprocessor/words';

export interface AssemblerWords {
  readonly mnemonics: readonly string[];
  /** `lock`, `rep`, `o16` …: they stand before a mnemonic. */
  readonly prefixes: readonly string[];
  readonly registers: readonly string[];
  readonly directives: readonly string[];
  /** With their `%`. */
  readonly preprocessor: readonly string[];
  /** Words inside operands: `dword`, `short`, `strict`. */
  readonly operators: readonly string[];
}

export const OPERAND_WORDS: readonly string[] = [
  ...Object.keys(SIZE_KEYWORDS),
  ...['short', 'near', 'far', 'strict', 'nosplit', 'to'],
];

export function assemblerWords(): AssemblerWords {
  return {
    mnemonics: [...new Set(mnemonicNames())].sort(),
    prefixes: [...PREFIXES],
    registers: registerNames(),
    directives: DIRECTIVES,
    preprocessor: PREPROCESSOR_DIRECTIVES.map((name) => `%${name}`),
    operators: OPERAND_WORDS,
  };
}
