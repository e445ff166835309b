/** Deliveries as steps: running to a moment is stepping to it, and guests step alike on bare hardware and translated. */
import { describe, expect, it } from 'vitest';
import { shippedGuest } from '../guests/registry';
import { bareOn as bareGuest, translated as translatedGuest } from '../guests/testing/runs';
import type { MachineEvent } from '../machine/events';
import type { System } from './core/system';
import { runToEnd } from './testing/equivalence';
import { imageOf } from './testing/random-guest/compare';
import { randomGuest } from './testing/random-guest/generate';
import { Random } from './testing/random-guest/random';
import { bareOn, translatedOn } from './testing/systems';
import { stateOf } from './testing/watching';

const FAR = 30_000;
const STOPS = 12;

const randomImage = (seed: number): Uint8Array => {
  const guest = randomGuest(seed);
  return imageOf(guest.source(guest.parts));
};

const keepEvents = (system: System): MachineEvent[] => {
  const events: MachineEvent[] = [];
  system.events.listener = (event) => events.push(event);
  return events;
};

describe.each([
  ['bare', bareOn],
  ['binary translation', translatedOn],
] as const)('running to a moment on %s', (_, make) => {
  it.each([1, 2, 3, 4, 5, 8])('is stepping to it, deliveries and all, seed %i', (seed) => {
    const image = randomImage(seed);
    const random = new Random(seed);
    const [stepping, running] = [make(image), make(image)];
    const [seen, expected] = [keepEvents(stepping), keepEvents(running)];
    const stops = Array.from({ length: STOPS }, () => random.below(FAR)).sort((a, b) => a - b);
    let deliveries = 0;
    for (const stop of stops) {
      let ended = false;
      while (stepping.moment < stop && !ended) {
        const { moment, retired } = stepping;
        ended = stepping.run(moment + 1).kind !== 'budget';
        if (!ended) expect(stepping.moment).toBe(moment + 1);
        if (!ended && stepping.retired === retired) deliveries++;
      }
      const outcome = running.run(stop);
      expect(outcome.kind !== 'budget').toBe(ended);
      expect(stateOf(running)).toBe(stateOf(stepping));
      if (ended) break;
    }
    expect(deliveries).toBeGreaterThan(0);
    expect(running.moment - running.retired).toBe(deliveries);
    expect(seen).toEqual(expected);
  });

  it('goes on from between a delivery and its handler after a restore', () => {
    const image = randomImage(3);
    const system: System = make(image);
    let saved = 0;
    while (system.moment < FAR && saved < 10) {
      const { retired } = system;
      if (system.run(system.moment + 1).kind !== 'budget') break;
      if (system.retired > retired) continue;
      saved++;
      system.memory.markAllDirty();
      const ram = system.memory.takeDirtyPages();
      const state = system.save();
      system.run(system.moment + 300);
      const future = stateOf(system);
      system.memory.restorePages(ram);
      system.restore(state);
      system.run(system.moment + 300);
      expect(stateOf(system)).toBe(future);
    }
    expect(saved).toBeGreaterThan(0);
  });
});

describe('a run limited in retired instructions', () => {
  it('takes the deliveries before an instruction along with it, as ever', () => {
    const image = randomImage(2);
    const [inMoments, inRetired] = [bareOn(image), bareOn(image)];
    inMoments.run(FAR);
    expect(inMoments.moment).toBeGreaterThan(inMoments.retired);
    const { cpu } = inRetired.pc;
    while (cpu.retired < inMoments.retired) inRetired.pc.run(cpu.retired + 1);
    expect(cpu.moment).toBeLessThanOrEqual(inMoments.moment);
    inRetired.run(inMoments.moment);
    expect(stateOf(inRetired)).toBe(stateOf(inMoments));
  });
});

/** Where the guest stands at each of its steps, and whether the step that led there was a delivery. */
function stepsOf(system: System, most: number): string[] {
  const steps: string[] = [];
  let last = { moment: -1, retired: 0 };
  for (;;) {
    if (system.atGuestBoundary() && system.guestMoment > last.moment) {
      const { eip, cpl } = system.guest();
      const by = system.guestRetired === last.retired ? 'delivery' : 'instruction';
      steps.push(`${system.guestMoment} ${by} ${cpl}:${eip.toString(16)}`);
      last = { moment: system.guestMoment, retired: system.guestRetired };
    }
    if (steps.length >= most || system.run(system.moment + 1).kind !== 'budget') return steps;
  }
}

describe('guest steps', () => {
  it.each(['timer-interrupts', 'copy-on-write', 'user-cli'])(
    'of %s are the same on bare hardware and translated, deliveries among them',
    (name) => {
      const guest = shippedGuest(name)!;
      const first = translatedGuest(guest);
      runToEnd(first, 60_000);
      const bare = bareGuest(guest);
      bare.replay(first.timedFacts());
      const most = Math.min(first.guestMoment, 40_000);
      const steps = stepsOf(translatedGuest(guest), most);
      expect(steps).toEqual(stepsOf(bare, most));
      expect(steps.filter((step) => step.includes('delivery')).length).toBeGreaterThan(1);
    },
    120_000,
  );
});
