import { describe, expect, it } from 'vitest';
import { EFLAGS_IF, EFLAGS_VM, SEG, WORD } from './state';
import {
  asm,
  boot,
  deliveries,
  HANDLERS,
  type Machine,
  STACK0,
  selector,
  TSS,
  writeGate,
} from './testing/boot';

/** Paragraph 0x1800: 16-bit code at linear 0x18000. */
const PARAGRAPH = 0x1800;

/** Ring 0 has just executed the IRETD into virtual-8086 mode; `code` is next. */
function virtual8086(code: string, iopl: number, flags = EFLAGS_IF): Machine {
  const image = EFLAGS_VM | (iopl << 12) | flags | 2;
  const frame = [0x55, 0x44, 0x2000, 0x1900, 0x1700, 0xff0, image, PARAGRAPH, 0];
  const machine = boot(`${frame.map((value) => `push dword ${value}`).join('\n')}\niretd`);
  machine.memory.writeBytes(PARAGRAPH * 16, asm(`${code}\n`, 0, 16));
  machine.cpu.run(frame.length + 1);
  machine.events.length = 0;
  return machine;
}

const stack = (machine: Machine, words: number): number[] =>
  Array.from({ length: words }, (_, i) =>
    machine.memory.read32((machine.cpu.gpr[4]! >>> 0) + 4 * i),
  );

describe('virtual-8086 mode', () => {
  it('is entered by IRETD with VM in the image: ring 3, nine dwords, segments of paragraphs', () => {
    const { cpu } = virtual8086('nop', 0);
    expect(cpu.cpl).toBe(3);
    expect(cpu.eflags & EFLAGS_VM).toBe(EFLAGS_VM);
    expect(cpu.gpr[4]).toBe(0xff0);
    const selectors = [SEG.ES, SEG.CS, SEG.SS, SEG.DS, SEG.FS, SEG.GS].map((segment) => [
      cpu.state[WORD.SELECTOR + segment],
      cpu.state[WORD.BASE + segment],
      cpu.state[WORD.LIMIT + segment],
    ]);
    expect(selectors).toEqual(
      [0x1900, PARAGRAPH, 0x1700, 0x2000, 0x44, 0x55].map((s) => [s, s * 16, 0xffff]),
    );
  });

  it('cannot be entered by IRETD from ring 3', () => {
    const machine = boot('push dword 0x20202 \n push dword 0x3b \n push dword $+8 \n iretd', {
      cpl: 3,
    });
    machine.cpu.run(4);
    expect(machine.cpu.eflags & EFLAGS_VM).toBe(0);
  });

  it('loads segment registers as real mode does', () => {
    const machine = virtual8086('mov ax,0x2345 \n mov ds,ax \n mov bl,[0x10]', 0);
    machine.memory.write8(0x23460, 0x99);
    machine.cpu.run(machine.cpu.retired + 3);
    expect(machine.cpu.state[WORD.BASE + SEG.DS]).toBe(0x23450);
    expect(machine.cpu.gpr[3]! & 0xff).toBe(0x99);
    expect(deliveries(machine)).toEqual([]);
  });

  it('stores through CS, and checks offsets against 64 KiB', () => {
    const machine = virtual8086('mov byte [cs:0x100],7 \n mov eax,0x10000 \n mov bl,[eax]', 0);
    machine.cpu.run(machine.cpu.retired + 3);
    expect(machine.memory.read8(PARAGRAPH * 16 + 0x100)).toBe(7);
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });

  it.each(['cli', 'sti', 'pushf', 'popf', 'int 0x30', 'iret', 'hlt', 'mov eax,cr0', 'lgdt [0]'])(
    '%s is #GP(0) with IOPL below 3',
    (source) => {
      const machine = virtual8086(source, 2);
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([[13, 0]]);
    },
  );

  it.each(['cli', 'sti', 'pushf', 'popf', 'iret'])('%s works with IOPL 3', (source) => {
    const machine = virtual8086(source, 3);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([]);
    expect(machine.cpu.eflags & EFLAGS_VM).toBe(EFLAGS_VM);
    expect(machine.cpu.iopl).toBe(3);
  });

  it.each(['lar ax,bx', 'verr ax', 'sldt ax', 'str ax', 'lldt ax', 'ltr ax', 'arpl ax,bx'])(
    '%s is #UD',
    (source) => {
      const machine = virtual8086(source, 3);
      machine.cpu.step();
      expect(deliveries(machine)).toEqual([[6, null]]);
    },
  );

  it('asks the I/O bitmap whatever IOPL is', () => {
    const machine = virtual8086('in al,0x80', 3);
    machine.memory.write16(TSS + 102, 0x68);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, 0]]);
  });

  it('is left by an exception with GS FS DS ES below SS on the ring-0 stack, 40 bytes with an error code', () => {
    const machine = virtual8086('hlt', 0);
    const { cpu } = machine;
    cpu.step();
    expect(cpu.gpr[4]).toBe(STACK0 - 40);
    const image = EFLAGS_VM | EFLAGS_IF | 0x10002;
    expect(stack(machine, 10)).toEqual([
      0,
      0,
      PARAGRAPH,
      image,
      0xff0,
      0x1700,
      0x1900,
      0x2000,
      0x44,
      0x55,
    ]);
    expect(cpu.eflags & EFLAGS_VM).toBe(0);
    expect(cpu.cpl).toBe(0);
    for (const segment of [SEG.ES, SEG.DS, SEG.FS, SEG.GS]) {
      expect(cpu.state[WORD.SELECTOR + segment]).toBe(0);
      expect(cpu.state[WORD.RIGHTS + segment]).toBe(0);
    }
  });

  it('is left by INT n with IOPL 3 through a gate of DPL 3, 36 bytes, and comes back by IRETD', () => {
    const machine = virtual8086('int 0x30 \n inc cx', 3);
    const { cpu } = machine;
    writeGate(machine.memory, 0x30, selector.code(0), HANDLERS + 0x30, 0xee);
    machine.memory.writeBytes(HANDLERS + 0x30, asm('iretd'));
    const before = cpu.save().block.slice(0, 32);
    cpu.step();
    expect(cpu.gpr[4]).toBe(STACK0 - 36);
    expect(stack(machine, 1)).toEqual([2]);
    cpu.step();
    expect(cpu.save().block.slice(0, 32)).toEqual(before);
    expect(cpu.eflags & EFLAGS_VM).toBe(EFLAGS_VM);
    cpu.step();
    expect(cpu.gpr[1]! & 0xffff).toBe(1);
  });

  it('refuses handlers outside ring 0', () => {
    const machine = virtual8086('int 0x30', 3);
    writeGate(machine.memory, 0x30, selector.code(1), HANDLERS + 0x30, 0xee);
    machine.cpu.step();
    expect(deliveries(machine)).toEqual([[13, selector.code(1) & 0xfffc]]);
  });
});
