/**
 * Whatever lies on the stack, a frame that is claimed is one that the CPU takes: the IRET or RET is executed and must
 * lead, without a fault, to where the call stack said.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../hypervisor/testing/random-guest/random';
import { walkCalls } from './calls';
import { linearEip, lookAt } from './cpu';
import { type Looked, machineOf, OWN_TABLES } from './testing/machine';

const GUEST = `${OWN_TABLES}
    mov eax, 0x38
    lldt ax
    jmp deep
  through: call 0x40:0
  .back: nop
    call far [pointer]
  .indirect: nop
  nearby: call deep
  .back: nop
  deep: nop
  .in: nop
    jmp .in
  returns: iret
  %assign bytes 0
  %rep 32
    db 0xca
    dw bytes
    %assign bytes bytes + 4
  %endrep
  section .data
  align 8
  gdt: dq 0
    dq 0x00cf9a000000ffff               ; 08 code, ring 0
    dq 0x00cf92000000ffff               ; 10 data, ring 0
    dq 0x00cffa000000ffff               ; 18 code, ring 3
    dq 0x00cff2000000ffff               ; 20 data, ring 3
    dq 0x00cf9e000000ffff               ; 28 code, conforming
    dq 0x00cf7a000000ffff               ; 30 code, ring 3, not present
    dw 23                               ; 38 LDT
    dd ldt + 0x82000000
    dw 0
    dd deep - 0x100000 + 0x80000        ; 40 call gate to ring 0 with three parameters
    dd 0x10ec03
    dq 0x00cfba000000ffff               ; 48 code, ring 1
    dq 0x00cfb2000000ffff               ; 50 data, ring 1
    dq 0x00cff0000000ffff               ; 58 data, ring 3, read-only
    dq 0x0040fa000000ffff               ; 60 code, ring 3, limit 64 KiB
    dq 0x0000f2000000ffff               ; 68 data, ring 3, SP
  gdt_end:
  ldt: dq 0x00cffa000000ffff            ; 04 code, ring 3
    dq 0x00cff2000000ffff               ; 0c data, ring 3
    dq 0x00cf9a000000ffff               ; 14 code, ring 0
  gdt_pointer: dw gdt_end - gdt - 1
    dd gdt
  idt_pointer: dw 0x7ff
    dd idt
  pointer: dd deep
    dw 8
  section .bss
  align 8
  idt: resb 2048
  stack: resb 512
  stack_top:
  resb 2048`;

const SELECTORS = [
  ...[0x00, 0x08, 0x10, 0x18, 0x1b, 0x20, 0x23, 0x28, 0x2b, 0x33, 0x38, 0x40, 0x43, 0x49, 0x51],
  ...[0x5b, 0x63, 0x6b, 0x07, 0x0f, 0x14, 0x70, 0xfff8, 0x1001b],
];
const FLAGS = [2, 0x46, 0x202, 0x246, 0x3202, 0x4002, 0x20202, 0x23202, 0x30206, 0, 0x8002, 0x20a];
const LABELS = ['through.back', 'through.indirect', 'nearby.back', 'deep.in', 'stack', 'gdt'];

/** Executes the return at a place and says where it led. */
function returned(looked: Looked, instruction: number, esp: number) {
  const { system } = looked;
  const before = { state: system.save(), ram: system.memory.u8.slice() };
  const edits = [
    ['eip', instruction],
    [4, esp],
  ] as const;
  for (const [register, value] of edits) {
    expect(system.edit({ kind: 'register', register, value })).toBeNull();
  }
  const faults: number[] = [];
  system.guestListener = (event) => {
    if (event.kind === 'trap') faults.push(event.vector);
  };
  const outcome = system.run(system.retired + 1);
  system.guestListener = null;
  const cpu = lookAt(system, 'guest');
  const { registers } = cpu;
  const ss = registers.segments[2]!;
  const mask = ss.rights & (1 << 14) ? 0xffffffff : 0xffff;
  const found = {
    outcome: outcome.kind,
    faults,
    eip: linearEip(registers),
    esp: (ss.base + (((registers.gpr[4] ?? 0) & mask) >>> 0)) >>> 0,
  };
  system.memory.u8.set(before.ram);
  system.restore(before.state);
  return found;
}

describe('a frame', () => {
  it('is claimed only if returning through it is legal', () => {
    const looked = machineOf(GUEST);
    looked.runTo('deep.in');
    const { system } = looked;
    const random = new Random(7);
    const [stack, top] = [looked.addressOf('stack'), looked.addressOf('stack_top')];
    const esp = top - 256;
    expect(system.edit({ kind: 'register', register: 4, value: esp })).toBeNull();
    const addresses = LABELS.map((label) => looked.addressOf(label));
    const claimed = { interrupt: 0, 'virtual-8086': 0, call: 0, gate: 0 };
    for (let round = 0; round < 600; round++) {
      for (let at = stack; at < top + 64; at += 4) {
        const pool = random.pick([
          addresses,
          addresses,
          SELECTORS,
          SELECTORS,
          FLAGS,
          FLAGS,
          [0x200],
        ]);
        system.memory.write32(at, random.pick(pool));
      }
      const cpu = lookAt(system, 'guest');
      const { frames, words } = walkCalls(looked.context, cpu);
      const frame = frames[1];
      const mine = words.filter(({ address }) => address >= (frame?.returnSlot ?? 0));
      if (!frame || frame.returnSlot === null || mine[0]?.address !== frame.returnSlot) continue;
      const texts = mine.slice(0, 40).map((word) => word.words);
      const parameters = texts.findIndex((text) => text.includes('ESP →')) - 2;
      const isOuter = !texts[1]?.endsWith('ring 0');
      const release = frame.by === 'call' && isOuter ? parameters * 4 : 0;
      const returns = looked.addressOf('returns');
      const instruction = frame.by === 'interrupt' ? returns : returns + 1 + (release / 4) * 3;
      expect({ round, ...returned(looked, instruction, frame.returnSlot) }).toEqual({
        ...{ round, outcome: 'budget', faults: [], eip: frame.address },
        esp: frame.stackPointer + release,
      });
      if (frame.by === 'call') claimed[isOuter ? 'gate' : 'call']++;
      else claimed[texts[2]?.includes('VM=1') ? 'virtual-8086' : 'interrupt']++;
    }
    for (const count of Object.values(claimed)) expect(count).toBeGreaterThan(0);
  }, 60_000);
});
