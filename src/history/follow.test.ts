/** Machines that go over to another future and stay where they are, against a plain machine that runs it from the start. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointStore, Cursor, type Interventions, MomentLog } from '.';
import { ToyMachine } from './testing/toy-machine';

const LENGTH = 4000;

interface Poke {
  readonly address: number;
  readonly value: number;
}

const given = (log: MomentLog<Poke>): Interventions<ToyMachine> => ({
  nextAfter: (moment) => log.nextAfter(moment),
  change: () => {},
  give: (machine, moment) => {
    for (const { address, value } of log.of(moment)) machine.memory.write(address, value);
  },
});

/** The run from its start, without checkpoints. */
function plain(seed: number, log: MomentLog<Poke>, moment: number): ToyMachine {
  const machine = new ToyMachine(seed, LENGTH);
  for (let at = 0; at < moment; at = machine.moment) {
    given(log).give(machine, at);
    machine.run(Math.min(moment, log.nextAfter(at)));
  }
  return machine;
}

const command = fc.oneof(
  fc.record({ kind: fc.constant('go'), who: fc.nat(1), to: fc.nat(LENGTH - 1) }),
  fc.record({ kind: fc.constant('poke'), address: fc.nat(0x1ffff), value: fc.nat(255) }),
);

describe('going over to another future at the moment where one stands', () => {
  it('leaves both machines, and every checkpoint, as the new run has them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 3, max: 12 }),
        fc.array(command, { minLength: 4, maxLength: 24 }),
        (seed, maxCheckpoints, commands) => {
          let store = new CheckpointStore({ firstInterval: 64, maxInterval: 256, maxCheckpoints });
          let log = MomentLog.empty<Poke>();
          const make = () => new Cursor(new ToyMachine(seed, LENGTH), store, given(log));
          const cursors = [make(), make()] as const;
          for (const step of commands) {
            if (step.kind === 'go') cursors[step.who === 0 ? 0 : 1].goTo(step.to);
            else {
              const moment = cursors[0].at;
              store = store.fork(moment);
              log = log.until(moment).with(moment, step);
              for (const cursor of cursors) cursor.follow(store, given(log), moment, moment);
            }
            for (const { machine } of cursors) {
              const expected = plain(seed, log, machine.moment);
              expect(machine.save()).toMatchObject({ accumulator: expected.save().accumulator });
              expect(Buffer.compare(machine.memory.u8, expected.memory.u8)).toBe(0);
            }
          }
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });
});
