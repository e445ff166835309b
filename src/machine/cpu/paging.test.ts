import { describe, expect, it } from 'vitest';
import { CR0_PG, CR0_WP, CR4_PGE, CR4_PSE, WORD } from './state';
import { boot, deliveries, type Machine } from './testing/boot';

const DIRECTORY = 0x30000;
const TABLE = 0x31000;

/** Identity-maps the first MiB for everyone; `map` changes single pages. */
function paged(source: string, cpl: number, cr0 = CR0_WP): Machine {
  const machine = boot(source, { cpl });
  const { memory, cpu } = machine;
  memory.write32(DIRECTORY, TABLE | 7);
  for (let page = 0; page < 256; page++) memory.write32(TABLE + page * 4, (page << 12) | 7);
  cpu.state[WORD.CR3] = DIRECTORY;
  cpu.state[WORD.CR0]! |= CR0_PG | cr0;
  cpu.flushTlb();
  machine.events.length = 0;
  return machine;
}

const map = (machine: Machine, linear: number, entry: number): void =>
  machine.memory.write32(TABLE + (linear >>> 12) * 4, entry);
const pte = (machine: Machine, linear: number): number =>
  machine.memory.read32(TABLE + (linear >>> 12) * 4);

describe('page faults', () => {
  it.each([
    ['user read of an absent page', 3, 'mov eax,[0x20004]', 0, 4],
    ['user write of an absent page', 3, 'mov [0x20004],eax', 0, 6],
    ['user read of a supervisor page', 3, 'mov eax,[0x20004]', 0x20003, 5],
    ['user write of a read-only page', 3, 'mov [0x20004],eax', 0x20005, 7],
    ['user read-modify-write of a read-only page', 3, 'inc dword [0x20004]', 0x20005, 7],
    ['ring 0 write of a read-only page with WP', 0, 'mov [0x20004],eax', 0x20005, 3],
    ['ring 1 read of an absent page', 1, 'mov eax,[0x20004]', 0, 0],
  ])('%s', (_, cpl, source, entry, errorCode) => {
    const machine = paged(source, cpl);
    map(machine, 0x20000, entry);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[14, errorCode]]);
    expect(machine.cpu.state[WORD.CR2]! >>> 0).toBe(0x20004);
    // No accessed or dirty bit for an access that failed.
    expect(pte(machine, 0x20000)).toBe(entry);
  });

  it('names the second page when an access crosses into it, and writes nothing', () => {
    const machine = paged('mov [0x20ffe],eax', 3);
    map(machine, 0x21000, 0);
    machine.cpu.gpr[0] = -1;
    machine.cpu.step();
    expect(machine.cpu.state[WORD.CR2]).toBe(0x21000);
    expect(machine.memory.read32(0x20ffc)).toBe(0);
  });

  it('leaves ESP alone when PUSH faults', () => {
    const machine = paged('push eax', 3);
    map(machine, 0xb000, 0);
    machine.cpu.step();
    expect(machine.memory.read32(0x8000 - 8)).toBe(0xc000);
  });

  it('is seen on the instruction fetch, also of the second page of one instruction', () => {
    const machine = paged('times 4094 nop \n mov eax,0x12345678', 3);
    map(machine, 0x11000, 0);
    machine.cpu.run(4095);
    expect(deliveries(machine)).toEqual([[14, 4]]);
    expect(machine.cpu.state[WORD.CR2]).toBe(0x11000);
    expect(machine.memory.read32(0x8000 - 20)).toBe(0x10ffe);
  });
});

describe('rights', () => {
  it('let ring 0 write a read-only page without WP', () => {
    const machine = paged('mov [0x20004],eax', 0, 0);
    map(machine, 0x20000, 0x20005);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([]);
  });

  it('let rings 0 to 2 use supervisor pages', () => {
    const machine = paged('mov eax,[0x20004]', 2);
    map(machine, 0x20000, 0x20003);
    machine.cpu.step();
    expect(machine.cpu.retired).toBe(1);
    expect(deliveries(machine)).toEqual([]);
  });

  it('read descriptor tables as supervisor even for ring 3', () => {
    const machine = paged('mov ds,ax', 3);
    map(machine, 0x1000, 0x1003);
    machine.cpu.gpr[0] = 0x43;
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([]);
  });

  it('come from both levels', () => {
    const machine = paged('mov eax,[0x20004]', 3);
    machine.memory.write32(DIRECTORY, TABLE | 3);
    machine.cpu.step();
    expect(deliveries(machine)[0]).toEqual([14, 5]);
  });
});

