import { describe, expect, it } from 'vitest';
import { CR0_PG, WORD } from './state';
import { boot, deliveries, type Machine } from './testing/boot';
import { Timer } from './testing/random-program';

function withTimer(machine: Machine, period: number): Machine {
  new Timer(machine, period);
  return machine;
}

describe('interrupts', () => {
  it('are recognised at the first boundary where their moment has passed', () => {
    const machine = withTimer(boot('again: inc eax \n inc eax \n inc eax \n jmp again'), 10);
    machine.cpu.run(10);
    expect(deliveries(machine)).toEqual([]);
    machine.cpu.run(11);
    expect(deliveries(machine)).toEqual([[0x20, null]]);
    expect(machine.cpu.gpr[0]).toBe(8);
  });

  it('wait for IF, and for the instruction after STI', () => {
    const machine = withTimer(
      boot('nop \n nop \n nop \n sti \n inc eax \n inc ebx', { eflags: 0 }),
      2,
    );
    machine.cpu.run(5);
    expect(deliveries(machine)).toEqual([]);
    expect(machine.cpu.gpr[0]).toBe(1);
    machine.cpu.run(6);
    expect(deliveries(machine)).toEqual([[0x20, null]]);
    expect(machine.cpu.gpr[3]).toBe(0);
  });

  it('get no window between STI and CLI', () => {
    const machine = withTimer(boot('nop \n nop \n sti \n cli \n nop \n nop', { eflags: 0 }), 1);
    machine.cpu.run(6);
    expect(deliveries(machine)).toEqual([]);
  });

  it('come at once after POPF sets IF', () => {
    const machine = withTimer(
      boot('nop \n push dword 0x202 \n popfd \n inc eax', { eflags: 0 }),
      1,
    );
    machine.cpu.run(4);
    expect(machine.cpu.gpr[0]).toBe(0);
    expect(machine.cpu.gpr[7]).toBe(1);
  });

  it('interrupt REP between iterations, with registers updated and EIP on it', () => {
    const machine = boot('mov ecx,0x3000 \n mov edi,0x20000 \n rep stosb', { ramBytes: 0x100000 });
    const { cpu, memory } = machine;
    // Paging makes REP take time: each new page costs a walk.
    memory.write32(0x30000, 0x31007);
    for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
    cpu.state[WORD.CR3] = 0x30000;
    cpu.state[WORD.CR0]! |= CR0_PG;
    cpu.flushTlb();
    withTimer(machine, 100);
    memory.writeBytes(0x5000, Uint8Array.of(0xf4));
    cpu.run(3);
    const trap = machine.events.find((event) => event.kind === 'trap');
    expect(trap).toMatchObject({ vector: 0x20, savedEip: 0x1000a });
    expect(cpu.gpr[1]! + cpu.gpr[7]!).toBe(0x23000);
    expect(cpu.gpr[1]).toBeGreaterThan(0);
    expect(cpu.gpr[1]).toBeLessThan(0x3000);
  });
});

describe('HLT', () => {
  it('sleeps to the deadline without retiring, and resumes after it', () => {
    const machine = withTimer(boot('hlt \n inc eax'), 1000);
    machine.cpu.run(1);
    expect(machine.clock.cycles).toBe(1);
    machine.cpu.run(2);
    expect(machine.clock.cycles).toBe(1001);
    expect(machine.cpu.gpr[7]).toBe(1);
    expect(machine.events.map((event) => event.kind)).toEqual(['halt', 'wake', 'trap']);
    machine.cpu.run(4);
    expect(machine.cpu.gpr[0]).toBe(1);
  });

  it('is the end with IF clear', () => {
    const machine = withTimer(boot('hlt', { eflags: 0 }), 1000);
    expect(machine.cpu.run(10)).toEqual({ kind: 'halted' });
  });

  it('is the end when nothing is scheduled', () => {
    expect(boot('hlt').cpu.run(10)).toEqual({ kind: 'halted' });
  });

  it('with STI before it is not missed by an interrupt that is already there', () => {
    const machine = withTimer(boot('nop \n nop \n sti \n hlt \n nop', { eflags: 0 }), 3);
    machine.cpu.run(5);
    expect(machine.events.map((event) => event.kind)).toEqual(['halt', 'wake', 'trap']);
    expect(machine.cpu.gpr[7]).toBe(1);
    // It did not sleep to the next tick.
    expect(machine.clock.cycles).toBe(5);
  });
});

describe('what is not implemented', () => {
  it('stops the run, names bytes and address, and leaves the machine as it was', () => {
    const machine = boot('inc eax \n fld1');
    const outcome = machine.cpu.run(10);
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(outcome.kind === 'stopped' && outcome.message).toContain('0x00010001');
    expect(outcome.kind === 'stopped' && outcome.message).toContain('d9 e8');
    expect(machine.cpu.eip).toBe(0x10001);
    expect(machine.cpu.retired).toBe(1);
  });
});
