/** The installed NASM as a reference. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const HAS_NASM = spawnSync('nasm', ['-v']).status === 0;

/** For test names: says so when NASM is missing. */
export const NASM_SKIPPED = HAS_NASM ? '' : ' [SKIPPED: nasm is not installed]';

const OPTIONS = ['-O2', '-f', 'bin', '-w-all'];

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-nasm-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The image `nasm -O2 -f bin` makes of a file. */
export function nasm(path: string): Uint8Array {
  return inFolder((folder) => {
    const output = join(folder, 'out.bin');
    execFileSync('nasm', [...OPTIONS, path, '-o', output]);
    return readFileSync(output);
  });
}

export interface NasmAnswer {
  /** Null when NASM reports errors. */
  readonly image: Uint8Array | null;
  /** 1-based lines with errors. */
  readonly wrongLines: ReadonlySet<number>;
  readonly messages: string;
}

/** What NASM makes of this source; `files` lie beside it for `%include` and `incbin`. */
export function nasmSource(
  source: string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): NasmAnswer {
  return inFolder((folder) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, 'in.asm'), source);
    const run = spawnSync('nasm', [...OPTIONS, 'in.asm', '-o', 'out.bin'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const lines = [...run.stderr.matchAll(/^in\.asm:(\d+): (?:error|panic|fatal)/gm)];
    return {
      image: run.status === 0 ? readFileSync(join(folder, 'out.bin')) : null,
      wrongLines: new Set(lines.map((found) => Number(found[1]))),
      messages: run.stderr,
    };
  });
}
