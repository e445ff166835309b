import { describe, expect, it } from 'vitest';
import { CR0_PG, CR0_TS, EFLAGS_NT, EFLAGS_VM, SEG, WORD } from './state';
import {
  asm,
  boot,
  CODE,
  deliveries,
  GDT,
  HANDLERS,
  type Machine,
  selector,
  TSS,
  writeDescriptor,
  writeGate,
} from './testing/boot';

const NEW_TSS = 0x5000;
const OTHER = 0x50;
const LDT = 0x58;
const GATE = 0x60;
const HANDLER = 0x68;
const HANDLER_TSS = 0x5800;
const ABSENT_CODE = 0x70;
const ABSENT_DATA = 0x78;
const TASK_CODE = 0x14000;

interface Task {
  readonly cs?: number;
  readonly ss?: number;
  readonly ds?: number;
  readonly ldt?: number;
  readonly eflags?: number;
  readonly trap?: number;
  readonly rights?: number;
  readonly limit?: number;
}

/** A second task, whose TSS is at selector 0x50; a task gate to it at 0x60. */
function withTask(
  machine: Machine,
  task: Task = {},
  code = 'inc ebx \n iretd \n inc ecx',
): Machine {
  const { memory } = machine;
  writeDescriptor(memory, OTHER, NEW_TSS, task.limit ?? 0x67, task.rights ?? 0x89);
  memory.write32(GDT + GATE, OTHER << 16);
  memory.write32(GDT + GATE + 4, 0x8500);
  memory.write32(NEW_TSS + 4, 0x7000);
  memory.write32(NEW_TSS + 8, selector.data(0));
  memory.write32(NEW_TSS + 32, TASK_CODE);
  memory.write32(NEW_TSS + 36, task.eflags ?? 2);
  for (let i = 0; i < 8; i++) memory.write32(NEW_TSS + 40 + 4 * i, i === 4 ? 0x9000 : 0x100 + i);
  const data = task.ds ?? selector.data(0);
  const selectors = [data, task.cs ?? selector.code(0), task.ss ?? selector.data(0), data, data, 0];
  for (const [i, value] of selectors.entries()) memory.write32(NEW_TSS + 72 + 4 * i, value);
  memory.write32(NEW_TSS + 96, task.ldt ?? 0);
  memory.write16(NEW_TSS + 100, task.trap ?? 0);
  memory.writeBytes(TASK_CODE, asm(code, TASK_CODE));
  return machine;
}

const isBusy = (machine: Machine, selectorOf: number): boolean =>
  (machine.memory.read8(GDT + selectorOf + 5) & 2) !== 0;

/** As after LTR: the running task's own descriptor is busy. */
const busyNow = (machine: Machine): Machine => {
  machine.memory.write8(GDT + selector.tss + 5, 0x8b);
  return machine;
};

