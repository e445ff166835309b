import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES } from '../machine/memory';
import { CheckpointStore, type StoreLimits } from './checkpoint-store';
import { Cursor } from './cursor';
import { Recording } from './recording';
import { ToyMachine } from './testing/toy-machine';

/** Everything there is of a machine at a moment, the slow and obvious way: run from the start. */
function obvious(seed: number, length: number, moment: number) {
  const machine = new ToyMachine(seed, length);
  machine.run(moment);
  return { ram: machine.memory.u8, state: machine.save() };
}

const SMALL: Partial<StoreLimits> = { firstInterval: 64, maxInterval: 512, maxCheckpoints: 12 };

describe('Cursor', () => {
  it('reaches any moment in any order with RAM and state bit-identical, while checkpoints thin out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.record({ who: fc.boolean(), moment: fc.integer({ min: 0, max: 5000 }) }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 3, max: 12 }),
        (seed, walk, maxCheckpoints) => {
          const store = new CheckpointStore({ ...SMALL, maxCheckpoints });
          // Two machines share one store, as the shown one and the one running ahead do.
          const cursors = [new Cursor(new ToyMachine(seed, 4500), store)];
          cursors.push(new Cursor(new ToyMachine(seed, 4500), store));
          for (const { who, moment } of walk) {
            const cursor = cursors[who ? 1 : 0]!;
            cursor.goTo(moment);
            const expected = obvious(seed, 4500, Math.min(moment, 4500));
            expect(cursor.machine.save().moment).toBe(Math.min(moment, 4500));
            expect(cursor.machine.save().accumulator).toBe(expected.state.accumulator);
            expect(cursor.machine.save().counts['tlb-flush']).toBe(
              expected.state.counts['tlb-flush'],
            );
            expect(Buffer.compare(cursor.machine.memory.u8, expected.ram)).toBe(0);
          }
        },
      ),
      { numRuns: 150, seed: 20_061_024 },
    );
  });

  it('knows of every page since when it cannot have been written, while checkpoints thin out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.integer({ min: 0, max: 4500 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 3, max: 12 }),
        (seed, walk, maxCheckpoints) => {
          const store = new CheckpointStore({ ...SMALL, maxCheckpoints });
          const cursor = new Cursor(new ToyMachine(seed, 5000), store);
          for (const moment of walk) cursor.goTo(moment);
          const before = walk.at(-1)!;
          const now = obvious(seed, 5000, before).ram;
          for (let page = 0; page < now.length / PAGE_BYTES; page++) {
            const stretch = store.lastChange([page], before);
            const since = stretch?.to ?? 0;
            expect(since).toBeLessThanOrEqual(before);
            if (since === before) continue;
            const then = obvious(seed, 5000, since).ram;
            const of = (ram: Uint8Array) =>
              ram.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
            expect(Buffer.compare(of(now), of(then))).toBe(0);
          }
        },
      ),
      { numRuns: 60, seed: 1985 },
    );
  });

  it('tells the outcome at the end, forgets it on the way back, and finds it again', () => {
    const cursor = new Cursor(new ToyMachine(7, 1000), new CheckpointStore(SMALL));
    expect(cursor.goTo(2000)).toEqual({ kind: 'halted' });
    expect(cursor.at).toBe(1000);
    expect(cursor.goTo(999)).toBeNull();
    expect(cursor.goTo(1000)).toBeNull();
    expect(cursor.meetEnd()).toEqual({ kind: 'halted' });
    expect(cursor.at).toBe(1000);
  });

  it('re-executes little for steps back from a distant moment', () => {
    const machine = new ToyMachine(3, 1e9);
    const cursor = new Cursor(
      machine,
      new CheckpointStore({ firstInterval: 1_000_000, maxInterval: 1_000_000 }),
    );
    cursor.goTo(900_000);
    cursor.goTo(899_999);
    let executed = 0;
    const run = machine.run.bind(machine);
    machine.run = (limit) => {
      executed += limit - machine.moment;
      return run(limit);
    };
    for (let i = 0; i < 200; i++) cursor.goTo(899_998 - i);
    expect(executed / 200).toBeLessThan(3000);
  });
});

describe('CheckpointStore', () => {
  it('stays within its memory budget by thinning', () => {
    const budgetBytes = 60 * PAGE_BYTES;
    const store = new CheckpointStore({ firstInterval: 100, maxInterval: 100, budgetBytes });
    new Cursor(new ToyMachine(9, 1e9), store).goTo(20_000);
    expect(store.bytes).toBeLessThanOrEqual(budgetBytes);
    expect(store.moments().length).toBeGreaterThan(1);
    expect(store.moments()[0]).toBe(0);
  });

  it('grows its intervals with the moment', () => {
    const store = new CheckpointStore({ firstInterval: 100, maxInterval: 100_000 });
    new Cursor(new ToyMachine(9, 1e9), store).goTo(100_000);
    const moments = store.moments();
    expect(moments[1]! - moments[0]!).toBe(100);
    expect(moments.at(-1)! - moments.at(-2)!).toBeGreaterThan(4000);
  });
});

describe('Recording', () => {
  const record = (maxEvents: number) => {
    const store = new CheckpointStore(SMALL);
    const recording = new Recording(new Cursor(new ToyMachine(11, 3000), store), [], {
      chunk: 100,
      maxEvents,
    });
    return recording;
  };

  it('gives the same events when they have to be recorded again as when all were kept', () => {
    const kept = record(1e9);
    const dropped = record(10);
    kept.extend(5000);
    dropped.extend(5000);
    expect(kept.end).toBe(3000);
    const all = kept.between(0, 3000);
    expect(all.length).toBeGreaterThan(50);
    expect(all.at(-1)).toMatchObject({ kind: 'halt', retired: 3000 });
    expect(dropped.between(0, 3000)).toEqual(all);
    expect(dropped.between(350, 420)).toEqual(kept.between(350, 420));
  });

  it('tells each sink every event once, in order, even when a chunk is recorded twice', () => {
    const seen: number[] = [];
    const store = new CheckpointStore(SMALL);
    const recording = new Recording(
      new Cursor(new ToyMachine(11, 3000), store),
      [{ take: (event) => seen.push(event.retired) }],
      { chunk: 100, maxEvents: 10 },
    );
    recording.extend(1234);
    recording.between(0, 1000);
    recording.extend(5000);
    expect(seen).toEqual(recording.between(0, 3000).map((event) => event.retired));
  });
});
