import { describe, expect, it } from 'vitest';
import { EFLAGS_IF, EFLAGS_RF, EFLAGS_TF } from './state';
import { boot, deliveries, HANDLERS, type Machine, selector, writeGate } from './testing/boot';

/** EFLAGS in the frame on top of the stack, below an error code or not. */
const savedFlags = (machine: Machine, hasError: boolean): number =>
  machine.memory.read32((machine.cpu.gpr[4]! >>> 0) + (hasError ? 12 : 8));

describe('RF in the image a handler finds', () => {
  it('is 1 for a fault', () => {
    const machine = boot('ud2');
    machine.cpu.step();
    expect(savedFlags(machine, false) & EFLAGS_RF).toBe(EFLAGS_RF);
    expect(machine.cpu.eflags & EFLAGS_RF).toBe(0);
  });

  it('is 1 for a fault of a software interrupt that was refused', () => {
    const machine = boot('int 0x30', { cpl: 3 });
    machine.cpu.step();
    expect(savedFlags(machine, true) & EFLAGS_RF).toBe(EFLAGS_RF);
  });

  it('is 0 for INT n and for a single-step trap', () => {
    const software = boot('int 0x30');
    software.cpu.step();
    expect(savedFlags(software, false) & EFLAGS_RF).toBe(0);
    const stepped = boot('nop', { eflags: EFLAGS_TF });
    stepped.cpu.step();
    expect(savedFlags(stepped, false) & EFLAGS_RF).toBe(0);
  });

  it('is 0 for a double fault, which restarts nothing', () => {
    const machine = boot('mov ax,0x7f8 \n mov ds,ax');
    writeGate(machine.memory, 13, 0x7f8, HANDLERS, 0x8e);
    machine.cpu.step();
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[8, 0]]);
    expect(savedFlags(machine, true) & EFLAGS_RF).toBe(0);
  });

  it('is 1 between the iterations of REP and 0 after the last', () => {
    const machine = boot('mov ecx,2 \n mov edi,0x20000 \n rep stosb', { eflags: EFLAGS_TF });
    writeGate(machine.memory, 1, selector.code(0), 0x5000, 0x8e);
    machine.memory.writeBytes(0x5000, Uint8Array.of(0xf4));
    const flags: number[] = [];
    machine.cpu.setEflags(0);
    machine.cpu.run(2);
    machine.cpu.setEflags(EFLAGS_TF);
    for (let i = 0; i < 2; i++) {
      machine.cpu.run(machine.cpu.retired + 1);
      flags.push(savedFlags(machine, false) & EFLAGS_RF);
      machine.cpu.gpr[4]! += 12;
      machine.cpu.eip = 0x1000a;
      machine.cpu.setActivity(0);
      machine.cpu.setEflags(flags.at(-1)! | EFLAGS_TF);
    }
    expect(flags).toEqual([EFLAGS_RF, 0]);
  });
});

describe('RF in EFLAGS', () => {
  it('comes back with IRETD and lasts for one instruction', () => {
    const machine = boot(
      'push dword 0x10002 \n push cs \n push dword next \n iretd \n next: nop \n nop',
    );
    machine.cpu.run(4);
    expect(machine.cpu.eflags & EFLAGS_RF).toBe(EFLAGS_RF);
    machine.cpu.step();
    expect(machine.cpu.eflags & EFLAGS_RF).toBe(0);
  });

  it('is cleared by POPFD, which cannot set it', () => {
    const machine = boot('push dword 0x10002 \n popfd');
    machine.cpu.run(2);
    expect(machine.cpu.eflags & (EFLAGS_RF | EFLAGS_IF)).toBe(0);
  });
});
