import { describe, expect, it } from 'vitest';
import { isDoubleFault } from './delivery';
import { CR0_PG, EFLAGS_IF, EFLAGS_TF, SEG, VECTOR, WORD } from './state';
import {
  boot,
  CODE,
  deliveries,
  HANDLERS,
  type Machine,
  STACK0,
  selector,
  TSS,
  writeDescriptor,
  writeGate,
} from './testing/boot';
import { Timer } from './testing/random-program';

const FREE = selector.free;

/** The error of a refused INT 0x30 (EXT = 0), and of a refused #UD (EXT = 1). */
function refusals(prepare: (machine: Machine, vector: number) => void, cpl = 0): unknown[] {
  return (['int 0x30', 'ud2'] as const).map((source) => {
    const machine = boot(source, { cpl });
    prepare(machine, source === 'ud2' ? 6 : 0x30);
    machine.cpu.step();
    if (deliveries(machine).length === 0) machine.cpu.step();
    return deliveries(machine)[0];
  });
}

const userGate = (machine: Machine, vector: number): void =>
  writeGate(machine.memory, vector, selector.code(0), HANDLERS + vector, 0xee);

describe('delivery is refused', () => {
  it('beyond the IDT limit, with the IDT bit and EXT', () => {
    expect(
      refusals((machine, vector) => {
        // Vectors 13 to 15 at hand, the others not.
        if (vector === 0x30) machine.cpu.state[WORD.IDTR_LIMIT] = 0x17f;
        else writeGate(machine.memory, vector, 8, HANDLERS, 0x00);
      }),
    ).toEqual([
      [13, 0x182],
      [13, 0x33],
    ]);
  });

  it('for a null code selector, with EXT alone', () => {
    expect(refusals((m, vector) => writeGate(m.memory, vector, 0, 0, 0x8e))).toEqual([
      [13, 0],
      [13, 1],
    ]);
  });

  it('for a selector that is no code segment, or outside the table', () => {
    expect(refusals((m, vector) => writeGate(m.memory, vector, 0x10, 0, 0x8e))).toEqual([
      [13, 0x10],
      [13, 0x11],
    ]);
    expect(refusals((m, vector) => writeGate(m.memory, vector, 0x2000, 0, 0x8e))).toEqual([
      [13, 0x2000],
      [13, 0x2001],
    ]);
  });

  it('to a less privileged handler', () => {
    expect(refusals((m, vector) => writeGate(m.memory, vector, selector.code(3), 0, 0x8e))).toEqual(
      [
        [13, 0x38],
        [13, 0x39],
      ],
    );
  });

  it('to an absent code segment: #NP', () => {
    expect(
      refusals((m, vector) => {
        writeDescriptor(m.memory, FREE, 0, 0xfffff, 0xc01b);
        writeGate(m.memory, vector, FREE, 0, 0x8e);
      }),
    ).toEqual([
      [11, FREE],
      [11, FREE | 1],
    ]);
  });

  it('to an EIP beyond the code segment: #GP(EXT)', () => {
    expect(
      refusals((m, vector) => {
        writeDescriptor(m.memory, FREE, 0, 0xfff, 0x409b);
        writeGate(m.memory, vector, FREE, 0x1000, 0x8e);
      }),
    ).toEqual([
      [13, 0],
      [13, 1],
    ]);
  });

  it.each([
    ['null', 0, 0, [10, 0]],
    ['of another RPL', selector.data(0) | 1, 0, [10, 0x10]],
    ['read-only', FREE, 0xc091, [10, FREE]],
    ['outside the table', 0x2000, 0, [10, 0x2000]],
    ['absent', FREE, 0xc013, [12, FREE]],
    ['too small for the frame', FREE, 0x4093, [12, FREE]],
  ])('when the stack of the TSS is %s', (_, ss, rights, expected) => {
    const machine = boot('int 0x30', { cpl: 3 });
    userGate(machine, 0x30);
    writeDescriptor(machine.memory, FREE, 0, rights === 0x4093 ? 0x10 : 0xfffff, rights);
    machine.memory.write32(TSS + 8, ss);
    // Their handler runs in ring 3: it needs no stack of the TSS.
    for (const vector of [10, 12])
      writeGate(machine.memory, vector, selector.code(3), HANDLERS, 0x8e);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([expected]);
  });

  it('when the TSS is too small for the stack it is asked for', () => {
    const machine = boot('int 0x30', { cpl: 3 });
    userGate(machine, 0x30);
    writeGate(machine.memory, 10, selector.code(3), HANDLERS, 0x8e);
    machine.cpu.state[WORD.LIMIT + SEG.TR] = 8;
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[10, selector.tss]]);
  });
});

