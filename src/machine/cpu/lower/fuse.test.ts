import { describe, expect, it } from 'vitest';
import { CONDITION_NAMES } from '../../codec/conditions';
import { SEG, VECTOR, WORD } from '../state';
import { boot, CODE, deliveries, type Machine, selector } from '../testing/boot';

const VALUES = [0, 1, -1, 0x7fffffff, -0x80000000, -0x7fffffff, 16];
const HEADS = ['cmp eax, ebx', 'test eax, ebx', 'dec eax', 'cmp eax, 16', 'cmp eax, -1'];

/** Everything a pair may change. */
const stateOf = ({ cpu }: Machine) => [cpu.eip, cpu.eflags, cpu.gpr[0], cpu.gpr[1], cpu.retired];

describe('a pair in one closure', () => {
  for (const head of HEADS) {
    it(`${head} and each branch do what the two do one by one`, () => {
      for (const name of CONDITION_NAMES) {
        // ECX tells which way it went; the loop stays in whole blocks.
        const code = `inc edx \n ${head} \n j${name} .taken \n mov ecx, 1 \n jmp $ \n .taken: mov ecx, 2 \n jmp $`;
        const [together, apart] = [boot(code), boot(code)];
        for (const a of VALUES) {
          for (const b of VALUES) {
            for (const { cpu } of [together, apart]) {
              cpu.eip = CODE;
              cpu.gpr[0] = a;
              cpu.gpr[3] = b;
              cpu.setEflags(0x8d7);
            }
            together.cpu.run(together.cpu.retired + 5);
            for (let i = 0; i < 5; i++) apart.cpu.step();
            expect(stateOf(together), `${name} ${a} ${b}`).toEqual(stateOf(apart));
          }
        }
      }
    });
  }

  it('faults at the branch, with the comparison done, when the target is outside the segment', () => {
    const machine = boot('cmp eax, ebx \n je $ + 0x1000');
    const { cpu, memory } = machine;
    const rights = 0x409b;
    cpu.loadDescriptorCache(SEG.CS, {
      selector: selector.code(0),
      base: 0,
      limit: CODE + 0x100,
      rights,
    });
    cpu.run(2);
    expect(deliveries(machine)).toEqual([[VECTOR.GP, 0]]);
    const esp = cpu.gpr[4]!;
    // Error code, EIP of the branch, CS, EFLAGS with ZF from the comparison.
    expect(memory.read32(esp + 4)).toBe(CODE + 2);
    expect(memory.read32(esp + 12) & 0x40).toBe(0x40);
    expect(cpu.state[WORD.CR2]).toBe(0);
  });
});
