import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageOf } from '../../hypervisor/testing/random-guest/compare';
import { randomGuest } from '../../hypervisor/testing/random-guest/generate';
import type { Breakpoint, BreakpointPlace, EventTrigger } from '../debug';
import { DEFAULT_WORLD, Session, type TechniqueId, type World } from '../index';
import { openSession, TOY_FILE, TOY_SOURCE, worldOf } from '../testing/toy-guest';

const TECHNIQUES = ['bare', 'binary-translation'] as const;

const one = (place: BreakpointPlace, condition: string | null = null): readonly Breakpoint[] => [
  { id: 'one', enabled: true, place, condition },
];
const label = (name: string): BreakpointPlace => ({ kind: 'label', name });
const data = (
  address: number | string,
  on: 'write' | 'read' | 'access' = 'write',
  space: 'virtual' | 'physical' = 'virtual',
): BreakpointPlace => ({ kind: 'data', space, address, length: 4, on });
const event = (name: EventTrigger, value?: number): BreakpointPlace =>
  value === undefined ? { kind: 'event', event: name } : { kind: 'event', event: name, value };

interface Stop {
  readonly retired: number;
  readonly guestMoment: number;
  readonly reason: string;
}

const MOST_STOPS = 40;

/** All stops from the start to the end of the run, and all from the end to the start in the same order. */
async function stopsBothWays(session: Session, breakpoints: readonly Breakpoint[]) {
  await session.setBreakpoints(breakpoints);
  const { end } = await session.explore(2_000_000);
  const walk = async (from: number, direction: 'forward' | 'backward') => {
    const stops: Stop[] = [];
    await session.seek({ retired: from, phase: 0 });
    while (stops.length < MOST_STOPS) {
      const { found, view } = await session.resume(direction);
      if (!found) break;
      expect(view.stop?.breakpoint).toBe('one');
      const { retired } = view.moment;
      stops.push({ retired, guestMoment: view.guestMoment, reason: view.stop?.reason ?? '' });
      if (retired === end) break;
    }
    return stops;
  };
  const forward = await walk(0, 'forward');
  const backward = await walk(end ?? 2_000_000, 'backward');
  return { forward, backward: backward.reverse() };
}

const counts = (stops: readonly Stop[]) => stops.map(({ guestMoment }) => guestMoment);

/** The slow way: every guest instruction from a label on is looked at. */
async function boundariesAt(session: Session, holds: (session: Session) => Promise<boolean>) {
  const found: number[] = [];
  let { view } = await session.runUntil({ kind: 'guest-address', address: 'count' }, 'forward');
  while (!view.outcome) {
    view = await session.step('guest', 'forward');
    if (await holds(session)) found.push(view.moment.retired);
  }
  return found;
}

const valueNow = async (session: Session, text: string): Promise<number> => {
  const [found] = await session.inspect('evaluate', { expressions: [text] });
  if (!found?.ok) throw new Error(found?.message);
  return found.value;
};

const GUEST_VISIBLE: readonly EventTrigger[] = [
  ...(['ring-change', 'exception', 'interrupt', 'software-interrupt', 'sensitive'] as const),
  ...(['address-space', 'page-table-write', 'port', 'console', 'halt'] as const),
];

/** Places of the toy guest, and how often each is met. */
const PLACES: readonly (readonly [BreakpointPlace, string | null, number])[] = [
  [label('count'), null, 5],
  [label('count'), 'ecx == 2', 1],
  [label('paging.fill'), 'ecx < 4 and edi > table', 3],
  [label('system_call'), null, 4],
  [label('general_protection'), null, 1],
  [label('page_fault'), 'cr2 == 0x800000', 1],
  [data('counter'), null, 5],
  [data('counter', 'read'), null, 10],
  [data('counter', 'access'), null, 10],
  [data('counter'), '[counter] == 3', 1],
  [data('copy + 4'), null, 1],
  [data('user_word', 'write', 'physical'), null, 3],
  [data('kernel_stack_top - 4'), null, 6],
  [event('ring-change', 3), null, 6],
  [event('ring-change'), 'ecx == 2', 2],
  [event('exception', 14), null, 1],
  [event('software-interrupt', 0x80), 'ebx == 1', 1],
  [event('sensitive'), null, 3],
  [event('address-space'), null, 2],
  [event('page-table-write'), null, 1],
  [event('port', 0xf4), null, 1],
  [event('console'), null, 1],
];

