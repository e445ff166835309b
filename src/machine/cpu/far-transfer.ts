/**
 * Control transfers that load CS: far JMP, CALL (call gates included), RET, IRET, SYSENTER and SYSEXIT.
 * All checks and memory accesses come first; registers change last.
 *
 * @see Intel SDM vol. 2, "CALL", "JMP", "RET", "IRET/IRETD", "SYSENTER", "SYSEXIT"; vol. 3, "Call Gates"
 */
import { RIGHTS_BIG } from './access';
import { ATTENTION, type Core, NMI_BLOCKED } from './core';
import { FrameStack, stackFromTss, stackHasRoom } from './delivery';
import { raise } from './fault';
import { materializeFlags, setArithmeticFlags } from './flags';
import {
  checkStackSegment,
  type Descriptor,
  dropPrivilegedSegments,
  installSegment,
  isCodeSegment,
  isConforming,
  isNull,
  isPresent,
  loadVirtual8086,
  markAccessed,
  requireDescriptor,
} from './segmentation';
import {
  CR0_PE,
  EFLAGS_AC,
  EFLAGS_ARITHMETIC,
  EFLAGS_DF,
  EFLAGS_FIXED,
  EFLAGS_ID,
  EFLAGS_IF,
  EFLAGS_IOPL,
  EFLAGS_NT,
  EFLAGS_RF,
  EFLAGS_TF,
  EFLAGS_VM,
  SEG,
  VECTOR,
  WORD,
} from './state';
import { isTask, jumpToTask, returnToTask } from './task-switch';

type Size = 2 | 4;

/** Every flag there is, VM included. */
const VIRTUAL_8086_FLAGS = 0x3f7fd5;

const gpSelector = (selector: number): never => raise(VECTOR.GP, selector & 0xfffc);

const truncate = (offset: number, size: Size): number => (size === 4 ? offset : offset & 0xffff);

/** Real and virtual-8086 mode: CS becomes a paragraph number. */
function jumpRealMode(core: Core, selector: number, offset: number): void {
  const state = core.state;
  if (offset >>> 0 > state[WORD.LIMIT + SEG.CS]! >>> 0) raise(VECTOR.GP, 0);
  core.setSegment(
    SEG.CS,
    selector,
    (selector & 0xffff) << 4,
    state[WORD.LIMIT + SEG.CS]!,
    state[WORD.RIGHTS + SEG.CS]!,
  );
  state[WORD.EIP] = offset;
}

/** Rights to jump directly into a code segment: same privilege, or conforming and not less privileged. */
function checkDirectTarget(core: Core, selector: number, d: Descriptor): void {
  const cpl = core.cpl;
  if (isConforming(d)) {
    if (d.dpl > cpl) gpSelector(selector);
  } else if ((selector & 3) > cpl || d.dpl !== cpl) gpSelector(selector);
  if (!isPresent(d)) raise(VECTOR.NP, selector & 0xfffc);
}

interface CallGate {
  readonly selector: number;
  readonly offset: number;
  readonly parameters: number;
  readonly size: Size;
  readonly target: Descriptor;
}

/** Checks a call gate and the code segment it names (but not who may enter it). */
function openCallGate(core: Core, selector: number, gate: Descriptor): CallGate {
  const error = selector & 0xfffc;
  if (gate.dpl < core.cpl || gate.dpl < (selector & 3)) raise(VECTOR.GP, error);
  if (!isPresent(gate)) raise(VECTOR.NP, error);
  const wide = (gate.rights & 8) !== 0;
  const codeSelector = gate.low >>> 16;
  if (isNull(codeSelector)) raise(VECTOR.GP, 0);
  const target = requireDescriptor(core, codeSelector, VECTOR.GP, 0);
  if (!isCodeSegment(target) || target.dpl > core.cpl) gpSelector(codeSelector);
  return {
    selector: codeSelector,
    offset: wide ? ((gate.high & 0xffff0000) | (gate.low & 0xffff)) >>> 0 : gate.low & 0xffff,
    parameters: gate.high & 0x1f,
    size: wide ? 4 : 2,
    target,
  };
}

