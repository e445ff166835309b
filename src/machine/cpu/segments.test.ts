import { describe, expect, it } from 'vitest';
import { SEG, WORD } from './state';
import {
  asm,
  boot,
  CODE,
  DATA,
  deliveries,
  GDT,
  type Machine,
  STACK0,
  STACK3,
  selector,
  TSS,
  writeDescriptor,
} from './testing/boot';

const FREE = selector.free;

function withDescriptor(
  source: string,
  rights: number,
  { base = 0, limit = 0xfffff, cpl = 0 } = {},
): Machine {
  const machine = boot(source, { cpl });
  writeDescriptor(machine.memory, FREE, base, limit, rights);
  return machine;
}

const vectors = (machine: Machine, instructions: number): [number, number | null][] => {
  for (let i = 0; i < instructions && deliveries(machine).length === 0; i++) machine.cpu.step();
  return deliveries(machine);
};

describe('the stack segment', () => {
  it.each([
    ['a null selector', 0, 0, [13, 0]],
    ['an RPL that is not CPL', selector.data(0) | 3, 0, [13, 0x10]],
    ['a DPL that is not CPL', selector.data(3) & ~3, 0, [13, selector.data(3) & ~3]],
    ['read-only data', FREE, 0xc091, [13, FREE]],
    ['a code segment', selector.code(0), 0, [13, 8]],
    ['an absent segment', FREE, 0xc013, [12, FREE]],
  ])('cannot be %s', (_, value, rights, expected) => {
    const machine = withDescriptor('mov ss,ax', rights);
    machine.cpu.gpr[0] = value;
    expect(vectors(machine, 1)).toEqual([expected]);
  });
});

describe('a data segment register', () => {
  it('takes conforming code whatever its DPL, and readable code of its own privilege', () => {
    for (const rights of [0xc09f, 0xc0fb]) {
      const machine = withDescriptor('mov ds,ax', rights, { cpl: 3 });
      machine.cpu.gpr[0] = FREE | 3;
      expect(vectors(machine, 1)).toEqual([]);
    }
  });

  it('refuses code that cannot be read', () => {
    const machine = withDescriptor('mov ds,ax', 0xc099);
    machine.cpu.gpr[0] = FREE;
    expect(vectors(machine, 1)).toEqual([[13, FREE]]);
  });
});

describe('segment limits', () => {
  it.each([
    ['byte', 'mov al,[0x1fff]', 'mov al,[0x2000]'],
    ['word', 'mov ax,[0x1ffe]', 'mov ax,[0x1fff]'],
    ['dword', 'mov eax,[0x1ffc]', 'mov eax,[0x1ffd]'],
  ])('are those of the last byte of a %s', (_, inside, outside) => {
    for (const [rights, limit] of [
      [0x4093, 0x1fff],
      [0xc093, 1],
    ] as const) {
      for (const [source, expected] of [
        [inside, []],
        [outside, [[13, 0]]],
      ] as const) {
        const machine = withDescriptor(`mov ds,bx \n ${source}`, rights, { limit, base: DATA });
        machine.cpu.gpr[3] = FREE;
        expect(vectors(machine, 2)).toEqual(expected);
      }
    }
  });

  it('are #SS(0) through SS', () => {
    const machine = withDescriptor('mov ss,bx \n mov eax,[ss:0x2000]', 0x4093, { limit: 0x1fff });
    machine.cpu.gpr[3] = FREE;
    machine.cpu.gpr[4] = 0x1000;
    expect(vectors(machine, 2)).toEqual([[12, 0]]);
  });

  it.each([
    ['mov al,[0x1fff]', 0x4097, [[13, 0]]],
    ['mov al,[0x2000]', 0x4097, []],
    ['mov eax,[0xffff]', 0x4097, []],
    ['mov ax,[0xfffe]', 0x0097, []],
    ['mov ax,[0xffff]', 0x0097, [[13, 0]]],
  ])(
    'of expand-down data are below what is valid: %s with rights %i',
    (source, rights, expected) => {
      const machine = withDescriptor(`mov ds,bx \n ${source}`, rights, { limit: 0x1fff });
      machine.cpu.gpr[3] = FREE;
      expect(vectors(machine, 2)).toEqual(expected);
    },
  );

  it('hold for code: a jump beyond is #GP(0) at the jump', () => {
    const machine = withDescriptor(`jmp ${FREE}:${CODE + 7} \n jmp near $+0x2000`, 0x409b, {
      limit: CODE + 0xfff,
    });
    machine.cpu.step();
    expect(vectors(machine, 1)).toEqual([[13, 0]]);
  });
});

