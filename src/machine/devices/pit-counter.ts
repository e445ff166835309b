/**
 * One counter of the 8254 timer. It does no work per tick: count and output are computed from how many ticks
 * have passed since the counting element was loaded. The chip is in `pit.ts`.
 *
 * All moments are ticks of the input clock, whole numbers since reset. A count written at tick t is loaded by the
 * next clock pulse, at t + 1.
 *
 * @see Intel 8254 datasheet (231164): "Mode Definitions", "Gate", "Counter", "Counter Latch Command"
 */
import type { Snapshotable } from '../snapshot';

/** Access: least significant byte only, most significant only, or least then most. */
export type PitAccess = 'low' | 'high' | 'both';

export interface PitCounterState {
  /** 0..5, or null before the first control word: the output is undefined; ours is high. */
  readonly mode: number | null;
  readonly access: PitAccess;
  readonly bcd: boolean;
  readonly gate: boolean;
  /** Count register as written, 1..65536 (10000 in BCD); null before the first complete write. */
  readonly count: number | null;
  /** What the counting element was last loaded with, and when; null before the first load. */
  readonly loaded: { readonly at: number; readonly count: number } | null;
  /** Moment at which a load is due: after a write, a trigger, or at the end of a period. */
  readonly loadAt: number | null;
  /** Ticks counted when the gate closed (modes 0, 2, 3, 4), null while it counts. */
  readonly heldAt: number | null;
  /** First byte of a two-byte write, waiting for the second. */
  readonly lowByte: number | null;
  /** The next byte of a two-byte read is the high one. */
  readonly highNext: boolean;
  readonly latchedCount: number | null;
  readonly latchedStatus: number | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class PitCounter implements Snapshotable<PitCounterState> {
  private s: Mutable<PitCounterState>;

  constructor(gate: boolean) {
    this.s = {
      mode: null,
      access: 'both',
      bcd: false,
      gate,
      count: null,
      loaded: null,
      loadAt: null,
      heldAt: null,
      lowByte: null,
      highNext: false,
      latchedCount: null,
      latchedStatus: null,
    };
  }

  get gate(): boolean {
    return this.s.gate;
  }

  /** Control word for this counter: mode, access and number format; the count is to be written next. */
  control(mode: number, access: PitAccess, bcd: boolean): void {
    this.s = { ...new PitCounter(this.s.gate).s, mode, access, bcd };
  }

  /** One byte to the counter's port. */
  write(byte: number, now: number): void {
    this.advance(now);
    if (this.s.access === 'both') {
      if (this.s.lowByte === null) {
        this.s.lowByte = byte;
        // "Writing the first byte disables counting. OUT is set low immediately."
        if (this.s.mode === 0) {
          this.s.loaded = null;
          this.s.loadAt = null;
        }
        return;
      }
      this.setCount(this.s.lowByte | (byte << 8), now);
      this.s.lowByte = null;
    } else {
      this.setCount(this.s.access === 'low' ? byte : byte << 8, now);
    }
  }

  /** One byte from the counter's port: latched status, latched count or the count as it runs, in this order. */
  read(now: number): number {
    this.advance(now);
    if (this.s.latchedStatus !== null) {
      const status = this.s.latchedStatus;
      this.s.latchedStatus = null;
      return status;
    }
    const value = this.s.latchedCount ?? this.countNow(now);
    const high = this.s.access === 'high' || (this.s.access === 'both' && this.s.highNext);
    if (this.s.access === 'both') this.s.highNext = !this.s.highNext;
    if (this.s.access !== 'both' || high) this.s.latchedCount = null;
    return high ? value >> 8 : value & 0xff;
  }

  /** Counter latch command; a second one before the first was read is ignored. */
  latchCount(now: number): void {
    this.advance(now);
    this.s.latchedCount ??= this.countNow(now);
  }

  /** Read-back command's status: OUT, null count, access, mode, BCD. */
  latchStatus(now: number): void {
    this.advance(now);
    const access = { low: 1, high: 2, both: 3 }[this.s.access];
    this.s.latchedStatus ??=
      (this.output(now) ? 0x80 : 0) |
      (this.s.loaded === null || this.s.loadAt !== null ? 0x40 : 0) |
      (access << 4) |
      ((this.s.mode ?? 0) << 1) |
      (this.s.bcd ? 1 : 0);
  }

  setGate(high: boolean, now: number): void {
    this.advance(now);
    if (this.s.gate === high) return;
    this.s.gate = high;
    const { mode, count, loaded } = this.s;
    if (mode === 1 || mode === 5) {
      if (high && count !== null) this.s.loadAt = now + 1;
    } else if (mode === 2 || mode === 3) {
      // A rising gate starts the period again; a low one stops it with OUT high.
      if (!high && loaded) this.s.heldAt = now - loaded.at;
      if (high && count !== null) this.s.loadAt = now + 1;
    } else if (loaded) {
      if (!high) this.s.heldAt = now - loaded.at;
      else if (this.s.heldAt !== null) {
        this.s.loaded = { at: now - this.s.heldAt, count: loaded.count };
        this.s.heldAt = null;
      }
    }
  }

  /** Level of OUT. */
  output(now: number): boolean {
    this.advance(now);
    const { mode, loaded } = this.s;
    if (mode === null) return true;
    if (!loaded) return mode !== 0;
    const elapsed = this.elapsed(now);
    switch (mode) {
      case 0:
        return elapsed >= loaded.count;
      case 1:
        return elapsed >= loaded.count;
      case 2:
        return this.s.heldAt !== null || elapsed % loaded.count !== loaded.count - 1;
      case 3:
        return this.s.heldAt !== null || elapsed % loaded.count < Math.ceil(loaded.count / 2);
      default:
        return elapsed !== loaded.count;
    }
  }

  /** The next tick after `now` at which OUT may change, null if it stays as it is. */
  nextChange(now: number): number | null {
    this.advance(now);
    const { mode, loaded, loadAt } = this.s;
    const soonest = (at: number | null) =>
      loadAt !== null && (at === null || loadAt < at) ? loadAt : at;
    if (mode === null || !loaded || this.s.heldAt !== null) return soonest(null);
    const elapsed = now - loaded.at;
    const { count } = loaded;
    const at = (ticks: number) => loaded.at + ticks;
    switch (mode) {
      case 0:
      case 1:
        return soonest(elapsed < count ? at(count) : null);
      case 2:
      case 3: {
        const period = elapsed - (elapsed % count);
        const first = mode === 2 ? count - 1 : Math.ceil(count / 2);
        return soonest(at(elapsed - period < first ? period + first : period + count));
      }
      default:
        if (elapsed < count) return soonest(at(count));
        return soonest(elapsed === count ? at(count + 1) : null);
    }
  }

  save(): PitCounterState {
    return { ...this.s };
  }

  restore(state: PitCounterState): void {
    this.s = { ...state };
  }

  private setCount(raw: number, now: number): void {
    const digits = raw & 0xffff;
    const value = this.s.bcd ? fromBcd(digits) : digits;
    this.s.count = value === 0 ? this.modulus() : value;
    const { mode, loaded } = this.s;
    if (mode === 1 || mode === 5) return; // loaded by the next trigger
    if ((mode === 2 || mode === 3) && loaded && this.s.heldAt === null) {
      // "The new count will be loaded at the end of the current counting cycle."
      this.s.loadAt = this.endOfCycle(now);
      return;
    }
    this.s.loadAt = now + 1;
  }

  /** Where a running mode 2 or 3 reloads next. */
  private endOfCycle(now: number): number {
    const { loaded } = this.s;
    if (!loaded) return now + 1;
    // A real square wave reloads after each half; we keep whole periods, so a wave being retuned never has two
    // high halves in a row.
    const elapsed = now - loaded.at;
    return loaded.at + elapsed - (elapsed % loaded.count) + loaded.count;
  }

  /** Applies the load that is due. */
  private advance(now: number): void {
    const { loadAt, count } = this.s;
    if (loadAt === null || now < loadAt || count === null) return;
    this.s.loaded = { at: loadAt, count };
    this.s.loadAt = null;
    this.s.heldAt = null;
    // A closed gate stops what it gates right after the load.
    if (!this.s.gate && this.s.mode !== 1 && this.s.mode !== 5) this.s.heldAt = 0;
  }

  private elapsed(now: number): number {
    return this.s.heldAt ?? (this.s.loaded ? now - this.s.loaded.at : 0);
  }

  /** The counting element, in the number format of the port. */
  private countNow(now: number): number {
    const { loaded, mode } = this.s;
    if (!loaded) return 0;
    const elapsed = this.elapsed(now);
    let value: number;
    if (mode === 2) {
      value = loaded.count - (elapsed % loaded.count);
    } else if (mode === 3) {
      // Counts down by two in each half, from the even number below.
      const phase = elapsed % loaded.count;
      const half = Math.ceil(loaded.count / 2);
      const even = loaded.count & ~1;
      value = even - 2 * (phase < half ? phase : phase - half);
    } else {
      // After the terminal count it wraps and goes on.
      const modulus = this.modulus();
      value = (((loaded.count - elapsed) % modulus) + modulus) % modulus;
    }
    value %= this.modulus();
    return this.s.bcd ? toBcd(value) : value & 0xffff;
  }

  private modulus(): number {
    return this.s.bcd ? 10000 : 0x10000;
  }
}

const fromBcd = (digits: number): number =>
  ((digits >> 12) & 15) * 1000 +
  ((digits >> 8) & 15) * 100 +
  ((digits >> 4) & 15) * 10 +
  (digits & 15);

const toBcd = (value: number): number =>
  ((Math.floor(value / 1000) % 10) << 12) |
  ((Math.floor(value / 100) % 10) << 8) |
  ((Math.floor(value / 10) % 10) << 4) |
  (value % 10);
