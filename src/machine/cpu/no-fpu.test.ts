import { describe, expect, it } from 'vitest';
import { CR0_EM, CR0_MP, CR0_TS, WORD } from './state';
import { boot, deliveries, type Machine } from './testing/boot';

function withCr0(source: string, bits: number): Machine {
  const machine = boot(source);
  machine.cpu.state[WORD.CR0]! |= bits;
  machine.cpu.step();
  return machine;
}

describe('a CPU without an FPU', () => {
  it.each([CR0_EM, CR0_TS])('raises #NM for ESC with CR0 bit %i', (bit) => {
    for (const source of ['fld1', 'fninit', 'fnstsw ax', 'db 0xd9,0xd1']) {
      expect(deliveries(withCr0(source, bit))).toEqual([[7, null]]);
    }
  });

  it('raises #NM for WAIT only with MP and TS', () => {
    expect(deliveries(withCr0('wait', CR0_MP | CR0_TS))).toEqual([[7, null]]);
    expect(deliveries(withCr0('wait', CR0_TS))).toEqual([]);
    expect(deliveries(withCr0('wait', CR0_MP | CR0_EM))).toEqual([]);
  });

  it('is found out by the usual probe: FNINIT and FNSTSW leave memory and AX as they were', () => {
    const machine = boot(
      'mov eax,0x5a5a \n mov [0x20000],eax \n fninit \n fnstsw [0x20000] \n fnstcw [0x20002] \n fnstsw ax',
    );
    machine.cpu.run(6);
    expect(deliveries(machine)).toEqual([]);
    expect(machine.memory.read32(0x20000)).toBe(0x5a5a);
    expect(machine.cpu.gpr[0]).toBe(0x5a5a);
  });

  it('stops with a clear message when a guest goes on to compute', () => {
    const machine = boot('fadd st0,st1');
    const outcome = machine.cpu.run(1);
    expect(outcome).toMatchObject({ kind: 'stopped' });
    expect(outcome.kind === 'stopped' && outcome.message).toMatch(
      /^this guest needs an FPU for fadd, and this CPU has none/,
    );
    expect(machine.cpu.retired).toBe(0);
  });

  it('does not claim one in CPUID', () => {
    const machine = boot('mov eax,1 \n cpuid');
    machine.cpu.run(2);
    expect(machine.cpu.gpr[2]! & 1).toBe(0);
  });
});
