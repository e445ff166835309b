/**
 * Entering a handler: gate lookup, checks, stack switch, frame. Everything is checked and pushed before any register
 * changes, so a fault on the way leaves the interrupted state intact.
 *
 * @see Intel SDM vol. 3, "Interrupt and Exception Handling"; vol. 2, "INT n/INTO/INT3/INT1"
 */
import type { FrameSlot } from '../events';
import { RIGHTS_BIG, RIGHTS_EXPAND_DOWN } from './access';
import type { Core } from './core';
import { FaultSignal, NO_ERROR_CODE, raise } from './fault';
import {
  checkStackSegment,
  type Descriptor,
  installSegment,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  loadNull,
  markAccessed,
  requireDescriptor,
} from './segmentation';
import {
  CR0_PE,
  DR7_GD,
  EFLAGS_AC,
  EFLAGS_IF,
  EFLAGS_NT,
  EFLAGS_RF,
  EFLAGS_TF,
  EFLAGS_VM,
  SEG,
  VECTOR,
  WORD,
} from './state';
import { openTaskGate, switchTask } from './task-switch';

export type DeliverySource = 'exception' | 'software' | 'external';

export interface DeliveryRequest {
  readonly vector: number;
  readonly source: DeliverySource;
  /** `NO_ERROR_CODE` if none is pushed. */
  readonly errorCode: number;
  /** EIP saved in the frame. */
  readonly returnEip: number;
  /** CR2 of a #PF, else 0; only for the event. */
  readonly cr2: number;
  /** A #DB that stopped an instruction because of DR7.GD: a fault, unlike all others. */
  readonly isFault?: boolean;
}

/** A stack being filled before its register is loaded. */
export class FrameStack {
  esp: number;
  readonly slots: FrameSlot[] = [];

  constructor(
    private readonly core: Core,
    readonly base: number,
    readonly mask: number,
    esp: number,
    private readonly user: boolean,
    private readonly size: 2 | 4,
    private readonly recording: boolean,
  ) {
    this.esp = esp;
  }

  push(name: FrameSlot['name'], value: number): void {
    const offset = (this.esp - this.size) & this.mask;
    const address = (this.base + offset) >>> 0;
    this.core.access.writeLinear(address, value, this.size, this.user);
    this.esp = (this.esp & ~this.mask) | offset;
    if (this.recording) {
      const kept = this.size === 4 ? value >>> 0 : value & 0xffff;
      this.slots.push({ name, address, value: kept });
    }
  }
}

/** Whether `bytes` fit below `esp` in a stack segment. */
export function stackHasRoom(rights: number, limit: number, esp: number, bytes: number): boolean {
  const mask = rights & RIGHTS_BIG ? 0xffffffff : 0xffff;
  const top = (esp & mask) >>> 0;
  // Pushes wrap around at the top of the segment: a frame that starts at 0 lies below 4 GiB (or 64 KiB).
  const last = top === 0 ? mask >>> 0 : top - 1;
  const first = last - bytes + 1;
  if (first < 0) return false;
  if (rights & RIGHTS_EXPAND_DOWN) return first > limit >>> 0;
  return last <= limit >>> 0;
}

/** New SS:ESP for a privilege level, from the current TSS. @throws FaultSignal #TS */
export function stackFromTss(
  core: Core,
  level: number,
  ext: number,
): { field: number; selector: number; esp: number } {
  const state = core.state;
  const base = state[WORD.BASE + SEG.TR]!;
  const limit = state[WORD.LIMIT + SEG.TR]! >>> 0;
  const error = (state[WORD.SELECTOR + SEG.TR]! & 0xfffc) | ext;
  const wide = (state[WORD.RIGHTS + SEG.TR]! & 8) !== 0;
  const field = wide ? level * 8 + 4 : level * 4 + 2;
  if (field + (wide ? 5 : 3) > limit) raise(VECTOR.TS, error);
  const at = (base + field) >>> 0;
  if (wide) {
    return { field, esp: core.systemRead32(at), selector: core.systemRead16((at + 4) >>> 0) };
  }
  return { field, esp: core.systemRead16(at), selector: core.systemRead16((at + 2) >>> 0) };
}

