import { describe, expect, it } from 'vitest';
import { boot, CODE, deliveries, selector, writeGate } from './testing/boot';

/** The seventeen of Robin and Irvine in all their forms, and their neighbours. */
const SENSITIVE = [
  'sgdt [0x20000]',
  'sidt [0x20000]',
  'sldt ax',
  'str ax',
  'smsw ax',
  'pushfd',
  'pushfw',
  'popfd',
  'popfw',
  'lar eax,cx',
  'lsl eax,cx',
  'verr cx',
  'verw cx',
  'push cs',
  'push ss',
  'push ds',
  'push fs',
  'pop ds',
  'pop es',
  'pop gs',
  'mov ax,cs',
  'mov ax,ss',
  'mov [0x20000],ds',
  'mov ds,ax',
  'mov ss,ax',
  'lds eax,[0x20000]',
  'lss eax,[0x20000]',
  'call 0x3b:0x10000',
  'jmp 0x3b:0x10000',
  'call far [0x20000]',
  'jmp far [0x20000]',
  'retf',
  'retf 4',
  'int 0x30',
  'int3',
  'into',
  'int1',
  'iretd',
  'iretw',
  'sysenter',
  'cpuid',
  'arpl ax,cx',
];

describe('x86-strict', () => {
  it.each(SENSITIVE)('%s is #GP(0) in ring 3 and in ring 1', (source) => {
    for (const cpl of [3, 1]) {
      const machine = boot(source, { cpl, profile: 'x86-strict' });
      machine.memory.write32(0x3004 + 8, 0x8000);
      const before = [...machine.cpu.gpr];
      writeGate(machine.memory, 0x30, selector.code(0), 0x4030, 0xee);
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([[13, 0]]);
      expect(machine.memory.read32((machine.cpu.gpr[4]! >>> 0) + 4)).toBe(CODE);
      expect([...machine.cpu.gpr].filter((_, r) => r !== 4)).toEqual(
        before.filter((_, r) => r !== 4),
      );
    }
  });

  it.each(['sgdt [0x20000]', 'pushfd', 'mov ax,cs', 'push ds', 'cpuid', 'lar eax,cx', 'int 0x30'])(
    '%s is as ever in ring 0',
    (source) => {
      const machine = boot(source, { profile: 'x86-strict' });
      machine.cpu.step();
      expect(machine.cpu.retired).toBe(1);
      expect(deliveries(machine).filter(([vector]) => vector === 13)).toEqual([]);
    },
  );

  it.each(['mov eax,ebx', 'push eax', 'call $+5', 'ret', 'lea eax,[ecx]', 'clc', 'cld', 'lahf'])(
    '%s is as ever in ring 3',
    (source) => {
      const machine = boot(source, { cpl: 3, profile: 'x86-strict' });
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([]);
    },
  );

  it('x86 lets the same instructions pass in ring 3', () => {
    const machine = boot('smsw ax', { cpl: 3 });
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([]);
  });
});
