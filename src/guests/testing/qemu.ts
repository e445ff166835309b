/** A shipped guest on QEMU: what it sends over the serial line, what its screen shows, and how it ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShippedGuest } from '../shipped-guest';
import { built, screenRows } from './runs';

const QEMU = 'qemu-system-i386';
export const HAS_QEMU = spawnSync(QEMU, ['--version']).status === 0;
/** For test names: says so when QEMU is missing. */
export const QEMU_SKIPPED = HAS_QEMU ? '' : ` [SKIPPED: ${QEMU} is not installed]`;

const MACHINE = ['-display', 'none', '-nodefaults', '-no-reboot', '-m', '32', '-vga', 'std'];
const EXIT_DEVICE = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
const POLL_MS = 20;
export const TIMEOUT_MS = 40_000;
const SCREEN = 0xb8000;
const SCREEN_BYTES = 80 * 25 * 2;

export interface QemuRun {
  readonly serial: string;
  /** QEMU's own exit status; isa-debug-exit turns the code c into 2c + 1. */
  readonly status: number | null;
}

/** Runs the guest to its end, typing its input once it has said something. */
export function runOnQemu(guest: ShippedGuest): Promise<QemuRun> {
  return inFolder(async (folder) => {
    const qemu = start(folder, guest, EXIT_DEVICE);
    const { text } = guest.input ?? guest.typedInTests ?? {};
    if (text !== undefined) {
      await until(qemu, () => serialOf(folder) !== '');
      for (const character of text) command(qemu, `sendkey ${keyOf(character)}`);
    }
    const status = await qemu.closed;
    return { serial: serialOf(folder), status };
  });
}

/** The rows of the screen once the last line is out. Without the exit device the guest stays there, halted. */
export function screenOnQemu(guest: ShippedGuest, lastLine: string): Promise<string[]> {
  return inFolder(async (folder) => {
    const qemu = start(folder, guest, []);
    await until(qemu, () => serialOf(folder).includes(lastLine));
    const dump = join(folder, 'screen.bin');
    command(qemu, `pmemsave ${SCREEN} ${SCREEN_BYTES} "${dump}"`);
    command(qemu, 'quit');
    await qemu.closed;
    return screenRows(readFileSync(dump));
  });
}

interface Qemu {
  readonly child: ChildProcess;
  readonly closed: Promise<number | null>;
  isClosed(): boolean;
}

function start(folder: string, guest: ShippedGuest, devices: readonly string[]): Qemu {
  const file = join(folder, 'guest.bin');
  writeFileSync(file, built(guest).image);
  const image = {
    'multiboot-elf': ['-kernel', file],
    'boot-sector': ['-drive', `file=${file},format=raw,if=ide`],
    flat: [],
  }[guest.format.kind];
  const serial = ['-serial', `file:${serialFile(folder)}`];
  const args = [...image, ...serial, ...MACHINE, ...devices, '-monitor', 'stdio'];
  const child = spawn(QEMU, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS - 5_000);
  let over = false;
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      over = true;
      clearTimeout(timer);
      resolve(status);
    });
  });
  return { child, closed, isClosed: () => over };
}

const command = ({ child, isClosed }: Qemu, text: string): void => {
  if (!isClosed()) child.stdin?.write(`${text}\n`);
};

async function until(qemu: Qemu, holds: () => boolean): Promise<void> {
  while (!holds() && !qemu.isClosed()) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** QEMU's names of the keys that shipped guests are given. */
function keyOf(character: string): string {
  if (character === '\n') return 'ret';
  if (character === ' ') return 'spc';
  return /[A-Z]/.test(character) ? `shift-${character.toLowerCase()}` : character;
}

const serialFile = (folder: string): string => join(folder, 'serial.txt');

const serialOf = (folder: string): string =>
  existsSync(serialFile(folder)) ? readFileSync(serialFile(folder), 'latin1') : '';

/** A folder that is gone afterwards. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-qemu-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
