/** Back then forward is bit-identical, on the real machines: all of RAM and everything `save()` holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHIPPED_TEXTS } from '../guests/registry';
import type { System } from '../hypervisor/core/system';
import { makeSystem, openWorld, type Run } from './run';
import { DEFAULT_WORLD, type TechniqueId, type World } from './world';

const world = (technique: TechniqueId): World => ({
  ...DEFAULT_WORLD,
  technique,
  guest: { kind: 'shipped', name: 'hello-rings' },
});

function fresh(technique: TechniqueId): System {
  const made = makeSystem(world(technique), SHIPPED_TEXTS);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

function open(technique: TechniqueId): Run {
  const opened = openWorld(world(technique), SHIPPED_TEXTS);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

/** What a moment looks like from the outside: registers of both CPUs, counters, devices, translations. */
const observe = (system: System) => ({
  retired: system.retired,
  guestRetired: system.guestRetired,
  cycles: system.cycles,
  causes: system.cyclesByCause(),
  real: system.real(),
  guest: system.guest(),
  actor: system.actor(),
  boundary: system.atGuestBoundary(),
  serial: system.serial(),
  screen: system.screen(),
  counts: system.events.counts,
  cache: system.cache(),
  translations: system.translations(),
  timed: system.timedFacts(),
});

describe.each(['bare', 'binary-translation'] as const)('%s', (technique) => {
  it('reaches any moment by jumping around as by running from the start', () => {
    const run = open(technique);
    // The scout has left checkpoints all over the run.
    run.recording.extend(1e9);
    const end = run.recording.end!;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: end - 1 }), { minLength: 2, maxLength: 5 }),
        (moments) => {
          for (const moment of moments) run.cursor.goTo(moment);
          const obvious = fresh(technique);
          obvious.run(moments.at(-1)!);
          expect(observe(run.cursor.machine)).toEqual(observe(obvious));
          expect(run.cursor.machine.memory.u8.length).toBe(obvious.memory.u8.length);
          expect(Buffer.compare(run.cursor.machine.memory.u8, obvious.memory.u8)).toBe(0);
        },
      ),
      { numRuns: 12, seed: 1974 },
    );
  }, 120_000);

  it('gives the same events and the same end after jumping around', () => {
    const run = open(technique);
    run.recording.extend(1e9);
    const all = run.recording.between(0, run.recording.end!);
    const again = open(technique);
    again.cursor.goTo(60_000);
    again.cursor.goTo(1000);
    const heard: unknown[] = [];
    const { machine } = again.cursor;
    machine.events.listener = (event) => heard.push(event);
    again.cursor.runTo(1e9);
    const expected = all.filter((event) => event.retired >= 1000);
    expect(heard.length).toBe(expected.length);
    expect(heard).toEqual(expected);
    expect(again.cursor.outcome).toEqual(run.recording.outcome);
  }, 120_000);
});