function systemTarget(core: Core, selector: number, d: Descriptor): CallGate {
  switch (d.rights & 0x1f) {
    case 0x4:
    case 0xc:
      return openCallGate(core, selector, d);
    default:
      return gpSelector(selector);
  }
}

function enterSameLevel(core: Core, selector: number, offset: number, d: Descriptor): void {
  installSegment(core, SEG.CS, (selector & 0xfffc) | core.cpl, d);
  core.state[WORD.EIP] = offset;
}

/** JMP ptr16:32 and JMP m16:32. `next`: EIP after the instruction. */
export function farJump(
  core: Core,
  selector: number,
  rawOffset: number,
  size: Size,
  next: number,
): void {
  const offset = truncate(rawOffset, size) >>> 0;
  if (!core.isProtected) {
    jumpRealMode(core, selector, offset);
    return;
  }
  if (isNull(selector)) raise(VECTOR.GP, 0);
  const d = requireDescriptor(core, selector, VECTOR.GP, 0);
  if (isCodeSegment(d)) {
    checkDirectTarget(core, selector, d);
    if (offset > d.limit) raise(VECTOR.GP, 0);
    enterSameLevel(core, selector, offset, d);
    return;
  }
  if (isTask(d)) {
    jumpToTask(core, selector, d, 'jump', next);
    return;
  }
  const gate = systemTarget(core, selector, d);
  // A jump never changes the privilege level.
  if (!isConforming(gate.target) && gate.target.dpl !== core.cpl) gpSelector(gate.selector);
  if (!isPresent(gate.target)) raise(VECTOR.NP, gate.selector & 0xfffc);
  if (gate.offset > gate.target.limit) raise(VECTOR.GP, 0);
  enterSameLevel(core, gate.selector, gate.offset, gate.target);
}

/** CALL ptr16:32 and CALL m16:32. `next`: EIP after the instruction. */
export function farCall(
  core: Core,
  selector: number,
  rawOffset: number,
  size: Size,
  next: number,
): void {
  const offset = truncate(rawOffset, size) >>> 0;
  if (!core.isProtected) {
    if (offset > core.state[WORD.LIMIT + SEG.CS]! >>> 0) raise(VECTOR.GP, 0);
    pushReturn(core, size, next);
    jumpRealMode(core, selector, offset);
    return;
  }
  if (isNull(selector)) raise(VECTOR.GP, 0);
  const d = requireDescriptor(core, selector, VECTOR.GP, 0);
  if (isCodeSegment(d)) {
    checkDirectTarget(core, selector, d);
    if (offset > d.limit) raise(VECTOR.GP, 0);
    pushReturn(core, size, next);
    enterSameLevel(core, selector, offset, d);
    return;
  }
  if (isTask(d)) {
    jumpToTask(core, selector, d, 'call', next);
    return;
  }
  const gate = systemTarget(core, selector, d);
  if (!isPresent(gate.target)) raise(VECTOR.NP, gate.selector & 0xfffc);
  if (!isConforming(gate.target) && gate.target.dpl < core.cpl) {
    callInnerLevel(core, selector, gate, next);
    return;
  }
  if (gate.offset > gate.target.limit) raise(VECTOR.GP, 0);
  pushReturn(core, gate.size, next);
  enterSameLevel(core, gate.selector, gate.offset, gate.target);
}

/** Pushes CS and EIP, both or none. */
function pushReturn(core: Core, size: Size, next: number): void {
  const { access, gpr } = core;
  const mask = access.stackMask;
  const esp = gpr[4]!;
  const at = (esp - 2 * size) & mask;
  access.probeWrite(SEG.SS, (esp - size) & mask, size);
  access.probeWrite(SEG.SS, at, size);
  core.push(size, core.state[WORD.SELECTOR + SEG.CS]!);
  core.push(size, next);
}

