/**
 * Hardware task switches: the state of one task goes into its TSS, that of the next comes out of another.
 *
 * Everything that can fault for the old task comes first. From the commit on, faults belong to the new task: its EIP is
 * the one saved, whatever was checked (`FaultSignal.inNewTask`).
 *
 * @see Intel SDM vol. 3, "Task Management": "Task Switching", "Task Linking"
 */
import type { Core } from './core';
import { FaultSignal, NO_ERROR_CODE, raise } from './fault';
import {
  checkStackSegment,
  type Descriptor,
  findDescriptor,
  installSegment,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  isReadable,
  loadNull,
  loadVirtual8086,
  requireDescriptor,
} from './segmentation';
import { CR0_PG, CR0_TS, DR6_BT, EFLAGS_NT, EFLAGS_VM, SEG, VECTOR, WORD } from './state';
import { writeCr3 } from './system-registers';

export type TaskSwitchCause = 'jump' | 'call' | 'iret' | 'interrupt';

export interface TaskSwitch {
  readonly cause: TaskSwitchCause;
  readonly selector: number;
  /** The new TSS's descriptor, checked for type and presence. */
  readonly tss: Descriptor;
  /** EIP to save for the old task. */
  readonly returnEip: number;
  /** EFLAGS to save for the old task. */
  readonly flags: number;
  /** EXT bit of the error codes of faults on the way. */
  readonly ext: number;
  /** Pushed on the new task's stack. */
  readonly errorCode: number;
}

const TSS_SELECTORS = [SEG.ES, SEG.CS, SEG.SS, SEG.DS, SEG.FS, SEG.GS] as const;
/** Of the 16-bit TSS, which has no FS and GS. */
const SELECTORS_16 = 4;
const FLAGS = 0x3f7fd5;
/** L0 to L3 and LE: the breakpoints of one task alone. */
const DR7_LOCAL = 0x155;

const isWide = (rights: number): boolean => (rights & 8) !== 0;

/** True for what a far JMP or CALL may name to switch tasks: a task gate, or an available or busy TSS. */
export const isTask = (d: Descriptor): boolean => {
  const type = d.rights & 0x1f;
  return type === 0x05 || isTss(type);
};

const isTss = (type: number): boolean => isAvailable(type) || type === 0x03 || type === 0x0b;
const isAvailable = (type: number): boolean => type === 0x01 || type === 0x09;

/** The TSS a task gate names. @throws FaultSignal #GP or #NP */
export function openTaskGate(
  core: Core,
  gate: Descriptor | { low: number },
  ext: number,
): Descriptor {
  const selector = gate.low >>> 16;
  const error = (selector & 0xfffc) | ext;
  if (isNull(selector) || selector & 4) raise(VECTOR.GP, error);
  const tss = requireDescriptor(core, selector, VECTOR.GP, ext);
  if (!isAvailable(tss.rights & 0x1f)) raise(VECTOR.GP, error);
  if (!isPresent(tss)) raise(VECTOR.NP, error);
  return tss;
}

/** Far JMP or CALL to a TSS or task gate. `next`: EIP after the instruction. */
export function jumpToTask(
  core: Core,
  selector: number,
  d: Descriptor,
  cause: 'jump' | 'call',
  next: number,
): void {
  const error = selector & 0xfffc;
  if (d.dpl < Math.max(core.cpl, selector & 3)) raise(VECTOR.GP, error);
  let tss = d;
  if ((d.rights & 0x1f) === 0x05) {
    if (!isPresent(d)) raise(VECTOR.NP, error);
    tss = openTaskGate(core, d, 0);
  } else {
    if (selector & 4 || !isAvailable(d.rights & 0x1f)) raise(VECTOR.GP, error);
    if (!isPresent(d)) raise(VECTOR.NP, error);
  }
  switchTask(core, {
    cause,
    selector: tss.selector,
    tss,
    returnEip: next,
    flags: core.eflags,
    ext: 0,
    errorCode: NO_ERROR_CODE,
  });
}

/** IRET with NT set: back to the task the current TSS is linked to. */
export function returnToTask(core: Core, next: number): void {
  const selector = core.systemRead16(core.state[WORD.BASE + SEG.TR]!);
  const error = selector & 0xfffc;
  if (isNull(selector) || selector & 4) raise(VECTOR.TS, error);
  const tss = requireDescriptor(core, selector, VECTOR.TS, 0);
  const type = tss.rights & 0x1f;
  if (!isTss(type) || isAvailable(type)) raise(VECTOR.TS, error);
  if (!isPresent(tss)) raise(VECTOR.NP, error);
  switchTask(core, {
    cause: 'iret',
    selector,
    tss,
    returnEip: next,
    flags: core.eflags & ~EFLAGS_NT,
    ext: 0,
    errorCode: NO_ERROR_CODE,
  });
}

