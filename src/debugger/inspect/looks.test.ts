import { describe, expect, it } from 'vitest';
import { randomGuest } from '../../hypervisor/testing/random-guest/generate';
import { Random } from '../../hypervisor/testing/random-guest/random';
import type { WhichCpu } from '../../session/debug';
import { calls, disassembly, memory, pages, stack, tables, walk } from '.';
import { type Looked, machineOf } from './testing/machine';

const CPUS: readonly WhichCpu[] = ['guest', 'real'];

/** All looks, at an address that may be anything. */
function lookAtAll({ context }: Looked, random: Random): unknown[] {
  const address = random.pick([random.next(), 0, 0xfffffffd, 0x100000 + random.below(0x10000)]);
  return [
    ...(['virtual', 'physical', 'machine'] as const).map((space) =>
      memory(context, { space, address, length: 64 }),
    ),
    calls(context),
    disassembly(context, { address, count: 5 }),
    ...CPUS.flatMap((cpu) => [
      tables(context, { cpu }),
      stack(context, { cpu, words: 16 }),
      pages(context, { cpu }),
      pages(context, { cpu, directoryIndex: address >>> 22 }),
      walk(context, { cpu, address, access: random.pick(['read', 'write', 'execute'] as const) }),
    ]),
  ];
}

describe('looks', () => {
  it.each(['bare', 'binary-translation'] as const)(
    'answer at any moment of random guests, can be cloned, and change nothing (%s)',
    (technique) => {
      for (let seed = 1; seed <= 3; seed++) {
        const random = new Random(seed);
        const guest = randomGuest(seed);
        const looked = machineOf(guest.source(guest.parts), technique);
        const untouched = machineOf(guest.source(guest.parts), technique);
        for (let round = 0; round < 8; round++) {
          const limit = looked.system.moment + random.between(1, 3000);
          looked.system.run(limit);
          untouched.system.run(limit);
          const replies = lookAtAll(looked, random);
          expect(() => structuredClone(replies)).not.toThrow();
          expect(looked.system.guest()).toEqual(untouched.system.guest());
          expect(looked.system.cycles).toBe(untouched.system.cycles);
        }
        // An assertion over megabytes would compare them one by one.
        expect(Buffer.compare(looked.system.memory.u8, untouched.system.memory.u8)).toBe(0);
      }
    },
  );

  it('answer in 16-bit real mode, and say that there are no tables', () => {
    const looked = machineOf(
      `
      bits 16
      org 0x7c00
      start: mov sp, 0x7000
      call sub
      hlt
      sub: push ax
      mov ax, [0x7c00]
      here: pop ax
      ret
      times 510 - ($ - $$) db 0
      dw 0xaa55`,
      'bare',
      'boot-sector',
    );
    looked.runTo('here');
    const { context } = looked;
    expect(tables(context, { cpu: 'guest' }).problems[0]).toMatch(/Real mode/);
    const words = stack(context, { cpu: 'guest', words: 2 });
    expect(words.wordBytes).toBe(2);
    expect(words.entries.map(({ kind }) => kind)).toEqual(['value', 'return-address']);
    expect(calls(context).ended).toMatch(/BP is 0/);
    expect(pages(context, { cpu: 'guest' }).enabled).toBe(false);
  });
});
