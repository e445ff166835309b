/** What other folders use of the assembler. */
export {
  type AssembledSymbol,
  type AssembleOptions,
  type Assembly,
  assemble,
  type SourceMapEntry,
} from './assemble';
export { toElf } from './elf';
export { type AsmError, formatAsmError } from './errors';
export { toFlat } from './flat';
