import { describe, expect, it } from 'vitest';
import { EFLAGS_IF, EFLAGS_NT, EFLAGS_TF, SEG, WORD } from './state';
import {
  boot,
  CODE,
  deliveries,
  HANDLERS,
  IDT,
  type Machine,
  STACK0,
  STACK3,
  selector,
  TSS,
  writeDescriptor,
  writeGate,
} from './testing/boot';

const frame = (machine: Machine, words: number): number[] => {
  const esp = machine.cpu.gpr[4]! >>> 0;
  return Array.from({ length: words }, (_, i) => machine.memory.read32(esp + 4 * i));
};

describe('delivery', () => {
  it('pushes EFLAGS, CS, EIP and the error code on the same stack within a ring', () => {
    const machine = boot('mov ax,0x7f8 \n mov ds,ax');
    machine.cpu.step();
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, 0x7f8]]);
    expect(machine.cpu.gpr[4]).toBe(STACK0 - 16);
    expect(frame(machine, 4)).toEqual([0x7f8, CODE + 4, 8, 0x10202]);
    expect(machine.cpu.eip).toBe(HANDLERS + 13 + 1);
  });

  it('switches to the stack of the TSS for an inner ring and pushes SS:ESP first', () => {
    const machine = boot('int 0x30', { cpl: 3 });
    writeGate(machine.memory, 0x30, selector.code(0), HANDLERS + 0x30, 0xee);
    machine.cpu.step();
    expect(machine.cpu.cpl).toBe(0);
    expect(machine.cpu.gpr[4]).toBe(STACK0 - 20);
    expect(frame(machine, 5)).toEqual([
      CODE + 2,
      selector.code(3),
      0x202,
      STACK3,
      selector.data(3),
    ]);
    expect(machine.cpu.eip).toBe(HANDLERS + 0x30);
    expect(machine.cpu.retired).toBe(1);
  });

  it('tells the whole story in one trap event', () => {
    const machine = boot('ud2', { cpl: 3 });
    machine.cpu.step();
    expect(machine.events[0]).toEqual({
      kind: 'trap',
      vector: 6,
      errorCode: null,
      source: 'exception',
      fromCpl: 3,
      toCpl: 0,
      savedEip: CODE,
      cr2: null,
      gate: { address: IDT + 48, kind: 'interrupt', dpl: 0, selector: 8, offset: HANDLERS + 6 },
      stack: { tssField: TSS + 4, ss: 16, esp: STACK0 },
      frame: [
        { name: 'ss', address: STACK0 - 4, value: selector.data(3) },
        { name: 'esp', address: STACK0 - 8, value: STACK3 },
        { name: 'eflags', address: STACK0 - 12, value: 0x10202 },
        { name: 'cs', address: STACK0 - 16, value: selector.code(3) },
        { name: 'eip', address: STACK0 - 20, value: CODE },
      ],
    });
    expect(machine.events[1]).toEqual({ kind: 'ring-change', from: 3, to: 0 });
  });

  it('refuses INT n through a gate of lower DPL with the IDT bit in the error code', () => {
    const machine = boot('int 0x30', { cpl: 3 });
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, 0x30 * 8 + 2]]);
  });

  it('does not check the gate DPL for exceptions', () => {
    const machine = boot('xor ecx,ecx \n div ecx', { cpl: 3 });
    machine.cpu.run(3);
    expect(deliveries(machine)).toEqual([[0, null]]);
  });

  it.each([
    ['clears IF through an interrupt gate', 0x8e, 0],
    ['keeps IF through a trap gate', 0x8f, EFLAGS_IF],
  ])('%s', (_, rights, expected) => {
    const machine = boot('int 0x30', { eflags: EFLAGS_IF | EFLAGS_NT });
    writeGate(machine.memory, 0x30, selector.code(0), HANDLERS + 0x30, rights);
    machine.cpu.step();
    expect(machine.cpu.eflags & (EFLAGS_IF | EFLAGS_NT)).toBe(expected);
  });

  it('raises #NP with IDT and EXT bits for an absent gate of an exception', () => {
    const machine = boot('ud2');
    writeGate(machine.memory, 6, selector.code(0), HANDLERS + 6, 0x0e);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[11, 6 * 8 + 3]]);
  });

  it('raises #TS when the stack of the TSS is not of the new ring', () => {
    const machine = boot('ud2', { cpl: 3 });
    machine.memory.write32(TSS + 8, selector.data(1));
    machine.cpu.step();
    // The #TS handler has the same bad stack, and #TS on #TS is a double fault, which has it too.
    expect(machine.cpu.step()).toMatchObject({ kind: 'triple-fault' });
  });

  it('delivers a fault to a handler in the same ring as #DF when the first handler is missing', () => {
    const machine = boot('xor ecx,ecx \n div ecx');
    writeGate(machine.memory, 0, selector.free, 0, 0x8e);
    machine.cpu.run(2);
    expect(deliveries(machine)).toEqual([[8, 0]]);
    expect(frame(machine, 1)).toEqual([0]);
  });

  it('shuts down when #DF cannot be delivered, and stays down', () => {
    const machine = boot('ud2');
    machine.cpu.state[WORD.IDTR_LIMIT] = 0;
    expect(machine.cpu.step()).toMatchObject({ kind: 'triple-fault' });
    expect(machine.cpu.step()).toMatchObject({ kind: 'triple-fault' });
    expect(machine.events.map((event) => event.kind)).toEqual(['triple-fault']);
    expect(machine.cpu.retired).toBe(0);
  });

  it('enters ring 1 from ring 3 on the ring-1 stack', () => {
    const machine = boot('int 0x30', { cpl: 3 });
    machine.memory.write32(TSS + 12, 0xa000);
    machine.memory.write32(TSS + 16, selector.data(1));
    writeGate(machine.memory, 0x30, selector.code(1), HANDLERS + 0x30, 0xee);
    machine.cpu.step();
    expect(machine.cpu.cpl).toBe(1);
    expect(machine.cpu.gpr[4]).toBe(0xa000 - 20);
    expect(machine.cpu.state[WORD.SELECTOR + SEG.CS]).toBe(selector.code(1));
  });

  it('sets the Accessed bit of the code segment it loads', () => {
    const machine = boot('int 0x30');
    writeDescriptor(machine.memory, selector.free, 0, 0xfffff, 0xc09a);
    writeGate(machine.memory, 0x30, selector.free, HANDLERS + 0x30, 0x8e);
    machine.cpu.step();
    expect(machine.memory.read8(0x1000 + selector.free + 5)).toBe(0x9b);
  });
});