/** Reported after the instruction completed, or never restarted. Every other exception is a fault. */
const isFault = (vector: number): boolean =>
  vector !== VECTOR.DB && vector !== VECTOR.DF && vector !== VECTOR.MC;

/**
 * EFLAGS as a handler finds it: a fault sets RF in the image, so that the restarted instruction meets no breakpoint of
 * its own again. (`repeated` in lower/strings.ts does the same between iterations.)
 * @see Intel SDM vol. 3, "Instruction-Breakpoint Exception Condition"
 */
function savedFlags(core: Core, request: DeliveryRequest): number {
  const faulted = request.source === 'exception' && (request.isFault ?? isFault(request.vector));
  return core.eflags | (faulted ? EFLAGS_RF : 0);
}

/**
 * Delivers one interrupt or exception through the IDT (or the real-mode vector table).
 * @throws FaultSignal if a check fails; registers are unchanged then
 */
export function deliverThroughIdt(core: Core, request: DeliveryRequest): void {
  const { access } = core;
  const { by } = access;
  access.by = 'delivery';
  try {
    deliverVector(core, request);
  } finally {
    access.by = by;
  }
}

function deliverVector(core: Core, request: DeliveryRequest): void {
  if ((core.state[WORD.CR0]! & CR0_PE) === 0) {
    deliverRealMode(core, request);
    return;
  }
  const state = core.state;
  const { vector, source } = request;
  const ext = source === 'software' ? 0 : 1;
  const gateError = vector * 8 + 2 + ext;
  if (vector * 8 + 7 > state[WORD.IDTR_LIMIT]!) raise(VECTOR.GP, gateError);
  const address = (state[WORD.IDTR_BASE]! + vector * 8) >>> 0;
  const low = core.systemRead32(address);
  const high = core.systemRead32((address + 4) >>> 0);
  const type = (high >>> 8) & 0x1f;
  const wide = (type & 8) !== 0;
  const isGate = type === 0xe || type === 0xf || type === 6 || type === 7;
  if (!isGate && type !== 5) raise(VECTOR.GP, gateError);
  const gateDpl = (high >>> 13) & 3;
  if (source === 'software' && gateDpl < core.cpl) raise(VECTOR.GP, gateError);
  if ((high & 0x8000) === 0) raise(VECTOR.NP, gateError);
  if (type === 5) {
    deliverByTask(core, request, { address, low, dpl: gateDpl }, ext);
    return;
  }
  const selector = low >>> 16;
  const offset = wide ? ((high & 0xffff0000) | (low & 0xffff)) >>> 0 : low & 0xffff;
  if (isNull(selector)) raise(VECTOR.GP, ext);
  const error = (selector & 0xfffc) | ext;
  const code = requireDescriptor(core, selector, VECTOR.GP, ext);
  if (!isCodeSegment(code) || code.dpl > core.cpl) raise(VECTOR.GP, error);
  const fromVirtual8086 = (state[WORD.EFLAGS]! & EFLAGS_VM) !== 0;
  if (fromVirtual8086 && (isConforming(code) || code.dpl !== 0)) raise(VECTOR.GP, error);
  if (!isPresent(code)) raise(VECTOR.NP, error);

  const fromCpl = core.cpl;
  const toCpl = isConforming(code) ? fromCpl : code.dpl;
  const inner = toCpl < fromCpl;
  const size = wide ? 4 : 2;
  const hasError = request.errorCode !== NO_ERROR_CODE;
  const bytes = ((inner ? 5 : 3) + (fromVirtual8086 ? 4 : 0) + (hasError ? 1 : 0)) * size;
  const recording = core.events !== null;

  let stack: FrameStack;
  let newSs: Descriptor | null = null;
  let tss: { field: number; selector: number; esp: number } | null = null;
  if (inner) {
    tss = stackFromTss(core, toCpl, ext);
    newSs = checkStackSegment(core, tss.selector, toCpl, VECTOR.TS, VECTOR.SS, ext);
    if (!stackHasRoom(newSs.rights, newSs.limit, tss.esp, bytes)) {
      raise(VECTOR.SS, (tss.selector & 0xfffc) | ext);
    }
    const mask = newSs.rights & RIGHTS_BIG ? -1 : 0xffff;
    stack = new FrameStack(core, newSs.base, mask, tss.esp | 0, toCpl === 3, size, recording);
  } else {
    const rights = state[WORD.RIGHTS + SEG.SS]!;
    const esp = core.gpr[4]!;
    if (!stackHasRoom(rights, state[WORD.LIMIT + SEG.SS]!, esp, bytes)) raise(VECTOR.SS, ext);
    const base = state[WORD.BASE + SEG.SS]!;
    stack = new FrameStack(core, base, core.access.stackMask, esp, core.mmu.user, size, recording);
  }
  if (offset > code.limit) raise(VECTOR.GP, ext);

  markAccessed(core, code);
  if (newSs) markAccessed(core, newSs);
  const eflags = savedFlags(core, request);
  if (fromVirtual8086) {
    stack.push('gs', state[WORD.SELECTOR + SEG.GS]!);
    stack.push('fs', state[WORD.SELECTOR + SEG.FS]!);
    stack.push('ds', state[WORD.SELECTOR + SEG.DS]!);
    stack.push('es', state[WORD.SELECTOR + SEG.ES]!);
  }
  if (inner) {
    stack.push('ss', state[WORD.SELECTOR + SEG.SS]!);
    stack.push('esp', core.gpr[4]!);
  }
  stack.push('eflags', eflags);
  stack.push('cs', state[WORD.SELECTOR + SEG.CS]!);
  stack.push('eip', request.returnEip);
  if (hasError) stack.push('error code', request.errorCode);

  if (core.events) {
    core.events.emit({
      kind: 'trap',
      vector,
      errorCode: hasError ? request.errorCode : null,
      source,
      fromCpl,
      toCpl,
      savedEip: request.returnEip >>> 0,
      cr2: vector === VECTOR.PF && source === 'exception' ? request.cr2 : null,
      gate: { address, kind: type & 1 ? 'trap' : 'interrupt', dpl: gateDpl, selector, offset },
      stack: tss
        ? {
            tssField: (state[WORD.BASE + SEG.TR]! + tss.field) >>> 0,
            ss: tss.selector,
            esp: tss.esp,
          }
        : null,
      frame: stack.slots,
    });
  }

  if (fromVirtual8086) {
    // Paragraphs mean nothing to the handler: it has them on its stack.
    for (const segment of [SEG.ES, SEG.DS, SEG.FS, SEG.GS]) loadNull(core, segment, 0);
  }
  if (newSs && tss) installSegment(core, SEG.SS, tss.selector, newSs);
  core.gpr[4] = stack.esp;
  installSegment(core, SEG.CS, (selector & 0xfffc) | toCpl, code);
  state[WORD.EIP] = offset;
  let kept = state[WORD.EFLAGS]! & ~(EFLAGS_TF | EFLAGS_VM | EFLAGS_RF | EFLAGS_NT);
  if ((type & 1) === 0) kept &= ~EFLAGS_IF;
  state[WORD.EFLAGS] = kept;
  core.setCpl(toCpl);
  core.systemFlagsChanged();
  noteDebugHandler(core, request);
  if (inner) core.clock.charge('traps', core.clock.costs.trapEnter);
  core.emitRingChange(fromCpl, toCpl);
}