describe('a task switch', () => {
  it('by JMP saves the old task, loads the new one and moves the busy bit', () => {
    const machine = busyNow(withTask(boot(`mov edi,77 \n jmp ${OTHER}:0`)));
    const { cpu, memory } = machine;
    cpu.run(2);
    expect(cpu.eip).toBe(TASK_CODE);
    expect([...cpu.gpr]).toEqual([0x100, 0x101, 0x102, 0x103, 0x9000, 0x105, 0x106, 0x107]);
    expect(memory.read32(TSS + 32)).toBe(CODE + 12);
    expect(memory.read32(TSS + 40 + 28)).toBe(77);
    expect(memory.read16(TSS + 76)).toBe(selector.code(0));
    expect(isBusy(machine, selector.tss)).toBe(false);
    expect(isBusy(machine, OTHER)).toBe(true);
    expect(cpu.state[WORD.SELECTOR + SEG.TR]).toBe(OTHER);
    expect(cpu.eflags & EFLAGS_NT).toBe(0);
    expect(cpu.state[WORD.CR0]! & CR0_TS).toBe(CR0_TS);
  });

  it('by CALL sets NT and the back link; IRET follows it and returns', () => {
    const machine = busyNow(withTask(boot(`call ${OTHER}:0 \n inc edx`)));
    const { cpu, memory } = machine;
    cpu.step();
    expect(cpu.eflags & EFLAGS_NT).toBe(EFLAGS_NT);
    expect(memory.read16(NEW_TSS)).toBe(selector.tss);
    expect(isBusy(machine, selector.tss)).toBe(true);
    cpu.run(3);
    expect(cpu.eip).toBe(CODE + 7);
    expect(isBusy(machine, OTHER)).toBe(false);
    expect(memory.read32(NEW_TSS + 32)).toBe(TASK_CODE + 2);
    expect(memory.read32(NEW_TSS + 36) & EFLAGS_NT).toBe(0);
    cpu.step();
    expect(cpu.gpr[2]).toBe(1);
    expect(deliveries(machine)).toEqual([]);
  });

  it('goes through a task gate', () => {
    const machine = busyNow(withTask(boot(`jmp ${GATE}:0`)));
    machine.cpu.step();
    expect(machine.cpu.eip).toBe(TASK_CODE);
  });

  it('serves INT n through a task gate in the IDT, and IRET comes back', () => {
    const machine = busyNow(withTask(boot('int 0x30 \n inc edx')));
    writeGate(machine.memory, 0x30, OTHER, 0, 0x85);
    machine.cpu.run(4);
    expect(machine.cpu.gpr[2]).toBe(1);
    expect(machine.memory.read32(NEW_TSS + 40 + 12)).toBe(0x104);
  });

  it("pushes an exception's error code on the new task's stack, and saves the faulting EIP", () => {
    const machine = busyNow(withTask(boot('mov ax,0x7f8 \n mov ds,ax')));
    writeGate(machine.memory, 13, OTHER, 0, 0x85);
    machine.cpu.step();
    machine.cpu.run(2);
    expect(machine.cpu.gpr[4]).toBe(0x8ffc);
    expect(machine.memory.read32(0x8ffc)).toBe(0x7f8);
    expect(machine.memory.read32(TSS + 32)).toBe(CODE + 4);
    expect(machine.memory.read32(TSS + 36) & 0x10000).toBe(0x10000);
  });

  it('may change the ring', () => {
    const user = { cs: selector.code(3), ss: selector.data(3), ds: selector.data(3) };
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`), user));
    machine.cpu.step();
    expect(machine.cpu.cpl).toBe(3);
  });

  it('loads the LDT, and segments from it', () => {
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`), { ldt: LDT, ds: 4 }));
    writeDescriptor(machine.memory, LDT, 0x6000, 0x17, 0x82);
    machine.memory.write32(0x6000, 0x0000ffff);
    machine.memory.write32(0x6004, 0x00409212);
    machine.cpu.step();
    expect(machine.cpu.state[WORD.SELECTOR + SEG.LDTR]).toBe(LDT);
    expect(machine.cpu.state[WORD.BASE + SEG.DS]).toBe(0x120000);
  });

  it('loads CR3 where paging is on', () => {
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`)));
    const { cpu, memory } = machine;
    for (const directory of [0x30000, 0x32000]) {
      memory.write32(directory, 0x31007);
      memory.write32(directory + 4, 0x31007);
    }
    for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
    memory.write32(NEW_TSS + 28, 0x32000);
    cpu.state[WORD.CR3] = 0x30000;
    cpu.state[WORD.CR0]! |= CR0_PG;
    cpu.flushTlb();
    cpu.step();
    expect(cpu.state[WORD.CR3]).toBe(0x32000);
    expect(cpu.eip).toBe(TASK_CODE);
  });

  it('enters virtual-8086 mode if the new EFLAGS say so', () => {
    const task = { eflags: EFLAGS_VM | 2, cs: 0x1234, ss: 0x2000 };
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`), task));
    machine.memory.write32(NEW_TSS + 32, 0);
    machine.cpu.step();
    expect(machine.cpu.cpl).toBe(3);
    expect(machine.cpu.state[WORD.BASE + SEG.CS]).toBe(0x12340);
  });

  it('with the T bit raises #DB before the first instruction of the new task', () => {
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`), { trap: 1 }));
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
    expect(machine.cpu.state[WORD.DR + 6]! & 0x8000).toBe(0x8000);
    expect(machine.memory.read32(machine.cpu.gpr[4]! >>> 0)).toBe(TASK_CODE);
  });

  it('forgets the local breakpoints of the old task', () => {
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`)));
    machine.cpu.state[WORD.DR + 7] = 0x703;
    machine.cpu.step();
    expect(machine.cpu.state[WORD.DR + 7]).toBe(0x602);
  });

  it('between 16-bit tasks uses the 44-byte TSS', () => {
    const machine = withTask(boot(`call ${OTHER}:0`), { rights: 0x81, limit: 0x2b });
    const { cpu, memory } = machine;
    writeDescriptor(memory, selector.tss, TSS, 0x2b, 0x83);
    cpu.loadDescriptorCache(SEG.TR, {
      selector: selector.tss,
      base: TSS,
      limit: 0x2b,
      rights: 0x83,
    });
    const words = [0x4444, 2, 0x1111, 2, 3, 4, 0x900, 6, 7, 8].concat([
      selector.data(0),
      selector.code(0),
      selector.data(0),
      selector.data(0),
      0,
    ]);
    for (const [i, word] of words.entries()) memory.write16(NEW_TSS + 14 + 2 * i, word);
    cpu.step();
    expect(cpu.eip).toBe(0x4444);
    expect(cpu.gpr[0]! & 0xffff).toBe(0x1111);
    expect(cpu.gpr[4]! & 0xffff).toBe(0x900);
    expect(cpu.state[WORD.SELECTOR + SEG.FS]).toBe(0);
    expect(cpu.eflags & EFLAGS_NT).toBe(EFLAGS_NT);
    expect(memory.read16(TSS + 14)).toBe((CODE + 7) & 0xffff);
    expect(memory.read16(NEW_TSS)).toBe(selector.tss);
  });
});

