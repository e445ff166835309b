/** The timeline's lanes, collected while the run is recorded and cut to as many items as a picture has room for. */
import { hex32 } from '../base/hex';
import type { EventSink } from '../history';
import { vectorName } from '../machine/cpu/state';
import type { MachineEvent } from '../machine/events';
import { Column } from './column';
import type { SourceMap } from './source-map';
import type { TimelineView } from './view';

type Ring = 0 | 1 | 3;
type TrapKind = TimelineView['traps'][number]['kind'];
type BlockKind = TimelineView['blocks'][number]['kind'];

const asRing = (cpl: number): Ring => (cpl === 0 ? 0 : cpl === 3 ? 3 : 1);

/** Marks of one lane: a moment, a kind and a label each; labels are few and shared. */
class Marks<Kind extends string> {
  private moments = new Column();
  private names = new Column();
  private known: { readonly kind: Kind; readonly label: string }[] = [];
  private indexOf = new Map<string, number>();

  /** @param rank when one bucket holds several marks, the highest rank stands for it */
  constructor(private readonly rank: Readonly<Record<Kind, number>>) {}

  until(moment: number): Marks<Kind> {
    const copy = new Marks<Kind>(this.rank);
    const count = this.moments.firstAtLeast(moment);
    copy.moments = this.moments.first(count);
    copy.names = this.names.first(count);
    copy.known = [...this.known];
    copy.indexOf = new Map(this.indexOf);
    return copy;
  }

  push(at: number, kind: Kind, label: string): void {
    const key = `${kind} ${label}`;
    let index = this.indexOf.get(key);
    if (index === undefined) {
      index = this.known.length;
      this.known.push({ kind, label });
      this.indexOf.set(key, index);
    }
    this.moments.push(at);
    this.names.push(index);
  }

  cut(from: number, to: number, buckets: number): { at: number; kind: Kind; label: string }[] {
    const result: { at: number; kind: Kind; label: string }[] = [];
    const first = this.moments.firstAtLeast(from);
    const last = this.moments.firstAtLeast(to);
    const all = last - first <= buckets;
    let bucketOfLast = -1;
    for (let i = first; i < last; i++) {
      const at = this.moments.at(i);
      const mark = { at, ...this.known[this.names.at(i)]! };
      const bucket = all ? i : Math.floor(((at - from) / (to - from)) * buckets);
      const previous = result.at(-1);
      if (bucket !== bucketOfLast || !previous) result.push(mark);
      else if (this.rank[mark.kind] > this.rank[previous.kind]) result[result.length - 1] = mark;
      bucketOfLast = bucket;
    }
    return result;
  }
}

export class Timeline implements EventSink {
  private changes = new Column();
  private rings = new Column();
  private traps = new Marks<TrapKind>({ trap: 0, callout: 1, interrupt: 2, fault: 3 });
  private blocks = new Marks<BlockKind>({
    chained: 0,
    translated: 1,
    invalidated: 2,
    flushed: 3,
  });

  /** What the guest calls the code of each block: its number says nothing to a reader. */
  private nameOfBlock = new Map<number, string>();

  constructor(
    initialCpl: number,
    private readonly map: Pick<SourceMap, 'labelOf'>,
  ) {
    this.changes.push(0);
    this.rings.push(asRing(initialCpl));
  }

  /** Of a run that is the same up to `moment`. */
  until(moment: number): Timeline {
    const copy = new Timeline(this.rings.at(0), this.map);
    const count = this.changes.firstAtLeast(moment + 1);
    copy.changes = this.changes.first(count);
    copy.rings = this.rings.first(count);
    copy.traps = this.traps.until(moment);
    copy.blocks = this.blocks.until(moment);
    copy.nameOfBlock = new Map(this.nameOfBlock);
    return copy;
  }

