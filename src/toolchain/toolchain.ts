/** The toolchain behind `ToolchainApi`: the assembler's answers as plain data. */
import { assemble, toElf, toFlat } from '../assembler';
import { libraryFor } from '../guests/source-of';
import type { SourceProgram, ToolchainApi } from './api';
import { instructionDoc } from './instruction-docs';
import { assembleProgram, mainSource } from './program';
import { vocabulary } from './vocabulary';

export function createToolchain(): ToolchainApi {
  return {
    assemble: async (program) => assembleProgram(await withLibrary(program)),
    vocabulary: async () => vocabulary(),
    describe: async (mnemonic) => instructionDoc(mnemonic),
    build: async (program, format) => build(await withLibrary(program), format),
  };
}

/** The program with the files that every guest may include; its own of the same name come first. */
async function withLibrary({ main, files }: SourceProgram): Promise<SourceProgram> {
  return { main, files: { ...(await libraryFor(Object.values(files))), ...files } };
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
