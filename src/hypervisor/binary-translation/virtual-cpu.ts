/**
 * The virtual CPU: what the guest believes it runs on. Its state block lies in the monitor's vcpu page. The monitor
 * carries out single guest instructions on it ("emulate"), and delivers the guest's interrupts and faults through the
 * guest's own IDT. Instructions mean here exactly what they mean on silicon: it is the same code.
 *
 * While translated or user code runs, the general registers and arithmetic flags are in the real CPU and this block is
 * out of date; the monitor copies them in on entry and out on return.
 */
import type { Clock } from '../../machine/clock';
import { Cpu } from '../../machine/cpu/cpu';
import {
  CR0_AM,
  CR0_EM,
  CR0_ET,
  CR0_MP,
  CR0_NE,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
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
  SEG,
  WORD,
} from '../../machine/cpu/state';
import type { MachineEventBody } from '../../machine/events';
import type { PortBus } from '../../machine/ports';
import type { SegmentState } from '../core/system';
import { MONITOR_BASE, VCPU, VCPU_BASE } from '../memory/layout';
import type { MonitorMemory } from '../memory/monitor-memory';
import type { Pmap } from '../memory/pmap';

/**
 * Flags that live in the real EFLAGS while guest code runs; IF, IOPL, VM and RF are virtual. (The real RF is set by
 * hidden faults too.) TF is the guest's own only while user code runs directly.
 */
export const REAL_FLAGS =
  EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_NT | EFLAGS_AC | EFLAGS_ID | EFLAGS_TF;

/** CR0 bits the guest controls on the real CPU: they decide about #NM and #AC and nothing of the monitor's. */
const GUEST_CR0 = CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_AM;

export class VirtualCpu {
  /** Virtual devices' time: follows the machine's, and schedules for the monitor's timer. */
  readonly clock: Clock;
  readonly cpu: Cpu;
  /** Receives `trap` and other facts of the virtual CPU; the monitor turns deliveries into `injected`. */
  onEvent: ((body: MachineEventBody) => void) | null = null;

  constructor(
    private readonly memory: MonitorMemory,
    pmap: Pmap,
    clock: Clock,
    ports: PortBus,
  ) {
    this.clock = clock;
    this.cpu = new Cpu({
      memory: memory.memory,
      stateOffset: memory.memory.ramOffset + memory.physical(VCPU_BASE),
      ports,
      clock,
      profile: 'x86',
      events: { emit: (body) => this.onEvent?.(body) },
      physical: pmap.physical,
    });
  }

  get eip(): number {
    return this.cpu.state[WORD.EIP]! >>> 0;
  }

  set eip(value: number) {
    this.cpu.state[WORD.EIP] = value;
  }

  get cpl(): number {
    return this.cpu.cpl;
  }

  get flags(): number {
    return this.cpu.eflags;
  }

  get interruptsEnabled(): boolean {
    return (this.cpu.eflags & EFLAGS_IF) !== 0;
  }

  /** DR7 arms something: only the virtual CPU knows where. */
  get hasBreakpoints(): boolean {
    return (this.word(WORD.DR + 7) & 0xff) !== 0;
  }

  get halted(): boolean {
    return this.cpu.state[WORD.ACTIVITY] !== 0;
  }

  /** Non-zero: the next instruction is shielded from interrupts. */
  get shadow(): number {
    return this.cpu.state[WORD.SHADOW]!;
  }

  set shadow(value: number) {
    this.cpu.state[WORD.SHADOW] = value;
  }

  word(index: number): number {
    return this.cpu.state[index]! >>> 0;
  }

  segment(register: number): SegmentState {
    const { state } = this.cpu;
    return {
      selector: state[WORD.SELECTOR + register]! & 0xffff,
      base: state[WORD.BASE + register]! >>> 0,
      limit: state[WORD.LIMIT + register]! >>> 0,
      rights: state[WORD.RIGHTS + register]! & 0xf0ff,
    };
  }

  /**
   * Takes over what the guest left in the real CPU.
   *
   * @param keepsResume no guest instruction has retired since the guest was left: RF is as it was then
   */
  copyIn(gpr: readonly number[], eip: number, realFlags: number, keepsResume: boolean): void {
    gpr.forEach((value, register) => {
      this.cpu.gpr[register] = value;
    });
    this.eip = eip;
    const resume = keepsResume ? this.flags & EFLAGS_RF : 0;
    const virtual = this.field(VCPU.IF) | this.field(VCPU.IOPL) | resume;
    this.cpu.setEflags((realFlags & REAL_FLAGS) | virtual | EFLAGS_FIXED);
  }

  /** Publishes the virtual flags for translated code. */
  copyOut(interruptPending: boolean): void {
    const { flags } = this;
    this.setField(VCPU.IF, flags & EFLAGS_IF);
    this.setField(VCPU.IOPL, flags & EFLAGS_IOPL);
    this.setField(VCPU.PENDING, interruptPending ? 1 : 0);
  }

  /** EFLAGS for the real CPU while guest code runs: IF always 1, IOPL always 0. */
  get realFlags(): number {
    return (this.flags & REAL_FLAGS) | EFLAGS_IF | EFLAGS_FIXED;
  }

  /** CR0 for the real CPU: paging and write protection always on. */
  get realCr0(): number {
    return (this.word(WORD.CR0) & GUEST_CR0) | CR0_PE | CR0_PG | CR0_WP | CR0_ET;
  }

  field(displacement: number): number {
    return this.memory.read32(MONITOR_BASE + displacement);
  }

  setField(displacement: number, value: number): void {
    this.memory.write32(MONITOR_BASE + displacement, value);
  }

  /** Reloads the hidden part of a segment register that user code loaded by itself. */
  reload(register: number, selector: number, hidden: Omit<SegmentState, 'selector'>): void {
    this.cpu.loadDescriptorCache(register, { selector, ...hidden });
  }
}

/** The six registers user code can load. */
export const USER_SEGMENTS = [SEG.ES, SEG.CS, SEG.SS, SEG.DS, SEG.FS, SEG.GS] as const;
