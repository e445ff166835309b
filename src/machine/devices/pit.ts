/**
 * The 8254 programmable interval timer: three counters at ports 0x40-0x42, control at 0x43. Counter 0's OUT is IRQ 0,
 * counter 2's is the speaker (gate at port 0x61, see `system-control.ts`).
 *
 * Edges of counter 0 are scheduled on the clock; counts are computed when read. Nothing runs per tick.
 *
 * @see Intel 8254 datasheet (231164): "Programming the 8254", "Read-Back Command"
 */
import { CYCLES_PER_PIT_TICK, type Scheduler } from '../clock';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';
import { PitCounter, type PitCounterState } from './pit-counter';

export interface PitState {
  readonly counters: readonly [PitCounterState, PitCounterState, PitCounterState];
  readonly nextChange: number | null;
}

const newCounters = (): [PitCounter, PitCounter, PitCounter] => [
  new PitCounter(true),
  new PitCounter(true),
  // The speaker counter's gate is a bit of port 0x61, low at reset.
  new PitCounter(false),
];

export class Pit implements PortDevice, Snapshotable<PitState> {
  static readonly ports = [[0x40, 4]] as const;

  private counters = newCounters();
  /** Tick of counter 0's next change of OUT, as scheduled. */
  private nextChange: number | null = null;

  /**
   * @param owner name on the clock: unique per machine, e.g. `pit` and `virtual pit`
   * @param setOutput0 drives IRQ 0 with the level of counter 0's OUT; told levels, not only changes
   */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly owner: string,
    private readonly marker: ReadMarker,
    private readonly setOutput0: (high: boolean) => void,
  ) {
    scheduler.register(owner, () => this.update());
    // OUT is high from the start, so that programming a mode that begins high makes no edge.
    this.update();
  }

  readPort(port: number): number {
    this.marker.timeDependent = true;
    const index = port & 3;
    // The control word cannot be read back: its port floats.
    return index === 3 ? 0xff : this.counter(index).read(this.tick());
  }

  writePort(port: number, value: number): void {
    const index = port & 3;
    // What lies behind happens before the write; what was ahead is forgotten with it.
    this.catchUp();
    this.nextChange = null;
    if (index === 3) this.control(value);
    else this.counter(index).write(value, this.tick());
    // A control word or count of counter 0 may move OUT at once and always moves the next edge.
    this.update();
  }

  /** Level of a counter's OUT now. Depends on time: a device that shows it marks its read. */
  output(index: 0 | 1 | 2): boolean {
    return this.counter(index).output(this.tick());
  }

  setSpeakerGate(high: boolean): void {
    this.counters[2].setGate(high, this.tick());
  }

  reset(): void {
    this.counters = newCounters();
    this.nextChange = null;
    this.update();
  }

  save(): PitState {
    const [a, b, c] = this.counters;
    return { counters: [a.save(), b.save(), c.save()], nextChange: this.nextChange };
  }

  /** The scheduled edge is the clock's state and the IRQ line the PIC's: both come back with theirs. */
  restore(state: PitState): void {
    this.nextChange = state.nextChange;
    state.counters.forEach((counter, i) => {
      this.counter(i).restore(counter);
    });
  }

  private control(value: number): void {
    const select = value >> 6;
    if (select === 3) {
      this.readBack(value);
      return;
    }
    const counter = this.counter(select);
    const access = (value >> 4) & 3;
    if (access === 0) {
      counter.latchCount(this.tick());
      return;
    }
    const mode = (value >> 1) & 7;
    // Modes 2 and 3 ignore their top bit.
    counter.control(mode > 5 ? mode - 4 : mode, ACCESS[access as 1 | 2 | 3], (value & 1) !== 0);
  }

  /** Bits 1..3 select counters; bits 5 and 4 are active low: latch count, latch status. */
  private readBack(value: number): void {
    for (let i = 0; i < 3; i++) {
      if (!(value & (2 << i))) continue;
      if (!(value & 0x20)) this.counter(i).latchCount(this.tick());
      if (!(value & 0x10)) this.counter(i).latchStatus(this.tick());
    }
  }

  /**
   * Drives OUT of counter 0 through every change up to now. Whoever calls may be late by more than a pulse (one
   * charge can be longer than the single low tick of mode 2), and the edge must not get lost.
   */
  private catchUp(): void {
    const now = this.tick();
    const counter = this.counters[0];
    while (this.nextChange !== null && this.nextChange < now) {
      this.setOutput0(counter.output(this.nextChange));
      this.nextChange = counter.nextChange(this.nextChange);
    }
  }

  private update(): void {
    this.catchUp();
    const now = this.tick();
    const counter = this.counters[0];
    this.setOutput0(counter.output(now));
    this.nextChange = counter.nextChange(now);
    this.scheduler.schedule(
      this.owner,
      this.nextChange === null ? null : this.nextChange * CYCLES_PER_PIT_TICK,
    );
  }

  private tick(): number {
    return Math.floor(this.scheduler.cycles / CYCLES_PER_PIT_TICK);
  }

  private counter(index: number): PitCounter {
    return this.counters[index as 0 | 1 | 2];
  }
}

const ACCESS = { 1: 'low', 2: 'high', 3: 'both' } as const;