function callInnerLevel(core: Core, gateSelector: number, gate: CallGate, next: number): void {
  const { state, access } = core;
  const { size, target, parameters } = gate;
  const fromCpl = core.cpl;
  const toCpl = target.dpl;
  const tss = stackFromTss(core, toCpl, 0);
  const ss = checkStackSegment(core, tss.selector, toCpl, VECTOR.TS, VECTOR.SS, 0);
  if (!stackHasRoom(ss.rights, ss.limit, tss.esp, (4 + parameters) * size)) {
    raise(VECTOR.SS, tss.selector & 0xfffc);
  }
  if (gate.offset > target.limit) raise(VECTOR.GP, 0);

  const copied: number[] = [];
  for (let i = parameters - 1; i >= 0; i--) copied.push(core.peek(size, i * size));
  const mask = ss.rights & RIGHTS_BIG ? -1 : 0xffff;
  const recording = core.events !== null;
  const stack = new FrameStack(core, ss.base, mask, tss.esp | 0, toCpl === 3, size, recording);
  markAccessed(core, ss);
  markAccessed(core, target);
  stack.push('ss', state[WORD.SELECTOR + SEG.SS]!);
  stack.push('esp', core.gpr[4]!);
  for (const value of copied) {
    stack.esp = (stack.esp & ~mask) | ((stack.esp - size) & mask);
    access.writeLinear((ss.base + (stack.esp & mask)) >>> 0, value, size, toCpl === 3);
  }
  stack.push('cs', state[WORD.SELECTOR + SEG.CS]!);
  stack.push('eip', next);

  core.events?.emit({
    kind: 'gate-call',
    selector: gateSelector & 0xffff,
    fromCpl,
    toCpl,
    toEip: gate.offset,
    frame: stack.slots,
  });
  installSegment(core, SEG.SS, tss.selector, ss);
  core.gpr[4] = stack.esp;
  installSegment(core, SEG.CS, (gate.selector & 0xfffc) | toCpl, target);
  state[WORD.EIP] = gate.offset;
  core.setCpl(toCpl);
  core.emitRingChange(fromCpl, toCpl);
}

/** The code segment a return goes to. `cpl`: the one before. */
function checkReturnTarget(core: Core, selector: number): Descriptor {
  if (isNull(selector)) raise(VECTOR.GP, 0);
  const d = requireDescriptor(core, selector, VECTOR.GP, 0);
  const rpl = selector & 3;
  if (rpl < core.cpl || !isCodeSegment(d)) gpSelector(selector);
  if (isConforming(d) ? d.dpl > rpl : d.dpl !== rpl) gpSelector(selector);
  if (!isPresent(d)) raise(VECTOR.NP, selector & 0xfffc);
  return d;
}

/** Leaves for an outer ring with a checked CS and SS. */
function returnOutward(
  core: Core,
  code: Descriptor,
  eip: number,
  stack: Descriptor,
  esp: number,
): void {
  const cpl = code.selector & 3;
  installSegment(core, SEG.CS, code.selector, code);
  core.state[WORD.EIP] = eip;
  installSegment(core, SEG.SS, stack.selector, stack);
  const mask = core.access.stackMask;
  core.gpr[4] = (core.gpr[4]! & ~mask) | (esp & mask);
  core.setCpl(cpl);
  dropPrivilegedSegments(core, cpl);
}

function checkReturnStack(core: Core, selector: number, cpl: number): Descriptor {
  return checkStackSegment(core, selector, cpl, VECTOR.GP, VECTOR.SS, 0);
}

/** RETF and RETF imm16. `release`: bytes of parameters to drop. */
export function farReturn(core: Core, size: Size, release: number): void {
  const eip = truncate(core.peek(size, 0), size) >>> 0;
  const selector = core.peek(size, size) & 0xffff;
  if (!core.isProtected) {
    jumpRealMode(core, selector, eip);
    core.dropStack(2 * size + release);
    return;
  }
  const fromCpl = core.cpl;
  const code = checkReturnTarget(core, selector);
  const toCpl = selector & 3;
  if (toCpl === fromCpl) {
    if (eip > code.limit) raise(VECTOR.GP, 0);
    installSegment(core, SEG.CS, selector, code);
    core.state[WORD.EIP] = eip;
    core.dropStack(2 * size + release);
    return;
  }
  const esp = core.peek(size, 2 * size + release);
  const ssSelector = core.peek(size, 3 * size + release) & 0xffff;
  const stack = checkReturnStack(core, ssSelector, toCpl);
  if (eip > code.limit) raise(VECTOR.GP, 0);
  markAccessed(core, code);
  markAccessed(core, stack);
  returnOutward(core, code, eip, stack, esp + release);
  core.emitRingChange(fromCpl, toCpl);
}

