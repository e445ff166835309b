import { describe, expect, it } from 'vitest';
import { asm, boot, deliveries, HANDLERS } from './testing/boot';

describe('NMI', () => {
  it('is delivered with IF clear, and wakes HLT', () => {
    const machine = boot('hlt', { eflags: 0 });
    machine.cpu.step();
    machine.cpu.requestNmi();
    machine.cpu.run(2);
    expect(deliveries(machine)).toEqual([[2, null]]);
  });

  it('is blocked from its delivery to the next IRET, and one waits', () => {
    const machine = boot('nop \n nop \n nop', { eflags: 0 });
    machine.memory.writeBytes(HANDLERS + 2, asm('nop \n iretd'));
    machine.cpu.requestNmi();
    machine.cpu.step();
    machine.cpu.requestNmi();
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[2, null]]);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([
      [2, null],
      [2, null],
    ]);
  });

  it('is let in again by an IRET that faults', () => {
    const machine = boot('nop', { eflags: 0 });
    machine.memory.writeBytes(HANDLERS + 2, asm('push dword 0 \n push dword 0 \n iretd'));
    machine.cpu.requestNmi();
    machine.cpu.run(2);
    machine.cpu.requestNmi();
    machine.cpu.run(4);
    expect(deliveries(machine)).toEqual([
      [2, null],
      [13, 0],
      [2, null],
    ]);
  });

  it('waits for the instruction after MOV SS', () => {
    const machine = boot('mov ss,ax \n inc ebx \n inc ebx', { eflags: 0 });
    machine.cpu.gpr[0] = 16;
    machine.cpu.step();
    machine.cpu.requestNmi();
    machine.cpu.run(3);
    expect(machine.cpu.gpr[3]).toBe(1);
    expect(deliveries(machine)).toEqual([[2, null]]);
  });
});

describe('the time stamp counter', () => {
  it('goes on from what WRMSR wrote', () => {
    const machine = boot(
      'mov ecx,0x10 \n mov eax,0xffffffff \n mov edx,5 \n wrmsr \n nop \n nop \n rdtsc',
    );
    machine.cpu.run(7);
    expect(machine.cpu.gpr[2]).toBe(6);
    expect(machine.cpu.gpr[0]).toBe(2);
  });
});
