/**
 * What all parts of the CPU share: the state block's views, memory access, the clock, ports, events, and the
 * *attention* word that makes the run loop look up from executing blocks. `Cpu` (cpu.ts) is the public face.
 */
import type { Clock } from '../clock';
import type { MachineEventBody } from '../events';
import type { PhysicalMemory } from '../memory';
import { Mmu } from '../mmu/mmu';
import type { Outcome } from '../outcome';
import type { PortBus } from '../ports';
import { Access, RIGHTS_BIG } from './access';
import { armed, type Breakpoints } from './breakpoints';
import { raise } from './fault';
import { AUX, materializeFlags, RES, setArithmeticFlags } from './flags';
import type { CpuObserver } from './observer';
import {
  COUNTER_BYTE,
  CR0_AM,
  CR0_PE,
  EFLAGS_AC,
  EFLAGS_ARITHMETIC,
  EFLAGS_FIXED,
  EFLAGS_IF,
  EFLAGS_RF,
  EFLAGS_TF,
  EFLAGS_VM,
  SEG,
  STATE_BYTES,
  VECTOR,
  WORD,
} from './state';

/** A word of the block that is always zero: the "register" of an absent base or index. */
export const ZERO_WORD = 23;

/** Why the run loop must look up at the next boundary. */
export const ATTENTION = {
  /** An interrupt may be deliverable. */
  INTERRUPT: 1,
  /** `requestStop` was called. */
  STOP: 2,
  /** The monitor's reserved opcode retired. */
  MONITOR: 4,
  /** Halted, or shut down. */
  ASLEEP: 8,
  /** The last instruction shields the next one from interrupts. */
  SHADOW: 16,
  /** EFLAGS.TF is set. */
  TRAP: 32,
  /** `beforeInstruction` is set. */
  HOOK: 64,
  /** EFLAGS.RF is set: it lasts for one instruction. */
  RESUME: 128,
  /** A breakpoint of DR7 is armed, or a debug trap waits. */
  DEBUG: 256,
  /** The observer wants to look up behind this instruction. */
  OBSERVER: 512,
} as const;

/** Bits of the NMI word. */
export const NMI_WAITS = 1;
export const NMI_BLOCKED = 2;

/** Interrupt shadow bits in the state block. */
export const SHADOW_STI = 1;
export const SHADOW_SS = 2;

export const ACTIVITY = { RUNNING: 0, HALTED: 1, SHUTDOWN: 2 } as const;

export interface EventSink {
  emit(body: MachineEventBody): void;
  /** What happens in `work` belongs to the instruction that has just retired. Absent: nobody stamps these events. */
  completingInstruction?<T>(work: () => T): T;
}

/** A decoded instruction of the monitor's reserved opcode lies in [entryLow, entryHigh). */
export interface MonitorPort {
  readonly entryLow: number;
  readonly entryHigh: number;
  enter(): void;
}

/** The INTR line: the interrupt controller as the CPU sees it. */
export interface InterruptSource {
  hasInterrupt(): boolean;
  /** Interrupt acknowledge cycle. @returns the vector */
  acknowledge(): number;
}

/** Asked once per decoded instruction: guest instructions it stands for, and the counter it bumps (-1: none). */
export type Annotate = (
  linear: number,
  cpl: number,
) => { readonly weight: number; readonly entry: number };

/**
 * Which silicon: `x86` before VT, or `x86-strict`, on which every sensitive instruction is #GP(0) outside ring 0.
 * @see codec/sensitivity.ts
 */
export type CpuProfile = 'x86' | 'x86-strict';

export interface CoreOptions {
  readonly memory: PhysicalMemory;
  /** Byte offset of the state block in the WebAssembly memory. */
  readonly stateOffset: number;
  readonly ports: PortBus;
  readonly clock: Clock;
  readonly profile: CpuProfile;
  readonly events: EventSink | null;
  /** This CPU's physical page address to an address of RAM; identity if absent. */
  readonly physical?: (physicalPageAddress: number) => number;
}