describe('a task switch is refused', () => {
  const refused = (source: string, task: Task = {}): Machine => {
    const machine = busyNow(withTask(boot(source), task));
    machine.cpu.step();
    return machine;
  };

  it('to a busy task: #GP(TSS), and the old task goes on', () => {
    const machine = refused(`jmp ${OTHER}:0`, { rights: 0x8b });
    expect(deliveries(machine)).toEqual([[13, OTHER]]);
    expect(machine.cpu.state[WORD.SELECTOR + SEG.TR]).toBe(selector.tss);
  });

  it('to an absent TSS: #NP(TSS)', () => {
    expect(deliveries(refused(`jmp ${OTHER}:0`, { rights: 0x09 }))).toEqual([[11, OTHER]]);
  });

  it('to a TSS that is too small: #TS(TSS)', () => {
    expect(deliveries(refused(`jmp ${OTHER}:0`, { limit: 0x66 }))).toEqual([[10, OTHER]]);
  });

  it('from a ring above the DPL: #GP(TSS)', () => {
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`, { cpl: 3 })));
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, OTHER]]);
  });

  it('by IRET to a link that is no busy TSS: #TS(link)', () => {
    const machine = busyNow(withTask(boot('iretd', { eflags: EFLAGS_NT })));
    machine.memory.write16(TSS, OTHER);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[10, OTHER]]);
  });

  it.each([
    ['CS is no code segment', { cs: selector.data(0) }, 10, selector.data(0)],
    ['CS has another privilege than its RPL says', { cs: selector.code(0) | 3 }, 10, 8],
    ['SS has another privilege than CS', { ss: selector.data(3) }, 10, selector.data(3) & 0xfffc],
    ['DS is not readable', { ds: selector.tss }, 10, selector.tss],
    ['its LDT is no LDT', { ldt: selector.data(0) }, 10, selector.data(0)],
    ['CS is absent', { cs: ABSENT_CODE }, 11, ABSENT_CODE],
    ['SS is absent', { ss: ABSENT_DATA }, 12, ABSENT_DATA],
  ])('in the new task, whose EIP is saved, when %s', (_, task, vector, error) => {
    const machine = busyNow(withTask(boot(`jmp ${OTHER}:0`), task));
    const { memory, cpu } = machine;
    writeDescriptor(memory, ABSENT_CODE, 0, 0xfffff, 0xc01b);
    writeDescriptor(memory, ABSENT_DATA, 0, 0xfffff, 0xc013);
    // The handler is a third task: the second may have no stack.
    writeDescriptor(memory, HANDLER, HANDLER_TSS, 0x67, 0x89);
    for (let i = 0; i < 0x68; i += 4) {
      memory.write32(HANDLER_TSS + i, memory.read32(NEW_TSS + i));
    }
    memory.write32(HANDLER_TSS + 32, HANDLERS);
    for (const [i, of] of ['data', 'code', 'data', 'data', 'data', 'data'].entries()) {
      memory.write32(HANDLER_TSS + 72 + 4 * i, selector[of as 'data' | 'code'](0));
    }
    memory.write32(HANDLER_TSS + 96, 0);
    writeGate(memory, vector, HANDLER, 0, 0x85);
    cpu.step();
    expect(deliveries(machine)).toEqual([[vector, error]]);
    expect(memory.read32(NEW_TSS + 32)).toBe(TASK_CODE);
    expect(memory.read16(HANDLER_TSS)).toBe(OTHER);
    expect(memory.read32(0x8ffc)).toBe(error);
  });
});