/** What a TSS holds of its task. */
interface TaskImage {
  readonly cr3: number | null;
  readonly eip: number;
  readonly eflags: number;
  readonly gpr: readonly number[];
  /** ES CS SS DS FS GS. */
  readonly selectors: readonly number[];
  readonly ldt: number;
  readonly trap: boolean;
}

function readImage(core: Core, base: number, wide: boolean): TaskImage {
  const read16 = (offset: number): number => core.systemRead16((base + offset) >>> 0);
  const read32 = (offset: number): number => core.systemRead32((base + offset) >>> 0);
  const words = Array.from({ length: 8 }, (_, i) => i);
  if (wide) {
    return {
      cr3: read32(28),
      eip: read32(32),
      eflags: read32(36),
      gpr: words.map((i) => read32(40 + 4 * i)),
      selectors: TSS_SELECTORS.map((_, i) => read16(72 + 4 * i)),
      ldt: read16(96),
      trap: (read16(100) & 1) !== 0,
    };
  }
  return {
    cr3: null,
    eip: read16(14),
    eflags: read16(16),
    // The upper halves are undefined; ones is what is usually seen.
    gpr: words.map((i) => read16(18 + 2 * i) | 0xffff0000),
    selectors: TSS_SELECTORS.map((_, i) => (i < SELECTORS_16 ? read16(34 + 2 * i) : 0)),
    ldt: read16(42),
    trap: false,
  };
}

function saveOldTask(core: Core, returnEip: number, flags: number): void {
  const { state, access, gpr } = core;
  const base = state[WORD.BASE + SEG.TR]!;
  const write = (offset: number, value: number, size: number): void =>
    access.writeLinear((base + offset) >>> 0, value, size, false);
  const selector = (i: number): number => state[WORD.SELECTOR + TSS_SELECTORS[i]!]!;
  if (isWide(state[WORD.RIGHTS + SEG.TR]!)) {
    write(32, returnEip, 4);
    write(36, flags, 4);
    for (let i = 0; i < 8; i++) write(40 + 4 * i, gpr[i]!, 4);
    for (let i = 0; i < TSS_SELECTORS.length; i++) write(72 + 4 * i, selector(i), 2);
  } else {
    write(14, returnEip & 0xffff, 2);
    write(16, flags & 0xffff, 2);
    for (let i = 0; i < 8; i++) write(18 + 2 * i, gpr[i]! & 0xffff, 2);
    for (let i = 0; i < SELECTORS_16; i++) write(34 + 2 * i, selector(i), 2);
  }
}

/** Makes sure that writes to what the CPU itself keeps there cannot fault any more. */
function probe(core: Core, linear: number, bytes: number): void {
  core.mmu.translate(linear >>> 0, true, false);
  core.mmu.translate((linear + bytes - 1) >>> 0, true, false);
}

/** Sets or clears the busy bit of a TSS descriptor in memory. */
function setBusy(core: Core, descriptor: number, busy: boolean): void {
  const at = (descriptor + 5) >>> 0;
  const type = core.systemRead8(at);
  core.access.writeLinear(at, busy ? type | 2 : type & ~2, 1, false);
}

