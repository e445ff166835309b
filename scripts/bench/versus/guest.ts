/** The guest of the contest: assembled once, loaded by everybody. Node only. */
import { readFileSync } from 'node:fs';
import { assemble, formatAsmError, toElf } from '../../../src/assembler';
import { makeSystem } from '../../../src/session';
import { worldOf } from './world';

export const WORKS = ['integer', 'sieve'] as const;
export type Work = (typeof WORKS)[number];

export const WORK_NAMES: Readonly<Record<Work, string>> = {
  integer: 'integer loop',
  sieve: 'sieve with calls',
};

/** Plain data: it goes to a browser's worker. */
export interface SpeedGuest {
  readonly work: Work;
  /** A Multiboot ELF image. */
  readonly image: Uint8Array<ArrayBuffer>;
  /** Physical address of the guest's counter of rounds, a dword. */
  readonly iterationsAt: number;
  /** Instructions retired when it becomes 1, and from each round to the next. */
  readonly firstIteration: number;
  readonly perIteration: number;
}

export function speedGuest(work: Work): SpeedGuest {
  const text = readFileSync(new URL('guest.asm', import.meta.url), 'utf8');
  const source = `%define SIEVE ${work === 'sieve' ? 1 : 0}\n${text}`;
  const assembled = assemble(source, { name: 'guest.asm' });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  const iterationsAt = assembled.value.symbols.find(({ name }) => name === 'iterations')?.address;
  if (iterationsAt === undefined) throw new Error('the guest has no label `iterations`');
  const image = Uint8Array.from(toElf(assembled.value));
  const [first, second, third] = whenCounted(image, iterationsAt, 3);
  const perIteration = second! - first!;
  // What the checks rest on.
  if (third! - second! !== perIteration) throw new Error('rounds of the guest differ in length');
  return { work, image, iterationsAt, firstIteration: first!, perIteration };
}

/** The moments at which the counter became 1, 2 ... `rounds`, found by halving. */
function whenCounted(image: Uint8Array, at: number, rounds: number): number[] {
  const furthest = 10_000_000;
  return Array.from({ length: rounds }, (_, index) => {
    let [low, high] = [0, furthest];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (countAfter(image, at, middle) > index) high = middle;
      else low = middle;
    }
    return high;
  });
}

function countAfter(image: Uint8Array, at: number, instructions: number): number {
  const made = makeSystem(worldOf(image));
  if (!made.ok) throw new Error(made.error.message);
  const outcome = made.value.run(instructions);
  if (outcome.kind !== 'budget') throw new Error(`the guest ended: ${JSON.stringify(outcome)}`);
  return made.value.memory.read32(at);
}