const nameOf = (place: BreakpointPlace) =>
  place.kind === 'event'
    ? `${place.event} ${place.value ?? ''}`
    : place.kind === 'data'
      ? `${place.on} of ${place.address}`
      : place.kind === 'label'
        ? place.name
        : place.kind;

describe('breakpoints', () => {
  it.each(PLACES.map((row) => [nameOf(row[0]), ...row] as const))(
    'on %s stop bare and translated at the same steps of the guest, both ways',
    async (_name, place, condition, times) => {
      const bare = await openSession(worldOf('bare', TOY_SOURCE));
      const translated = await openSession(worldOf('binary-translation', TOY_SOURCE));
      const first = await stopsBothWays(bare, one(place, condition));
      const second = await stopsBothWays(translated, one(place, condition));
      expect(first.forward).toHaveLength(times);
      expect(counts(second.forward)).toEqual(counts(first.forward));
      expect(counts(second.backward)).toEqual(counts(first.backward));
      expect(first.backward).toHaveLength(times);
      // On code both ways stop at the same moments; what an instruction or delivery does, behind it and before it.
      const isCode = place.kind === 'label';
      for (const { forward, backward } of [first, second]) {
        const before = forward.map(({ guestMoment }) => guestMoment - (isCode ? 0 : 1));
        expect(counts(backward)).toEqual(before);
      }
      expect(second.forward.map(({ reason }) => reason)).toEqual(
        first.forward.map(({ reason }) => reason),
      );
    },
    60_000,
  );

  it.each(TECHNIQUES)(
    'on code stop where looking at every instruction stops on %s',
    async (technique) => {
      const session = await openSession(worldOf(technique, TOY_SOURCE));
      const { addresses } = (await session.setBreakpoints(one(label('user_loop'))))[0]!;
      const slow = await boundariesAt(
        session,
        async () => (await session.view()).guest.eip === addresses[0],
      );
      const { forward } = await stopsBothWays(session, one(label('user_loop')));
      expect(forward.map(({ retired }) => retired)).toEqual(slow);
      expect(slow).toHaveLength(3);
    },
    60_000,
  );

  it.each(TECHNIQUES)(
    'on data stop where its value is seen to change on %s',
    async (technique) => {
      const session = await openSession(worldOf(technique, TOY_SOURCE));
      let last = 0;
      const slow = await boundariesAt(session, async () => {
        const value = await valueNow(session, '[total]');
        const changed = value !== last;
        last = value;
        return changed;
      });
      const { forward } = await stopsBothWays(session, one(data('total')));
      expect(forward.map(({ retired }) => retired)).toEqual(slow);
    },
    60_000,
  );

  it.each(['translation-miss', 'callout', 'hidden-fault', 'true-fault', 'injected'] as const)(
    'on %s stop at the guest boundaries around each',
    async (name) => {
      const session = await openSession(worldOf('binary-translation', TOY_SOURCE));
      const { forward, backward } = await stopsBothWays(session, one(event(name)));
      expect(forward.length).toBeGreaterThan(0);
      expect(backward).toHaveLength(forward.length);
      forward.forEach(({ retired }, i) => {
        expect(backward[i]!.retired).toBeLessThan(retired);
      });
      // The moments before are moments that tell of it.
      const kind = name === 'translation-miss' ? 'cache-miss' : name;
      for (const [i, { retired }] of forward.entries()) {
        const events = await session.events(backward[i]!.retired, retired, 1000);
        expect(events.map((found) => found.kind)).toContain(kind);
      }
    },
    60_000,
  );

  it('do not stop again where the run stands, and stop the play', async () => {
    const session = await openSession(worldOf('bare', TOY_SOURCE));
    await session.setBreakpoints(one(label('count')));
    const first = await session.resume('forward');
    const played = await session.play(100);
    expect(played.stop?.reason).toBe('Breakpoint at count.');
    expect(played.guestRetired).toBe(first.view.guestRetired + 4);
    const step = await session.step('machine', 'forward');
    expect(step.stop).toBeNull();
    expect((await session.resume('backward')).view.moment).toEqual(played.moment);
    // Within reach there is none.
    expect((await session.play(2)).stop).toBeNull();
  });

  it.each(TECHNIQUES)(
    'stop a play that would have ended just there, on %s',
    async (technique) => {
      const session = await openSession(worldOf(technique, TOY_SOURCE));
      for (const place of [label('count'), data('counter'), event('software-interrupt')]) {
        await session.seek({ retired: 0, phase: 0 });
        await session.setBreakpoints(one(place));
        const { moment } = (await session.resume('forward')).view;
        await session.seek({ retired: moment.retired - 100, phase: 0 });
        const view = await session.play(100);
        expect(view.moment).toEqual(moment);
        expect(view.stop?.breakpoint).toBe('one');
      }
    },
    60_000,
  );

  it('that are disabled do not stop: the run goes to its end, and back nothing moves', async () => {
    const session = await openSession(worldOf('bare', TOY_SOURCE));
    await session.setBreakpoints([{ ...one(label('count'))[0]!, enabled: false }]);
    const { found, view } = await session.resume('forward');
    expect(found).toBe(false);
    expect(view.outcome).toEqual({ kind: 'exited', code: 0x10 });
    const back = await session.resume('backward');
    expect(back.found).toBe(false);
    expect(back.view.moment).toEqual(view.moment);
    expect(back.view.sentence).toMatch(/^No breakpoint was met on the way back/);
  });

  it('stand at a label with an offset, as the debugger itself names places', async () => {
    const session = await openSession(worldOf('bare', TOY_SOURCE));
    const at = (id: string, name: string) => ({
      id,
      enabled: true,
      condition: null,
      place: label(name),
    });
    const [plain, hexadecimal, decimal, unknown] = await session.setBreakpoints([
      at('a', 'count'),
      at('b', 'count+0x1a'),
      at('c', 'count + 26'),
      at('d', 'cuont+4'),
    ]);
    const address = (plain?.addresses[0] ?? 0) + 26;
    expect([hexadecimal?.addresses, decimal?.addresses]).toEqual([[address], [address]]);
    expect(unknown?.problem).toMatch(/no label 'cuont'\. Did you mean 'count'\?/);
  });

  it('say what is wrong with them', async () => {
    const session = await openSession(worldOf('bare', TOY_SOURCE));
    const places: readonly (readonly [BreakpointPlace, string | null, RegExp])[] = [
      [label('cuont'), null, /no label 'cuont'\. Did you mean 'count'\?/],
      [label('count'), 'ecx ==', /condition cannot be read at column 7/],
      [label('count'), 'exc == 1', /did you mean/],
      [{ kind: 'source', file: 'other.asm', line: 1 }, null, /No code .* comes from other\.asm/],
      [
        { kind: 'source', file: TOY_FILE, line: 5000 },
        null,
        /no instruction at or after line 5000/,
      ],
      [data('5 / 0'), null, /The address has no value, column 3: .* is 0/],
      [event('callout'), null, /only a hypervisor does this/],
    ];
    for (const [place, condition, problem] of places) {
      const [resolved] = await session.setBreakpoints(one(place, condition));
      expect(resolved?.problem).toMatch(problem);
    }
  });

  it('snap from a line without code to the next one with code', async () => {
    const session = await openSession(worldOf('bare', TOY_SOURCE));
    const lines = TOY_SOURCE.split('\n');
    const comment = lines.findIndex((line) => line.includes('; A page-table write')) + 1;
    const place = { kind: 'source', file: TOY_FILE, line: comment } as const;
    const [resolved] = await session.setBreakpoints(one(place));
    expect(resolved).toMatchObject({
      source: { file: TOY_FILE, line: comment + 1 },
      problem: null,
    });
    const { view } = await session.resume('forward');
    expect(view.block?.guest.find(({ next }) => next)).toMatchObject({
      sourceLine: comment + 1,
      sourceFile: TOY_FILE,
    });
  });

  it('with a condition that has no value stop nothing, and the search says why', async () => {
    const session = await openSession(worldOf('bare', TOY_SOURCE));
    await session.setBreakpoints(one(label('count'), '[0xf0000000] == 1'));
    const { found, view } = await session.resume('forward');
    expect(found).toBe(false);
    expect(view.sentence).toMatch(/had no value at times: Nothing is mapped/);
  });

  it('are looked for in a run without end until they are interrupted', async () => {
    const macrotask = () => new Promise<void>((resolve) => setTimeout(resolve));
    const session = new Session({ yieldNow: macrotask });
    const text = TOY_SOURCE.replace('ecx, 5\ncount:', 'ecx, 5\n        jmp $\ncount:');
    const loaded = await session.load(worldOf('bare', text));
    expect(loaded.ok).toBe(true);
    await session.setBreakpoints(one(label('system_call')));
    const running = session.resume('forward');
    for (let i = 0; i < 12; i++) await macrotask();
    await session.interrupt();
    const { found, view } = await running;
    expect(found).toBe(false);
    expect(view.moment.retired).toBe(0);
    expect(view.sentence).toMatch(/^Stopped after looking at [\d,]+ machine steps/);
  }, 60_000);
});

