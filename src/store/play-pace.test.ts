import { describe, expect, it } from 'vitest';
import type { MachineView } from '../session/view';
import { playPace } from './play-pace';

const FULL = { id: 'full', label: '', kind: 'instructions', slice: 50_000, adapts: true } as const;

/** A machine that needs 20 ms for a picture and one more for each `perMs` instructions. */
function machine(perMs: number) {
  let time = 0;
  const slices: number[] = [];
  const play = async (instructions: number): Promise<MachineView> => {
    slices.push(instructions);
    time += 20 + instructions / perMs;
    return {} as MachineView;
  };
  return { slices, play, now: () => time };
}

describe('play at full speed', () => {
  it('comes to slices that take the time of one picture, whatever the machine', async () => {
    for (const perMs of [1_000, 4_000, 20_000]) {
      const { slices, play, now } = machine(perMs);
      const pace = playPace(play, now);
      for (let i = 0; i < 30; i++) await pace.run(FULL);
      // 50 ms, of which the picture takes 20.
      const last = slices.at(-1) ?? 0;
      expect(last / (30 * perMs)).toBeCloseTo(1, 1);
    }
  });

  it('changes by no more than half and double at a time', async () => {
    const { slices, play, now } = machine(100);
    const pace = playPace(play, now);
    for (let i = 0; i < 3; i++) await pace.run(FULL);
    expect(slices).toEqual([50_000, 25_000, 12_500]);
  });

  it('leaves slices alone that have a length of their own', async () => {
    const { slices, play, now } = machine(10);
    const pace = playPace(play, now);
    const slow = { id: 'run', label: '', kind: 'instructions', slice: 100 } as const;
    for (let i = 0; i < 3; i++) await pace.run(slow);
    expect(slices).toEqual([100, 100, 100]);
  });
});
