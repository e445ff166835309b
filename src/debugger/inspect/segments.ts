/**
 * Descriptors as a return would read them: whether IRET or RET could load CS and SS from an image on the stack. Legal by
 * the tables as they lie in memory now; whether the stack really holds such an image is another question (`frames.ts`).
 *
 * @see Intel SDM vol. 2, "RET", "IRET/IRETD": the checks of a return to the same and to an outer privilege level
 */
import { SEG } from '../../machine/cpu/state';
import { type LookedAt, numberAt } from './cpu';

const TABLE_LDT = 1 << 2;
const RIGHTS_PRESENT = 1 << 7;

const PRESENT = 1 << 15;
const NOT_SYSTEM = 1 << 12;
const CODE = 1 << 11;
const CONFORMING = 1 << 10;
const WRITABLE = 1 << 9;
const BIG = 1 << 22;
const PAGES = 1 << 23;

/** The two halves of a descriptor. */
interface Halves {
  readonly low: number;
  readonly high: number;
}

export interface Segment extends Halves {
  readonly base: number;
  readonly limit: number;
  readonly dpl: number;
  readonly bits: 16 | 32;
}

/** The entry a selector names in the GDT or the LDT; null where there is none. */
export function entryOf(cpu: LookedAt, selector: number): Halves | null {
  if (selector > 0xffff || (selector & ~3) === 0) return null;
  const { gdtr, segments } = cpu.registers;
  const ldt = segments[SEG.LDTR];
  let table: { readonly base: number; readonly limit: number } = gdtr;
  if (selector & TABLE_LDT) {
    if (!ldt || (ldt.selector & ~3) === 0 || (ldt.rights & RIGHTS_PRESENT) === 0) return null;
    table = ldt;
  }
  if ((selector | 7) > table.limit) return null;
  return halvesAt(cpu, (table.base + (selector & ~7)) >>> 0);
}

export function halvesAt(cpu: LookedAt, address: number): Halves | null {
  const bytes = cpu.linear(address, 8);
  const low = numberAt(bytes, 0, 4);
  const high = numberAt(bytes, 4, 4);
  return low === null || high === null ? null : { low, high };
}

export const isPresent = ({ high }: Halves): boolean => (high & PRESENT) !== 0;

/** Type of a system descriptor (a gate, a TSS, an LDT); null for a segment of code or data. */
export const systemType = ({ high }: Halves): number | null =>
  high & NOT_SYSTEM ? null : (high >>> 8) & 15;

export function segmentOf(cpu: LookedAt, selector: number): Segment | null {
  const entry = entryOf(cpu, selector);
  if (!entry) return null;
  const { low, high } = entry;
  const limit20 = (high & 0xf0000) | (low & 0xffff);
  return {
    ...entry,
    base: ((high & 0xff000000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0,
    limit: high & PAGES ? ((limit20 << 12) | 0xfff) >>> 0 : limit20,
    dpl: (high >>> 13) & 3,
    bits: high & BIG ? 32 : 16,
  };
}

/** The code segment that a return from ring `cpl` to this CS would load; null if it would fault. */
export function returnCode(
  cpu: LookedAt,
  selector: number,
  offset: number,
  cpl: number,
): Segment | null {
  const rpl = selector & 3;
  if (rpl < cpl) return null;
  const segment = segmentOf(cpu, selector);
  if (!segment || (segment.high & (NOT_SYSTEM | CODE)) !== (NOT_SYSTEM | CODE)) return null;
  const isAllowed = segment.high & CONFORMING ? segment.dpl <= rpl : segment.dpl === rpl;
  return isAllowed && isPresent(segment) && offset <= segment.limit ? segment : null;
}

/** The stack segment that a return to ring `cpl` would load; null if it would fault. */
export function returnStack(cpu: LookedAt, selector: number, cpl: number): Segment | null {
  if ((selector & 3) !== cpl) return null;
  const segment = segmentOf(cpu, selector);
  if (!segment || (segment.high & (NOT_SYSTEM | CODE | WRITABLE)) !== (NOT_SYSTEM | WRITABLE)) {
    return null;
  }
  return segment.dpl === cpl && isPresent(segment) ? segment : null;
}

export interface Gate {
  readonly selector: number;
  /** Linear address of the entry point. */
  readonly target: number;
  readonly parameters: number;
}

const CALL_GATE_16 = 4;
const CALL_GATE_32 = 12;

/** The call gate a selector names; null if it names none. */
export function callGate(cpu: LookedAt, selector: number): Gate | null {
  const entry = entryOf(cpu, selector);
  if (!entry || !isPresent(entry)) return null;
  const type = systemType(entry);
  if (type !== CALL_GATE_16 && type !== CALL_GATE_32) return null;
  const target = gateTarget(cpu, entry);
  return target === null ? null : { selector, target, parameters: entry.high & 0x1f };
}

/** Linear address that a call, interrupt or trap gate leads to; null if its code segment cannot be read. */
export function gateTarget(cpu: LookedAt, { low, high }: Halves): number | null {
  const isWide = (high & (8 << 8)) !== 0;
  const offset = ((isWide ? high & 0xffff0000 : 0) | (low & 0xffff)) >>> 0;
  const code = segmentOf(cpu, low >>> 16);
  return code ? (code.base + offset) >>> 0 : null;
}

/** Enough for every table people write by hand; a GDT may have 8192 entries. */
const MOST_GATES_SEARCHED = 256;

/** Every call gate of the GDT and the LDT. */
export function callGates(cpu: LookedAt): readonly Gate[] {
  const found: Gate[] = [];
  for (const table of [0, TABLE_LDT]) {
    for (let index = 0; index < MOST_GATES_SEARCHED; index++) {
      const gate = callGate(cpu, index * 8 + table);
      if (gate) found.push(gate);
    }
  }
  return found;
}
