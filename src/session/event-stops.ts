/** Moments worth stopping at when stepping by event: just after an instruction at which something interesting happened. */
import type { EventSink } from '../history';
import type { MachineEvent, MachineEventKind } from '../machine/events';
import { Column } from './column';

/** Port traffic, fills and counters happen all the time; these are what a viewer steps for. */
const INTERESTING: ReadonlySet<MachineEventKind> = new Set<MachineEventKind>([
  'trap',
  'callout',
  'injected',
  'sensitive-silent',
  'translated',
  'chained',
  'invalidated',
  'retranslated',
  'cache-flushed',
  'hidden-fault',
  'true-fault',
  'trace-hit',
  'halt',
  'exit',
  'triple-fault',
]);

export class EventStops implements EventSink {
  private constructor(private readonly moments: Column) {}

  static atStart(): EventStops {
    return new EventStops(new Column());
  }

  /** Of a run that is the same up to `moment`. */
  until(moment: number): EventStops {
    return new EventStops(this.moments.first(this.moments.firstAtLeast(moment + 1)));
  }

  take(event: MachineEvent): void {
    if (!INTERESTING.has(event.kind)) return;
    const moment = event.retired + 1;
    if (this.moments.at(this.moments.length - 1) !== moment) this.moments.push(moment);
  }

  /** The first stop after `moment`, or null if none is recorded yet. */
  after(moment: number): number | null {
    const index = this.moments.firstAtLeast(moment + 1);
    return index < this.moments.length ? this.moments.at(index) : null;
  }

  /** The last stop before `moment`, or null. */
  before(moment: number): number | null {
    const index = this.moments.firstAtLeast(moment) - 1;
    return index >= 0 ? this.moments.at(index) : null;
  }
}
