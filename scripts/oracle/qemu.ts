/**
 * QEMU, one instruction per translation block, its log read as it is written. Its time is the instruction count
 * (`-icount`), so a run is the same every time.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import type { LockStep } from '../../src/machine/oracle/lock-step';
import { QemuLogReader } from '../../src/machine/oracle/qemu-log';
import { type Prepared, RAM_BYTES } from './machine';

const QEMU = 'qemu-system-i386';
/** No new piece of log for so long: the guest sleeps for ever. */
const SILENCE_MS = 10_000;

export const hasQemu = (): boolean => spawnSync(QEMU, ['--version']).status === 0;
export const NO_QEMU = `${QEMU} is not installed (Debian package: qemu-system-x86).`;

/** QEMU 7 names it -singlestep, QEMU 9 only as an option of its accelerator. */
function oneInstructionPerBlock(): string[] {
  const help = spawnSync(QEMU, ['-help']).stdout.toString();
  return /^-singlestep/m.test(help) ? ['-singlestep'] : ['-accel', 'tcg,one-insn-per-tb=on'];
}

export async function runQemu(prepared: Prepared, lockStep: LockStep): Promise<void> {
  const args = [
    ...['-display', 'none', '-nodefaults', '-no-reboot', '-m', String(RAM_BYTES >> 20)],
    ...oneInstructionPerBlock(),
    // Without a BIOS nobody would let the local APIC pass the PIC's interrupts on.
    ...['-cpu', 'pentium2,-apic', '-vga', 'std', '-serial', 'null'],
    ...['-icount', 'shift=4,sleep=off', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ...['-bios', prepared.rom, '-d', 'cpu,int,nochain'],
    ...prepared.ram.flatMap(({ address, file }) => [
      '-device',
      `loader,file=${file},addr=0x${address.toString(16)},force-raw=on`,
    ]),
  ];
  // QEMU opens its log by name: a named pipe, since what Node gives a child as stdout has none.
  const pipe = join(prepared.folder, 'log');
  if (spawnSync('mkfifo', [pipe]).status !== 0) throw new Error(`mkfifo ${pipe} failed`);
  const child = spawn(QEMU, [...args, '-D', pipe], { stdio: ['ignore', 'ignore', 'pipe'] });
  const reader = new QemuLogReader((item) => lockStep.feed(item));
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      // Had it never opened its log, the reader would wait for ever.
      releasePipe(pipe);
      resolve(signal ? 'it fell silent' : `exit status ${code}`);
    });
  });
  let silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
  try {
    for await (const text of createReadStream(pipe, {
      encoding: 'latin1',
      highWaterMark: 1 << 18,
    })) {
      clearTimeout(silence);
      silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
      reader.push(text as string);
      if (lockStep.finished) break;
    }
    if (lockStep.finished) child.kill('SIGKILL');
    const how = await ended;
    if (!lockStep.finished && complaints !== '') throw new Error(complaints);
    lockStep.end(how);
  } finally {
    clearTimeout(silence);
    child.kill('SIGKILL');
  }
}

function releasePipe(pipe: string): void {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // Nobody reads it any more.
  }
}
