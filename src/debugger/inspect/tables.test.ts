import { describe, expect, it } from 'vitest';
import { unpack } from '../../hypervisor/memory/descriptors';
import { GDT_BASE, IDT_BASE } from '../../hypervisor/memory/layout';
import { Random } from '../../hypervisor/testing/random-guest/random';
import { describeDescriptor } from './descriptor';
import { tables } from './tables';
import { helloRings, MULTIBOOT, machineOf } from './testing/machine';
import { openPorts } from './tss';

const PLACE = { index: 1, selector: 8, address: 0x1008 };
const NAMELESS = { labelOf: () => null, usedBy: [] };

describe('tables of hello-rings', () => {
  it('are those the guest built', () => {
    const looked = helloRings('bare');
    looked.runTo('start_tasks');
    const view = tables(looked.context, { cpu: 'guest' });
    expect(view.gdtr.base).toBe(looked.addressOf('gdt'));
    expect(view.gdt.map(({ type, dpl }) => `${type} ${dpl}`)).toEqual([
      'null 0',
      'code r-x 32 0',
      'data rw- 0',
      'code r-x 32 3',
      'data rw- 3',
      'TSS 32 busy 0',
    ]);
    expect(view.gdt[1]?.usedBy).toEqual(['cs']);
    expect(view.gdt[2]?.usedBy).toEqual(['es', 'ss', 'ds']);
    expect(view.gdt[5]).toMatchObject({
      base: looked.addressOf('task_state'),
      limit: 103,
      usedBy: ['tr'],
    });
    const call = view.idt.find(({ index }) => index === 0x80);
    expect(call).toMatchObject({ type: 'trap gate 32', dpl: 3, present: true });
    expect(call?.target).toEqual({
      selector: 8,
      offset: looked.addressOf('trap_128'),
      label: 'trap_128',
    });
    expect(view.idt.find(({ index }) => index === 14)?.name).toBe('#PF page fault');
    expect(view.idt.find(({ index }) => index === 32)?.name).toBe('IRQ 0 timer');
    expect(view.tss?.fields.find(({ name }) => name === 'ss0')?.value).toBe(0x10);
    expect(view.tss?.ports).toMatch(/opens no port/);
    expect(view.problems).toEqual([]);
  });

  it('are not what segment registers of virtual-8086 mode select', () => {
    const looked = helloRings('bare');
    looked.runTo('start_tasks');
    const registers = looked.system.guest();
    const inVirtual8086 = { ...registers, eflags: registers.eflags | (1 << 17) };
    const system = Object.create(looked.system, { guest: { value: () => inVirtual8086 } });
    const { gdt } = tables({ ...looked.context, system }, { cpu: 'guest' });
    expect(gdt.map(({ usedBy }) => usedBy)).toEqual([[], [], [], [], [], ['tr']]);
  });

  it('are two sets under binary translation', () => {
    const looked = helloRings('binary-translation');
    looked.runTo('start_tasks');
    const guest = tables(looked.context, { cpu: 'guest' });
    const real = tables(looked.context, { cpu: 'real' });
    expect(guest.gdtr.base).toBe(looked.addressOf('gdt'));
    expect(real.gdtr.base).toBe(GDT_BASE);
    expect(real.idtr.base).toBe(IDT_BASE);
    // The guest's kernel code segment is mirrored for ring 1 or not at all: never with DPL 0.
    expect(guest.gdt[1]?.dpl).toBe(0);
    expect(real.gdt[1]?.dpl).not.toBe(0);
    expect(real.idt).toHaveLength(256);
    expect(real.idt.every(({ target }) => target !== null && target.offset >= 0xffc00000)).toBe(
      true,
    );
    // The guest cannot tell: its own tables are as on bare hardware.
    const bare = helloRings('bare');
    bare.runTo('start_tasks');
    expect(guest).toEqual(tables(bare.context, { cpu: 'guest' }));
  });

  it('are told to be missing before they are there', () => {
    const looked = machineOf(`${MULTIBOOT}
      start: lidt [pointer]
      here: hlt
      pointer: dw 0
      dd 0`);
    looked.runTo('here');
    const { idt, idtr, problems } = tables(looked.context, { cpu: 'guest' });
    expect({ idt, limit: idtr.limit, problems }).toEqual({ idt: [], limit: 0, problems: [] });
  });
});

describe('a descriptor', () => {
  it('is cut into fields that leave no bit out and none twice', () => {
    const random = new Random(3);
    for (let i = 0; i < 500; i++) {
      const [low, high] = [random.next() >>> 0, random.next() >>> 0];
      const { fields } = describeDescriptor(PLACE, low, high, NAMELESS);
      let expected = 63;
      for (const field of fields) {
        expect(field.high).toBe(expected);
        expected = field.low - 1;
        const whole = (BigInt(high) << 32n) | BigInt(low);
        const cut =
          (whole >> BigInt(field.low)) & ((1n << BigInt(field.high - field.low + 1)) - 1n);
        expect(BigInt(field.value)).toBe(cut);
        expect(field.meaning).not.toBe('');
      }
      expect(expected).toBe(-1);
    }
  });

  it('has the base and limit that the machine unpacks', () => {
    const random = new Random(5);
    for (let i = 0; i < 500; i++) {
      const [low, high] = [random.next() >>> 0, (random.next() | 0x9000) >>> 0];
      const { base, limit, dpl } = describeDescriptor(PLACE, low, high, NAMELESS);
      const unpacked = unpack([low, high]);
      expect([base, limit, dpl]).toEqual([unpacked.base, unpacked.limit, (high >>> 13) & 3]);
    }
  });

  it.each([
    [0x0000ffff, 0x00cf9a00, 'code r-x 32'],
    [0x0000ffff, 0x00009e00, 'code r-x 16 conforming'],
    [0x0000ffff, 0x00cf9600, 'data rw- expand-down'],
    [0x00080000, 0x00008400, 'call gate 16'],
    [0x00081234, 0x0000ec03, 'call gate 32'],
    [0x00280000, 0x00008500, 'task gate'],
    [0x00000067, 0x00008b00, 'TSS 32 busy'],
    [0, 0, 'null'],
  ])('%i %i is %s', (low, high, type) => {
    expect(describeDescriptor(PLACE, low, high, NAMELESS).type).toBe(type);
  });
});

describe('the I/O bitmap', () => {
  it('opens the ports whose bits are 0, and none in its last byte', () => {
    expect(openPorts([0xff, 0b11110011, 0x00])).toEqual([[10, 11]]);
    expect(openPorts([0xfe, 0x7f, 0xff])).toEqual([
      [0, 0],
      [15, 15],
    ]);
    expect(openPorts([0xff])).toEqual([]);
  });
});
