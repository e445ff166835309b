/** The toolchain behind `ToolchainApi`: the assembler's answers as plain data. */
import { assemble, toElf, toFlat } from '../assembler';
import type { SourceProgram, ToolchainApi } from './api';
import { instructionDoc } from './instruction-docs';
import { assembleProgram, mainSource } from './program';
import { vocabulary } from './vocabulary';

export function createToolchain(): ToolchainApi {
  return {
    assemble: async (program) => assembleProgram(program),
    vocabulary: async () => vocabulary(),
    describe: async (mnemonic) => instructionDoc(mnemonic),
    build: async (program, format) => build(program, format),
  };
}

function build(program: SourceProgram, format: 'elf' | 'flat' | 'listing'): Uint8Array | null {
  const { main, files } = program;
  const assembled = assemble(mainSource(program), { name: main, files });
  if (!assembled.ok) return null;
  switch (format) {
    case 'elf':
      return toElf(assembled.value);
    case 'flat':
      return toFlat(assembled.value);
    case 'listing':
      return new TextEncoder().encode(`${assembled.value.listing()}\n`);
  }
}
