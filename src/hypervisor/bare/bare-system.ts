/**
 * `bare`: the guest directly on the PC, in ring 0, with nothing below it. The truth that every other technique is
 * compared with; for that it can replay another run's record of what depended on time.
 */
import { ok, type Result } from '../../base/result';
import type { OutsideInput } from '../../machine/board';
import type { CostTable } from '../../machine/costs';
import { ATTENTION } from '../../machine/cpu/core';
import type { CpuProfile } from '../../machine/cpu/cpu';
import type { MachineEventBody } from '../../machine/events';
import type { ImageSymbol, LoadError } from '../../machine/loader/load-error';
import { loadImage } from '../../machine/loader/load-image';
import type { ImageOptions, MachineImage } from '../../machine/loader/machine-image';
import { PAGE_BYTES } from '../../machine/memory';
import type { Outcome } from '../../machine/outcome';
import { Pc, type PcState } from '../../machine/pc';
import { FactLog, type FactLogState, type KeptFacts, TIMESTAMP_PORT } from '../core/fact-log';
import { PcSystem } from '../core/pc-system';
import type { Actor, Registers, System, SystemEdit, TimedFact } from '../core/system';
import { Watcher } from '../core/watcher';
import { editBare } from './edit';
import { physicalOf, readLinear } from './linear-memory';
import { Replay, type ReplayState } from './replay';

export interface BareOptions extends ImageOptions {
  /** RAM in bytes, a multiple of 64 KiB. */
  readonly memoryBytes: number;
  readonly costs: CostTable;
  /** Absent: `x86`. */
  readonly profile?: CpuProfile;
  /** A port whose bytes go to the console too. */
  readonly logPort?: number;
  /** Which timed facts are kept; absent: all. */
  readonly facts?: KeptFacts;
}

interface BareState {
  readonly pc: PcState;
  readonly facts: FactLogState;
  readonly replay: ReplayState | null;
}

/** A PC with the image loaded, at its entry point. */
export function createBare(image: Uint8Array, options: BareOptions): Result<BareSystem, LoadError> {
  const { memoryBytes, costs, profile = 'x86', logPort, facts, ...imageOptions } = options;
  const log = logPort === undefined ? {} : { logPort };
  const pc = new Pc({ ramBytes: memoryBytes, profile, costs, ...log });
  const memory = {
    size: memoryBytes,
    writeBytes: (physical: number, bytes: Uint8Array) => pc.memory.writeBytes(physical, bytes),
  };
  const loaded = loadImage(image, memory, imageOptions);
  return loaded.ok ? ok(new BareSystem(pc, loaded.value, facts)) : loaded;
}

export class BareSystem extends PcSystem implements System {
  readonly symbols: readonly ImageSymbol[];
  readonly handover: number | null;
  private readonly facts: FactLog;
  private replaying: Replay | null = null;
  protected readonly watcher: Watcher;
  private listener: ((body: MachineEventBody) => void) | null = null;

  constructor(
    readonly pc: Pc,
    image: MachineImage,
    facts?: KeptFacts,
  ) {
    super();
    this.facts = new FactLog(facts);
    this.symbols = image.symbols;
    this.handover = image.handover ?? null;
    this.watcher = new Watcher({
      silicon: pc.cpu,
      guestCpu: pc.cpu,
      linearEnd: Number.POSITIVE_INFINITY,
      get guestMoment() {
        return pc.cpu.moment;
      },
      get moment() {
        return pc.events.moment;
      },
      atGuestBoundary: () => true,
      guestCodeAt: (linear) => linear,
      machinePage: (page) => this.machinePage(page),
      guestPage: (page) => page,
      paging: () => this.real(),
    });
    pc.install(image);
    pc.board.pic.onAcknowledge = ({ vector, irq, spurious }) => {
      const fact = { kind: 'interrupt', guestRetired: this.guestRetired, vector, irq } as const;
      this.facts.add(spurious ? { ...fact, spurious } : fact);
    };
    pc.bus.onRead = (port, value, timeDependent) => {
      if (timeDependent) this.noteRead(port, value);
      return value;
    };
    pc.clock.onTimestamp = (value) => {
      this.noteRead(TIMESTAMP_PORT, value);
      return value;
    };
  }

