/**
 * Control, debug and model-specific registers, and CPUID: which bits exist, what writing them does.
 *
 * @see Intel SDM vol. 3, "Control Registers", "Debug Registers"; vol. 2, "MOV - Move to/from Control Registers", "CPUID"
 */
import type { Core } from './core';
import { raise } from './fault';
import {
  CR0_AM,
  CR0_CD,
  CR0_EM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_NW,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR4_DE,
  CR4_PGE,
  CR4_PSE,
  CR4_TSD,
  DR6_BD,
  DR7_GD,
  VECTOR,
  WORD,
} from './state';

const CR0_BITS =
  CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;
const CR4_BITS = CR4_TSD | CR4_DE | CR4_PSE | CR4_PGE;

const gp0 = (): never => raise(VECTOR.GP, 0);

/** TLB flushes are facts worth showing. */
export function flushTlb(core: Core, includeGlobal: boolean): void {
  core.mmu.flush(includeGlobal);
  core.events?.emit({ kind: 'tlb-flush', scope: 'all' });
}

/** Reserved bits are ignored, ET stays 1. @throws FaultSignal #GP(0) for impossible combinations */
export function writeCr0(core: Core, value: number): void {
  if (value & CR0_PG && !(value & CR0_PE)) gp0();
  if (value & CR0_NW && !(value & CR0_CD)) gp0();
  const old = core.state[WORD.CR0]!;
  const now = (value & CR0_BITS) | CR0_ET;
  core.state[WORD.CR0] = now;
  if ((old ^ now) & CR0_AM) core.refreshAlignment();
  if ((old ^ now) & CR0_PE) core.refreshSegments();
  if ((old ^ now) & (CR0_PG | CR0_PE)) flushTlb(core, true);
  else if ((old ^ now) & CR0_WP) core.mmu.revokeWrites(-1);
}

export function writeCr3(core: Core, value: number): void {
  core.state[WORD.CR3] = value;
  core.mmu.flush(false);
  core.events?.emit({ kind: 'tlb-flush', scope: 'all', cr3: value >>> 0 });
}

export function writeCr4(core: Core, value: number): void {
  if (value & ~CR4_BITS) gp0();
  const old = core.state[WORD.CR4]!;
  core.state[WORD.CR4] = value;
  if ((old ^ value) & CR4_DE) core.refreshBreakpoints();
  if ((old ^ value) & (CR4_PSE | CR4_PGE)) flushTlb(core, true);
}

/** @throws FaultSignal #UD for registers that do not exist */
export function writeControlRegister(core: Core, number: number, value: number): void {
  core.requireRing0();
  switch (number) {
    case 0:
      writeCr0(core, value);
      return;
    case 2:
      core.state[WORD.CR2] = value;
      return;
    case 3:
      writeCr3(core, value);
      return;
    case 4:
      writeCr4(core, value);
      return;
    default:
      raise(VECTOR.UD);
  }
}

export function readControlRegister(core: Core, number: number): number {
  core.requireRing0();
  switch (number) {
    case 0:
      return core.state[WORD.CR0]!;
    case 2:
      return core.state[WORD.CR2]!;
    case 3:
      return core.state[WORD.CR3]!;
    case 4:
      return core.state[WORD.CR4]!;
    default:
      return raise(VECTOR.UD);
  }
}

export const controlRegisterExists = (number: number): boolean =>
  number === 0 || number === 2 || number === 3 || number === 4;

/** DR4 and DR5 are DR6 and DR7 unless CR4.DE says otherwise. */
function debugRegister(core: Core, number: number): number {
  if (number !== 4 && number !== 5) return number;
  if (core.state[WORD.CR4]! & CR4_DE) raise(VECTOR.UD);
  return number + 2;
}

/** @throws FaultSignal #DB if DR7.GD guards the debug registers */
function checkGuard(core: Core): void {
  core.requireRing0();
  if ((core.state[WORD.DR + 7]! & DR7_GD) === 0) return;
  core.state[WORD.DR + 6]! |= DR6_BD;
  raise(VECTOR.DB);
}

