import { describe, expect, it } from 'vitest';
import { CR4_DE, EFLAGS_RF, EFLAGS_TF, WORD } from './state';
import { boot, CODE, DATA, deliveries, type Machine } from './testing/boot';

const ADDRESS = DATA + 8;

/** Arms DR0 with the R/W and LEN bits of DR7. */
function arm(machine: Machine, address: number, rw: number, len: number): Machine {
  machine.cpu.state[WORD.DR] = address;
  machine.cpu.state[WORD.DR + 7] = 0x401 | (rw << 16) | (len << 18);
  machine.cpu.refreshBreakpoints();
  return machine;
}

const dr6 = (machine: Machine): number => machine.cpu.state[WORD.DR + 6]! & 0xe00f;
const savedEip = (machine: Machine): number => machine.memory.read32(machine.cpu.gpr[4]! >>> 0);

describe('an instruction breakpoint', () => {
  it('is a fault before its instruction, with B0 in DR6', () => {
    const machine = arm(boot('inc eax \n inc ebx'), CODE + 1, 0, 0);
    machine.cpu.run(2);
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(savedEip(machine)).toBe(CODE + 1);
    expect(dr6(machine)).toBe(1);
    expect([machine.cpu.gpr[0], machine.cpu.gpr[3]]).toEqual([1, 0]);
  });

  it('is held off by RF for one instruction', () => {
    const machine = arm(boot('inc eax \n jmp $-1'), CODE, 0, 0);
    machine.cpu.setEflags(EFLAGS_RF);
    machine.cpu.run(2);
    expect(deliveries(machine)).toEqual([]);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(machine.cpu.gpr[0]).toBe(1);
  });

  it('is set by MOV DR7 and takes effect on the next instruction', () => {
    const machine = boot(`mov eax,${CODE + 16} \n mov dr0,eax \n mov eax,2 \n mov dr7,eax \n nop`);
    machine.cpu.run(5);
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(savedEip(machine)).toBe(CODE + 16);
  });

  it('is held off by MOV SS', () => {
    const machine = arm(boot('mov ss,ax \n nop'), CODE + 2, 0, 0);
    machine.cpu.gpr[0] = 16;
    machine.cpu.run(2);
    expect(deliveries(machine)).toEqual([]);
  });
});

describe('a data breakpoint', () => {
  it.each([
    [`mov byte [${ADDRESS}],1`, 1, 0, true],
    [`mov al,[${ADDRESS}]`, 1, 0, false],
    [`mov al,[${ADDRESS}]`, 3, 0, true],
    [`mov byte [${ADDRESS + 1}],1`, 1, 0, false],
    [`mov byte [${ADDRESS + 1}],1`, 1, 1, true],
    [`mov byte [${ADDRESS + 3}],1`, 1, 3, true],
    [`mov byte [${ADDRESS + 4}],1`, 1, 3, false],
    [`mov dword [${ADDRESS - 3}],1`, 1, 0, true],
    [`inc dword [${ADDRESS}]`, 1, 3, true],
  ])('%s meets R/W %i, LEN %i: %s', (source, rw, len, hit) => {
    const machine = boot(`nop \n ${source} \n nop \n nop`);
    machine.cpu.step();
    arm(machine, ADDRESS, rw, len);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual(hit ? [[1, null]] : []);
    expect(dr6(machine)).toBe(hit ? 1 : 0);
  });

  it('is a trap: the store is done, and the saved EIP is the next instruction', () => {
    const machine = arm(boot(`mov byte [${ADDRESS}],7 \n hlt`), ADDRESS, 1, 0);
    machine.cpu.step();
    expect(machine.memory.read8(ADDRESS)).toBe(7);
    expect(savedEip(machine)).toBe(CODE + 7);
  });

  it('sees pages that were used at full speed before, and lets go of them', () => {
    const machine = boot(`mov [${ADDRESS}],eax \n jmp $-5`);
    machine.cpu.run(20);
    arm(machine, ADDRESS, 1, 3);
    machine.cpu.run(22);
    expect(deliveries(machine)).toEqual([[1, null]]);
    machine.cpu.state[WORD.DR + 7] = 0x400;
    machine.cpu.refreshBreakpoints();
    machine.cpu.eip = CODE;
    machine.cpu.setActivity(0);
    machine.cpu.run(42);
    expect(deliveries(machine)).toEqual([[1, null]]);
  });

  it('stops REP between iterations, with RF in the image', () => {
    const machine = arm(boot('mov ecx,8 \n mov edi,0x20006 \n rep stosb'), ADDRESS, 1, 0);
    machine.cpu.run(3);
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(machine.cpu.gpr[1]).toBe(5);
    expect(machine.memory.read32((machine.cpu.gpr[4]! >>> 0) + 8) & EFLAGS_RF).toBe(EFLAGS_RF);
  });

  it('and a single step are one #DB with both bits in DR6', () => {
    const machine = arm(boot(`mov [${ADDRESS}],eax`, { eflags: EFLAGS_TF }), ADDRESS, 1, 0);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(dr6(machine)).toBe(0x4001);
  });

  it('survives a checkpoint', () => {
    const machine = arm(boot(`mov [${ADDRESS}],eax`), ADDRESS, 1, 0);
    const saved = machine.cpu.save();
    machine.cpu.state[WORD.DR + 7] = 0x400;
    machine.cpu.refreshBreakpoints();
    machine.cpu.restore(saved);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
  });
});

describe('a port breakpoint', () => {
  it.each([
    [CR4_DE, [[1, null]]],
    [0, []],
  ])('needs CR4.DE (%i)', (cr4, expected) => {
    const machine = boot('out 0x80,al \n nop');
    machine.ports.register(0x80, 1, { readPort: () => 0, writePort: () => {} });
    machine.cpu.state[WORD.CR4] = cr4;
    arm(machine, 0x80, 2, 0);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual(expected);
  });
});

describe('DR7.GD', () => {
  it('makes MOV DR a fault with BD in DR6, and is cleared for the handler', () => {
    const machine = boot('mov eax,dr0');
    machine.cpu.state[WORD.DR + 7] = 0x2400;
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(dr6(machine)).toBe(0x2000);
    expect(savedEip(machine)).toBe(CODE);
    expect(machine.cpu.state[WORD.DR + 7]).toBe(0x400);
  });
});

describe('DR4 and DR5', () => {
  it('are DR6 and DR7 without CR4.DE, and #UD with it', () => {
    const machine = boot('mov eax,dr5 \n mov eax,dr4');
    machine.cpu.step();
    expect(machine.cpu.gpr[0]).toBe(0x400);
    machine.cpu.state[WORD.CR4] = CR4_DE;
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[6, null]]);
  });
});
