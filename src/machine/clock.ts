/**
 * Time: a count of modelled *cycles*. One per retired instruction, which the CPU adds to `cycles` itself (alone or
 * in batches), plus named charges. Nothing else moves it, so a run is the same every time.
 *
 * A device that must act at a moment schedules it; the CPU compares `cycles` with `deadline` at instruction
 * boundaries and calls `onDeadline()` when it has passed. No device does work per instruction.
 */
import { invariant } from '../base/assert';
import type { CostTable } from './costs';
import type { Snapshotable } from './snapshot';

/** One tick of the 8254's input clock (1.193182 MHz): this makes the modelled CPU a 76 MHz part. */
export const CYCLES_PER_PIT_TICK = 64;

/** Modelled cycles per second, for devices that know seconds (the real-time clock). */
export const CYCLES_PER_SECOND = 1_193_182 * CYCLES_PER_PIT_TICK;

/** Who spent the cycles, in the order totals are shown, with the words people read. */
export const CAUSES = {
  instructions: 'instructions retired',
  traps: 'entering handlers (exceptions and interrupts)',
  returns: 'returning from handlers (IRET)',
  syscalls: 'SYSENTER and SYSEXIT',
  'tlb-walks': 'page walks on TLB misses',
  idle: 'idle (HLT)',
  translating: 'translating guest code',
  dispatch: 'dispatching: finding the next translation',
  lookups: 'lookups of indirect jumps',
  callouts: 'callouts to the monitor',
  emulation: 'decoding and emulating for the guest',
  'shadow-paging': 'shadow page tables',
  tracing: 'write traces',
  interrupts: 'virtual interrupts',
  io: 'virtual devices',
} as const;

export type CauseId = keyof typeof CAUSES;

const CAUSE_IDS = Object.keys(CAUSES) as CauseId[];

export interface ClockState {
  readonly cycles: number;
  readonly charged: Readonly<Record<string, number>>;
  /** Owner to the cycle at which it is due. */
  readonly due: Readonly<Record<string, number>>;
}

/** What a device needs of the clock: the moment, and to be called at a later one. */
export interface Scheduler {
  readonly cycles: number;
  /** Names the handler of an owner; once per owner, at construction. Owners are part of checkpoints. */
  register(owner: string, onDue: () => void): void;
  /** Calls the owner's handler at the first boundary where `cycles >= at`; null cancels. One moment per owner. */
  schedule(owner: string, at: number | null): void;
}

export class Clock implements Scheduler, Snapshotable<ClockState> {
  /** Cycles since reset. The CPU adds its retired instructions here; everybody else goes through `charge`. */
  cycles = 0;
  /** The earliest scheduled moment, Infinity if there is none. */
  deadline = Number.POSITIVE_INFINITY;
  /**
   * Asked for every RDTSC with the true value, answers what the guest reads: where a run is recorded or
   * replayed. Null: the true value.
   */
  onTimestamp: ((value: number) => number) | null = null;

  /** A replay: interrupts come from a record, so nothing is ever due by itself. Set before the first schedule. */
  silent = false;

  /**
   * Whether what is scheduled could end a HLT at all: a timer whose interrupt is masked runs on for ever and wakes
   * nobody. Null: it could.
   */
  canWake: (() => boolean) | null = null;

  private charged: Partial<Record<CauseId, number>> = {};
  private readonly handlers = new Map<string, () => void>();
  private readonly due = new Map<string, number>();

  constructor(readonly costs: CostTable) {}

  /** Spends cycles on a named cause. Cycles of retired instructions may also come this way, in batches. */
  charge(cause: CauseId, cycles: number): void {
    this.cycles += cycles;
    // What nobody charged is 'instructions', so that cause keeps no account of its own.
    if (cause !== 'instructions') this.charged[cause] = (this.charged[cause] ?? 0) + cycles;
  }

  /** What RDTSC reads. */
  timestamp(): number {
    return this.onTimestamp ? this.onTimestamp(this.cycles) : this.cycles;
  }

  register(owner: string, onDue: () => void): void {
    invariant(!this.handlers.has(owner), `clock owner ${owner} is registered once`);
    this.handlers.set(owner, onDue);
  }

  schedule(owner: string, at: number | null): void {
    invariant(this.handlers.has(owner), `clock owner ${owner} is registered before it schedules`);
    if (at === null) this.due.delete(owner);
    else this.due.set(owner, at);
    this.findDeadline();
  }

  /** Runs every handler that is due, earliest first; handlers may schedule again, even for now. */
  onDeadline(): void {
    while (this.deadline <= this.cycles) {
      let owner = '';
      for (const [name, at] of this.due) if (at === this.deadline && owner === '') owner = name;
      this.due.delete(owner);
      this.findDeadline();
      this.handlers.get(owner)?.();
    }
  }

  /**
   * Lets time pass to the next deadline while the CPU is halted, and runs what is due.
   * @returns false if nothing is scheduled, or nothing that could wake the CPU: it sleeps for ever
   */
  idleToDeadline(): boolean {
    if (this.deadline === Number.POSITIVE_INFINITY || this.canWake?.() === false) return false;
    if (this.deadline > this.cycles) this.charge('idle', this.deadline - this.cycles);
    this.onDeadline();
    return true;
  }

  /** Totals by cause in a fixed order; their sum is `cycles`. */
  cyclesByCause(): { id: CauseId; label: string; cycles: number }[] {
    let charged = 0;
    for (const id of CAUSE_IDS) charged += this.charged[id] ?? 0;
    return CAUSE_IDS.map((id) => ({
      id,
      label: CAUSES[id],
      cycles: id === 'instructions' ? this.cycles - charged : (this.charged[id] ?? 0),
    }));
  }

  /** Back to cycle 0 with nothing charged or scheduled; handlers stay. */
  reset(): void {
    this.restore({ cycles: 0, charged: {}, due: {} });
  }

  save(): ClockState {
    return {
      cycles: this.cycles,
      charged: { ...this.charged },
      due: Object.fromEntries(this.due),
    };
  }

  restore(state: ClockState): void {
    this.cycles = state.cycles;
    this.charged = { ...state.charged };
    this.due.clear();
    // Map order breaks ties between owners, and a checkpoint keeps it.
    for (const [owner, at] of Object.entries(state.due)) this.due.set(owner, at);
    this.findDeadline();
  }

  private findDeadline(): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const at of this.due.values()) if (at < earliest) earliest = at;
    this.deadline = this.silent ? Number.POSITIVE_INFINITY : earliest;
  }
}
