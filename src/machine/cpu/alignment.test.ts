import { describe, expect, it } from 'vitest';
import { CR0_AM, EFLAGS_AC, WORD } from './state';
import { boot, CODE, deliveries, type Machine } from './testing/boot';

function aligning(source: string, cpl = 3, cr0 = CR0_AM, eflags = EFLAGS_AC): Machine {
  const machine = boot(source, { cpl });
  machine.cpu.state[WORD.CR0]! |= cr0;
  machine.cpu.setEflags(eflags);
  return machine;
}

describe('alignment checking', () => {
  it.each(['mov eax,[0x20001]', 'mov [0x20002],eax', 'mov ax,[0x20001]', 'inc dword [0x20003]'])(
    '%s is #AC(0) in ring 3 with CR0.AM and EFLAGS.AC',
    (source) => {
      const machine = aligning(source);
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([[17, 0]]);
      expect(machine.memory.read32((machine.cpu.gpr[4]! >>> 0) + 4)).toBe(CODE);
      expect(machine.memory.read32(0x20000)).toBe(0);
    },
  );

  it.each(['mov eax,[0x20004]', 'mov ax,[0x20002]', 'mov al,[0x20001]', 'push eax'])(
    '%s is aligned',
    (source) => {
      const machine = aligning(source);
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([]);
    },
  );

  it('is off in ring 0, without CR0.AM, and without EFLAGS.AC', () => {
    const off = [
      aligning('mov eax,[0x20001]', 0),
      aligning('mov eax,[0x20001]', 3, 0),
      aligning('mov eax,[0x20001]', 3, CR0_AM, 0),
    ];
    for (const machine of off) {
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([]);
    }
  });

  it('begins with the POPFD that sets AC', () => {
    const machine = boot('push dword 0x40002 \n popfd \n mov eax,[0x20001]', { cpl: 3 });
    machine.cpu.state[WORD.CR0]! |= CR0_AM;
    machine.cpu.run(3);
    expect(deliveries(machine)).toEqual([[17, 0]]);
  });

  it('comes after a page fault', () => {
    const machine = aligning('mov eax,[0x20ffe]');
    const { cpu, memory } = machine;
    memory.write32(0x30000, 0x31007);
    for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
    memory.write32(0x31000 + 0x21 * 4, 0);
    cpu.state[WORD.CR3] = 0x30000;
    cpu.state[WORD.CR0]! |= 0x80000000;
    cpu.flushTlb();
    cpu.step();
    expect(deliveries(machine)).toEqual([[14, 4]]);
  });
});
