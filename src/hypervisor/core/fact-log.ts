/**
 * The record of what depended on time (`TimedFact`), in order. It only grows, and a checkpoint shares its full
 * chunks instead of copying them: a guest that polls a timer makes very many facts. A machine that may run for hours
 * keeps the first interrupt of each kind only.
 */
import type { Snapshotable } from '../../machine/snapshot';
import type { TimedFact } from './system';

/** Stands for the time-stamp counter where a fact needs a port: RDTSC reads it. No I/O port is negative. */
export const TIMESTAMP_PORT = -1;

const CHUNK = 256;

/** Which facts a machine keeps: the oracle replays all of them, a person is only told what was seen to happen. */
export type KeptFacts = 'all' | 'firsts';

type Interrupt = Extract<TimedFact, { kind: 'interrupt' }>;

const isSameInterrupt = (known: TimedFact, { vector, irq }: Interrupt): boolean =>
  known.kind === 'interrupt' && known.vector === vector && known.irq === irq;

export interface FactLogState {
  /** Full chunks; never changed once they are here. */
  readonly chunks: readonly (readonly TimedFact[])[];
  readonly tail: readonly TimedFact[];
}

export class FactLog implements Snapshotable<FactLogState> {
  private chunks: readonly (readonly TimedFact[])[] = [];
  private tail: TimedFact[] = [];

  /** @param keep `firsts`: an interrupt whose vector and line have come before is left out, and so are all reads */
  constructor(private readonly keep: KeptFacts = 'all') {}

  add(fact: TimedFact): void {
    if (this.keep === 'firsts') {
      if (fact.kind === 'interrupt' && !this.tail.some((known) => isSameInterrupt(known, fact))) {
        this.tail.push(fact);
      }
      return;
    }
    this.tail.push(fact);
    if (this.tail.length < CHUNK) return;
    this.chunks = [...this.chunks, this.tail];
    this.tail = [];
  }

  get length(): number {
    return this.chunks.length * CHUNK + this.tail.length;
  }

  all(): readonly TimedFact[] {
    return [...this.chunks.flat(), ...this.tail];
  }

  save(): FactLogState {
    return { chunks: this.chunks, tail: this.tail.slice() };
  }

  restore(state: FactLogState): void {
    this.chunks = state.chunks;
    this.tail = state.tail.slice();
  }
}
