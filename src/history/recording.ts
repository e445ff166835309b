/**
 * The events of a run, recorded by a machine that runs ahead of the one shown. Kept in chunks; under memory pressure
 * the chunk least in use is dropped and, when asked for, recorded again by re-execution.
 */
import { invariant } from '../base/assert';
import type { MachineEvent } from '../machine/events';
import type { Outcome } from '../machine/outcome';
import type { Cursor } from './cursor';
import type { Rewindable } from './rewindable';

/** Told every event of the run once, in order, when it is recorded for the first time. */
export interface EventSink {
  take(event: MachineEvent): void;
}

export interface RecordingLimits {
  /** Steps per chunk. */
  readonly chunk: number;
  /** Events kept over all chunks. */
  readonly maxEvents: number;
}

export const DEFAULT_RECORDING_LIMITS: RecordingLimits = { chunk: 8192, maxEvents: 200_000 };

interface Chunk {
  /** Null when dropped. */
  events: MachineEvent[] | null;
  /** Kinds that occur in it, kept when the events are dropped. Chunks with the same ones share the set. */
  kinds: ReadonlySet<string>;
}

export class Recording {
  private readonly chunks: Chunk[] = [];
  private held = 0;
  /** Indices of the chunks that hold events, the one least in use first. */
  private readonly inUse = new Set<number>();
  private readonly kindSets = new Map<string, ReadonlySet<string>>();
  private recordedTo = 0;
  private ended: Outcome | null = null;
  private readonly limits: RecordingLimits;

  /** @param scout a machine of its own, which no one else moves */
  constructor(
    private readonly scout: Cursor<Rewindable>,
    private readonly sinks: readonly EventSink[],
    limits: Partial<RecordingLimits> = {},
  ) {
    this.limits = { ...DEFAULT_RECORDING_LIMITS, ...limits };
  }

  /** Events of all steps before this moment are known. */
  get frontier(): number {
    return this.recordedTo;
  }

  /** The run's end, when the recording has got there: the number of its steps. */
  get end(): number | null {
    return this.ended ? this.recordedTo : null;
  }

  get outcome(): Outcome | null {
    return this.ended;
  }

  /** Records up to `moment` or the end of the run. */
  extend(moment: number): void {
    while (this.ended === null && this.recordedTo < moment) {
      const from = this.recordedTo;
      const index = Math.floor(from / this.limits.chunk);
      const to = Math.min(moment, (index + 1) * this.limits.chunk);
      this.scout.goTo(from);
      this.chunks[index] ??= { events: [], kinds: NO_KINDS };
      const chunk = this.chunks[index]!;
      const events = chunk.events;
      invariant(events, 'the chunk at the frontier is not dropped');
      const kinds = new Set(chunk.kinds);
      this.ended = this.listen(to, (event) => {
        events.push(event);
        kinds.add(event.kind);
        this.held++;
        for (const sink of this.sinks) sink.take(event);
      });
      this.recordedTo = this.scout.at;
      chunk.kinds = this.shared(kinds);
      this.use(index);
      this.dropExcess(index);
    }
  }

  /**
   * Events of the steps in `[from, to)`: those with `from <= retired < to`, and at the end of the run also
   * those of the instruction that ended it without retiring.
   *
   * @param kind only chunks in which this kind occurs are looked at; the result still holds every kind
   */
  between(from: number, to: number, kind?: string): MachineEvent[] {
    const found: MachineEvent[] = [];
    const size = this.limits.chunk;
    const last = Math.min(Math.floor(to / size), this.chunks.length - 1);
    for (let index = Math.max(0, Math.floor(from / size)); index <= last; index++) {
      const chunk = this.chunks[index]!;
      if (kind !== undefined && !chunk.kinds.has(kind)) continue;
      const events = this.eventsOf(index, chunk);
      const past = to === this.end ? to + 1 : to;
      for (let i = firstAt(events, from); i < events.length; i++) {
        const event = events[i]!;
        if (event.retired >= past) break;
        found.push(event);
      }
    }
    return found;
  }

  /**
   * A recording of a run that is the same up to `moment`, by the same scout. To be called while the scout is on this
   * run; before the new recording is used, the scout has to be brought to the other one.
   *
   * @param sinks know what came before `moment`; told what is yet to come
   */
  until(moment: number, sinks: readonly EventSink[]): Recording {
    invariant(moment <= this.recordedTo, 'only what is recorded can be copied');
    const copy = new Recording(this.scout, sinks, this.limits);
    const index = Math.floor(moment / this.limits.chunk);
    for (const chunk of this.chunks.slice(0, index)) copy.chunks.push({ ...chunk });
    const last = this.chunks[index];
    if (last) {
      // The chunk at the frontier must hold its events: the next ones are added to them.
      const kept = this.eventsOf(index, last).filter((event) => event.retired < moment);
      copy.chunks[index] = { events: kept, kinds: copy.shared(kindsOf(kept)) };
    }
    for (const chunk of copy.chunks) copy.held += chunk?.events?.length ?? 0;
    for (const used of this.inUse) if (copy.chunks[used]?.events) copy.use(used);
    copy.recordedTo = moment;
    return copy;
  }

  /** Keeps only so many events while nobody is on this run; the others are recorded again when asked for. */
  shrink(maxEvents: number): void {
    this.dropExcess(-1, maxEvents);
  }

  /** Steps per chunk: the natural portion for searches. */
  get chunkLength(): number {
    return this.limits.chunk;
  }

  private eventsOf(index: number, chunk: Chunk): readonly MachineEvent[] {
    this.use(index);
    if (chunk.events) return chunk.events;
    const events: MachineEvent[] = [];
    // The chunk at the frontier, the one with the run's end, is never dropped: this one is complete.
    const to = (index + 1) * this.limits.chunk;
    this.scout.goTo(index * this.limits.chunk);
    this.listen(to, (event) => events.push(event));
    chunk.events = events;
    this.held += events.length;
    this.dropExcess(index);
    return events;
  }

  private listen(to: number, take: (event: MachineEvent) => void): Outcome | null {
    const log = this.scout.machine.events;
    log.listener = take;
    try {
      return this.scout.runTo(to);
    } finally {
      log.listener = null;
    }
  }

  private dropExcess(spared: number, maxEvents = this.limits.maxEvents): void {
    const frontierIndex = Math.floor(this.recordedTo / this.limits.chunk);
    for (const index of this.inUse) {
      if (this.held <= maxEvents) return;
      if (index === spared || index === frontierIndex) continue;
      this.inUse.delete(index);
      const chunk = this.chunks[index]!;
      // Nothing is won by forgetting that there was nothing.
      if (!chunk.events?.length) continue;
      this.held -= chunk.events.length;
      chunk.events = null;
    }
  }

  private use(index: number): void {
    this.inUse.delete(index);
    this.inUse.add(index);
  }

  private shared(kinds: ReadonlySet<string>): ReadonlySet<string> {
    const key = [...kinds].sort().join(' ');
    const known = this.kindSets.get(key);
    if (known) return known;
    this.kindSets.set(key, kinds);
    return kinds;
  }
}

const NO_KINDS: ReadonlySet<string> = new Set();

const kindsOf = (events: readonly MachineEvent[]): Set<string> =>
  new Set(events.map((event) => event.kind));

/** Index of the first event at or after a moment; events are in order. */
function firstAt(events: readonly MachineEvent[], moment: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.retired < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
