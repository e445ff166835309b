/** Flows and sentences over hello-rings: every cycle and every change told was really spent and really happened. */
import { describe, expect, it } from 'vitest';
import type { MachineEvent } from '../machine/events';
import { buildFlow } from './flow';
import { DEFAULT_WORLD, type MachineView, Session, type TechniqueId } from './index';

async function open(technique: TechniqueId): Promise<Session> {
  const session = new Session({ yieldNow: () => Promise.resolve() });
  const guest = { kind: 'shipped', name: 'hello-rings' } as const;
  const loaded = await session.load({ ...DEFAULT_WORLD, technique, guest });
  if (!loaded.ok) throw new Error(loaded.error.message);
  await session.explore(10_000_000);
  return session;
}

/** The view just behind each excursion that follows `from`. */
async function flowsFrom(session: Session, from: number, count: number): Promise<MachineView[]> {
  await session.seek({ retired: from, phase: 0 });
  const views: MachineView[] = [];
  for (let i = 0; views.length < count && i < 50 * count; i++) {
    const { found, view } = await session.runUntil({ kind: 'event', event: 'iret' }, 'forward');
    if (!found) break;
    if (view.flow?.waypoints.at(-1)?.label === 'return') views.push(view);
  }
  return views;
}

describe.each(['bare', 'binary-translation'] as const)('flows on %s', (technique) => {
  it('charge each cycle to one waypoint, and never claim zero', async () => {
    const session = await open(technique);
    const views = await flowsFrom(session, 22_000, 12);
    expect(views.length).toBeGreaterThan(3);
    for (const { flow } of views) {
      const told = flow!.waypoints.map(({ cycles }) => cycles);
      for (const cycles of told) expect(cycles === null || cycles > 0).toBe(true);
      expect(told.reduce<number>((sum, cycles) => sum + (cycles ?? 0), 0)).toBe(flow!.totalCycles);
    }
  });
});

it('sleep inside an excursion is no part of its cycles', () => {
  const at = (retired: number, cycles: number, more: object) =>
    ({ retired, cycles, eip: 0, cpl: 0, ...more }) as unknown as MachineEvent;
  const events = [
    at(5, 100, { kind: 'gate-call', fromCpl: 1, toCpl: 0, selector: 8, toEip: 0, frame: [] }),
    at(6, 110, { kind: 'monitor-entry', reason: 'callout', guestEip: 0 }),
    at(7, 111, { kind: 'halt' }),
    at(7, 5111, { kind: 'wake' }),
    at(8, 5452, { kind: 'iret', fromCpl: 0, toCpl: 1, toEip: 0 }),
  ];
  const flow = buildFlow({ start: 5, end: 8 }, events, { retired: 9, phase: 0 });
  expect(flow?.waypoints.map(({ cycles }) => cycles)).toEqual([null, null, 10, 342]);
  expect(flow?.totalCycles).toBe(352);
});

it('a delivery from an outer ring carries what the cost table charges for it, on its last phase', async () => {
  const session = await open('bare');
  const at = await session.runUntil(
    { kind: 'event', event: 'trap', where: { source: 'external', fromCpl: 3 } },
    'forward',
  );
  const entered = at.view.flow?.waypoints.filter(({ place }) => place !== 'ring3') ?? [];
  expect(at.found).toBe(true);
  expect(entered.slice(0, 5).map(({ cycles }) => cycles)).toEqual([null, null, null, null, 550]);
});

describe('sentences over hello-rings', () => {
  it.each(['bare', 'binary-translation'] as const)(
    'claim no change that did not happen on %s',
    async (technique) => {
      const session = await open(technique);
      const checked = { flag: 0, register: 0 };
      for (const from of [0, 21_900, 22_000, 45_000, 60_000]) {
        await session.seek({ retired: from, phase: 0 });
        for (let i = 0; i < 150; i++) {
          const view = await session.step(i % 3 === 0 ? 'guest' : 'machine', 'forward');
          if (view.outcome) break;
          const { sentence, before } = view;
          expect(sentence).not.toMatch(/went from (\d) to \1/);
          const flag = /virtual IF went from (\d) to (\d)/.exec(sentence);
          if (flag) {
            checked.flag++;
            expect(flag.slice(1).map(Number)).toEqual([
              before?.guest.interruptFlag,
              view.guest.interruptFlag,
            ]);
          }
          for (const [, name] of sentence.matchAll(/\b(e[a-d]x|e[sd]i|e[sb]p) is now/g)) {
            const index = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'].indexOf(name!);
            checked.register++;
            expect(before?.real.gpr[index]).not.toBe(view.real.gpr[index]);
          }
        }
      }
      expect(checked.register).toBeGreaterThan(20);
      if (technique === 'binary-translation') expect(checked.flag).toBeGreaterThan(0);
    },
    60_000,
  );
});