describe('far transfers without a gate', () => {
  it.each([
    ['non-conforming code of another privilege', 0xc09b, 3, FREE | 3],
    ['non-conforming code with an RPL above CPL', 0xc09b, 0, FREE | 3],
    ['conforming code of less privilege', 0xc0ff, 0, FREE],
    ['data', 0xc093, 0, FREE],
  ])('are refused to %s', (_, rights, cpl, target) => {
    for (const kind of ['jmp', 'call']) {
      const machine = withDescriptor(`${kind} ${target}:${CODE}`, rights, { cpl });
      expect(vectors(machine, 1)).toEqual([[13, FREE]]);
    }
  });

  it('to absent code are #NP', () => {
    const machine = withDescriptor(`jmp ${FREE}:${CODE}`, 0xc01b);
    expect(vectors(machine, 1)).toEqual([[11, FREE]]);
  });

  it('to conforming code of more privilege keep CPL, which is then not the DPL', () => {
    const machine = withDescriptor(`call ${FREE | 3}:${CODE + 7} \n nop`, 0xc09f, { cpl: 3 });
    expect(vectors(machine, 1)).toEqual([]);
    expect(machine.cpu.cpl).toBe(3);
    expect(machine.cpu.state[WORD.SELECTOR + SEG.CS]).toBe(FREE | 3);
    expect(machine.memory.read32(STACK3 - 4)).toBe(selector.code(3));
  });
});

describe('RETF to an outer ring', () => {
  const outward = (ds: number): Machine => {
    const machine = boot(
      `push dword ${selector.data(3)} \n push dword ${STACK3} \n push dword ${selector.code(3)} \n push dword ${CODE} \n retf`,
    );
    const base = { selector: ds, base: 0, limit: 0xffffffff };
    machine.cpu.loadDescriptorCache(SEG.DS, { ...base, rights: 0xc093 | ((ds & 3) << 5) });
    machine.cpu.run(5);
    return machine;
  };

  it('nulls data segments the new CPL may not use, and keeps those it may', () => {
    const dropped = outward(selector.data(0));
    expect(dropped.cpu.cpl).toBe(3);
    expect(dropped.cpu.state[WORD.SELECTOR + SEG.DS]).toBe(0);
    const kept = outward(selector.data(3));
    expect(kept.cpu.state[WORD.SELECTOR + SEG.DS]).toBe(selector.data(3));
  });

  it('refuses an RPL below CPL', () => {
    const machine = boot(`push dword ${selector.code(0)} \n push dword ${CODE} \n retf`, {
      cpl: 3,
    });
    machine.cpu.run(3);
    expect(deliveries(machine)).toEqual([[13, 8]]);
  });
});

describe('the LDT', () => {
  it('serves selectors with TI set, through LLDT', () => {
    const machine = boot('lldt ax \n mov ds,bx \n mov ecx,[0]');
    writeDescriptor(machine.memory, FREE, 0x6000, 0x0f, 0x82);
    machine.memory.write32(0x6008, 0x0000ffff | (DATA << 16));
    machine.memory.write32(0x600c, 0x00409300 | (DATA >>> 16));
    machine.memory.write32(DATA, 0x1234);
    machine.cpu.gpr[0] = FREE;
    machine.cpu.gpr[3] = 0x0c;
    expect(vectors(machine, 3)).toEqual([]);
    expect(machine.cpu.gpr[1]).toBe(0x1234);
  });

  it('has a limit of its own', () => {
    const machine = boot('lldt ax \n mov ds,bx');
    writeDescriptor(machine.memory, FREE, 0x6000, 0x07, 0x82);
    machine.cpu.gpr[0] = FREE;
    machine.cpu.gpr[3] = 0x0c;
    expect(vectors(machine, 2)).toEqual([[13, 0x0c]]);
  });
});