  /**
   * From here on interrupts and time-dependent reads come from the record of another run of the same guest, not from
   * this machine's devices. To be called before the first instruction.
   * @returns the replay, to ask for `divergence` and for what remains
   */
  replay(facts: readonly TimedFact[]): Replay {
    const { board, bus, clock, cpu } = this.pc;
    const replay = new Replay(facts, board.pic, () => this.guestRetired);
    board.pic.linesCut = true;
    clock.silent = true;
    cpu.interruptSource = replay;
    bus.onRead = (port, value, timeDependent) => replay.read(port, value, timeDependent);
    clock.onTimestamp = (value) => replay.read(TIMESTAMP_PORT, value, true);
    this.replaying = replay;
    return replay;
  }

  get guestListener(): ((body: MachineEventBody) => void) | null {
    return this.listener;
  }

  /** Bare, everything that happens happens to the guest. */
  set guestListener(listener: ((body: MachineEventBody) => void) | null) {
    this.listener = listener;
    this.pc.events.accepts =
      listener &&
      ((body) => {
        listener(body);
        return true;
      });
  }

  get disk() {
    return this.pc.board.ata?.disk ?? null;
  }

  /** Every step is the guest's. */
  get guestMoment(): number {
    return this.moment;
  }

  run(limit: number): Outcome {
    return this.replaying ? this.runReplay(this.replaying, limit) : this.pc.runToMoment(limit);
  }

  edit(edit: SystemEdit): string | null {
    return editBare(this.pc, edit);
  }

  machinePage(guestPage: number): number | null {
    return guestPage * PAGE_BYTES < this.memory.ramBytes ? guestPage : null;
  }

  receive(input: OutsideInput): void {
    this.pc.board.receive(input);
  }

  guest(): Registers {
    return this.real();
  }

  actor(): Actor {
    return this.pc.cpu.cpl === 3 ? 'guest-user' : 'guest-kernel';
  }

  atGuestBoundary(): boolean {
    return true;
  }

  /** Through the TLB first, as a fetch would go, so a stale entry shows. */
  readReal(linear: number, length: number): Uint8Array | null {
    const { cpu, memory } = this.pc;
    return readLinear(memory, linear, length, (at) => {
      const physical = cpu.translate(at, { write: false, user: false });
      return physical < 0 ? null : physical;
    });
  }

  readGuest(linear: number, length: number): Uint8Array | null {
    const { memory } = this.pc;
    const paging = this.real();
    return readLinear(memory, linear, length, (at) => {
      const physical = physicalOf(memory, paging, at);
      return physical === null ? null : this.pc.onBus(physical);
    });
  }

  guestPage(page: number): Uint8Array {
    return this.memory.u8.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  }

  serial(): string {
    return this.pc.board.serial;
  }

  screen() {
    return this.pc.board.vga.screen((physical) => this.memory.read8(physical));
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.events.counts };
  }

  cache(): null {
    return null;
  }

  translations(): readonly never[] {
    return [];
  }

  translationAtCache(): null {
    return null;
  }

  translationOfGuest(): null {
    return null;
  }

  nameOfCacheOperand(): null {
    return null;
  }

  /** While replaying: nothing new is recorded. */
  timedFacts(): readonly TimedFact[] {
    return this.facts.all();
  }

  /** On `bare` every instruction runs as it is. */
  runUntranslated(): null {
    return null;
  }

  save(): BareState {
    return {
      pc: this.pc.save(),
      facts: this.facts.save(),
      replay: this.replaying?.save() ?? null,
    };
  }

  restore(state: BareState): void {
    this.pc.restore(state.pc);
    this.facts.restore(state.facts);
    if (state.replay) this.replaying?.restore(state.replay);
    this.watcher.forget();
  }

  private noteRead(port: number, value: number): void {
    this.facts.add({ kind: 'read', guestRetired: this.guestRetired, port, value });
  }

  /**
   * Runs from one recorded interrupt to the next: at each the INTR line is high for exactly one boundary.
   * On `bare` every retired instruction is the guest's, so both counts are the same.
   */
  private runReplay(replay: Replay, limit: number): Outcome {
    for (;;) {
      const due = replay.nextInterruptAt;
      // Standing at a recorded delivery: that is the next step. Deliveries of faults on the way make the stretch longer.
      const steps = Math.max(1, due - this.retired);
      this.pc.cpu.attention |= ATTENTION.INTERRUPT;
      const outcome = this.pc.runToMoment(Math.min(limit, this.moment + steps));
      replay.checkOverdue();
      if (replay.divergence) {
        return { kind: 'stopped', message: `The replay diverged: ${replay.divergence}.` };
      }
      const stopped = this.watcher.takeStopped();
      if (outcome.kind !== 'budget' || stopped || this.moment >= limit) return outcome;
    }
  }
}
