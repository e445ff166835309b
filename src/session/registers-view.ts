/** Registers as the page shows them. */
import type { Registers, SegmentState } from '../hypervisor/core/system';
import { SEGMENT_NAMES } from '../machine/cpu/state';
import type { CpuView, SegmentView } from './view';

const RIGHTS_CODE = 1 << 3;
const RIGHTS_WRITE_OR_READ = 1 << 1;
const RIGHTS_EXPAND_OR_CONFORM = 1 << 2;
const RIGHTS_SEGMENT = 1 << 4;
const RIGHTS_PRESENT = 1 << 7;
const RIGHTS_BIG = 1 << 14;

/** Type field of system descriptors that a segment register can hold. */
const SYSTEM_TYPES: Readonly<Record<number, string>> = {
  1: 'TSS 16, available',
  2: 'LDT',
  3: 'TSS 16, busy',
  9: 'TSS 32, available',
  11: 'TSS 32, busy',
};

/**
 * `code r-x 32`, `data rw-`, `null`, ...
 *
 * @see Intel SDM vol. 3, "Segment Descriptors" and "Code- and Data-Segment Descriptor Types"
 */
export function segmentType(segment: SegmentState): string {
  const { rights } = segment;
  if ((rights & RIGHTS_PRESENT) === 0) {
    return (segment.selector & ~3) === 0 ? 'null' : 'not present';
  }
  if ((rights & RIGHTS_SEGMENT) === 0) return SYSTEM_TYPES[rights & 15] ?? 'system';
  const size = rights & RIGHTS_BIG ? '32' : '16';
  if (rights & RIGHTS_CODE) {
    const readable = rights & RIGHTS_WRITE_OR_READ ? 'r-x' : '--x';
    return `code ${readable} ${size}${rights & RIGHTS_EXPAND_OR_CONFORM ? ' conforming' : ''}`;
  }
  const writable = rights & RIGHTS_WRITE_OR_READ ? 'rw-' : 'r--';
  return `data ${writable}${rights & RIGHTS_EXPAND_OR_CONFORM ? ' expand-down' : ''}`;
}

const segmentView = (segment: SegmentState, index: number): SegmentView => ({
  name: SEGMENT_NAMES[index] ?? '',
  selector: segment.selector,
  base: segment.base,
  limit: segment.limit,
  dpl: (segment.rights >>> 5) & 3,
  type: segmentType(segment),
});

export function cpuView(registers: Registers): CpuView {
  return {
    gpr: registers.gpr,
    eip: registers.eip,
    eflags: registers.eflags,
    cpl: registers.cpl,
    interruptFlag: (registers.eflags >>> 9) & 1 ? 1 : 0,
    iopl: (registers.eflags >>> 12) & 3,
    cr0: registers.cr0,
    cr2: registers.cr2,
    cr3: registers.cr3,
    cr4: registers.cr4,
    gdtr: registers.gdtr,
    idtr: registers.idtr,
    segments: registers.segments.map(segmentView),
    halted: registers.halted,
  };
}

const CS = 1;

/** Linear address of the instruction EIP points at. */
export const linearEip = (registers: Registers): number =>
  ((registers.segments[CS]?.base ?? 0) + registers.eip) >>> 0;

/** Default operand size of the code segment. */
export const codeBitness = (registers: Registers): 16 | 32 =>
  (registers.segments[CS]?.rights ?? RIGHTS_BIG) & RIGHTS_BIG ? 32 : 16;
