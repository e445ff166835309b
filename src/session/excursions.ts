/**
 * Where the run left the code it was in, and when it came back: an *excursion* opens with a trap or a call through a
 * gate into ring 0 and closes with the return to where it came from. They nest as the stacks do.
 *
 * ```text
 * ring 1  ████┐gate-call            ┌█████
 * ring 0      └─stub─monitor─…─iret─┘          start = gate-call's moment, end = iret's moment
 * ```
 */
import type { EventSink } from '../history';
import type { MachineEvent } from '../machine/events';
import { Column } from './column';

export interface Excursion {
  /** Moment of the opening event: it belongs to the instruction that takes `retired` from here to one more. */
  readonly start: number;
  /** Moment of the closing event, or null while it is open as far as the run is recorded. */
  readonly end: number | null;
}

/** Frames that are never returned to (a scheduler that drops them) must not pile up. */
const MAX_DEPTH = 32;

export class Excursions implements EventSink {
  private readonly starts = new Column();
  private readonly ends = new Column();
  /** Index of the excursion around it, -1 for none. */
  private readonly parents = new Column();
  private readonly open: { readonly index: number; readonly fromCpl: number }[] = [];
  private closedAt = -1;

  take(event: MachineEvent): void {
    switch (event.kind) {
      case 'trap':
      case 'gate-call':
        if (event.toCpl === 0) this.begin(event.retired, event.fromCpl);
        return;
      case 'iret':
        if (event.fromCpl === 0) this.finish(event.retired, event.toCpl);
        return;
      case 'ring-change':
        // A far return also leaves ring 0; an IRET has said so itself.
        if (event.from === 0 && event.retired !== this.closedAt) {
          this.finish(event.retired, event.to);
        }
        return;
      default:
    }
  }

  private begin(at: number, fromCpl: number): void {
    const parent = this.open.at(-1)?.index ?? -1;
    if (this.open.length === MAX_DEPTH) this.open.shift();
    this.open.push({ index: this.starts.length, fromCpl });
    this.starts.push(at);
    this.ends.push(Number.POSITIVE_INFINITY);
    this.parents.push(parent);
  }

  private finish(at: number, toCpl: number): void {
    const innermost = this.open.at(-1);
    if (!innermost) return;
    this.closedAt = at;
    // Going out to an outer ring ends every excursion nested inside the one that came from there.
    for (let entry = this.open.pop(); entry; entry = this.open.pop()) {
      this.ends.set(entry.index, at);
      if (toCpl === 0 || entry.fromCpl === toCpl) return;
    }
  }

  /** The innermost excursion some instruction of which has been reached at `moment`, and that has not ended. */
  around(moment: number, phase: number): Excursion | null {
    // At phase 0 nothing of the instruction at `moment` has been shown.
    let index = this.starts.firstAtLeast(phase > 0 ? moment + 1 : moment) - 1;
    while (index >= 0 && this.ends.at(index) < moment) index = this.parents.at(index);
    return this.get(index);
  }

  /** The last excursion that ended in `[from, to)`. */
  endedIn(from: number, to: number): Excursion | null {
    let best = -1;
    for (let index = this.starts.firstAtLeast(to) - 1; index >= 0; index--) {
      const end = this.ends.at(index);
      if (end >= from && end < to && (best < 0 || end > this.ends.at(best))) best = index;
      if (end < from && this.parents.at(index) < 0) break;
    }
    return this.get(best);
  }

  /** The outermost excursion that opens at exactly this moment. */
  startingAt(moment: number): Excursion | null {
    const index = this.starts.firstAtLeast(moment);
    return this.starts.at(index) === moment ? this.get(index) : null;
  }

  private get(index: number): Excursion | null {
    if (!(index >= 0)) return null;
    const end = this.ends.at(index);
    return { start: this.starts.at(index), end: Number.isFinite(end) ? end : null };
  }
}
