/**
 * The task that a nested one goes back to: its IRET, with NT set, switches to the task named by the link field of its
 * task state, where all of that task's registers are.
 *
 * @see Intel SDM vol. 3, "Task Management": "Task Linking"
 */
import { EFLAGS_NT, EFLAGS_VM } from '../../machine/cpu/state';
import type { CodePlace } from './code';
import { onStack, type Position, type Scene, type StackPlace } from './position';
import { isPresent, type Segment, segmentOf, systemType } from './segments';

/** Only to a busy one: an available task was not suspended by this one. */
const BUSY_TSS_16 = 3;
const BUSY_TSS_32 = 11;
const SELECTOR_LDT = 1 << 2;

const FIELDS_32 = {
  size: 4,
  ...{ cr3: 28, eip: 32, eflags: 36, esp: 56, ebp: 60, cs: 76, ss: 80 },
} as const;
const FIELDS_16 = {
  size: 2,
  ...{ cr3: null, eip: 14, eflags: 16, esp: 26, ebp: 28, cs: 36, ss: 38 },
} as const;

export interface LinkedTask {
  readonly position: Position;
  /** It has page tables of its own: what lies on its stack cannot be read from here. */
  readonly isElsewhere: boolean;
}

/** Null where IRET could not go back to it. */
export function linkedTask({ cpu, word, isMapped }: Scene, here: Position): LinkedTask | null {
  const link = word(here.task.base, 2);
  if (link === null || (link & SELECTOR_LDT) !== 0) return null;
  const tss = segmentOf(cpu, link);
  const type = tss && systemType(tss);
  if (!tss || !isPresent(tss) || (type !== BUSY_TSS_16 && type !== BUSY_TSS_32)) return null;
  const fields = type === BUSY_TSS_32 ? FIELDS_32 : FIELDS_16;
  const { size } = fields;
  const at = (offset: number, bytes: 2 | 4 = size) => word(tss.base + offset, bytes);
  const [eip, flags, esp, ebp] = [fields.eip, fields.eflags, fields.esp, fields.ebp].map((offset) =>
    at(offset),
  );
  const cs = at(fields.cs, 2);
  const ss = at(fields.ss, 2);
  if (eip == null || flags == null || esp == null || ebp == null || cs === null || ss === null) {
    return null;
  }
  const is8086 = size === 4 && (flags & EFLAGS_VM) !== 0;
  // Its own LDT is not loaded now.
  if (!is8086 && ((cs | ss) & SELECTOR_LDT) !== 0) return null;
  const code: CodePlace | null = is8086 ? codeOf8086(cs) : codeOf(segmentOf(cpu, cs));
  const stack: StackPlace | null = is8086
    ? { base: ss * 16, bits: 16 }
    : (segmentOf(cpu, ss) ?? null);
  if (!code || !stack) return null;
  const cr3 = fields.cr3 === null ? null : at(fields.cr3, 4);
  const pages = cpu.registers.cr0 & CR0_PG;
  const isElsewhere = pages !== 0 && cr3 !== null && cr3 !== cpu.registers.cr3;
  const address = (code.base + eip) >>> 0;
  if (!isElsewhere && !isMapped(address)) return null;
  return {
    isElsewhere,
    position: {
      eip: address,
      code,
      stack: { base: stack.base, bits: stack.bits },
      esp: onStack(stack, esp),
      ebp,
      cpl: is8086 ? 3 : cs & 3,
      isNested: (flags & EFLAGS_NT) !== 0,
      task: { selector: link, base: tss.base },
      by: 'task',
      slot: (tss.base + fields.eip) >>> 0,
    },
  };
}

const CR0_PG = 1 << 31;

const codeOf8086 = (cs: number): CodePlace => ({ base: cs * 16, bits: 16, mode: 'virtual-8086' });

const codeOf = (segment: Segment | null): CodePlace | null =>
  segment && { base: segment.base, bits: segment.bits, mode: 'protected' };
