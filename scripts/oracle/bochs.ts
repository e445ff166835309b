/**
 * Bochs in its debugger, stepping: the oracle for segmentation, which QEMU hardly checks. Our boot ROM replaces its
 * BIOS and the RAM image is put in place by Bochs itself, so neither BIOS nor boot loader is needed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BochsLogReader } from '../../src/machine/oracle/bochs-log';
import type { LockStep } from '../../src/machine/oracle/lock-step';
import { type Prepared, RAM_BYTES, type RamFile } from './machine';

export const NO_BOCHS =
  'Bochs with its debugger is not installed (Debian packages: bochs bochs-term; and script, of bsdutils).';
/** Steps spent in the boot ROM. */
const ROM_STEPS = 40;
/** Enough for a program about segments of a hundred slots per ring; half a minute. */
const MOST_STEPS = 16_000;
const LIMIT_MS = 180_000;

export const hasBochs = (): boolean =>
  spawnSync('bochs', ['--help', 'cpu']).error === undefined &&
  spawnSync('script', ['--version']).error === undefined;

/** Bochs has its RAM in blocks and loads an image into one of them; it takes four images. */
const BLOCK = 0x20000;
const MOST_IMAGES = 4;

function images(folder: string, ram: readonly RamFile[]): string[] {
  const lines: string[] = [];
  for (const { address, file } of ram) {
    const bytes = readFileSync(file);
    for (let at = address & -BLOCK; at < address + bytes.length; at += BLOCK) {
      const from = Math.max(at, address);
      const part = bytes.subarray(from - address, at + BLOCK - address);
      if (part.every((byte) => byte === 0)) continue;
      const name = join(folder, `block-${from}.bin`);
      writeFileSync(name, part);
      const image = `optramimage${lines.length + 1}`;
      lines.push(`${image}: file=${name}, address=0x${from.toString(16)}`);
    }
  }
  if (lines.length > MOST_IMAGES) {
    throw new Error(
      `Bochs loads ${MOST_IMAGES} blocks of RAM, this needs ${lines.length}: try fewer slots.`,
    );
  }
  return lines;
}

export async function runBochs(
  prepared: Prepared,
  lockStep: LockStep,
  steps: number,
): Promise<void> {
  const { folder, ram, rom } = prepared;
  const megabytes = RAM_BYTES >> 20;
  writeFileSync(
    join(folder, 'bochsrc'),
    [
      'plugin_ctrl: unmapped=1, biosdev=0, speaker=0, extfpuirq=0, parallel=0, serial=1',
      'cpu: model=pentium_mmx, count=1, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1',
      `memory: guest=${megabytes}, host=${megabytes}`,
      `romimage: file=${rom}, address=0xffff0000`,
      ...images(folder, ram),
      'vga: extension=none',
      'display_library: term',
      `log: ${join(folder, 'bochs.log')}`,
      '',
    ].join('\n'),
  );
  const rounds = Math.min(steps + ROM_STEPS, MOST_STEPS);
  writeFileSync(join(folder, 'rc'), `${'s\nr\nsreg\ncreg\n'.repeat(rounds)}q\n`);
  // Its text display wants a terminal, which `script` gives it.
  const command = 'exec bochs -q -f bochsrc -rc rc -dbglog trace.log';
  const child = spawn('script', ['-qc', command, '/dev/null'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const how = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? `exit status ${code}`));
  });
  const trace = join(folder, 'trace.log');
  if (!existsSync(trace)) throw new Error(`Bochs wrote no trace (${how}). ${NO_BOCHS}`);
  const reader = new BochsLogReader((item) => lockStep.feed(item));
  for await (const text of createReadStream(trace, { encoding: 'latin1' })) {
    reader.push(text as string);
    if (lockStep.finished) return;
  }
  // The script's end is not the program's.
  if (lockStep.instructions === 0) lockStep.end(how);
}
