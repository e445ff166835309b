/** Copies the architectural registers out of a CPU. */
import type { Cpu } from '../../machine/cpu/cpu';
import { WORD } from '../../machine/cpu/state';
import type { Registers, SegmentState } from './system';

export function registersOf(cpu: Cpu): Registers {
  const word = (index: number): number => cpu.state[index]! >>> 0;
  const segments: SegmentState[] = [];
  for (let i = 0; i < 8; i++) {
    segments.push({
      selector: word(WORD.SELECTOR + i) & 0xffff,
      base: word(WORD.BASE + i),
      limit: word(WORD.LIMIT + i),
      rights: word(WORD.RIGHTS + i),
    });
  }
  return {
    gpr: Array.from(cpu.gpr, (value) => value >>> 0),
    eip: word(WORD.EIP),
    eflags: cpu.eflags >>> 0,
    cpl: cpu.cpl,
    cr0: word(WORD.CR0),
    cr2: word(WORD.CR2),
    cr3: word(WORD.CR3),
    cr4: word(WORD.CR4),
    gdtr: { base: word(WORD.GDTR_BASE), limit: word(WORD.GDTR_LIMIT) & 0xffff },
    idtr: { base: word(WORD.IDTR_BASE), limit: word(WORD.IDTR_LIMIT) & 0xffff },
    segments,
    halted: word(WORD.ACTIVITY) !== 0,
  };
}