export class Core {
  readonly memory: PhysicalMemory;
  readonly clock: Clock;
  readonly ports: PortBus;
  readonly profile: CpuProfile;
  events: EventSink | null;

  /** The state block as words; `gpr` its first eight; 16- and 8-bit views of the general registers. */
  readonly state: Int32Array;
  readonly gpr: Int32Array;
  readonly half: Uint16Array;
  readonly byte: Uint8Array;
  readonly counters: Float64Array;

  readonly mmu: Mmu;
  readonly access: Access;

  monitor: MonitorPort | null = null;
  interruptSource: InterruptSource | null = null;
  /**
   * Where the guest's own instruction stands (linear), while a translation of it is executed elsewhere; null where the
   * guest's code itself runs. For messages.
   */
  guestPlace: (() => number | null) | null = null;

  attention = 0;
  /** Instructions that may still retire before the run loop must look at budget and clock; see `RunLoop.execute`. */
  fuel = 0;
  stopOutcome: Outcome | null = null;
  /** The instruction just executed takes no single-step trap (INT n: TF was cleared on the way). */
  skipTrap = false;
  /** Bits that decoded code depends on besides its address: code size, and CPL while annotating. */
  codeKey = 1;
  /** What DR7 arms; null if nothing. */
  breakpoints: Breakpoints | null = null;
  annotator: Annotate | null = null;
  /** Who looks on; null: nobody. Set through `Cpu.observer`. */
  observing: CpuObserver | null = null;

  constructor(options: CoreOptions) {
    const { memory, stateOffset } = options;
    const buffer = memory.memory.buffer;
    this.memory = memory;
    this.clock = options.clock;
    this.ports = options.ports;
    this.profile = options.profile;
    this.events = options.events;
    this.state = new Int32Array(buffer, stateOffset, STATE_BYTES / 4);
    this.gpr = new Int32Array(buffer, stateOffset, 8);
    this.half = new Uint16Array(buffer, stateOffset, 16);
    this.byte = new Uint8Array(buffer, stateOffset, 32);
    this.counters = new Float64Array(buffer, stateOffset + COUNTER_BYTE, 8);
    this.mmu = new Mmu(memory, this.state, options.clock, options.physical ?? null);
    this.access = new Access(memory, this.mmu, this.state);
    if (stateOffset >= memory.ramOffset) memory.keepDirty((stateOffset - memory.ramOffset) >>> 12);
  }

  // --- flags -----------------------------------------------------------------------------------------------

  get eflags(): number {
    return materializeFlags(this.state);
  }

  /** Sets all of EFLAGS, without any privilege rule. */
  setEflags(value: number): void {
    this.state[WORD.EFLAGS] = (value & ~EFLAGS_ARITHMETIC) | EFLAGS_FIXED;
    setArithmeticFlags(this.state, value);
    this.systemFlagsChanged();
  }

  /** IF, TF or RF may have changed. */
  systemFlagsChanged(): void {
    const flags = this.state[WORD.EFLAGS]!;
    this.attention &= ~(ATTENTION.TRAP | ATTENTION.RESUME);
    if (flags & EFLAGS_TF) this.attention |= ATTENTION.TRAP;
    if (flags & EFLAGS_RF) this.attention |= ATTENTION.RESUME;
    if (flags & EFLAGS_IF) this.attention |= ATTENTION.INTERRUPT;
    this.refreshAlignment();
  }

  /** EFLAGS.AC, CR0.AM or CPL may have changed: alignment is checked where all three say so. */
  refreshAlignment(): void {
    const { state, access } = this;
    const aligning =
      (state[WORD.EFLAGS]! & EFLAGS_AC) !== 0 &&
      (state[WORD.CR0]! & CR0_AM) !== 0 &&
      state[WORD.CPL] === 3;
    if (aligning !== access.aligning) access.setAligning(aligning);
  }