describe('accessed and dirty bits', () => {
  it('are set by use: A in both levels on a read, D on a write', () => {
    const machine = paged('mov eax,[0x20004] \n mov [0x20004],eax', 3);
    machine.cpu.step();
    expect(pte(machine, 0x20000)).toBe(0x20027);
    machine.cpu.step();
    expect(pte(machine, 0x20000)).toBe(0x20067);
    expect(machine.memory.read32(DIRECTORY)).toBe(TABLE | 0x27);
  });
});

describe('the TLB', () => {
  it('goes on using a stale entry until it is flushed', () => {
    const machine = paged(
      'mov eax,[0x20000] \n mov dword [0x31080],0x22007 \n mov ebx,[0x20000] \n invlpg [0x20000] \n mov ecx,[0x20000]',
      0,
    );
    machine.memory.write32(0x20000, 0x11);
    machine.memory.write32(0x22000, 0x22);
    machine.cpu.run(5);
    expect([machine.cpu.gpr[0], machine.cpu.gpr[3], machine.cpu.gpr[1]]).toEqual([
      0x11, 0x11, 0x22,
    ]);
  });

  it('does not remember that a page was absent', () => {
    const machine = paged('mov eax,[0x20000]', 0);
    map(machine, 0x20000, 0);
    machine.memory.write8(0x4000 + 14, 0x90);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[14, 0]]);
    map(machine, 0x20000, 0x20007);
    machine.cpu.eip = 0x10000;
    machine.cpu.step();
    expect(deliveries(machine)).toHaveLength(1);
  });

  it('keeps global entries over MOV CR3, and drops them with INVLPG', () => {
    const machine = paged(
      'mov eax,[0x20000] \n mov edx,cr3 \n mov cr3,edx \n mov ebx,[0x20000] \n invlpg [0x20000] \n mov ecx,[0x20000]',
      0,
    );
    machine.cpu.state[WORD.CR4]! |= CR4_PGE;
    machine.memory.write32(0x20000, 0x11);
    machine.memory.write32(0x22000, 0x22);
    map(machine, 0x20000, 0x20107);
    machine.cpu.step();
    map(machine, 0x20000, 0x22107);
    machine.cpu.run(6);
    expect([machine.cpu.gpr[0], machine.cpu.gpr[3], machine.cpu.gpr[1]]).toEqual([
      0x11, 0x11, 0x22,
    ]);
  });

  it('survives a checkpoint, stale entries included', () => {
    const machine = paged('mov eax,[0x20000] \n mov ebx,[0x20000]', 0);
    machine.memory.write32(0x20000, 0x11);
    machine.cpu.step();
    map(machine, 0x20000, 0x22007);
    const saved = machine.cpu.save();
    machine.cpu.flushTlb();
    machine.cpu.restore(saved);
    machine.cpu.step();
    expect(machine.cpu.gpr[3]).toBe(0x11);
  });
});

describe('4 MiB pages', () => {
  it('map with PSE, and fault on reserved bits', () => {
    const machine = paged('mov eax,[0x400123] \n mov eax,[0x800000]', 0);
    machine.cpu.state[WORD.CR4]! |= CR4_PSE;
    machine.memory.write32(DIRECTORY + 4, 0x83);
    machine.memory.write32(DIRECTORY + 8, 0x2083);
    machine.memory.write32(0x123, 0x5678);
    machine.cpu.step();
    expect(machine.cpu.gpr[0]).toBe(0x5678);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[14, 9]]);
  });
});

describe('code at two linear addresses', () => {
  it('is one set of bytes: a write through either is seen by both', () => {
    // Page 0x40 is page 0x50 again; the code there calls itself through both and patches its own constant.
    const machine = paged(
      `again: call 0x40000 \n call 0x50000 \n inc byte [0x40001] \n dec esi \n jnz again \n hlt`,
      0,
    );
    machine.memory.writeBytes(0x40000, Uint8Array.of(0xb8, 1, 0, 0, 0, 0x01, 0xc7, 0xc3));
    map(machine, 0x50000, 0x40007);
    machine.cpu.gpr[6] = 3;
    machine.cpu.gpr[7] = 0;
    machine.cpu.run(1000);
    expect(machine.cpu.gpr[7]).toBe(2 * (1 + 2 + 3));
  });
});
