import { describe, expect, it } from 'vitest';
import { checkpoint, type Prepared, prepared, whole } from './testing/random-program';

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);
const TOTAL = 2000;

function expectSame(machine: Prepared, reference: Prepared): void {
  expect(whole(machine)).toEqual(whole(reference));
  expect(machine.timer.pending).toBe(reference.timer.pending);
  expect(Buffer.compare(machine.memory.u8, reference.memory.u8)).toBe(0);
}

describe('a random program', () => {
  it.each(SEEDS)('runs as it steps, bit for bit (seed %i)', (seed) => {
    const running = prepared(seed);
    const stepping = prepared(seed);
    const pieces = prepared(seed);
    const outcome = running.cpu.run(TOTAL);
    for (let i = 0; i < TOTAL; i++) if (stepping.cpu.step()) break;
    for (let at = 0; at < TOTAL; at += 1 + (at % 23)) {
      if (pieces.cpu.run(at).kind !== 'budget') break;
    }
    if (outcome.kind === 'budget') pieces.cpu.run(TOTAL);
    expectSame(stepping, running);
    expectSame(pieces, running);
  });

  it.each(SEEDS)('runs the same with every instruction decoded anew (seed %i)', (seed) => {
    const cached = prepared(seed);
    const anew = prepared(seed);
    anew.cpu.decodesAnew = true;
    expect(anew.cpu.run(TOTAL)).toEqual(cached.cpu.run(TOTAL));
    expectSame(anew, cached);
  });

  it.each(SEEDS)('has the same future from every checkpoint (seed %i)', (seed) => {
    const reference = prepared(seed);
    const checkpoints = [0, 1, 97, 500, 1201].map((at) => {
      reference.cpu.run(at);
      return checkpoint(reference);
    });
    const outcome = reference.cpu.run(TOTAL);
    const other = prepared(seed);
    for (const restore of checkpoints) {
      // Once into a machine that has seen nothing of it, then into one that knows a different present.
      restore(other);
      expect(other.cpu.run(TOTAL)).toEqual(outcome);
      expectSame(other, reference);
    }
  });
});
