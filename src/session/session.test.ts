import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MachineView, Moment, StepUnit, TechniqueId, World } from './index';
import { DEFAULT_WORLD, Session } from './index';

const yieldNow = () => Promise.resolve();
const world = (technique: TechniqueId): World => ({
  ...DEFAULT_WORLD,
  technique,
  guest: { kind: 'shipped', name: 'hello-rings' },
});

async function open(technique: TechniqueId): Promise<Session> {
  const session = new Session({ yieldNow });
  const loaded = await session.load(world(technique));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return session;
}

const isSame = (a: Moment, b: Moment) => a.retired === b.retired && a.phase === b.phase;

/** Everything but what depends on how one got here. */
function state(view: MachineView) {
  const { before: _before, events: _events, sentence: _sentence, end: _end, ...rest } = view;
  return rest;
}

describe.each(['bare', 'binary-translation'] as const)('Session on %s', (technique) => {
  let session: Session;
  let end: number;
  beforeAll(async () => {
    session = await open(technique);
    const explored = await session.explore(100_000_000);
    expect(explored.outcome).toEqual({ kind: 'exited', code: 0x10 });
    end = explored.end!;
  });

  it('stands before instruction 0 after loading', async () => {
    const view = await session.seek({ retired: 0, phase: 0 });
    expect(view.moment).toEqual({ retired: 0, phase: 0 });
    expect(view.executed).toBeNull();
    expect(view.next).not.toBeNull();
  });

  it.each(['machine', 'guest', 'block', 'event', 'phase'] as const)(
    'steps forward and back by %s to the same views',
    async (unit) => {
      await session.seek({ retired: 0, phase: 0 });
      const forward: MachineView[] = [await session.view()];
      for (let i = 0; i < 40 && !forward.at(-1)!.outcome; i++) {
        forward.push(await session.step(unit, 'forward'));
      }
      for (let i = forward.length - 2; i > 0; i--) {
        const back = await session.step(unit, 'backward');
        expect(back).toEqual(forward[i]);
      }
    },
    60_000,
  );

  it('is where it was after a random walk out and back', async () => {
    const units: StepUnit[] = ['machine', 'guest', 'block', 'event', 'phase'];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: end }),
        fc.constantFrom(...units),
        fc.integer({ min: 1, max: 8 }),
        async (start, unit, count) => {
          await session.seek({ retired: start, phase: 0 });
          // Stand on a stop of the unit, reached from a stop of the unit.
          await session.step(unit, 'forward');
          const home = await session.step(unit, 'forward');
          const out: MachineView[] = [home];
          for (let i = 0; i < count; i++) out.push(await session.step(unit, 'forward'));
          for (let i = count - 1; i >= 0; i--) {
            // At the end of the run a step forward goes nowhere.
            if (isSame(out[i + 1]!.moment, out[i]!.moment)) continue;
            expect(state(await session.step(unit, 'backward'))).toEqual(state(out[i]!));
          }
        },
      ),
      { numRuns: 30, seed: 7 },
    );
  }, 120_000);
});
