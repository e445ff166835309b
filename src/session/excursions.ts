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
  private starts = new Column();
  private ends = new Column();
  /** How many excursions before it the one around it began, 0 for none: small numbers take little room. */
  private parents = new Column();
  private origins = new Column();
  /** When it was given up as never to be returned to; Infinity: it was not. */
  private forgotten = new Column();
  /** Indices, the innermost last. */
  private open: number[] = [];
  private closedAt = -1;

  /** Of a run that is the same up to `moment`. */
  until(moment: number): Excursions {
    const copy = new Excursions();
    const count = this.starts.firstAtLeast(moment);
    copy.starts = this.starts.first(count);
    copy.ends = this.ends.first(count);
    copy.parents = this.parents.first(count);
    copy.origins = this.origins.first(count);
    copy.forgotten = this.forgotten.first(count);
    // What is open then is the last one that has begun, or around that.
    for (let index = count - 1; index >= 0; index = copy.parentOf(index)) {
      const isForgotten = copy.forgotten.at(index) < moment;
      if (!isForgotten) reopen(copy.forgotten, index);
      if (copy.ends.at(index) < moment) continue;
      reopen(copy.ends, index);
      if (!isForgotten) copy.open.unshift(index);
    }
    return copy;
  }

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
    const parent = this.open.at(-1);
    if (this.open.length === MAX_DEPTH) this.forgotten.set(this.open.shift()!, at);
    this.open.push(this.starts.length);
    this.starts.push(at);
    this.ends.push(Number.POSITIVE_INFINITY);
    this.parents.push(parent === undefined ? 0 : this.parents.length - parent);
    this.origins.push(fromCpl);
    this.forgotten.push(Number.POSITIVE_INFINITY);
  }

  private finish(at: number, toCpl: number): void {
    if (this.open.length === 0) return;
    this.closedAt = at;
    // Going out to an outer ring ends every excursion nested inside the one that came from there.
    for (let index = this.open.pop(); index !== undefined; index = this.open.pop()) {
      this.ends.set(index, at);
      if (toCpl === 0 || this.origins.at(index) === toCpl) return;
    }
  }

  /** The innermost excursion some instruction of which has been reached at `moment`, and that has not ended. */
  around(moment: number, phase: number): Excursion | null {
    // At phase 0 nothing of the instruction at `moment` has been shown.
    let index = this.starts.firstAtLeast(phase > 0 ? moment + 1 : moment) - 1;
    while (index >= 0 && this.ends.at(index) < moment) index = this.parentOf(index);
    return this.get(index);
  }

  /** The last excursion that ended in `[from, to)`. */
  endedIn(from: number, to: number): Excursion | null {
    let best = -1;
    for (let index = this.starts.firstAtLeast(to) - 1; index >= 0; index--) {
      const end = this.ends.at(index);
      if (end >= from && end < to && (best < 0 || end > this.ends.at(best))) best = index;
      if (end < from && this.parentOf(index) < 0) break;
    }
    return this.get(best);
  }

  /** The outermost excursion that opens at exactly this moment. */
  startingAt(moment: number): Excursion | null {
    const index = this.starts.firstAtLeast(moment);
    return this.starts.at(index) === moment ? this.get(index) : null;
  }

  /** Index of the excursion around it, -1 for none. */
  private parentOf(index: number): number {
    const distance = this.parents.at(index);
    return distance > 0 ? index - distance : -1;
  }

  private get(index: number): Excursion | null {
    if (!(index >= 0)) return null;
    const end = this.ends.at(index);
    return { start: this.starts.at(index), end: Number.isFinite(end) ? end : null };
  }
}

function reopen(column: Column, index: number): void {
  if (Number.isFinite(column.at(index))) column.set(index, Number.POSITIVE_INFINITY);
}
