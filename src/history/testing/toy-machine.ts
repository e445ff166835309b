/** A tiny deterministic machine for tests of history: one accumulator that scribbles over RAM and emits events. */
import { EventLog } from '../../machine/event-log';
import { PAGE_BYTES, type PageCopy } from '../../machine/memory';
import type { Outcome } from '../../machine/outcome';
import type { PagedMemory, Rewindable } from '../rewindable';

const PAGES = 32;

class ToyMemory implements PagedMemory {
  readonly u8 = new Uint8Array(PAGES * PAGE_BYTES);
  private readonly dirty = new Set<number>();

  write(address: number, value: number): void {
    this.u8[address] = value;
    this.dirty.add(address >>> 12);
  }

  takeDirtyPages(): PageCopy[] {
    const pages = [...this.dirty].sort((a, b) => a - b);
    this.dirty.clear();
    return pages.map((page) => ({
      page,
      bytes: this.u8.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
    }));
  }

  restorePages(copies: Iterable<PageCopy>): void {
    for (const { page, bytes } of copies) {
      this.u8.set(bytes, page * PAGE_BYTES);
      this.dirty.add(page);
    }
  }
}

interface ToyState {
  readonly accumulator: number;
  readonly moment: number;
  readonly counts: Record<string, number>;
}

export class ToyMachine implements Rewindable {
  readonly memory = new ToyMemory();
  readonly events: EventLog;
  moment = 0;
  private accumulator: number;

  /**
   * @param seed different seeds are different programs
   * @param length instructions after which the machine exits
   */
  constructor(
    seed: number,
    private readonly length: number,
  ) {
    this.accumulator = seed | 1;
    this.memory.write(5 * PAGE_BYTES, seed & 0xff);
    this.events = new EventLog(() => ({
      retired: this.moment,
      guestRetired: this.moment,
      cycles: this.moment,
      eip: this.accumulator >>> 0,
      cpl: 0,
    }));
  }

  run(limit: number): Outcome {
    while (this.moment < limit) {
      if (this.moment === this.length) {
        this.events.emit({ kind: 'halt' });
        return { kind: 'halted' };
      }
      this.step();
    }
    return { kind: 'budget' };
  }

  private step(): void {
    this.accumulator = (Math.imul(this.accumulator, 1664525) + 1013904223) | 0;
    const address = (this.accumulator >>> 8) % this.memory.u8.length;
    // What is read decides what is written later: a page restored wrongly spreads.
    this.accumulator = (this.accumulator + this.memory.u8[address]!) | 0;
    if ((this.accumulator & 3) === 0) this.memory.write(address, this.accumulator >>> 24);
    if ((this.accumulator & 0xf0) === 0) this.events.emit({ kind: 'tlb-flush', scope: 'all' });
    this.moment++;
  }

  save(): ToyState {
    const { accumulator, moment } = this;
    return { accumulator, moment, counts: this.events.save() };
  }

  restore(state: unknown): void {
    const { accumulator, moment, counts } = state as ToyState;
    this.accumulator = accumulator;
    this.moment = moment;
    this.events.restore(counts);
  }
}