/**
 * Flags POPF or IRET loads, by the CPL and IOPL before it.
 * @see Intel SDM vol. 2, "POPF", table of effects
 */
export function loadFlags(core: Core, value: number, size: Size, withResume: boolean): void {
  const state = core.state;
  let changed = EFLAGS_ARITHMETIC | EFLAGS_TF | EFLAGS_DF | EFLAGS_NT;
  if (size === 4) changed |= EFLAGS_AC | EFLAGS_ID | (withResume ? EFLAGS_RF : 0);
  if (core.cpl === 0) changed |= EFLAGS_IOPL;
  if (core.cpl <= core.iopl) changed |= EFLAGS_IF;
  const old = materializeFlags(state);
  const merged = (old & ~changed) | (value & changed) | EFLAGS_FIXED;
  const system = merged & ~EFLAGS_ARITHMETIC;
  state[WORD.EFLAGS] = withResume ? system : system & ~EFLAGS_RF;
  setArithmeticFlags(state, merged);
  core.systemFlagsChanged();
}

/** Tells that IF or IOPL in a popped image was silently ignored. Call before the flags are loaded. */
export function reportSilentFlags(core: Core, mnemonic: string, popped: number): void {
  if (!core.events || core.cpl === 0) return;
  const flags = core.state[WORD.EFLAGS]!;
  const kept: string[] = [];
  if (core.cpl > core.iopl && (popped ^ flags) & EFLAGS_IF) {
    kept.push(`IF stays ${flags & EFLAGS_IF ? 1 : 0}`);
  }
  if ((popped ^ flags) & EFLAGS_IOPL) kept.push(`IOPL stays ${core.iopl}`);
  if (kept.length > 0) {
    core.events.emit({ kind: 'sensitive-silent', mnemonic, effect: kept.join(', ') });
  }
}

/** In virtual-8086 mode, PUSHF POPF INT n and IRET are for IOPL 3 only. @throws FaultSignal #GP(0) */
export function requireVirtual8086Privilege(core: Core): void {
  if (core.state[WORD.EFLAGS]! & EFLAGS_VM && core.iopl < 3) raise(VECTOR.GP, 0);
}

/** IRET and IRETD. `next`: EIP after the instruction, saved when it switches tasks. */
export function interruptReturn(core: Core, size: Size, next: number): void {
  const state = core.state;
  // NMIs are let in again even if this IRET faults.
  if (state[WORD.NMI] !== 0) {
    state[WORD.NMI]! &= ~NMI_BLOCKED;
    core.attention |= ATTENTION.INTERRUPT;
  }
  requireVirtual8086Privilege(core);
  if (core.isProtected && state[WORD.EFLAGS]! & EFLAGS_NT) {
    const fromCpl = core.cpl;
    returnToTask(core, next);
    core.events?.emit({ kind: 'iret', fromCpl, toCpl: core.cpl, toEip: state[WORD.EIP]! >>> 0 });
    return;
  }
  const eip = truncate(core.peek(size, 0), size) >>> 0;
  const selector = core.peek(size, size) & 0xffff;
  const flags = core.peek(size, 2 * size);
  const fromCpl = core.cpl;
  if (!core.isProtected) {
    jumpRealMode(core, selector, eip);
    core.dropStack(3 * size);
    loadFlags(core, flags, size, true);
    core.events?.emit({ kind: 'iret', fromCpl, toCpl: fromCpl, toEip: eip });
    return;
  }
  if (size === 4 && flags & EFLAGS_VM && fromCpl === 0) {
    returnToVirtual8086(core, eip, selector, flags);
    return;
  }
  const code = checkReturnTarget(core, selector);
  const toCpl = selector & 3;
  if (toCpl === fromCpl) {
    if (eip > code.limit) raise(VECTOR.GP, 0);
    reportSilentFlags(core, 'iret', flags);
    installSegment(core, SEG.CS, selector, code);
    state[WORD.EIP] = eip;
    core.dropStack(3 * size);
    loadFlags(core, flags, size, true);
  } else {
    const esp = core.peek(size, 3 * size);
    const ssSelector = core.peek(size, 4 * size) & 0xffff;
    const stack = checkReturnStack(core, ssSelector, toCpl);
    if (eip > code.limit) raise(VECTOR.GP, 0);
    markAccessed(core, code);
    markAccessed(core, stack);
    reportSilentFlags(core, 'iret', flags);
    loadFlags(core, flags, size, true);
    returnOutward(core, code, eip, stack, esp);
    core.clock.charge('returns', core.clock.costs.iret);
  }
  core.events?.emit({ kind: 'iret', fromCpl, toCpl, toEip: eip });
  core.emitRingChange(fromCpl, toCpl);
}