/** The handler of #DB may use the debug registers, whatever GD says. */
function noteDebugHandler(core: Core, { vector, source }: DeliveryRequest): void {
  if (vector === VECTOR.DB && source === 'exception') core.state[WORD.DR + 7]! &= ~DR7_GD;
}

/** Through a task gate: the handler is a task of its own, and an error code goes on its stack. */
function deliverByTask(
  core: Core,
  request: DeliveryRequest,
  gate: { address: number; low: number; dpl: number },
  ext: number,
): void {
  const { vector, source, errorCode, returnEip } = request;
  const fromCpl = core.cpl;
  const tss = openTaskGate(core, gate, ext);
  const flags = savedFlags(core, request);
  const { selector } = tss;
  switchTask(core, { cause: 'interrupt', selector, tss, returnEip, flags, ext, errorCode });
  noteDebugHandler(core, request);
  core.events?.emit({
    kind: 'trap',
    vector,
    errorCode: errorCode === NO_ERROR_CODE ? null : errorCode,
    source,
    fromCpl,
    toCpl: core.cpl,
    savedEip: returnEip >>> 0,
    cr2: vector === VECTOR.PF && source === 'exception' ? request.cr2 : null,
    gate: {
      address: gate.address,
      kind: 'task',
      dpl: gate.dpl,
      selector,
      offset: core.state[WORD.EIP]! >>> 0,
    },
    stack: null,
    frame: [],
  });
}

