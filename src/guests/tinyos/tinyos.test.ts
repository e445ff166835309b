/**
 * tinyos beyond the session in `guest.ts`: what depends on time (pre-emption, the clock, Ctrl+C) and what ends badly.
 * Each test types at the prompt and waits for what must appear, however long that takes.
 */
import { describe, expect, it } from 'vitest';
import type { System } from '../../hypervisor/core/system';
import type { GuestInput } from '../../session';
import { outsideInput } from '../../session/guest-input';
import { shippedGuest } from '../registry';
import { screenRows, systemFor } from '../testing/runs';
import { tinyos } from './guest';

const TECHNIQUES = ['bare', 'binary-translation'] as const;
const SLICE = 20_000;
/** Machine instructions: many times what any of these sessions needs. */
const LIMIT = 100_000_000;
const PROMPT = 'tinyos> ';

class Terminal {
  private readonly system: System;
  outcome: ReturnType<System['run']> = { kind: 'budget' };

  constructor(technique: (typeof TECHNIQUES)[number]) {
    const { typedInTests: _, ...untyped } = shippedGuest('tinyos')!;
    this.system = systemFor(untyped, technique);
    this.waitFor(PROMPT);
  }

  get serial(): string {
    return this.system.serial();
  }

  get rows(): string[] {
    return screenRows(this.system.screen().bytes);
  }

  /** Runs until the guest has printed the text behind what it printed before. @returns what is new */
  waitFor(text: string, from = 0): string {
    return this.until(() => this.serial.slice(from).includes(text), `'${text}'`, from);
  }

  until(holds: () => boolean, what: string, from = 0): string {
    while (!holds()) {
      this.outcome = this.system.run(this.system.moment + SLICE);
      if (holds()) break;
      if (this.outcome.kind !== 'budget' || this.system.retired > LIMIT) {
        throw new Error(`No ${what} (${this.outcome.kind}) in:\n${this.serial.slice(from)}`);
      }
    }
    return this.serial.slice(from);
  }

  send(input: GuestInput): void {
    const typed = outsideInput(input);
    if (!typed.ok) throw new Error(typed.error.message);
    this.system.receive(typed.value);
  }

  /** Types a command. @returns what appears up to the next prompt, the echo included */
  command(text: string): string {
    const from = this.serial.length;
    this.send({ text: `${text}\n` });
    return this.waitFor(PROMPT, from).slice(0, -PROMPT.length);
  }

  runFor(instructions: number): void {
    this.outcome = this.system.run(this.system.moment + instructions);
  }
}

const strokes = (...codes: string[]) => [
  ...codes.map((code) => ({ code, down: true })),
  ...codes.reverse().map((code) => ({ code, down: false })),
];

const freeFrames = (mem: string) => Number(/(\d+) of them free/.exec(mem)?.[1]);

