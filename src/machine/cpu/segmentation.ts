/**
 * Descriptors and the checks of loading a segment register.
 *
 * @see Intel SDM vol. 3, "Protected-Mode Memory Management": "Segment Descriptors"; "Protection": "Privilege Level
 * Checking When Accessing Data Segments"; vol. 2, "MOV", "LAR", "LSL", "VERR/VERW", "LLDT", "LTR"
 */
import {
  RIGHTS_ACCESSED,
  RIGHTS_CODE,
  RIGHTS_CONFORMING,
  RIGHTS_GRANULAR,
  RIGHTS_PRESENT,
  RIGHTS_RW,
  RIGHTS_S,
} from './access';
import type { Core } from './core';
import { raise } from './fault';
import { SEG, VECTOR, WORD } from './state';

/** A descriptor read from a table. `rights`: bits 8..23 of the high dword, limit nibble cleared. */
export interface Descriptor {
  readonly selector: number;
  /** Linear address of its eight bytes, unsigned. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
  readonly base: number;
  /** In bytes, granularity applied. Unsigned. */
  readonly limit: number;
  readonly rights: number;
  readonly dpl: number;
}

export const isNull = (selector: number): boolean => (selector & 0xfffc) === 0;

export const isPresent = (d: { rights: number }): boolean => (d.rights & RIGHTS_PRESENT) !== 0;
const isSegment = (d: { rights: number }): boolean => (d.rights & RIGHTS_S) !== 0;
export const isCodeSegment = (d: { rights: number }): boolean =>
  (d.rights & (RIGHTS_S | RIGHTS_CODE)) === (RIGHTS_S | RIGHTS_CODE);
export const isConforming = (d: { rights: number }): boolean =>
  isCodeSegment(d) && (d.rights & RIGHTS_CONFORMING) !== 0;
export const isWritableData = (d: { rights: number }): boolean =>
  (d.rights & (RIGHTS_S | RIGHTS_CODE | RIGHTS_RW)) === (RIGHTS_S | RIGHTS_RW);
export const isReadable = (d: { rights: number }): boolean =>
  isSegment(d) && ((d.rights & RIGHTS_CODE) === 0 || (d.rights & RIGHTS_RW) !== 0);

/** Linear address of a selector's descriptor, or -1 if it is outside its table (or there is no LDT). */
function descriptorAddress(core: Core, selector: number): number {
  const state = core.state;
  const last = (selector & 0xfff8) + 7;
  if (selector & 4) {
    if ((state[WORD.RIGHTS + SEG.LDTR]! & RIGHTS_PRESENT) === 0) return -1;
    if (last > state[WORD.LIMIT + SEG.LDTR]! >>> 0) return -1;
    return (state[WORD.BASE + SEG.LDTR]! + (selector & 0xfff8)) >>> 0;
  }
  if (last > state[WORD.GDTR_LIMIT]!) return -1;
  return (state[WORD.GDTR_BASE]! + (selector & 0xfff8)) >>> 0;
}