/** Real mode: a table of 4-byte far pointers; no error codes, three words on the stack. */
function deliverRealMode(core: Core, request: DeliveryRequest): void {
  const state = core.state;
  const { vector, source } = request;
  if (vector * 4 + 3 > state[WORD.IDTR_LIMIT]!) raise(VECTOR.GP, 0);
  const address = (state[WORD.IDTR_BASE]! + vector * 4) >>> 0;
  const entry = core.systemRead32(address);
  const esp = core.gpr[4]!;
  const rights = state[WORD.RIGHTS + SEG.SS]!;
  const base = state[WORD.BASE + SEG.SS]!;
  if (!stackHasRoom(rights, state[WORD.LIMIT + SEG.SS]!, esp, 6)) raise(VECTOR.SS, 0);
  const mask = core.access.stackMask;
  const stack = new FrameStack(core, base, mask, esp, false, 2, core.events !== null);
  stack.push('eflags', core.eflags);
  stack.push('cs', state[WORD.SELECTOR + SEG.CS]!);
  stack.push('eip', request.returnEip);
  core.events?.emit({
    kind: 'trap',
    vector,
    errorCode: null,
    source,
    fromCpl: 0,
    toCpl: 0,
    savedEip: request.returnEip >>> 0,
    cr2: null,
    gate: {
      address,
      kind: 'interrupt',
      dpl: 0,
      selector: entry >>> 16,
      offset: entry & 0xffff,
    },
    stack: null,
    frame: stack.slots,
  });
  core.gpr[4] = stack.esp;
  const selector = entry >>> 16;
  core.setSegment(
    SEG.CS,
    selector,
    selector << 4,
    state[WORD.LIMIT + SEG.CS]!,
    state[WORD.RIGHTS + SEG.CS]!,
  );
  state[WORD.EIP] = entry & 0xffff;
  state[WORD.EFLAGS]! &= ~(EFLAGS_IF | EFLAGS_TF | EFLAGS_AC | EFLAGS_RF);
  core.systemFlagsChanged();
}

/** #DE #TS #NP #SS #GP: two of these in a row are a double fault. */
const isContributory = (vector: number): boolean =>
  vector === VECTOR.DE || (vector >= VECTOR.TS && vector <= VECTOR.GP);

/** The class rules of "Interrupt 8: Double Fault Exception": does `second` on top of `first` become #DF? */
export function isDoubleFault(first: number, second: number): boolean {
  if (first === VECTOR.PF) return second === VECTOR.PF || isContributory(second);
  return isContributory(first) && isContributory(second);
}

/**
 * Delivers an exception (or an external interrupt), and what goes wrong on the way, until a handler is entered.
 * @param met takes the vectors of the faults met on the way, in order; #DF is in it where it was raised
 * @returns false on shutdown: a fault while delivering #DF
 */
export function deliverOrEscalate(
  core: Core,
  request: DeliveryRequest,
  met: number[] | null = null,
): boolean {
  let current = request;
  for (;;) {
    // A page fault's address is in CR2 before its handler is looked for.
    if (current.vector === VECTOR.PF && current.source === 'exception') {
      core.state[WORD.CR2] = current.cr2;
    }
    try {
      deliverThroughIdt(core, current);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof FaultSignal)) throw thrown;
      const exception = current.source === 'exception';
      met?.push(thrown.vector);
      if (exception && current.vector === VECTOR.DF) return false;
      const { vector, errorCode, cr2 } = thrown;
      const returnEip = thrown.inNewTask ? core.state[WORD.EIP]! : current.returnEip;
      if (exception && isDoubleFault(current.vector, vector)) {
        if (vector === VECTOR.PF) core.state[WORD.CR2] = cr2;
        met?.push(VECTOR.DF);
        current = { vector: VECTOR.DF, source: 'exception', errorCode: 0, returnEip, cr2: 0 };
      } else {
        current = { vector, source: 'exception', errorCode, returnEip, cr2 };
      }
    }
  }
}