describe('a breakpoint on single-step traps', () => {
  const STEPPED = TOY_SOURCE.replace(
    'mov ecx, 5\ncount:',
    `push dword 0x102
        popf
stepped: mov ebx, 0x77
        mov ecx, 5
count:`,
  )
    .replace(
      'general_protection:',
      `single_step:
        and dword [ss:esp + 8], ~0x100
        iret
general_protection:`,
    )
    .replace(
      'times 13 dq 0',
      'dq 0\n        dw single_step - base, 8, 0x8e00, 0x10\n times 11 dq 0',
    );

  it.each(TECHNIQUES)(
    'stops on %s between the instruction stepped and the handler',
    async (technique) => {
      const session = await openSession(worldOf(technique, STEPPED));
      await session.setBreakpoints(one({ kind: 'event', event: 'exception', value: 1 }));
      const addressOf = async (name: string) => {
        const [found] = await session.inspect('evaluate', { expressions: [name] });
        return found?.ok ? found.value : null;
      };
      const { found, view } = await session.resume('forward');
      expect(found).toBe(true);
      expect(view.guest.eip).toBe(await addressOf('single_step'));
      expect(view.guest.gpr[3]).toBe(0x77);
      // Backward: before the instruction, for no moment lies between it and its trap.
      await session.step('guest', 'forward');
      const back = await session.resume('backward');
      expect(back.found).toBe(true);
      expect(back.view.guest.eip).toBe(await addressOf('stepped'));
      expect(back.view.guestRetired).toBe(view.guestRetired - 1);
    },
  );
});