describe('an exception', () => {
  it.each([
    ['#DE', 'xor ecx,ecx \n div ecx', 0, false, false],
    ['#BP', 'int3', 3, true, false],
    ['#OF', 'mov al,0x7f \n inc al \n into', 4, true, false],
    ['#BR', 'mov eax,-1 \n bound eax,[0x20000]', 5, false, false],
    ['#UD', 'ud2', 6, false, false],
    ['#NM', 'mov eax,cr0 \n or al,8 \n mov cr0,eax \n wait \n fld1', 7, false, false],
    ['#NP', 'mov ax,0x50 \n mov ds,ax', 11, false, true],
    ['#SS', 'mov ax,0x50 \n mov ss,ax', 12, false, true],
    ['#GP', 'mov ax,0x7f8 \n mov ds,ax', 13, false, true],
    ['#PF', 'mov eax,[0x80000000]', 14, false, true],
  ])(
    '%s is a fault or a trap, and has an error code or not, as the table says',
    (_, source, vector, isTrap, hasError) => {
      const machine = boot(source);
      const { cpu, memory } = machine;
      writeDescriptor(memory, FREE, 0, 0xfffff, 0xc013);
      if (vector === 14) {
        memory.write32(0x30000, 0x31007);
        for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 7);
        cpu.state[WORD.CR3] = 0x30000;
        cpu.state[WORD.CR0]! |= CR0_PG;
        cpu.flushTlb();
      }
      let at = cpu.eip;
      while (deliveries(machine).length === 0) {
        at = cpu.eip;
        cpu.step();
      }
      const [[delivered, error]] = deliveries(machine) as [[number, number | null]];
      expect(delivered).toBe(vector);
      expect(error !== null).toBe(hasError);
      const saved = memory.read32((cpu.gpr[4]! >>> 0) + (hasError ? 4 : 0));
      if (isTrap) expect(saved).toBeGreaterThan(at);
      else expect(saved).toBe(at);
    },
  );

  it('named by INT n pushes no error code', () => {
    const machine = boot('int 13');
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, null]]);
    expect(machine.cpu.gpr[4]).toBe(STACK0 - 12);
    expect(machine.memory.read32(STACK0 - 12)).toBe(CODE + 2);
  });
});

describe('two exceptions in a row', () => {
  const contributory = [VECTOR.DE, VECTOR.TS, VECTOR.NP, VECTOR.SS, VECTOR.GP];
  const benign = [VECTOR.DB, VECTOR.BP, VECTOR.OF, VECTOR.BR, VECTOR.UD, VECTOR.NM, VECTOR.AC];

  it('are a double fault by class', () => {
    for (const first of contributory) {
      for (const second of contributory) expect(isDoubleFault(first, second)).toBe(true);
      for (const second of benign) expect(isDoubleFault(first, second)).toBe(false);
      expect(isDoubleFault(first, VECTOR.PF)).toBe(false);
      expect(isDoubleFault(VECTOR.PF, first)).toBe(true);
    }
    for (const first of benign) {
      for (const second of [...contributory, VECTOR.PF]) {
        expect(isDoubleFault(first, second)).toBe(false);
      }
    }
    expect(isDoubleFault(VECTOR.PF, VECTOR.PF)).toBe(true);
  });
});