export function readDebugRegister(core: Core, number: number): number {
  checkGuard(core);
  return core.state[WORD.DR + debugRegister(core, number)]!;
}

export function writeDebugRegister(core: Core, number: number, value: number): void {
  checkGuard(core);
  const n = debugRegister(core, number);
  if (n === 7) core.state[WORD.DR + 7] = (value & 0xffff23ff) | 0x400;
  else if (n === 6) core.state[WORD.DR + 6] = (value & 0xe00f) | 0xffff0ff0;
  else core.state[WORD.DR + n] = value;
  core.refreshBreakpoints();
}

const MSR_TSC = 0x10;
const MSR_SYSENTER_CS = 0x174;
const MSR_SYSENTER_ESP = 0x175;
const MSR_SYSENTER_EIP = 0x176;

/** RDMSR into EDX:EAX. */
export function readMsr(core: Core): void {
  core.requireRing0();
  const { gpr, state } = core;
  switch (gpr[1]! >>> 0) {
    case MSR_TSC:
      readTimestamp(core);
      return;
    case MSR_SYSENTER_CS:
    case MSR_SYSENTER_ESP:
    case MSR_SYSENTER_EIP:
      gpr[0] = state[WORD.SYSENTER_CS + gpr[1]! - MSR_SYSENTER_CS]!;
      gpr[2] = 0;
      return;
    default:
      gp0();
  }
}

export function writeMsr(core: Core): void {
  core.requireRing0();
  const { gpr, state } = core;
  switch (gpr[1]! >>> 0) {
    case MSR_TSC:
      writeTimestamp(core, gpr[2]!, gpr[0]!);
      return;
    case MSR_SYSENTER_CS:
    case MSR_SYSENTER_ESP:
    case MSR_SYSENTER_EIP:
      state[WORD.SYSENTER_CS + gpr[1]! - MSR_SYSENTER_CS] = gpr[0]!;
      return;
    default:
      gp0();
  }
}

/** The time stamp counter into EDX:EAX. */
export function readTimestamp(core: Core): void {
  const value = core.clock.timestamp();
  const low = value >>> 0;
  const sum = low + (core.state[WORD.TSC_OFFSET]! >>> 0);
  const carry = sum > 0xffffffff ? 1 : 0;
  const high = Math.floor(value / 4294967296) + core.state[WORD.TSC_OFFSET + 1]! + carry;
  core.gpr[0] = sum | 0;
  core.gpr[2] = high | 0;
}

/** Time itself goes on: what is written becomes a difference to it. */
function writeTimestamp(core: Core, high: number, low: number): void {
  const { cycles } = core.clock;
  const difference = (low >>> 0) - (cycles >>> 0);
  core.state[WORD.TSC_OFFSET] = difference | 0;
  const borrow = difference < 0 ? 1 : 0;
  core.state[WORD.TSC_OFFSET + 1] = (high - Math.floor(cycles / 4294967296) - borrow) | 0;
}

/** Twelve characters in EBX, EDX, ECX order. */
const VENDOR = 'RingsideCPU!';
/** Family 5, model 1, stepping 0: Pentium-class. */
const SIGNATURE = 0x510;
/** What is implemented: DE (the CR4 bit), PSE, TSC, MSR, CX8, SEP, PGE, CMOV. */
const FEATURES =
  (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 11) | (1 << 13) | (1 << 15);

const word = (text: string, at: number): number =>
  text.charCodeAt(at) |
  (text.charCodeAt(at + 1) << 8) |
  (text.charCodeAt(at + 2) << 16) |
  (text.charCodeAt(at + 3) << 24);

/** CPUID: says what this CPU is, and nothing it cannot do. Leaves above the last answer like the last. */
export function identify(core: Core): void {
  const { gpr } = core;
  if (gpr[0] === 0) {
    gpr[0] = 1;
    gpr[3] = word(VENDOR, 0);
    gpr[2] = word(VENDOR, 4);
    gpr[1] = word(VENDOR, 8);
    return;
  }
  gpr[0] = SIGNATURE;
  gpr[3] = 0;
  gpr[1] = 0;
  gpr[2] = FEATURES;
}