describe('16-bit protected mode', () => {
  const sixteen = (source: string): Machine => {
    const machine = boot(asm(source, 0, 16));
    const { cpu } = machine;
    cpu.loadDescriptorCache(SEG.CS, { selector: 8, base: CODE, limit: 0xffff, rights: 0x9b });
    cpu.loadDescriptorCache(SEG.SS, { selector: 16, base: 0, limit: 0xffff, rights: 0x93 });
    cpu.eip = 0;
    return machine;
  };

  it('pushes words, and moves SP alone on a 16-bit stack', () => {
    const machine = sixteen('push ax');
    machine.cpu.gpr[4] = 0x12340000;
    machine.cpu.step();
    expect(machine.cpu.gpr[4]! >>> 0).toBe(0x1234fffe);
  });

  it('takes interrupts through 16-bit gates: three words, or four with an error code', () => {
    const machine = sixteen('int 0x30');
    machine.memory.write32(0x2000 + 0x30 * 8, (8 << 16) | 0x4030);
    machine.memory.write32(0x2000 + 0x30 * 8 + 4, 0x8600);
    machine.cpu.step();
    expect(machine.cpu.gpr[4]).toBe(STACK0 - 6);
    expect(machine.memory.read16(STACK0 - 6)).toBe(2);
    const faulting = sixteen('mov ax,0x7f8 \n mov ds,ax');
    faulting.memory.write32(0x2000 + 13 * 8, (8 << 16) | 0x400d);
    faulting.memory.write32(0x2000 + 13 * 8 + 4, 0x8600);
    faulting.cpu.step();
    faulting.cpu.step();
    expect(faulting.cpu.gpr[4]).toBe(STACK0 - 8);
    expect(faulting.memory.read16(STACK0 - 8)).toBe(0x7f8);
  });

  it('finds inner stacks in the 16-bit TSS', () => {
    const machine = boot('int 0x30', { cpl: 3 });
    const { cpu, memory } = machine;
    memory.write32(TSS + 2, 0x10_7000);
    cpu.loadDescriptorCache(SEG.TR, {
      selector: selector.tss,
      base: TSS,
      limit: 0x2b,
      rights: 0x83,
    });
    memory.write32(0x2000 + 0x30 * 8, (8 << 16) | 0x4030);
    memory.write32(0x2000 + 0x30 * 8 + 4, 0xe600);
    cpu.step();
    expect(cpu.gpr[4]).toBe(0x7000 - 10);
    expect(memory.read16(0x7000 - 4)).toBe(STACK3);
  });

  it('goes through 16-bit call gates, copying words', () => {
    const machine = boot(`push word 0x1111 \n call ${FREE | 3}:0`, { cpl: 3 });
    machine.memory.write32(GDT + FREE, (8 << 16) | 0x4040);
    machine.memory.write32(GDT + FREE + 4, 0xe401);
    machine.cpu.run(2);
    expect(machine.cpu.gpr[4]).toBe(STACK0 - 10);
    expect(machine.memory.read16(STACK0 - 6)).toBe(0x1111);
  });
});

describe('switching CR0.PE', () => {
  it('leaves the hidden parts of segment registers until they are loaded again', () => {
    const machine = boot('mov eax,cr0 \n and al,0xfe \n mov cr0,eax \n mov ebx,[0x20000]');
    machine.memory.write32(DATA, 0x777);
    machine.cpu.run(4);
    expect(machine.cpu.gpr[3]).toBe(0x777);
    expect(deliveries(machine)).toEqual([]);
  });
});