  /** DR0 to DR3, DR7 or CR4.DE may have changed. */
  refreshBreakpoints(): void {
    const { state } = this;
    this.breakpoints = armed(state);
    this.access.setWatch(this.breakpoints?.watch((bits) => this.postDebug(bits)) ?? null);
    if (this.breakpoints || state[WORD.PENDING_DEBUG] !== 0) this.attention |= ATTENTION.DEBUG;
    else this.attention &= ~ATTENTION.DEBUG;
  }

  /** A debug trap to be taken when the running instruction has retired. `bits`: of DR6. */
  postDebug(bits: number): void {
    this.state[WORD.PENDING_DEBUG]! |= bits;
    this.attention |= ATTENTION.DEBUG;
  }

  /** The NMI pin: edge-triggered, one at a time. */
  requestNmi(): void {
    this.state[WORD.NMI]! |= NMI_WAITS;
    this.attention |= ATTENTION.INTERRUPT;
  }

  // --- modes -----------------------------------------------------------------------------------------------

  get cpl(): number {
    return this.state[WORD.CPL]!;
  }

  set cpl(value: number) {
    this.setCpl(value);
  }

  setCpl(cpl: number): void {
    this.state[WORD.CPL] = cpl;
    this.access.setUser(cpl === 3);
    this.refreshAlignment();
    this.refreshCodeKey();
  }

  /** Protected mode proper: segment registers hold selectors of descriptors. */
  get isProtected(): boolean {
    return (this.state[WORD.CR0]! & CR0_PE) !== 0 && (this.state[WORD.EFLAGS]! & EFLAGS_VM) === 0;
  }

  /** EFLAGS.IOPL as a number. */
  get iopl(): number {
    return (this.state[WORD.EFLAGS]! >>> 12) & 3;
  }

  /** @throws FaultSignal #GP(0) outside ring 0 */
  requireRing0(): void {
    if (this.state[WORD.CPL] !== 0) raise(VECTOR.GP, 0);
  }

  emitRingChange(from: number, to: number): void {
    if (from !== to) this.events?.emit({ kind: 'ring-change', from, to });
  }

  // --- hidden parts of segment registers -----------------------------------------------------------------------

  /** Loads a segment register with its hidden part as given: no checks. `limit` in bytes, `rights` as in state.ts. */
  loadDescriptorCache(
    segment: number,
    value: {
      readonly selector: number;
      readonly base: number;
      readonly limit: number;
      readonly rights: number;
    },
  ): void {
    this.setSegment(segment, value.selector, value.base, value.limit, value.rights);
  }

  setSegment(segment: number, selector: number, base: number, limit: number, rights: number): void {
    const state = this.state;
    state[WORD.SELECTOR + segment] = selector & 0xffff;
    state[WORD.BASE + segment] = base;
    state[WORD.LIMIT + segment] = limit;
    state[WORD.RIGHTS + segment] = rights & 0xf0ff;
    this.access.refreshSegment(segment);
    if (segment === SEG.CS) this.refreshCodeKey();
  }

  refreshCodeKey(): void {
    const big = this.state[WORD.RIGHTS + SEG.CS]! & RIGHTS_BIG ? 1 : 0;
    this.codeKey = big | (this.annotator ? this.state[WORD.CPL]! << 1 : 0);
    // Blocks remember each other only while all of this is the same.
    this.mmu.epoch++;
  }

  refreshSegments(): void {
    for (let segment = 0; segment < 8; segment++) this.access.refreshSegment(segment);
  }

  /** Recomputes everything derived from the state block, after it was changed from outside as a whole. */
  stateChanged(): void {
    this.refreshSegments();
    this.setCpl(this.state[WORD.CPL]!);
    this.attention &= ~(ATTENTION.ASLEEP | ATTENTION.SHADOW | ATTENTION.TRAP);
    if (this.state[WORD.ACTIVITY] !== ACTIVITY.RUNNING) this.attention |= ATTENTION.ASLEEP;
    if (this.state[WORD.SHADOW] !== 0) this.attention |= ATTENTION.SHADOW;
    this.attention |= ATTENTION.INTERRUPT;
    this.refreshBreakpoints();
    this.systemFlagsChanged();
  }

