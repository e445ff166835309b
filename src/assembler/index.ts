/** What other folders use of the assembler. */

export type { FirstUse } from './assemble';
export {
  type AssembledSymbol,
  type AssembleOptions,
  type Assembly,
  assemble,
  type DefinedName,
  type Examination,
  examine,
  type SourceMapEntry,
} from './assemble';
export { toElf } from './elf';
export { type AsmError, formatAsmError } from './errors';
export { toFlat } from './flat';
export { formText } from './form-text';
export { canonicalMnemonic, formsNamed } from './mnemonics';
export { type AssemblerWords, assemblerWords } from './vocabulary';
