/** The shipped guests are plain NASM source: NASM makes the same image of them. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toFlat } from '../assembler/index';
import { firstDifference, mustAssemble } from '../assembler/testing/corpus';
import { HAS_NASM, NASM_SKIPPED, nasm } from '../assembler/testing/nasm';
import { SHIPPED_GUESTS } from './registry';

describe.skipIf(!HAS_NASM)(`nasm -O2 -f bin${NASM_SKIPPED}`, () => {
  it.each(SHIPPED_GUESTS)('gives the same image for $name', (guest) => {
    const path = fileURLToPath(new URL(`${guest.name}/${guest.fileName}`, import.meta.url));
    const assembly = mustAssemble(guest.source, guest.fileName);
    expect(firstDifference(guest.source, assembly, toFlat(assembly), nasm(path))).toBeNull();
  });
});