describe('at one instruction boundary', () => {
  it('the trap of the instruction before comes before an interrupt', () => {
    const machine = boot('nop \n nop', { eflags: EFLAGS_TF | EFLAGS_IF });
    new Timer(machine, 1);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[1, null]]);
  });

  it('NMI comes before an interrupt, and an interrupt before the fault of the next fetch', () => {
    const machine = boot('nop \n ud2');
    new Timer(machine, 1);
    machine.cpu.step();
    machine.cpu.requestNmi();
    machine.cpu.step();
    expect(deliveries(machine)[0]).toEqual([2, null]);
    const plain = boot('nop \n ud2');
    new Timer(plain, 1);
    plain.cpu.run(2);
    expect(deliveries(plain)[0]).toEqual([0x20, null]);
  });

  it('the limit of the code segment comes before the opcode, and #UD before #GP of its operand', () => {
    const machine = boot('db 0x66,0x0f,0x0b');
    machine.cpu.state[WORD.LIMIT + SEG.CS] = CODE + 1;
    machine.cpu.step();
    expect(deliveries(machine)[0]).toEqual([13, 0]);
    const undefinedFirst = boot('db 0x8e,0x0d,0,0,0,0xff');
    undefinedFirst.cpu.step();
    expect(deliveries(undefinedFirst)).toEqual([[6, null]]);
  });
});

describe('interrupts and shadows', () => {
  it('wait for the instruction after MOV SS and POP SS', () => {
    for (const source of ['mov ss,ax \n inc ebx \n nop', 'pop ss \n inc ebx \n nop']) {
      const machine = boot(source);
      machine.cpu.gpr[0] = selector.data(0);
      machine.memory.write32(STACK0, selector.data(0));
      new Timer(machine, 1);
      machine.cpu.run(3);
      expect(deliveries(machine)).toEqual([[0x20, null]]);
      expect(machine.cpu.gpr[3]).toBe(1);
    }
  });

  it('of IOPL: CLI and STI need CPL up to it, and only ring 0 changes it', () => {
    for (const [iopl, expected] of [
      [0, [[13, 0]]],
      [3, []],
    ] as const) {
      const machine = boot('cli', { cpl: 3, iopl });
      machine.cpu.step();
      expect(deliveries(machine)).toEqual(expected);
    }
    const ring0 = boot('push dword 0x3002 \n popfd');
    ring0.cpu.run(2);
    expect(ring0.cpu.iopl).toBe(3);
    const ring1 = boot('push dword 0x3002 \n popfd', { cpl: 1 });
    ring1.cpu.run(2);
    expect(ring1.cpu.iopl).toBe(0);
  });
});

describe('turning paging off', () => {
  it('flushes the TLB, global entries included', () => {
    const machine = boot(
      'mov eax,[0x20000] \n mov eax,cr0 \n and eax,0x7fffffff \n mov cr0,eax \n mov ebx,[0x20000]',
    );
    const { cpu, memory } = machine;
    memory.write32(0x30000, 0x31007);
    for (let page = 0; page < 256; page++) memory.write32(0x31000 + page * 4, (page << 12) | 0x107);
    memory.write32(0x31000 + 0x20 * 4, 0x21107);
    memory.write32(0x20000, 0x20);
    memory.write32(0x21000, 0x21);
    cpu.state[WORD.CR3] = 0x30000;
    cpu.state[WORD.CR4] = 0x80;
    cpu.state[WORD.CR0]! |= CR0_PG;
    cpu.flushTlb();
    cpu.step();
    expect(cpu.gpr[0]).toBe(0x21);
    cpu.run(5);
    expect(cpu.gpr[3]).toBe(0x20);
  });
});

describe('physical address extension', () => {
  it('is not there: CR4.PAE is #GP(0), and CPUID does not claim it', () => {
    const machine = boot('mov eax,1 \n cpuid \n mov eax,0x20 \n mov cr4,eax');
    machine.cpu.run(2);
    expect(machine.cpu.gpr[2]! & (1 << 6)).toBe(0);
    machine.cpu.run(4);
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });
});