  // --- run-loop requests -----------------------------------------------------------------------------------

  /** Ends the run at the next boundary with this outcome. */
  requestStop(outcome: Outcome): void {
    this.stopOutcome = outcome;
    this.attention |= ATTENTION.STOP;
  }

  setShadow(bits: number): void {
    this.state[WORD.SHADOW] = this.state[WORD.SHADOW]! | bits;
    this.attention |= ATTENTION.SHADOW;
  }

  setActivity(activity: number): void {
    this.state[WORD.ACTIVITY] = activity;
    if (activity === ACTIVITY.RUNNING) this.attention &= ~ATTENTION.ASLEEP;
    else this.attention |= ATTENTION.ASLEEP;
  }

  // --- linear memory as the CPU itself uses it (tables, TSS): supervisor whatever the CPL -----------------------

  systemRead8(linear: number): number {
    return this.access.readLinear(linear >>> 0, 1, false);
  }

  systemRead16(linear: number): number {
    return this.access.readLinear(linear >>> 0, 2, false);
  }

  /** Unsigned. */
  systemRead32(linear: number): number {
    return this.access.readLinear(linear >>> 0, 4, false) >>> 0;
  }

  // --- stack -----------------------------------------------------------------------------------------------

  push32(value: number): void {
    const { gpr, access } = this;
    const esp = gpr[4]!;
    if (access.stackMask === -1) {
      access.write32(SEG.SS, (esp - 4) | 0, value);
      gpr[4] = esp - 4;
    } else {
      access.write32(SEG.SS, (esp - 4) & 0xffff, value);
      gpr[4] = (esp & ~0xffff) | ((esp - 4) & 0xffff);
    }
  }

  push16(value: number): void {
    const { gpr, access } = this;
    const esp = gpr[4]!;
    const mask = access.stackMask;
    access.write16(SEG.SS, (esp - 2) & mask, value);
    gpr[4] = (esp & ~mask) | ((esp - 2) & mask);
  }

  push(size: number, value: number): void {
    if (size === 4) this.push32(value);
    else this.push16(value);
  }

  /** A word of the stack at ESP + `offset`, ESP unchanged. 16 bits zero-extended, 32 bits signed. */
  peek(size: number, offset: number): number {
    const at = (this.gpr[4]! + offset) & this.access.stackMask;
    return size === 4 ? this.access.read32(SEG.SS, at) : this.access.read16(SEG.SS, at);
  }

  /** Moves ESP (or SP) up by `bytes`. */
  dropStack(bytes: number): void {
    const mask = this.access.stackMask;
    const esp = this.gpr[4]!;
    this.gpr[4] = (esp & ~mask) | ((esp + bytes) & mask);
  }

  /** The registers of a CPU that was just switched on, as far as ours boots from them: real mode, CS:IP F000:FFF0. */
  resetState(): void {
    const state = this.state;
    state.fill(0);
    state[WORD.EIP] = 0xfff0;
    state[WORD.EFLAGS] = EFLAGS_FIXED;
    state[RES] = 1;
    state[AUX] = 0;
    state[WORD.CR0] = 0x60000010;
    state[WORD.IDTR_LIMIT] = 0x3ff;
    for (let segment = 0; segment < 8; segment++) {
      this.setSegment(segment, 0, 0, 0xffff, segment === SEG.CS ? 0x9b : 0x93);
    }
    this.setSegment(SEG.CS, 0xf000, 0xffff0000, 0xffff, 0x9b);
    this.setSegment(SEG.LDTR, 0, 0, 0xffff, 0x82);
    this.setSegment(SEG.TR, 0, 0, 0xffff, 0x8b);
    state[WORD.DR + 6] = 0xffff0ff0 | 0;
    state[WORD.DR + 7] = 0x400;
    this.counters.fill(0);
    this.mmu.flush(true);
    this.attention = 0;
    this.stateChanged();
  }
}
