/** The installed NASM as a reference. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const HAS_NASM = spawnSync('nasm', ['-v']).status === 0;

/** For test names: says so when NASM is missing. */
export const NASM_SKIPPED = HAS_NASM ? '' : ' [SKIPPED: nasm is not installed]';

/** The image `nasm -O2 -f bin` makes of a file. */
export function nasm(path: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-nasm-'));
  try {
    const output = join(folder, 'out.bin');
    execFileSync('nasm', ['-O2', '-f', 'bin', '-w-all', path, '-o', output]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