describe.each(TECHNIQUES)('tinyos under %s', (technique) => {
  it('reaches its prompt within 100,000 instructions and then waits for ever', () => {
    const { typedInTests: _, ...untyped } = shippedGuest('tinyos')!;
    const system = systemFor(untyped, technique);
    system.run(100_000);
    expect(system.serial()).toBe(`Welcome to tinyos. Type help and press Enter.\n${PROMPT}`);
    const outcome = system.run(system.moment + 200_000);
    expect(outcome.kind).toBe('budget');
    expect(system.serial().endsWith(PROMPT)).toBe(true);
  });

  it('has bars in the first and last row, and its prompt and cursor between them', () => {
    const terminal = new Terminal(technique);
    terminal.until(() => terminal.rows.at(-1)?.includes('shell') === true, 'last row');
    const rows = terminal.rows;
    expect(rows[0]).toMatch(/^ tinyos running idle\s+free \d+ faults +2 switches +\d+ tick +\d+$/);
    expect(rows[24]).toBe('  1 shell k');
    expect(rows[6]).toBe(PROMPT.trimEnd());
  });

  it('takes the processor away from a program that never gives it up', () => {
    const terminal = new Terminal(technique);
    terminal.command('run hog &');
    terminal.command('run hog &');
    expect(terminal.command('run primes')).toContain('1229 primes');
    const top = terminal.command('top');
    const ticks = [...top.matchAll(/(\d+) {2}hog/g)].map((match) => Number(match[1]));
    expect(ticks.length).toBe(2);
    for (const count of ticks) expect(count).toBeGreaterThan(0);
    expect(terminal.command('ps').match(/ready +hog/g)?.length).toBe(2);
  });

  it('kills a process by its number, but not the shell', () => {
    const terminal = new Terminal(technique);
    expect(terminal.command('run hog &')).toContain('[2] started');
    expect(terminal.command('kill 2')).toContain('[2] ended with code -1');
    expect(terminal.command('ps')).not.toContain('hog');
    expect(terminal.command('kill 1')).toContain('must not be killed');
    expect(terminal.command('kill 99')).toContain('no such process');
    expect(terminal.command('kill me')).toContain('kill which process?');
  });

  it('ends the program that the shell waits for when Ctrl+C is pressed', () => {
    const terminal = new Terminal(technique);
    const from = terminal.serial.length;
    terminal.send({ text: 'run hog\n' });
    terminal.until(() => terminal.rows.at(-1)?.includes('hog') === true, 'hog in the last row');
    terminal.send({ strokes: strokes('ControlLeft', 'KeyC') });
    expect(terminal.waitFor(PROMPT, from)).toContain('^C\nended with code -1\n');
    expect(terminal.command('ps')).not.toContain('hog');
  });

  it('gives all frames back when programs end, however they end', () => {
    const terminal = new Terminal(technique);
    // The first one makes the page that the shell itself wants for the answer.
    terminal.command('mem');
    const before = freeFrames(terminal.command('mem'));
    for (const name of ['primes', 'memory', 'twins', 'crash', 'rogue', 'deep', 'liar']) {
      terminal.command(`run ${name}`);
    }
    const [, pid] = /\[(\d+)\] started/.exec(terminal.command('run hog &')) ?? [];
    expect(terminal.command(`kill ${pid}`)).toContain(`[${pid}] ended`);
    expect(freeFrames(terminal.command('mem'))).toBe(before);
    expect(before).toBeGreaterThan(1700);
  });

  it('refuses a program when all slots are taken', () => {
    const terminal = new Terminal(technique);
    for (let i = 0; i < 6; i++) {
      expect(terminal.command('run clock &')).toContain('started');
    }
    expect(terminal.command('run clock &')).toContain('no room for another process');
    expect(terminal.command('run nothing')).toContain('no such program');
  });

  it('draws the clock in the corner, from beside the shell', () => {
    const terminal = new Terminal(technique);
    terminal.command('run clock &');
    terminal.until(() => /\b00:02$/.test(terminal.rows[0] ?? ''), 'two seconds on the clock');
    expect(terminal.command('ps')).toMatch(/sleeping +clock/);
    expect(terminal.command('uptime')).toMatch(/\n[23]\.\d seconds\n/);
  });

  it('understands shift, caps lock, backspace and the Up key', () => {
    const terminal = new Terminal(technique);
    expect(terminal.command('X*"?~')).toContain('\nX*"?~: no such command');
    const from = terminal.serial.length;
    terminal.send({ strokes: [...strokes('CapsLock'), ...strokes('KeyA'), ...strokes('Digit1')] });
    terminal.send({ strokes: [...strokes('ShiftRight', 'KeyB'), ...strokes('CapsLock')] });
    terminal.send({ text: 'c\n' });
    expect(terminal.waitFor(PROMPT, from)).toContain('\nA1bc: no such command');
    expect(terminal.command('pq\bs')).toContain('PID');
    const again = terminal.serial.length;
    terminal.send({ text: 'xy', strokes: [...strokes('ArrowUp'), ...strokes('Enter')] });
    expect(terminal.waitFor(PROMPT, again)).toContain('PID');
  });

  it('takes the serial line for a second keyboard', () => {
    const terminal = new Terminal(technique);
    const from = terminal.serial.length;
    terminal.send({ serial: 'run primes\x7fs\r' });
    expect(terminal.waitFor(PROMPT, from)).toContain('1229 primes below 10000');
  });

  it('scrolls between its bars', () => {
    const terminal = new Terminal(technique);
    for (let i = 0; i < 3; i++) terminal.command('help');
    const rows = terminal.rows;
    expect(rows[0]).toMatch(/^ tinyos running/);
    expect(rows[23]).toBe(PROMPT.trimEnd());
    expect(rows[22]).toContain('reads a key');
    expect(rows[24]).toContain('1 shell');
  });

  it('panics with registers when the kernel itself faults', () => {
    const terminal = new Terminal(technique);
    terminal.send({ text: 'fault\n' });
    terminal.until(() => terminal.outcome.kind !== 'budget', 'end');
    expect(terminal.outcome).toEqual({ kind: 'exited', code: 0x11 });
    expect(terminal.serial).toMatch(
      /panic: page fault at 0x0010[0-9a-f]{4} \(kernel write to 0x00000000, not present\)\n {2}eax 0x/,
    );
    expect(terminal.serial).toMatch(/ cs 0x00000008 {2}efl 0x[0-9a-f]{8} {2}err 0x00000002\n/);
  });
});

it('the session in guest.ts runs every program but the endless ones', () => {
  const typed = tinyos.typedInTests?.text ?? '';
  for (const name of ['primes', 'memory', 'twins', 'crash', 'rogue', 'deep', 'liar']) {
    expect(typed).toContain(`run ${name}\n`);
  }
});
