/**
 * The whole machine: memory, CPU, clock, port bus and board, wired. What runs on it, bare guest or monitor, is not
 * its business.
 */
import { Board } from './board';
import { bootCpu } from './boot';
import { Clock, type ClockState } from './clock';
import type { CostTable } from './costs';
import { ATTENTION } from './cpu/core';
import { Cpu, type CpuProfile } from './cpu/cpu';
import { STATE_BYTES, WORD } from './cpu/state';
import { MissingBios } from './devices/missing-bios';
import { type EventCounts, EventLog } from './event-log';
import type { BootState, MachineImage } from './loader/machine-image';
import { BIOS_STUB_SEGMENT } from './loader/real-mode';
import { PAGE_BYTES, PhysicalMemory } from './memory';
import type { Outcome } from './outcome';
import { PortBus } from './ports';
import type { Snapshotable } from './snapshot';

const A20_BIT = 0x100000;
/** ROM ends here, and once more 4 GiB above 0. */
const ROM_END = 0x100000;
const FOUR_GIB = 0x100000000;

export interface PcOptions {
  /** RAM in bytes, a multiple of 64 KiB. */
  readonly ramBytes: number;
  readonly profile: CpuProfile;
  readonly costs: CostTable;
  /** A port whose bytes go to the console too. */
  readonly logPort?: number;
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
  /** First address of the copy of ROM below 4 GiB. */
  private romCopy = FOUR_GIB;
  /** Who asked for a reset during this instruction. */
  private resetBy: { readonly by: string; readonly devices: boolean } | null = null;

  constructor({ ramBytes, profile, costs, logPort }: PcOptions) {
    this.memory = new PhysicalMemory({ ramBytes });
    this.clock = new Clock(costs);
    this.events = new EventLog(() => ({
      retired: this.cpu.moment,
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
      physical: (page) => this.onBus(page),
    });
    this.board = new Board({
      bus: this.bus,
      clock: this.clock,
      events: this.events,
      device: 'physical',
      onExit: (code) => this.cpu.requestStop({ kind: 'exited', code }),
      memoryBytes: ramBytes,
      // Translations lead to where the bus led when they were made.
      onA20: () => this.cpu.mmu.flush(true),
      onReset: (by, devices) => {
        this.resetBy = { by, devices };
        this.cpu.requestStop({ kind: 'stopped', message: by });
      },
      ...(logPort === undefined ? {} : { logPort }),
    });
    // The INTR pin: the CPU looks at its next instruction boundary.
    this.board.pic.onChange = () => {
      this.cpu.attention |= ATTENTION.INTERRUPT;
    };
    this.cpu.interruptSource = this.board.pic;
    this.clock.canWake = () => this.board.couldWake();
    this.cpu.reset();
    this.powerOn = this.save();
  }

  /** Runs until `limit` machine instructions have retired since power-on, or a stop. A guest that exited stays so. */
  run(limit: number): Outcome {
    return this.runOn(() => this.cpu.run(limit));
  }

  /** The same in steps: retired instructions and deliveries. */
  runToMoment(limit: number): Outcome {
    return this.runOn(() => this.cpu.runToMoment(limit));
  }

  private runOn(run: () => Outcome): Outcome {
    const { code } = this.board.debugExit;
    if (code !== null) return { kind: 'exited', code };
    for (;;) {
      const outcome = run();
      const request = this.resetBy;
      if (request === null) return outcome;
      this.resetBy = null;
      if (this.romCopy === FOUR_GIB) {
        return {
          kind: 'stopped',
          message: `The guest reset the CPU (${request.by}). There is no firmware to start again from; a ROM image would be.`,
        };
      }
      if (request.devices) this.board.reset();
      this.resetCpu();
    }
  }

  /** The CPU as after reset: at the reset vector, with A20 open; the counts of steps go on. */
  private resetCpu(): void {
    const { cpu } = this;
    const { retired, guestRetired, delivered } = cpu;
    this.board.a20.set(true);
    cpu.reset();
    cpu.retired = retired;
    cpu.guestRetired = guestRetired;
    cpu.delivered = delivered;
  }

  /** The reset button: CPU, clock and devices as at power-on; RAM and disk keep their bytes, as on a PC. */
  reset(): void {
    this.restore(this.powerOn);
    this.board.ata?.reset();
  }

  /** What an image in memory needs of the machine around it: ROM that cannot be written, stubs that answer. */
  install(image: MachineImage): void {
    if (image.romBytes > 0) {
      this.romCopy = FOUR_GIB - image.romBytes;
      this.memory.protect(ROM_END - image.romBytes, image.romBytes);
      this.cpu.mmu.flush(true);
    }
    if (image.disk) this.board.attachDisk(image.disk);
    if (image.biosStubs) {
      this.memory.protect(BIOS_STUB_SEGMENT << 4, PAGE_BYTES);
      const stubs = new MissingBios(() => this.cpu, image.romBytes > 0);
      for (const [first, count] of MissingBios.ports) this.bus.register(first, count, stubs);
    }
    bootCpu(this.cpu, image.state);
  }

  /** Puts the CPU where a loader leaves it. */
  boot(state: BootState): void {
    bootCpu(this.cpu, state);
  }

  /** Where an address of the CPU's leads: past the A20 gate, and to ROM below 4 GiB. Unsigned. */
  onBus(physical: number): number {
    const gated = this.board.a20.open ? physical : (physical & ~A20_BIT) >>> 0;
    return gated >= this.romCopy ? gated - FOUR_GIB + ROM_END : gated;
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
