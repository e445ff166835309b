/**
 * Our bytes against NASM's. The goldens were written by NASM 2.16 (`scripts/update-assembler-goldens.ts`), so the first half
 * fails on a wrong byte even where NASM is not installed; the second half asks the installed NASM itself.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHIPPED_GUESTS } from '../guests/registry';
import { toFlat } from './flat';
import {
  CORPUS,
  corpusPath,
  corpusSource,
  firstDifference,
  goldenPath,
  mustAssemble,
} from './testing/corpus';

const hasNasm = spawnSync('nasm', ['-v']).status === 0;
const skipped = hasNasm ? '' : ' [SKIPPED: nasm is not installed]';
const TIMEOUT_MS = 60_000;

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
}

function nasm(path: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-nasm-'));
  try {
    const output = join(folder, 'out.bin');
    execFileSync('nasm', ['-O2', '-f', 'bin', '-w-all', path, '-o', output]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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

describe.skipIf(!hasNasm)(`nasm -O2 -f bin${skipped}`, () => {
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

  it.each(SHIPPED_GUESTS)('gives the same image for the guest $name', (guest) => {
    const path = new URL(`../guests/${guest.name}/${guest.fileName}`, import.meta.url);
    const assembly = mustAssemble(guest.source, guest.fileName);
    const reference = nasm(path.pathname);
    expect(firstDifference(guest.source, assembly, toFlat(assembly), reference)).toBeNull();
  });
});