describe('breakpoints in random guests', () => {
  const randomWorld = (technique: TechniqueId, seed: number): World => {
    const guest = randomGuest(seed);
    const bytes = imageOf(guest.source(guest.parts));
    return {
      ...DEFAULT_WORLD,
      technique,
      memoryBytes: 4 * 1024 * 1024,
      guest: { kind: 'image', name: 'random', bytes },
    };
  };

  /** Some of these guests never end. */
  const FAR = 150_000;

  /** The guest's steps at which playing on stops, up to a number of them. */
  async function stopsOf(session: Session, place: BreakpointPlace, until: number, most: number) {
    await session.seek({ retired: 0, phase: 0 });
    await session.setBreakpoints(one(place));
    const stops: number[] = [];
    while (stops.length < most) {
      const view = await session.play(FAR);
      if (!view.stop || view.outcome || view.guestMoment > until) break;
      stops.push(view.guestMoment);
    }
    return stops;
  }

  /** The techniques' timers tick at different instructions: only what comes before the first interrupt is the same. */
  it('on events of the guest stop alike up to the first interrupt', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10_000 }),
        fc.constantFrom(...GUEST_VISIBLE.filter((name) => name !== 'interrupt')),
        async (seed, name) => {
          const bare = await openSession(randomWorld('bare', seed));
          const translated = await openSession(randomWorld('binary-translation', seed));
          const ticks = [
            ...(await stopsOf(bare, event('interrupt'), FAR, 1)),
            ...(await stopsOf(translated, event('interrupt'), FAR, 1)),
          ];
          const until = Math.min(FAR / 20, ...ticks) - 1;
          const expected = await stopsOf(bare, event(name), until, 12);
          expect(await stopsOf(translated, event(name), until, 12)).toEqual(expected);
        },
      ),
      { numRuns: 8, seed: 80386 },
    );
  }, 240_000);

  it('stop where a slice of play ends, though the translator has yet to translate what is there', async () => {
    const session = await openSession(randomWorld('binary-translation', 2));
    await session.setBreakpoints(one({ kind: 'address', address: 0x100440 }));
    const expected: number[] = [];
    while (expected.length < 25) {
      const { view } = await session.resume('forward');
      expected.push(view.moment.retired);
    }
    await session.seek({ retired: 0, phase: 0 });
    for (const stop of expected) {
      const { moment } = await session.view();
      const view = await session.play(stop - moment.retired);
      expect(view.moment.retired).toBe(stop);
      expect(view.stop?.breakpoint).toBe('one');
    }
  }, 60_000);

  /** Single-step traps on the kernel's stack; frames that the monitor pushes at once behind an IRET it carried out. */
  it.each([
    ['bare', 1, 0x10dffc],
    ['binary-translation', 3, 0x10eff4],
  ] as const)(
    'on the frame of a delivery stop before and behind it on %s',
    async (technique, seed, address) => {
      const session = await openSession(randomWorld(technique, seed));
      const place = { kind: 'data', space: 'virtual', address, length: 4, on: 'write' } as const;
      const word = async () => {
        const [found] = await session.inspect('evaluate', { expressions: [`[${address}]`] });
        return found?.ok ? found.value : null;
      };
      const forward = await stopsOf(session, place, FAR, 24);
      const values = [await word()];
      for (const _ of forward) {
        const { found, view } = await session.resume('backward');
        expect(found).toBe(true);
        // It stands before what it names: only the next step makes the value seen behind it.
        expect(view.guestMoment).toBe(forward[forward.length - values.length]! - 1);
        await session.step('guest', 'forward');
        expect(await word()).toBe(values.at(-1));
        await session.step('guest', 'backward');
        values.push(await word());
      }
      expect(values.length).toBeGreaterThan(20);
    },
    120_000,
  );

  it.each(TECHNIQUES)(
    'and back again meet the same stops on %s',
    async (technique) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 10_000 }),
          fc.constantFrom(...GUEST_VISIBLE),
          async (seed, name) => {
            const session = await openSession(randomWorld(technique, seed));
            const forward = await stopsOf(session, event(name), FAR, 8);
            const last = forward.at(-1);
            if (last === undefined) return;
            // The session stands at the last stop, or at the end of what was played.
            const backward: number[] = [];
            while (backward.length < forward.length) {
              const { found, view } = await session.resume('backward');
              if (!found) break;
              if (view.guestMoment < last) backward.push(view.guestMoment);
            }
            expect(backward).toEqual(forward.map((count) => count - 1).reverse());
          },
        ),
        { numRuns: 5, seed: 486 },
      );
    },
    240_000,
  );
});
