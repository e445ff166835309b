/**
 * Writes `src/assembler/__goldens__/*.hex` from NASM, never from our own assembler: `npx tsx scripts/update-assembler-goldens.ts`.
 * Needs `nasm` (Debian package `nasm`).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CORPUS, corpusPath, goldenPath, toHexLines } from '../src/assembler/testing/corpus';

const folder = mkdtempSync(join(tmpdir(), 'ringside-nasm-'));
try {
  for (const name of CORPUS) {
    const output = join(folder, 'out.bin');
    execFileSync('nasm', ['-O2', '-f', 'bin', '-w-all', corpusPath(name), '-o', output]);
    writeFileSync(goldenPath(name), toHexLines(readFileSync(output)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
