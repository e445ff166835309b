/** Conditions of thousands of events are asked on one way forward, not each from a checkpoint. */
import { describe, expect, it } from 'vitest';
import { openWorld } from '../run';
import { SourceMap } from '../source-map';
import { TOY_SOURCE, worldOf } from '../testing/toy-guest';
import { Resolver } from './resolve';
import { BreakpointSearch } from './search';

const OFTEN = TOY_SOURCE.replace('mov ecx, 3\nuser_loop', 'mov ecx, 3000\nuser_loop');
const FAR = 400_000;

describe.each(['bare', 'binary-translation'] as const)(
  'a condition that never holds on %s',
  (technique) => {
    it.each(['software-interrupt', 'ring-change', 'port'] as const)(
      'is asked of every event of the kind %s without going back',
      async (event) => {
        const opened = openWorld(worldOf(technique, OFTEN));
        if (!opened.ok) throw new Error(opened.error.message);
        const run = opened.value;
        const { machine } = run.cursor;
        const place = { kind: 'event', event } as const;
        const breakpoint = { id: 'never', enabled: true, place, condition: 'eax == 0x12345678' };
        const resolver = new Resolver(new SourceMap([], new Map()), technique !== 'bare');
        const { armed } = resolver.resolve(breakpoint, machine);
        const search = new BreakpointSearch(run, [armed!], () => Promise.resolve(true));
        expect(await search.forward(0, FAR)).toMatchObject({
          kind: expect.stringMatching(/end|nothing/),
        });
        let restored = 0;
        const restore = machine.restore.bind(machine);
        machine.restore = (state) => {
          restored++;
          restore(state);
        };
        expect(await search.backward(run.cursor.at)).toEqual({ kind: 'end', at: 0 });
        expect(restored).toBeLessThan(40);
      },
      60_000,
    );
  },
);