/** Reads a descriptor; null if the selector is outside its table. Null selectors are the caller's business. */
export function findDescriptor(core: Core, selector: number): Descriptor | null {
  const address = descriptorAddress(core, selector);
  if (address < 0) return null;
  const low = core.systemRead32(address);
  const high = core.systemRead32(address + 4);
  const rights = (high >>> 8) & 0xf0ff;
  const raw = (high & 0xf0000) | (low & 0xffff);
  return {
    selector,
    address,
    low,
    high,
    base: ((high & 0xff000000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0,
    limit: rights & RIGHTS_GRANULAR ? ((raw << 12) | 0xfff) >>> 0 : raw,
    rights,
    dpl: (rights >>> 5) & 3,
  };
}

/** As `findDescriptor`, but outside the table is `vector(selector + ext)`. */
export function requireDescriptor(
  core: Core,
  selector: number,
  vector: number,
  ext: number,
): Descriptor {
  const found = findDescriptor(core, selector);
  if (!found) raise(vector, (selector & 0xfffc) | ext);
  return found;
}

/** Sets the Accessed bit in memory, as silicon does on every load of a code or data segment. */
export function markAccessed(core: Core, d: Descriptor): number {
  if ((d.rights & RIGHTS_ACCESSED) === 0) {
    core.access.writeLinear((d.address + 5) >>> 0, (d.rights | RIGHTS_ACCESSED) & 0xff, 1, false);
  }
  return d.rights | RIGHTS_ACCESSED;
}

/** Puts a checked descriptor into a segment register. */
export function installSegment(core: Core, segment: number, selector: number, d: Descriptor): void {
  core.setSegment(segment, selector, d.base, d.limit, markAccessed(core, d));
}

/** Real and virtual-8086 mode: the base follows from the selector, the rest of the hidden part stays. */
function loadRealMode(core: Core, segment: number, selector: number): void {
  const rights = core.state[WORD.RIGHTS + segment]!;
  const limit = core.state[WORD.LIMIT + segment]!;
  core.setSegment(segment, selector, (selector & 0xffff) << 4, limit, rights);
}

/** As IRET and task switches into virtual-8086 mode load it: 64 KiB of user data, writable, at paragraph `selector`. */
export function loadVirtual8086(core: Core, segment: number, selector: number): void {
  core.setSegment(segment, selector, (selector & 0xffff) << 4, 0xffff, 0xf3);
}

/** Loads a null selector into a data segment register: any use of it is #GP(0). */
export function loadNull(core: Core, segment: number, selector: number): void {
  core.setSegment(segment, selector, 0, 0, 0);
}

/**
 * MOV, POP, LDS and friends into ES SS DS FS GS with all checks.
 * @throws FaultSignal; nothing has changed then
 */
export function loadSegment(core: Core, segment: number, value: number): void {
  const selector = value & 0xffff;
  if (!core.isProtected) {
    loadRealMode(core, segment, selector);
    return;
  }
  if (segment === SEG.SS) {
    const d = checkStackSegment(core, selector, core.cpl, VECTOR.GP, VECTOR.SS, 0);
    installSegment(core, segment, selector, d);
    return;
  }
  if (isNull(selector)) {
    loadNull(core, segment, selector);
    return;
  }
  const error = selector & 0xfffc;
  const d = requireDescriptor(core, selector, VECTOR.GP, 0);
  if (!isReadable(d)) raise(VECTOR.GP, error);
  if (!isConforming(d) && d.dpl < Math.max(core.cpl, selector & 3)) raise(VECTOR.GP, error);
  if (!isPresent(d)) raise(VECTOR.NP, error);
  installSegment(core, segment, selector, d);
}

/**
 * Checks a stack segment for privilege level `cpl`: RPL = DPL = CPL, writable, present.
 * @param vector what a bad selector raises: #GP for loads, #TS for stack switches
 */
export function checkStackSegment(
  core: Core,
  selector: number,
  cpl: number,
  vector: number,
  notPresent: number,
  ext: number,
): Descriptor {
  if (isNull(selector)) raise(vector, ext);
  const error = (selector & 0xfffc) | ext;
  const d = requireDescriptor(core, selector, vector, ext);
  if ((selector & 3) !== cpl || d.dpl !== cpl || !isWritableData(d)) raise(vector, error);
  if (!isPresent(d)) raise(notPresent, error);
  return d;
}

/** After a return to an outer ring: data segments the new CPL may not use become null. */
export function dropPrivilegedSegments(core: Core, cpl: number): void {
  for (const segment of [SEG.ES, SEG.DS, SEG.FS, SEG.GS]) {
    const rights = core.state[WORD.RIGHTS + segment]!;
    const conforming = isConforming({ rights });
    if (!conforming && ((rights >>> 5) & 3) < cpl) loadNull(core, segment, 0);
  }
}

/** LLDT. */
export function loadLdt(core: Core, value: number): void {
  const selector = value & 0xffff;
  if (isNull(selector)) {
    core.setSegment(SEG.LDTR, selector, 0, 0, 0);
    return;
  }
  const error = selector & 0xfffc;
  if (selector & 4) raise(VECTOR.GP, error);
  const d = requireDescriptor(core, selector, VECTOR.GP, 0);
  if ((d.rights & 0x1f) !== 0x02) raise(VECTOR.GP, error);
  if (!isPresent(d)) raise(VECTOR.NP, error);
  core.setSegment(SEG.LDTR, selector, d.base, d.limit, d.rights);
}

/** LTR: the TSS must be available, and becomes busy. */
export function loadTaskRegister(core: Core, value: number): void {
  const selector = value & 0xffff;
  if (isNull(selector)) raise(VECTOR.GP, 0);
  const error = selector & 0xfffc;
  if (selector & 4) raise(VECTOR.GP, error);
  const d = requireDescriptor(core, selector, VECTOR.GP, 0);
  const type = d.rights & 0x1f;
  if (type !== 0x01 && type !== 0x09) raise(VECTOR.GP, error);
  if (!isPresent(d)) raise(VECTOR.NP, error);
  const rights = d.rights | 2;
  core.access.writeLinear((d.address + 5) >>> 0, rights & 0xff, 1, false);
  core.setSegment(SEG.TR, selector, d.base, d.limit, rights);
}

/** Descriptor types LAR and LSL accept among system segments. */
const LAR_SYSTEM = new Set([1, 2, 3, 4, 5, 9, 11, 12]);
const LSL_SYSTEM = new Set([1, 2, 3, 9, 11]);

/** The descriptor LAR or LSL may look at, null if ZF is to be cleared. */
function visibleDescriptor(core: Core, selector: number, system: Set<number>): Descriptor | null {
  if (isNull(selector)) return null;
  const d = findDescriptor(core, selector);
  if (!d) return null;
  if (!isSegment(d) && !system.has(d.rights & 0xf)) return null;
  if (!isConforming(d) && d.dpl < Math.max(core.cpl, selector & 3)) return null;
  return d;
}

/** LAR's result (descriptor bits 8..23 in place), or null for ZF = 0. */
export function accessRights(core: Core, selector: number): number | null {
  const d = visibleDescriptor(core, selector & 0xffff, LAR_SYSTEM);
  return d ? d.high & 0x00ffff00 : null;
}

/** LSL's result, or null for ZF = 0. */
export function segmentLimit(core: Core, selector: number): number | null {
  const d = visibleDescriptor(core, selector & 0xffff, LSL_SYSTEM);
  return d ? d.limit : null;
}

/** VERR and VERW. */
export function isAccessible(core: Core, value: number, write: boolean): boolean {
  const selector = value & 0xffff;
  if (isNull(selector)) return false;
  const d = findDescriptor(core, selector);
  if (!d || !isSegment(d)) return false;
  if (!isConforming(d) && d.dpl < Math.max(core.cpl, selector & 3)) return false;
  return write ? isWritableData(d) : isReadable(d);
}

/** Instructions that exist only in protected mode: #UD elsewhere. */
export function requireProtectedMode(core: Core): void {
  if (!core.isProtected) raise(VECTOR.UD);
}
