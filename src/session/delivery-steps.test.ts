/**
 * A delivery is a step of its own: the state a kernel debugger has to show, at the handler's first instruction with the fresh
 * frame on the stack, is a moment of the run, forward and backward, bare and translated.
 */
import { describe, expect, it } from 'vitest';
import type { Breakpoint, BreakpointPlace } from './debug';
import { DEFAULT_WORLD, type MachineView, type Session, type World } from './index';
import { openSession } from './testing/toy-guest';

const TECHNIQUES = ['bare', 'binary-translation'] as const;
type Technique = (typeof TECHNIQUES)[number];

/** A write to a page that is there, by user code. */
const WRITE_BY_USER = 7;

const worldOf = (technique: Technique, name: string): World => ({
  ...DEFAULT_WORLD,
  technique,
  memoryBytes: 4 * 1024 * 1024,
  guest: { kind: 'shipped', name },
});

const one = (place: BreakpointPlace, condition: string | null = null): readonly Breakpoint[] => [
  { id: 'one', enabled: true, place, condition },
];

async function valuesOf(session: Session, expressions: readonly string[]): Promise<number[]> {
  const found = await session.inspect('evaluate', { expressions });
  return found.map((value) => (value.ok ? value.value : Number.NaN));
}

/** Where the guest stands, as its own CPU has it. */
const standing = ({ guest }: MachineView) => [guest.eip, guest.cpl, guest.gpr[4]];

describe.each(TECHNIQUES)('a breakpoint on a page-fault handler, on %s', (technique) => {
  it('stops behind the delivery, before the first instruction, both ways', async () => {
    const session = await openSession(worldOf(technique, 'copy-on-write'));
    await session.setBreakpoints(one({ kind: 'label', name: 'page_fault' }));
    const { found, view } = await session.resume('forward');
    expect(found).toBe(true);
    const [handler, errorCode, returnAddress, cr2] = await valuesOf(session, [
      ...['page_fault', '[esp]', '[esp + 4]', 'cr2'],
    ]);
    expect([view.guest.eip, view.guest.cpl]).toEqual([handler, 0]);
    expect(errorCode).toBe(WRITE_BY_USER);
    expect(cr2).not.toBe(0);
    expect(view.stop?.reason).toBe('Breakpoint at page_fault.');
    // Before the delivery the program stood before the instruction that the frame names, and was not in ring 0.
    const before = await session.step('guest', 'backward');
    expect([before.guest.eip, before.guest.cpl]).toEqual([returnAddress, 3]);
    expect(before.guestRetired).toBe(view.guestRetired);
    const again = await session.step('guest', 'forward');
    expect([again.moment, standing(again)]).toEqual([view.moment, standing(view)]);
    // From the next one back to this one.
    expect((await session.resume('forward')).found).toBe(true);
    const back = await session.resume('backward');
    expect([back.view.moment, standing(back.view)]).toEqual([view.moment, standing(view)]);
  }, 60_000);

  it('asks its condition in the state it shows', async () => {
    const session = await openSession(worldOf(technique, 'copy-on-write'));
    const place = { kind: 'label', name: 'page_fault' } as const;
    await session.setBreakpoints(one(place, '[esp] == 7 && cpl == 0 && eip == page_fault'));
    expect((await session.resume('forward')).found).toBe(true);
    expect(await valuesOf(session, ['[esp] == 7 && eip == page_fault'])).toEqual([1]);
    await session.setBreakpoints(one(place, '[esp] != 7'));
    const { found, view } = await session.resume('forward');
    if (found) expect(await valuesOf(session, ['[esp] != 7'])).toEqual([1]);
    else expect(view.outcome).not.toBeNull();
  }, 60_000);

  it('lets the state between the delivery and the handler be edited', async () => {
    const session = await openSession(worldOf(technique, 'copy-on-write'));
    await session.setBreakpoints(one({ kind: 'label', name: 'page_fault' }));
    const { view } = await session.resume('forward');
    const edited = await session.edit({ kind: 'register', name: 'edi', value: 0x1234 });
    expect(edited.ok && edited.value.moment).toEqual(view.moment);
    const [edi, eip, handler] = await valuesOf(session, ['edi', 'eip', 'page_fault']);
    expect([edi, eip]).toEqual([0x1234, handler]);
    const next = await session.step('guest', 'forward');
    expect([next.guest.gpr[7], next.guest.cpl]).toEqual([0x1234, 0]);
  }, 60_000);
});

describe.each(TECHNIQUES)('a breakpoint on interrupts, on %s', (technique) => {
  it('stops right behind the delivery, and on the way back right before it', async () => {
    const session = await openSession(worldOf(technique, 'timer-interrupts'));
    await session.setBreakpoints(one({ kind: 'event', event: 'interrupt' }));
    for (let tick = 0; tick < 3; tick++) {
      const { found, view } = await session.resume('forward');
      expect(found).toBe(true);
      const [saved] = await valuesOf(session, ['[esp]']);
      const next = await session.step('guest', 'forward');
      expect(next.guestRetired).toBe(view.guestRetired + 1);
      const back = await session.resume('backward');
      expect(back.view.guest.eip).toBe(saved);
      expect(back.view.guestRetired).toBe(view.guestRetired);
      expect((await session.step('guest', 'forward')).moment).toEqual(view.moment);
    }
  }, 60_000);

  it('is walked through one guest step at a time, and back the same way', async () => {
    const session = await openSession(worldOf(technique, 'timer-interrupts'));
    await session.setBreakpoints(one({ kind: 'event', event: 'interrupt' }));
    const { view } = await session.resume('forward');
    const first = await session.step('guest', 'backward');
    const there = [standing(first)];
    let here = first;
    while (there.length < 20) {
      here = await session.step('guest', 'forward');
      there.push(standing(here));
    }
    expect(there[1]).toEqual(standing(view));
    const back = [standing(here)];
    while (back.length < there.length) {
      here = await session.step('guest', 'backward');
      back.push(standing(here));
    }
    expect(back.reverse()).toEqual(there);
    expect(here.moment).toEqual(first.moment);
  }, 60_000);
});

it('a machine step shows a delivery as such: nothing is executed', async () => {
  const session = await openSession(worldOf('bare', 'timer-interrupts'));
  await session.setBreakpoints(one({ kind: 'event', event: 'interrupt' }));
  const stopped = await session.resume('forward');
  const before = await session.step('machine', 'backward');
  const view = await session.step('machine', 'forward');
  expect(view.moment).toEqual(stopped.view.moment);
  expect(view.moment.retired).toBe(before.moment.retired + 1);
  expect([view.guestRetired, view.executed]).toEqual([before.guestRetired, null]);
  expect(view.events.map(({ kind }) => kind)).toContain('trap');
  expect(view.sentence).toMatch(/interrupted ring \d: the CPU entered the handler/);
  const after = await session.step('machine', 'forward');
  expect(after.executed?.address).toBe(view.guest.eip);
});