describe('IRET', () => {
  it('goes to ring 3 with SS:ESP from the stack and nulls data segments it may not keep', () => {
    const machine = boot(
      'push dword 0x43 \n push dword 0xc000 \n push dword 0x202 \n push dword 0x3b \n push dword u \n iretd \n u: nop',
    );
    machine.cpu.run(6);
    expect(machine.cpu.cpl).toBe(3);
    expect(machine.cpu.gpr[4]).toBe(0xc000);
    expect(machine.cpu.state[WORD.SELECTOR + SEG.DS]).toBe(0);
    expect(machine.cpu.state[WORD.RIGHTS + SEG.DS]).toBe(0);
    expect(machine.events.map((event) => event.kind)).toEqual(['iret', 'ring-change']);
  });

  it('refuses a selector more privileged than CPL', () => {
    const machine = boot('push dword 2 \n push dword 8 \n push dword 0 \n iretd', { cpl: 3 });
    machine.cpu.run(4);
    expect(deliveries(machine)).toEqual([[13, 8]]);
  });

  it('keeps IF and IOPL at CPL above IOPL, silently', () => {
    const machine = boot(
      'push dword 0x3002 \n push dword 0x3b \n push dword u \n iretd \n u: nop',
      {
        cpl: 3,
      },
    );
    machine.cpu.run(4);
    expect(machine.cpu.eflags).toBe(0x202);
    expect(deliveries(machine)).toEqual([]);
    expect(machine.events[0]).toEqual({
      kind: 'sensitive-silent',
      mnemonic: 'iret',
      effect: 'IF stays 1, IOPL stays 0',
    });
  });
});

describe('call gates', () => {
  const gate = (machine: Machine, parameters: number, dpl: number): void => {
    machine.memory.write32(0x1000 + selector.free, (selector.code(0) << 16) | 0x4100);
    machine.memory.write32(0x1000 + selector.free + 4, 0x8c00 | (dpl << 13) | parameters);
  };

  it('copies parameters to the inner stack below SS:ESP and above CS:EIP', () => {
    const machine = boot(`push dword 0x1111 \n push dword 0x2222 \n call ${selector.free}:0`, {
      cpl: 3,
    });
    gate(machine, 2, 3);
    machine.cpu.run(3);
    expect(machine.cpu.cpl).toBe(0);
    expect(machine.cpu.eip).toBe(0x4100);
    expect(frame(machine, 6)).toEqual([
      CODE + 17,
      selector.code(3),
      0x2222,
      0x1111,
      STACK3 - 8,
      selector.data(3),
    ]);
    expect(machine.events.map((event) => event.kind)).toEqual(['gate-call', 'ring-change']);
  });

  it('returns with RETF n, dropping the parameters from both stacks', () => {
    const machine = boot(`push dword 0x1111 \n call ${selector.free}:0 \n nop`, { cpl: 3 });
    gate(machine, 1, 3);
    machine.memory.writeBytes(0x4100, Uint8Array.of(0xca, 4, 0));
    machine.cpu.run(3);
    expect(machine.cpu.cpl).toBe(3);
    expect(machine.cpu.gpr[4]).toBe(STACK3);
    expect(machine.cpu.eip).toBe(CODE + 12);
  });

  it('refuses a gate whose DPL is below CPL', () => {
    const machine = boot(`call ${selector.free}:0`, { cpl: 3 });
    gate(machine, 0, 0);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, selector.free]]);
  });

  it('does not let JMP through a gate change the ring', () => {
    const machine = boot(`jmp ${selector.free}:0`, { cpl: 3 });
    gate(machine, 0, 3);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, 8]]);
  });
});

describe('single step', () => {
  it('raises #DB after the instruction that began with TF set', () => {
    const machine = boot('push dword 0x102 \n popfd \n inc eax \n inc eax', { eflags: 0 });
    machine.cpu.run(2);
    expect(deliveries(machine)).toEqual([]);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(machine.cpu.gpr[0]).toBe(1);
    expect(frame(machine, 1)).toEqual([CODE + 7]);
    expect(machine.cpu.state[WORD.DR + 6]! & 0x4000).toBe(0x4000);
    expect(machine.cpu.eflags & EFLAGS_TF).toBe(0);
  });

  it('is not taken after a faulting instruction or after INT n', () => {
    const machine = boot('int 0x30', { eflags: EFLAGS_TF });
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[0x30, null]]);
    const faulting = boot('ud2', { eflags: EFLAGS_TF });
    faulting.cpu.step();
    expect(deliveries(faulting)).toEqual([[6, null]]);
  });

  it('is held off by MOV SS until after the next instruction', () => {
    const machine = boot('mov ss,ax \n nop', { eflags: EFLAGS_TF });
    machine.cpu.gpr[0] = selector.data(0);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([]);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
  });
});
