/** The shipped guests are plain NASM source: NASM makes the same image of them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toFlat } from '../assembler/index';
import { firstDifference } from '../assembler/testing/corpus';
import { HAS_NASM, NASM_SKIPPED } from '../assembler/testing/nasm';
import { buildGuest } from './image';
import { SHIPPED_GUESTS, shippedGuest } from './registry';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The image `nasm -O2 -f bin` makes of a guest, with `lib/` and the guest's own folder to include from. */
function nasmImage(name: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-guest-'));
  try {
    const output = join(folder, 'out.bin');
    const include = ['-I', here, '-I', join(here, name, '/')];
    const path = join(here, name, `${name}.asm`);
    execFileSync('nasm', ['-O2', '-f', 'bin', '-w-all', ...include, path, '-o', output]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!HAS_NASM)(`nasm -O2 -f bin${NASM_SKIPPED}`, () => {
  it.each(SHIPPED_GUESTS)('gives the same image for $name', ({ name, source }) => {
    const built = buildGuest(shippedGuest(name)!);
    if (!built.ok) throw new Error(JSON.stringify(built.error[0]));
    const { assembly } = built.value;
    expect(firstDifference(source, assembly, toFlat(assembly), nasmImage(name))).toBeNull();
  });
});