/** IRETD from ring 0 with VM in the image: nine dwords, and ring 3 with segments that are paragraphs. */
function returnToVirtual8086(core: Core, eip: number, cs: number, flags: number): void {
  const esp = core.peek(4, 12);
  const [ss, es, ds, fs, gs] = [16, 20, 24, 28, 32].map((offset) => core.peek(4, offset) & 0xffff);
  if (eip > 0xffff) raise(VECTOR.GP, 0);
  core.setEflags(flags & VIRTUAL_8086_FLAGS);
  loadVirtual8086(core, SEG.CS, cs);
  loadVirtual8086(core, SEG.SS, ss!);
  loadVirtual8086(core, SEG.ES, es!);
  loadVirtual8086(core, SEG.DS, ds!);
  loadVirtual8086(core, SEG.FS, fs!);
  loadVirtual8086(core, SEG.GS, gs!);
  core.gpr[4] = esp;
  core.state[WORD.EIP] = eip;
  core.setCpl(3);
  core.clock.charge('returns', core.clock.costs.iret);
  core.events?.emit({ kind: 'iret', fromCpl: 0, toCpl: 3, toEip: eip });
  core.emitRingChange(0, 3);
}

/** SYSENTER: flat ring-0 segments made from the MSR, no descriptor is read. */
export function sysenter(core: Core): void {
  const state = core.state;
  const base = state[WORD.SYSENTER_CS]! & 0xfffc;
  if ((state[WORD.CR0]! & CR0_PE) === 0 || base === 0) raise(VECTOR.GP, 0);
  const fromCpl = core.cpl;
  state[WORD.EFLAGS]! &= ~(EFLAGS_VM | EFLAGS_IF | EFLAGS_RF);
  core.setSegment(SEG.CS, base, 0, 0xffffffff, 0xc09b);
  core.setSegment(SEG.SS, base + 8, 0, 0xffffffff, 0xc093);
  core.gpr[4] = state[WORD.SYSENTER_ESP]!;
  state[WORD.EIP] = state[WORD.SYSENTER_EIP]!;
  core.setCpl(0);
  core.systemFlagsChanged();
  core.clock.charge('syscalls', core.clock.costs.syscallNative / 2);
  core.emitRingChange(fromCpl, 0);
}

/** SYSEXIT: to flat ring-3 segments; EIP from EDX, ESP from ECX. */
export function sysexit(core: Core): void {
  const state = core.state;
  const base = state[WORD.SYSENTER_CS]! & 0xfffc;
  if ((state[WORD.CR0]! & CR0_PE) === 0 || base === 0 || core.cpl !== 0) raise(VECTOR.GP, 0);
  core.setSegment(SEG.CS, (base + 16) | 3, 0, 0xffffffff, 0xc0fb);
  core.setSegment(SEG.SS, (base + 24) | 3, 0, 0xffffffff, 0xc0f3);
  state[WORD.EIP] = core.gpr[2]!;
  core.gpr[4] = core.gpr[1]!;
  core.setCpl(3);
  core.clock.charge('syscalls', core.clock.costs.syscallNative / 2);
  core.emitRingChange(0, 3);
}
