/**
 * The one place events pass through: counts every kind, and hands stamped events to whoever listens. It stores
 * nothing, so a run without a listener costs one addition per event; the session keeps what it wants to show.
 */
import type { EventStamp, MachineEvent, MachineEventBody } from './events';
import type { Snapshotable } from './snapshot';

export type EventCounts = Record<string, number>;

export class EventLog implements Snapshotable<EventCounts> {
  counts: EventCounts = {};
  /** Receives every event in order; null while nobody looks. */
  listener: ((event: MachineEvent) => void) | null = null;

  private completing = 0;

  /** Asked for every event; false drops it uncounted. For facts that a monitor knows not to be what they look like. */
  accepts: ((body: MachineEventBody) => boolean) | null = null;

  /** @param stamp reads the moment from the silicon CPU: set once by the PC, when both exist */
  constructor(private readonly stamp: () => EventStamp) {}

  emit(body: MachineEventBody): void {
    if (this.accepts && !this.accepts(body)) return;
    this.counts[body.kind] = (this.counts[body.kind] ?? 0) + 1;
    if (!this.listener) return;
    const { retired, guestRetired, cycles, eip, cpl } = this.stamp();
    // Named one by one: spreading the stamp as well makes each event several times as dear.
    const at = retired - this.completing;
    this.listener({ retired: at, guestRetired, cycles, eip, cpl, ...body });
  }

  /**
   * What happens in `work` still belongs to the step just taken: a monitor's work to its reserved opcode, a single-step trap
   * to the instruction stepped. So its events are stamped with the moment before that step, as all others are.
   */
  completingInstruction<T>(work: () => T): T {
    const { completing } = this;
    this.completing = 1;
    try {
      return work();
    } finally {
      this.completing = completing;
    }
  }

  /** The moment before the machine's step in progress: what an event is stamped with now. */
  get moment(): number {
    return this.stamp().retired - this.completing;
  }

  save(): EventCounts {
    return { ...this.counts };
  }

  restore(counts: EventCounts): void {
    this.counts = { ...counts };
  }
}
