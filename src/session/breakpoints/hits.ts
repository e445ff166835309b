/**
 * What one stretch of the run has to do with breakpoints: the machine runs at full speed with everything watched for,
 * and each thing seen becomes a hit. Searches forward and backward look through the same hits.
 */
import type { Cursor } from '../../history';
import type { Sighting, System, Watch } from '../../hypervisor/core/system';
import type { Armed } from './armed';
import type { TriggerMatch } from './triggers';

export interface Hit {
  readonly armed: Armed;
  /** `code`: an instruction begins; `effect`: one did something; `monitor`: the hypervisor did. */
  readonly kind: 'code' | 'effect' | 'monitor';
  /** The guest's steps before it. */
  readonly count: number;
  /** A moment close to it; of a monitor's the exact one before the machine's step. */
  readonly at: number;
  /** Of a delivery the moment before the machine's step that made it: a trap's count is one too high. */
  readonly delivered: number | null;
  readonly sighting: Sighting | null;
  /** What an event says of itself. */
  readonly words: string;
  /** The condition could not be asked at once: it has to be at the moment where the run would stop. */
  readonly unasked: boolean;
}

/** Enough of a hit to tell whether it can be the one that is looked for. */
export type Seen = Pick<Hit, 'kind' | 'count' | 'at' | 'delivered'>;

/** Whether a condition holds on the machine as it stands; a condition without a value does not. */
export type Ask = (armed: Armed, system: System) => boolean;

export class Lookout {
  private readonly byAddress = new Map<number, Armed[]>();
  private readonly data: Extract<Armed, { kind: 'data' }>[] = [];
  private readonly pageTables: Armed[] = [];
  private readonly guestEvents: Extract<Armed, { kind: 'event' }>[] = [];
  private readonly monitorEvents: Extract<Armed, { kind: 'event' }>[] = [];
  private readonly watch: Watch | null;

  constructor(
    armed: readonly Armed[],
    private readonly ask: Ask,
  ) {
    for (const one of armed) {
      switch (one.kind) {
        case 'code':
          for (const address of one.addresses) {
            this.byAddress.set(address, [...(this.byAddress.get(address) ?? []), one]);
          }
          break;
        case 'data':
          this.data.push(one);
          break;
        case 'event':
          if (one.trigger.source === 'page-tables') this.pageTables.push(one);
          else if (one.trigger.source === 'guest') this.guestEvents.push(one);
          else this.monitorEvents.push(one);
          break;
      }
    }
    const pageTables = this.pageTables.length > 0;
    const watches = this.byAddress.size > 0 || this.data.length > 0 || pageTables;
    this.watch = watches
      ? {
          code: new Set(this.byAddress.keys()),
          data: this.data.map(({ watch }) => watch),
          pageTables,
        }
      : null;
  }

  /**
   * Runs to `to`, the end of the run, or (if `first`) soon after a hit.
   *
   * @param isWanted others are not told
   * @param take told every hit, in order
   */
  run(
    cursor: Cursor<System>,
    to: number,
    first: boolean,
    isWanted: (hit: Seen) => boolean,
    take: (hit: Hit) => void,
  ): void {
    const system = cursor.machine;
    let enough = false;
    const found = (hit: Hit): void => {
      if (!isWanted(hit)) return;
      enough = first;
      take(hit);
    };
    const guestEvents = this.guestEvents.length > 0;
    const monitorEvents = this.monitorEvents.length > 0;
    const { listener } = system.events;
    if (this.watch) {
      system.watch(this.watch, (sighting) => {
        this.see(system, sighting, isWanted, found);
        return enough;
      });
    }
    if (guestEvents) system.guestListener = (body) => this.hear(system, body, found);
    if (monitorEvents) system.events.listener = (event) => this.hearMonitor(system, event, found);
    try {
      cursor.runTo(to, () => enough);
    } finally {
      if (this.watch) system.watch(null, () => false);
      if (guestEvents) system.guestListener = null;
      if (monitorEvents) system.events.listener = listener;
    }
  }

  private see(
    system: System,
    sighting: Sighting,
    isWanted: (hit: Seen) => boolean,
    found: (hit: Hit) => void,
  ): void {
    const kind = sighting.kind === 'execute' ? 'code' : 'effect';
    const { guestMoment: count, moment: delivered } = sighting;
    if (!isWanted({ kind, count, at: system.moment, delivered })) return;
    for (const armed of this.meantBy(sighting)) {
      // An access is told behind the step that makes it; where it is told sooner, the condition has to wait.
      const unasked = armed.condition !== null && kind === 'effect' && system.guestMoment <= count;
      if (!unasked && !this.ask(armed, system)) continue;
      const at = system.moment;
      found({ armed, kind, count, at, delivered, sighting, words: '', unasked });
    }
  }

  private meantBy(sighting: Sighting): readonly Armed[] {
    if (sighting.kind === 'execute') return this.byAddress.get(sighting.linear) ?? [];
    if (sighting.watch < 0) return this.pageTables;
    const armed = this.data[sighting.watch];
    return armed ? [armed] : [];
  }

  private hear(
    system: System,
    body: Parameters<NonNullable<System['guestListener']>>[0],
    found: (hit: Hit) => void,
  ): void {
    for (const armed of this.guestEvents) {
      if (armed.trigger.source !== 'guest') continue;
      const match = armed.trigger.match(body);
      if (!match || !fits(match, armed.value)) continue;
      found({
        armed,
        kind: 'effect',
        count: system.guestMoment,
        at: system.moment,
        delivered: OF_DELIVERIES.has(body.kind) ? system.events.moment : null,
        sighting: null,
        words: match.words,
        unasked: armed.condition !== null,
      });
    }
  }

  private hearMonitor(
    system: System,
    event: Parameters<NonNullable<System['events']['listener']>>[0],
    found: (hit: Hit) => void,
  ): void {
    for (const armed of this.monitorEvents) {
      if (armed.trigger.source !== 'monitor') continue;
      const match = armed.trigger.match(event);
      if (!match || !fits(match, armed.value)) continue;
      found({
        armed,
        kind: 'monitor',
        count: system.guestMoment,
        at: event.retired,
        delivered: null,
        sighting: null,
        words: match.words,
        unasked: armed.condition !== null,
      });
    }
  }
}

/** What may happen on the way into a handler. */
const OF_DELIVERIES: ReadonlySet<string> = new Set(['trap', 'ring-change', 'tlb-flush']);

const fits = (match: TriggerMatch, value: number | undefined): boolean =>
  value === undefined || match.value === null || match.value === value;
