import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pmap } from './pmap';

describe('Pmap', () => {
  it('is a permutation with its inverse, for any number of frames', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (frames) => {
        const pmap = new Pmap(frames);
        const seen = new Set<number>();
        for (let frame = 0; frame < frames; frame++) {
          const machine = pmap.machineFrame(frame)!;
          if (pmap.guestFrame(machine) === frame && machine < frames) seen.add(machine);
        }
        expect(seen.size).toBe(frames);
      }),
      { numRuns: 50 },
    );
  });

  it('scatters: hardly any guest frame lies at its own machine address', () => {
    const pmap = new Pmap(2048);
    let same = 0;
    for (let frame = 0; frame < 2048; frame++) if (pmap.machineFrame(frame) === frame) same++;
    expect(same).toBeLessThan(20);
  });

  it('sends pages the guest does not have to the open bus', () => {
    expect(new Pmap(16).physical(16 * 4096)).toBe(0xfffff000);
  });
});
