/**
 * The shipped guests on QEMU: the same image must print the same text and end with the same code on another PC.
 * Skipped, by name, where `qemu-system-i386` is not installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble, formatAsmError, toElf } from '../assembler/index';
import { SHIPPED_GUESTS, type ShippedGuest } from './registry';

const QEMU = 'qemu-system-i386';
const hasQemu = spawnSync(QEMU, ['--version']).status === 0;
const skipped = hasQemu ? '' : ` [SKIPPED: ${QEMU} is not installed]`;
const TIMEOUT_MS = 60_000;
const SCREEN = 0xb8000;
const SCREEN_BYTES = 80 * 25 * 2;

interface QemuRun {
  readonly serial: string;
  readonly exitCode: number | null;
}

function image(guest: ShippedGuest): Uint8Array {
  const result = assemble(guest.source, { name: guest.fileName });
  if (!result.ok) throw new Error(result.error.map(formatAsmError).join('\n'));
  return toElf(result.value);
}

/** Puts the image in a folder of its own, which is gone afterwards. */
async function inFolder<T>(guest: ShippedGuest, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-qemu-'));
  try {
    writeFileSync(join(folder, 'guest.elf'), image(guest));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MACHINE = ['-display', 'none', '-nodefaults', '-no-reboot', '-m', '32'];

function run(folder: string): Promise<QemuRun> {
  const exitPort = 'isa-debug-exit,iobase=0xf4,iosize=0x04';
  const args = ['-kernel', join(folder, 'guest.elf'), '-serial', 'stdio', '-device', exitPort];
  return new Promise((resolve, reject) => {
    const child = spawn(QEMU, [...args, ...MACHINE], { stdio: ['ignore', 'pipe', 'inherit'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS - 10_000);
    let serial = '';
    child.stdout.on('data', (chunk: Buffer) => {
      serial += chunk.toString('latin1');
    });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ serial, exitCode });
    });
  });
}

/** Without the debug-exit device the guest halts at its end, and QEMU's monitor can copy the screen out. */
function readScreen(folder: string, lastLine: string): Promise<string> {
  const dump = join(folder, 'screen.bin');
  const serialFile = join(folder, 'serial.txt');
  const args = [
    '-kernel',
    join(folder, 'guest.elf'),
    '-serial',
    `file:${serialFile}`,
    '-vga',
    'std',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(QEMU, [...args, '-monitor', 'stdio', ...MACHINE], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS - 10_000);
    const poll = setInterval(() => {
      if (!readFileSync(serialFile, { flag: 'a+', encoding: 'latin1' }).includes(lastLine)) return;
      clearInterval(poll);
      child.stdin.write(`pmemsave ${SCREEN} ${SCREEN_BYTES} "${dump}"\nquit\n`);
    }, 20);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      clearInterval(poll);
      try {
        resolve(screenText(readFileSync(dump)));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** 25 rows of 80 characters, blanks at the ends of rows and empty last rows left out. */
function screenText(cells: Uint8Array): string {
  const rows: string[] = [];
  for (let row = 0; row < 25; row++) {
    const line = cells.subarray(row * 160, row * 160 + 160).filter((_, i) => i % 2 === 0);
    rows.push(String.fromCharCode(...line).trimEnd());
  }
  return `${rows.join('\n').trimEnd()}\n`;
}

describe.skipIf(!hasQemu)(`on QEMU${skipped}`, () => {
  it.each(SHIPPED_GUESTS)(
    '$name prints its text on the serial port and ends with its exit code',
    async (guest) => {
      const found = await inFolder(guest, run);
      expect(found.serial).toBe(guest.expectedConsole);
      // isa-debug-exit turns the code c into the status 2c + 1.
      expect(found.exitCode).toBe(guest.expectedExitCode * 2 + 1);
    },
    TIMEOUT_MS,
  );

  it.each(SHIPPED_GUESTS)(
    '$name shows the same lines on the VGA screen',
    async (guest) => {
      const lastLine = guest.expectedConsole.trimEnd().split('\n').at(-1)!;
      const screen = await inFolder(guest, (folder) => readScreen(folder, lastLine));
      expect(screen).toBe(guest.expectedConsole);
    },
    TIMEOUT_MS,
  );
});
