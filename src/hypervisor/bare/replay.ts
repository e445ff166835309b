/**
 * A record of time-dependent facts, put back one by one: the technique's interrupts and timed reads happen on the bare
 * machine at the same guest instructions. It is the CPU's interrupt source while it runs, so a delivery still obeys
 * every rule of the silicon; one that cannot happen where the record has it is a divergence.
 */
import type { Pic } from '../../machine/devices/pic';
import type { TimedFact } from '../core/system';

type Interrupt = Extract<TimedFact, { kind: 'interrupt' }>;
type Read = Extract<TimedFact, { kind: 'read' }>;

export interface ReplayState {
  readonly interruptsDone: number;
  readonly readsDone: number;
  readonly divergence: string | null;
}

export class Replay {
  private readonly interrupts: readonly Interrupt[];
  private readonly reads: readonly Read[];
  private interruptsDone = 0;
  private readsDone = 0;
  /** The first thing that did not go as recorded; null while all does. */
  divergence: string | null = null;

  /** @param now guest instructions retired */
  constructor(
    facts: readonly TimedFact[],
    private readonly pic: Pic,
    private readonly now: () => number,
  ) {
    this.interrupts = facts.filter((fact) => fact.kind === 'interrupt');
    this.reads = facts.filter((fact) => fact.kind === 'read');
  }

  /** Guest instructions retired at the next recorded interrupt, Infinity after the last. */
  get nextInterruptAt(): number {
    return this.interrupts[this.interruptsDone]?.guestRetired ?? Number.POSITIVE_INFINITY;
  }

  /** Interrupts and reads that are still to come. */
  get remaining(): { readonly interrupts: number; readonly reads: number } {
    return {
      interrupts: this.interrupts.length - this.interruptsDone,
      reads: this.reads.length - this.readsDone,
    };
  }

  /** The INTR line: high at the very instruction boundary of the next recorded delivery. */
  hasInterrupt(): boolean {
    return this.nextInterruptAt === this.now();
  }

  acknowledge(): number {
    const fact = this.interrupts[this.interruptsDone];
    if (!fact) return 0;
    this.interruptsDone++;
    const { irq, vector, guestRetired } = fact;
    const answered = this.pic.acknowledgeRecorded(irq, fact.spurious ?? false);
    if (answered.vector !== vector || answered.irq !== irq) {
      this.diverge(
        `after ${guestRetired} guest instructions IRQ ${irq} was delivered as vector ${vector}, here the interrupt controller answers IRQ ${answered.irq} as vector ${answered.vector}`,
      );
    }
    return vector;
  }

  /** What a read gives: the recorded value where one was recorded at this guest instruction. */
  read(port: number, value: number, timeDependent: boolean): number {
    const fact = this.reads[this.readsDone];
    if (fact && fact.guestRetired === this.now() && fact.port === port) {
      this.readsDone++;
      return fact.value;
    }
    if (timeDependent) {
      this.diverge(
        `after ${this.now()} guest instructions port ${port} is read, which depends on time; the record has ${fact ? `port ${fact.port} after ${fact.guestRetired}` : 'no further read'}`,
      );
    }
    return value;
  }

  /** Notices a recorded delivery that the CPU did not take where it should have. */
  checkOverdue(): void {
    if (this.nextInterruptAt < this.now()) {
      this.diverge(
        `the interrupt recorded after ${this.nextInterruptAt} guest instructions could not be delivered there (IF, or an interrupt shadow)`,
      );
    }
  }

  save(): ReplayState {
    const { interruptsDone, readsDone, divergence } = this;
    return { interruptsDone, readsDone, divergence };
  }

  restore(state: ReplayState): void {
    this.interruptsDone = state.interruptsDone;
    this.readsDone = state.readsDone;
    this.divergence = state.divergence;
  }

  private diverge(message: string): void {
    this.divergence ??= message;
  }
}