export function switchTask(core: Core, to: TaskSwitch): void {
  const { state } = core;
  const { cause, tss, ext } = to;
  const wide = isWide(tss.rights);
  if (tss.limit < (wide ? 0x67 : 0x2b)) raise(VECTOR.TS, (to.selector & 0xfffc) | ext);
  const oldSelector = state[WORD.SELECTOR + SEG.TR]!;
  const oldBase = state[WORD.BASE + SEG.TR]!;
  const oldDescriptor = (state[WORD.GDTR_BASE]! + (oldSelector & 0xfff8)) >>> 0;
  const oldWide = isWide(state[WORD.RIGHTS + SEG.TR]!);
  if (state[WORD.LIMIT + SEG.TR]! >>> 0 < (oldWide ? 0x5f : 0x29)) {
    raise(VECTOR.TS, (oldSelector & 0xfffc) | ext);
  }
  const nested = cause === 'call' || cause === 'interrupt';
  const image = readImage(core, tss.base, wide);
  probe(core, oldBase, oldWide ? 0x60 : 0x2a);
  probe(core, oldDescriptor, 8);
  probe(core, tss.address, 8);
  if (nested) probe(core, tss.base, 2);

  const fromCpl = core.cpl;
  saveOldTask(core, to.returnEip, to.flags);
  if (!nested) setBusy(core, oldDescriptor, false);
  else core.access.writeLinear(tss.base, oldSelector, 2, false);
  if (cause !== 'iret') setBusy(core, tss.address, true);

  core.setSegment(SEG.TR, to.selector, tss.base, tss.limit, tss.rights | 2);
  state[WORD.CR0]! |= CR0_TS;
  state[WORD.DR + 7]! &= ~DR7_LOCAL;
  if (image.cr3 !== null && state[WORD.CR0]! & CR0_PG) writeCr3(core, image.cr3);
  state[WORD.EIP] = image.eip;
  image.gpr.forEach((value, register) => {
    core.gpr[register] = value;
  });
  core.setEflags((image.eflags & FLAGS) | (nested ? EFLAGS_NT : 0));
  try {
    loadSegments(core, image, ext);
    if (image.eip > state[WORD.LIMIT + SEG.CS]! >>> 0) raise(VECTOR.GP, ext);
    if (to.errorCode !== NO_ERROR_CODE) core.push(wide ? 4 : 2, to.errorCode);
  } catch (thrown) {
    if (thrown instanceof FaultSignal) thrown.inNewTask = true;
    throw thrown;
  } finally {
    core.refreshBreakpoints();
    core.emitRingChange(fromCpl, core.cpl);
  }
  if (image.trap) core.postDebug(DR6_BT);
}

/** The new task's LDT and segments, in an order that leaves what was not reached unusable. */
function loadSegments(core: Core, image: TaskImage, ext: number): void {
  const selectors = image.selectors;
  if (core.state[WORD.EFLAGS]! & EFLAGS_VM) {
    TSS_SELECTORS.forEach((segment, i) => {
      loadVirtual8086(core, segment, selectors[i]!);
    });
    core.setCpl(3);
    loadTaskLdt(core, image.ldt, ext);
    return;
  }
  TSS_SELECTORS.forEach((segment, i) => {
    loadNull(core, segment, selectors[i]!);
  });
  const [, cs = 0, ss = 0] = selectors;
  core.setCpl(cs & 3);
  loadTaskLdt(core, image.ldt, ext);

  const code = taskSegment(core, cs, ext);
  const error = (cs & 0xfffc) | ext;
  if (!code || !isCodeSegment(code)) raise(VECTOR.TS, error);
  if (isConforming(code) ? code.dpl > (cs & 3) : code.dpl !== (cs & 3)) raise(VECTOR.TS, error);
  if (!isPresent(code)) raise(VECTOR.NP, error);
  installSegment(core, SEG.CS, cs, code);

  const stack = checkStackSegment(core, ss, cs & 3, VECTOR.TS, VECTOR.SS, ext);
  installSegment(core, SEG.SS, ss, stack);
  for (const segment of [SEG.ES, SEG.DS, SEG.FS, SEG.GS]) {
    loadTaskData(core, segment, selectors[TSS_SELECTORS.indexOf(segment)]!, ext);
  }
}

/** A segment of the new task; null if its selector is null or names nothing. */
function taskSegment(core: Core, selector: number, ext: number): Descriptor | null {
  return isNull(selector) ? null : requireDescriptor(core, selector, VECTOR.TS, ext);
}

function loadTaskLdt(core: Core, selector: number, ext: number): void {
  core.setSegment(SEG.LDTR, selector, 0, 0, 0);
  if (isNull(selector)) return;
  const error = (selector & 0xfffc) | ext;
  const d = selector & 4 ? null : findDescriptor(core, selector);
  if (!d || (d.rights & 0x1f) !== 0x02 || !isPresent(d)) raise(VECTOR.TS, error);
  core.setSegment(SEG.LDTR, selector, d.base, d.limit, d.rights);
}

function loadTaskData(core: Core, segment: number, selector: number, ext: number): void {
  const d = taskSegment(core, selector, ext);
  if (!d) return;
  const error = (selector & 0xfffc) | ext;
  if (!isReadable(d)) raise(VECTOR.TS, error);
  if (!isConforming(d) && d.dpl < Math.max(core.cpl, selector & 3)) raise(VECTOR.TS, error);
  if (!isPresent(d)) raise(VECTOR.NP, error);
  installSegment(core, segment, selector, d);
}
