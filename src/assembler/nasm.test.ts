/**
 * Our bytes against NASM's. The goldens were written by NASM 2.16 (`scripts/update-assembler-goldens.ts`), so the first half
 * fails on a wrong byte even where NASM is not installed; the second half asks the installed NASM itself.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFlat } from './flat';
import {
  CORPUS,
  corpusPath,
  corpusSource,
  firstDifference,
  goldenPath,
  mustAssemble,
} from './testing/corpus';
import { HAS_NASM, NASM_SKIPPED, nasm } from './testing/nasm';

const TIMEOUT_MS = 60_000;

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
}

describe('the golden bytes of the corpus', () => {
  it.each(CORPUS)(
    '%s assembles to them',
    (name) => {
      const source = corpusSource(name);
      const assembly = mustAssemble(source, name);
      const golden = fromHex(readFileSync(goldenPath(name), 'utf8'));
      expect(firstDifference(source, assembly, toFlat(assembly), golden)).toBeNull();
    },
    TIMEOUT_MS,
  );
});

describe.skipIf(!HAS_NASM)(`nasm -O2 -f bin${NASM_SKIPPED}`, () => {
  it.each(CORPUS)(
    'gives the same image for %s',
    (name) => {
      const source = corpusSource(name);
      const assembly = mustAssemble(source, name);
      const reference = nasm(corpusPath(name));
      expect(firstDifference(source, assembly, toFlat(assembly), reference)).toBeNull();
    },
    TIMEOUT_MS,
  );
});
