import { describe, expect, it } from 'vitest';
import { EFLAGS_IF, SEG, WORD } from './state';
import { boot, deliveries, selector, TSS, writeDescriptor } from './testing/boot';

describe('privileged instructions', () => {
  it.each([
    'hlt',
    'clts',
    'lgdt [0x20000]',
    'lidt [0x20000]',
    'lldt ax',
    'ltr ax',
    'mov eax,cr0',
    'mov cr3,eax',
    'mov dr7,eax',
    'lmsw ax',
    'invlpg [0x20000]',
    'invd',
    'wbinvd',
    'rdmsr',
    'wrmsr',
    'cli',
    'sti',
  ])('%s is #GP(0) in ring 1 and changes nothing', (source) => {
    const machine = boot(source, { cpl: 1 });
    const before = [...machine.cpu.gpr];
    machine.memory.write32(TSS + 4, 0x8000);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, 0]]);
    expect([...machine.cpu.gpr].filter((_, r) => r !== 4)).toEqual(
      before.filter((_, r) => r !== 4),
    );
  });

  it.each([
    ['sgdt [0x20000]', 'sgdt', 'read the real GDTR: base 0x00001000'],
    ['sidt [0x20000]', 'sidt', 'read the real IDTR: base 0x00002000'],
    ['sldt eax', 'sldt', 'read the real LDTR: 0'],
    ['str eax', 'str', 'read the real TR: 48'],
    ['smsw eax', 'smsw', 'read the real CR0: 0x00000011'],
    ['pushfd', 'pushf', 'read the real IF 1, IOPL 0'],
  ])('%s does not trap in ring 1 and says what it revealed', (source, mnemonic, effect) => {
    const machine = boot(source, { cpl: 1 });
    machine.cpu.step();
    expect(machine.events).toEqual([{ kind: 'sensitive-silent', mnemonic, effect }]);
    const ring0 = boot(source);
    ring0.cpu.step();
    expect(ring0.events).toEqual([]);
  });

  it('RSM is #UD outside system management mode', () => {
    const machine = boot('rsm');
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[6, null]]);
  });

  it('0F 3F is #UD without a monitor', () => {
    const machine = boot('db 0x0f,0x3f');
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[6, null]]);
  });

  it('0F 3F hands over to the monitor after it retired, and only inside the entry page', () => {
    const machine = boot('db 0x0f,0x3f \n db 0x0f,0x3f');
    const seen: number[][] = [];
    machine.cpu.monitor = {
      entryLow: 0x10000,
      entryHigh: 0x10002,
      enter: () => seen.push([machine.cpu.eip, machine.cpu.retired]),
    };
    machine.cpu.step();
    expect(seen).toEqual([[0x10002, 1]]);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[6, null]]);
  });
});

describe('POPF', () => {
  it('leaves IF alone at CPL 3 with IOPL 0, and raises nothing', () => {
    const machine = boot('push dword 0 \n popfd', { cpl: 3 });
    machine.cpu.run(2);
    expect(machine.cpu.eflags & EFLAGS_IF).toBe(EFLAGS_IF);
    expect(machine.events).toEqual([
      { kind: 'sensitive-silent', mnemonic: 'popf', effect: 'IF stays 1' },
    ]);
  });

  it('changes IF but not IOPL at CPL 1 with IOPL 1', () => {
    const machine = boot('push dword 0x3000 \n popfd', { cpl: 1, iopl: 1 });
    machine.cpu.run(2);
    expect(machine.cpu.eflags).toBe(0x1002);
  });
});

describe('I/O permission', () => {
  it('follows the bitmap of the TSS above IOPL', () => {
    const machine = boot('in al,0x81 \n in al,0x80', { cpl: 3 });
    const read: number[] = [];
    machine.ports.register(0x80, 2, {
      readPort: (port) => read.push(port),
      writePort: () => {},
    });
    machine.cpu.loadDescriptorCache(SEG.TR, {
      selector: selector.tss,
      base: TSS,
      limit: 0x68 + 0x20,
      rights: 0x8b,
    });
    machine.memory.write8(TSS + 0x68 + 0x10, 0b01);
    machine.cpu.run(2);
    expect(read).toEqual([0x81]);
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });

  it('is free at CPL up to IOPL', () => {
    const machine = boot('out 0x80,al', { cpl: 1, iopl: 1 });
    const written: number[] = [];
    machine.ports.register(0x80, 1, {
      readPort: () => 0,
      writePort: (_, value) => written.push(value),
    });
    machine.cpu.gpr[0] = 0x155;
    machine.cpu.step();
    expect(written).toEqual([0x55]);
  });
});

describe('segment loads', () => {
  it.each([
    ['a ring-0 data segment in ring 3', selector.data(0) | 3, 3, [[13, 0x10]]],
    ['a system descriptor', selector.tss, 0, [[13, 0x48]]],
    ['a selector beyond the table', 0x1000, 0, [[13, 0x1000]]],
    ['an LDT selector without LDT', 0x0c, 0, [[13, 0x0c]]],
  ])('refuse %s', (_, value, cpl, expected) => {
    const machine = boot('mov ds,ax', { cpl });
    machine.cpu.state[WORD.RIGHTS + SEG.LDTR] = 0;
    machine.cpu.gpr[0] = value;
    machine.cpu.step();
    expect(deliveries(machine)).toEqual(expected);
  });

  it('raise #NP for an absent data segment and #SS for an absent stack', () => {
    for (const [source, vector] of [
      ['mov ds,ax', 11],
      ['mov ss,ax', 12],
    ] as const) {
      const machine = boot(source);
      writeDescriptor(machine.memory, selector.free, 0, 0xfffff, 0xc013);
      machine.cpu.gpr[0] = selector.free;
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([[vector, selector.free]]);
    }
  });

  it('accept a null selector for DS; its use is #GP(0)', () => {
    const machine = boot('mov ds,ax \n mov ecx,[0x20000]');
    machine.cpu.run(3);
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });

  it('keep the hidden part when the descriptor changes in memory', () => {
    const machine = boot('mov ds,ax \n mov ecx,[0x20000] \n mov ds,ax \n mov ecx,[0x20000]');
    machine.cpu.gpr[0] = selector.data(0);
    machine.cpu.step();
    writeDescriptor(machine.memory, selector.data(0), 0, 0, 0x4093);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([]);
    machine.cpu.run(4);
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });

  it('let a truncated segment end where it ends', () => {
    const machine = boot('mov eax,[0x2fffc] \n mov eax,[0x2fffd]');
    machine.cpu.loadDescriptorCache(SEG.DS, {
      selector: selector.data(0),
      base: 0,
      limit: 0x2ffff,
      rights: 0xc093,
    });
    machine.cpu.run(2);
    expect(machine.cpu.retired).toBe(2);
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });
});

describe('CPUID', () => {
  it('names the vendor and claims only what is there', () => {
    const machine = boot('cpuid');
    machine.cpu.step();
    const { gpr } = machine.cpu;
    const bytes = new Uint8Array(Int32Array.of(gpr[3]!, gpr[2]!, gpr[1]!).buffer);
    expect(String.fromCharCode(...bytes)).toBe('RingsideCPU!');
  });
});
