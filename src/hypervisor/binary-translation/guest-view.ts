/**
 * The CPU the guest believes it runs on, at any machine instruction: put together from the real registers, the spill
 * slots and the virtual CPU, depending on where the real CPU stands. Reads only.
 */
import type { Cpu } from '../../machine/cpu/cpu';
import { EFLAGS_FIXED, EFLAGS_TF, WORD } from '../../machine/cpu/state';
import { registersOf } from '../core/registers';
import type { Registers, SegmentState } from '../core/system';
import { unpack } from '../memory/descriptors';
import { MONITOR_BASE, SELECTOR, STACK_TOP, VCPU } from '../memory/layout';
import { FIRST_SOFTWARE } from './descriptor-table';
import { SPILLED_EAX, SPILLED_ECX } from './emitter';
import { isEntering, vectorOfStub } from './entry-code';
import type { Monitor } from './monitor';
import { recordAt } from './translation';
import { REAL_FLAGS } from './virtual-cpu';

export function guestRegisters(cpu: Cpu, monitor: Monitor): Registers {
  const { virtual } = monitor;
  const { cpl, eip } = cpu;
  if (cpl === 3) {
    const segments = userSegments(cpu, monitor);
    return { ...inGuestCode(monitor, cpu.gpr, eip, cpu.eflags), segments };
  }
  if (cpl === 1) return inCache(monitor, cpu.gpr, eip, cpu.eflags);
  const frame = isEntering(eip) ? interrupted(monitor, eip, cpu.gpr[4]! >>> 0) : null;
  if (frame && (frame.cs & 3) === 1) {
    const at = frame.isCallout ? frame.eip - 7 : frame.eip;
    return inCache(monitor, withStack(cpu.gpr, frame.esp), at, frame.eflags ?? cpu.eflags);
  }
  if (frame && (frame.cs & 3) === 3) {
    const gpr = withStack(cpu.gpr, frame.esp);
    return inGuestCode(monitor, gpr, frame.eip, frame.eflags ?? cpu.eflags);
  }
  // The monitor has taken over: the virtual CPU is the truth.
  return registersOf(virtual.cpu);
}

/** What the silicon pushed at the top of the ring-0 stack, told apart by the slot that holds CS or EFLAGS. */
function interrupted(monitor: Monitor, stub: number, esp: number) {
  const at = (below: number): number => monitor.memory.read32(STACK_TOP - below);
  const third = at(12);
  // Interrupted in the idle or interpret loop: no outer frame, and the third slot is the loop's own EIP.
  if (third >= MONITOR_BASE) return null;
  // A call gate pushes SS ESP CS EIP; an interrupt gate SS ESP EFLAGS CS EIP. EFLAGS bit 1 is always set.
  const isCallout = third === SELECTOR.CACHE_CODE;
  const vector = vectorOfStub(stub) ?? at(28);
  // The silicon has retired the user's INT n; the guest's own INT has not happened yet.
  const back = !isCallout && vector >= FIRST_SOFTWARE ? 2 : 0;
  return {
    isCallout,
    esp: at(8),
    eip: isCallout ? at(16) : at(20) - back,
    cs: isCallout ? third : at(16) & 0xffff,
    // A callout stub pushes the flags itself, then clears them.
    eflags: !isCallout ? third : esp <= STACK_TOP - 20 ? at(20) : null,
  };
}

function withStack(gpr: ArrayLike<number>, esp: number): number[] {
  const copy = Array.from(gpr);
  copy[4] = esp;
  return copy;
}

function inCache(
  monitor: Monitor,
  real: ArrayLike<number>,
  tcAddress: number,
  eflags: number,
): Registers {
  const { virtual } = monitor;
  const { cache } = monitor.code;
  const translation = cache.at(tcAddress);
  const record = translation && recordAt(translation, tcAddress);
  const gpr = Array.from(real);
  if (record && record.spilled & SPILLED_EAX) gpr[0] = virtual.field(VCPU.EAX);
  if (record && record.spilled & SPILLED_ECX) gpr[1] = virtual.field(VCPU.ECX);
  // TF in the cache is the monitor's, to step through an inserted sequence.
  return inGuestCode(monitor, gpr, record?.guestEip ?? virtual.eip, eflags & ~EFLAGS_TF);
}

function inGuestCode(
  monitor: Monitor,
  gpr: ArrayLike<number>,
  eip: number,
  eflags: number,
): Registers {
  const { virtual } = monitor;
  const flags =
    (eflags & REAL_FLAGS) | virtual.field(VCPU.IF) | virtual.field(VCPU.IOPL) | EFLAGS_FIXED;
  return {
    ...registersOf(virtual.cpu),
    gpr: Array.from(gpr, (value) => value >>> 0),
    eip: eip >>> 0,
    eflags: flags >>> 0,
    halted: false,
  };
}

/** Selectors come from the real CPU; a hidden part is the guest's own where the user loaded nothing new. */
function userSegments(cpu: Cpu, monitor: Monitor): SegmentState[] {
  const { virtual } = monitor;
  return registersOf(virtual.cpu).segments.map((segment, register) => {
    if (register > 5) return segment;
    const selector = cpu.state[WORD.SELECTOR + register]! & 0xffff;
    if (selector === segment.selector) return segment;
    const raw = (selector & ~3) === 0 ? null : monitor.guest.readDescriptor(selector >>> 3);
    return { selector, ...(raw ? unpack(raw) : { base: 0, limit: 0, rights: 0 }) };
  });
}