  take(event: MachineEvent): void {
    const at = event.retired;
    switch (event.kind) {
      case 'ring-change':
        this.changeRing(at + 1, asRing(event.to));
        return;
      case 'trap':
        if (event.source === 'external') this.traps.push(at, 'interrupt', interruptLabel(event));
        else if (event.source === 'exception') this.traps.push(at, 'fault', trapLabel(event));
        else this.traps.push(at, 'trap', trapLabel(event));
        return;
      case 'callout':
        this.traps.push(at, 'callout', event.name);
        return;
      case 'translated':
        this.nameOfBlock.set(event.block, this.nameOf(event.guestLinear));
        this.blocks.push(at, 'translated', this.blockLabel(event.block));
        return;
      case 'chained':
        this.blocks.push(
          at,
          'chained',
          `${this.blockLabel(event.from)} to ${this.blockLabel(event.to)}`,
        );
        return;
      case 'invalidated':
        this.blocks.push(at, 'invalidated', `${this.blockLabel(event.block)}: ${event.reason}`);
        return;
      case 'cache-flushed':
        this.blocks.push(at, 'flushed', event.reason);
        return;
      default:
    }
  }

  private nameOf(linear: number): string {
    return this.map.labelOf(linear) ?? `0x${hex32(linear)}`;
  }

  private blockLabel(block: number): string {
    return `block ${block} (${this.nameOfBlock.get(block)})`;
  }

  private changeRing(at: number, ring: Ring): void {
    const last = this.changes.length - 1;
    if (this.changes.at(last) === at) this.rings.set(last, ring);
    else if (this.rings.at(last) !== ring) {
      this.changes.push(at);
      this.rings.push(ring);
    }
  }

  /**
   * @param recordedTo moment up to which the run is known; nothing is drawn behind it
   * @param buckets most items per lane
   */
  cut(
    from: number,
    to: number,
    buckets: number,
    recordedTo: number,
    end: number | null,
  ): TimelineView {
    const known = Math.min(to, recordedTo);
    return {
      from,
      to,
      ring: known > from ? this.cutRings(from, known, buckets) : [],
      traps: this.traps.cut(from, to, buckets),
      blocks: this.blocks.cut(from, to, buckets),
      end,
    };
  }

  private cutRings(from: number, to: number, buckets: number): TimelineView['ring'] {
    const first = Math.max(0, this.changes.firstAtLeast(from + 1) - 1);
    const last = this.changes.firstAtLeast(to);
    const runs: { from: number; to: number; ring: Ring }[] = [];
    const add = (start: number, stop: number, ring: Ring) => {
      const previous = runs.at(-1);
      if (previous?.ring === ring) previous.to = stop;
      else if (stop > start) runs.push({ from: start, to: stop, ring });
    };
    const runAt = (i: number) => ({
      start: Math.max(from, this.changes.at(i)),
      stop: i + 1 < last ? this.changes.at(i + 1) : to,
      ring: asRing(this.rings.at(i)),
    });
    if (last - first <= buckets) {
      for (let i = first; i < last; i++) {
        const { start, stop, ring } = runAt(i);
        add(start, stop, ring);
      }
      return runs;
    }
    // Too many runs: each bucket shows the ring that had most of it.
    const width = (to - from) / buckets;
    let i = first;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const low = from + bucket * width;
      const high = low + width;
      const time = { 0: 0, 1: 0, 3: 0 };
      for (; i < last; i++) {
        const { start, stop, ring } = runAt(i);
        time[ring] += Math.max(0, Math.min(stop, high) - Math.max(start, low));
        if (stop > high) break;
      }
      const ring: Ring = time[3] >= time[1] && time[3] >= time[0] ? 3 : time[1] >= time[0] ? 1 : 0;
      const stop = bucket === buckets - 1 ? to : Math.round(high);
      add(Math.round(low), stop, ring);
    }
    return runs;
  }
}

type Trap = Extract<MachineEvent, { kind: 'trap' }>;

/** `#PF`, `#GP(0)`, `int 0x80`. */
export function trapLabel(event: Pick<Trap, 'vector' | 'errorCode' | 'source'>): string {
  if (event.source === 'software') return `int 0x${event.vector.toString(16)}`;
  const name = vectorName(event.vector);
  return event.errorCode === null ? name : `${name}(${event.errorCode.toString(16)})`;
}

const interruptLabel = (event: Pick<Trap, 'vector'>): string => vectorName(event.vector);
