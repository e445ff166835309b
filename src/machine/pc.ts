/**
 * The whole machine: memory, CPU, clock, port bus and board, wired. What runs on it, bare guest or monitor, is not
 * its business.
 */
import { Board } from './board';
import { bootCpu } from './boot';
import { Clock, type ClockState } from './clock';
import type { CostTable } from './costs';
import { ATTENTION } from './cpu/core';
import { Cpu } from './cpu/cpu';
import { STATE_BYTES, WORD } from './cpu/state';
import { type EventCounts, EventLog } from './event-log';
import type { BootState } from './loader/multiboot';
import { PhysicalMemory } from './memory';
import type { Outcome } from './outcome';
import { PortBus } from './ports';
import type { Snapshotable } from './snapshot';

/** The only device that acts by itself: what HLT can wait for. */
const TIMER_IRQ = 0;

export interface PcOptions {
  /** RAM in bytes, a multiple of 64 KiB. */
  readonly ramBytes: number;
  readonly profile: 'x86';
  readonly costs: CostTable;
}

/** Everything except the bytes of RAM, which a checkpoint takes page by page. */
export interface PcState {
  readonly cpu: ReturnType<Cpu['save']>;
  readonly clock: ClockState;
  readonly board: ReturnType<Board['save']>;
  readonly events: EventCounts;
}

export class Pc implements Snapshotable<PcState> {
  readonly memory: PhysicalMemory;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly bus: PortBus;
  readonly board: Board;
  readonly cpu: Cpu;
  private readonly powerOn: PcState;

  constructor({ ramBytes, profile, costs }: PcOptions) {
    this.memory = new PhysicalMemory({ ramBytes });
    this.clock = new Clock(costs);
    this.events = new EventLog(() => ({
      retired: this.cpu.retired,
      guestRetired: this.cpu.guestRetired,
      cycles: this.clock.cycles,
      eip: this.cpu.state[WORD.EIP]! >>> 0,
      cpl: this.cpu.cpl,
    }));
    this.bus = new PortBus(this.events, 'physical');
    this.cpu = new Cpu({
      memory: this.memory,
      stateOffset: this.memory.allocateControl(STATE_BYTES),
      ports: this.bus,
      clock: this.clock,
      profile,
      events: this.events,
    });
    this.board = new Board({
      bus: this.bus,
      clock: this.clock,
      events: this.events,
      device: 'physical',
      onExit: (code) => this.cpu.requestStop({ kind: 'exited', code }),
    });
    // The INTR pin: the CPU looks at its next instruction boundary.
    this.board.pic.onChange = () => {
      this.cpu.attention |= ATTENTION.INTERRUPT;
    };
    this.cpu.interruptSource = this.board.pic;
    this.clock.canWake = () => this.board.pic.couldDeliver(TIMER_IRQ);
    this.cpu.reset();
    this.powerOn = this.save();
  }

  /** Runs until `limit` machine instructions have retired since reset, or a stop. A guest that exited stays so. */
  run(limit: number): Outcome {
    const { code } = this.board.debugExit;
    if (code !== null) return { kind: 'exited', code };
    return this.cpu.run(limit);
  }

  /** The reset button: CPU, clock and devices as at power-on; RAM keeps its bytes, as it does on a PC. */
  reset(): void {
    this.restore(this.powerOn);
  }

  /** Puts the CPU where a Multiboot loader leaves it. */
  boot(state: BootState): void {
    bootCpu(this.cpu, state);
  }

  save(): PcState {
    return {
      cpu: this.cpu.save(),
      clock: this.clock.save(),
      board: this.board.save(),
      events: this.events.save(),
    };
  }

  restore(state: PcState): void {
    this.clock.restore(state.clock);
    this.board.restore(state.board);
    this.cpu.restore(state.cpu);
    this.events.restore(state.events);
  }
}
