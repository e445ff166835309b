/**
 * The real-time clock and CMOS memory (Motorola MC146818): index at port 0x70, data at 0x71, IRQ 8. Time goes with the
 * cycles since reset, starting at noon on 21 October 2006; no wall clock is involved. The calendar is in
 * `rtc-time.ts`.
 *
 * Flags are computed when they are read; the clock is asked for a call only at the next moment that would interrupt.
 * The time base is always the PC's 32768 Hz crystal, whatever the divider bits of register A say.
 *
 * @see Motorola MC146818A datasheet, "Address Map", "Registers", "Update Cycle", "Interrupts"; IBM PC/AT Technical
 * Reference, "Real-time Clock"
 */
import { CYCLES_PER_SECOND, type Scheduler } from '../clock';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';
import {
  decode,
  encode,
  FIELD_OF,
  type RtcTime,
  START_SECONDS,
  secondsOf,
  timeOf,
} from './rtc-time';

/** For 1984 microseconds of each second the time is being updated and must not be read. */
const UPDATE_CYCLES = Math.round(CYCLES_PER_SECOND * 0.001984);
const CRYSTAL_HZ = 32768;
const SECONDS_PER_DAY = 86400;

const REGISTER_A = 0x0a;
const REGISTER_B = 0x0b;
const REGISTER_C = 0x0c;
const REGISTER_D = 0x0d;
const ALARM_SECOND = 0x01;
const ALARM_MINUTE = 0x03;
const ALARM_HOUR = 0x05;
/** Alarm bytes from here on match any time. */
const DONT_CARE = 0xc0;
/** Dividers as firmware leaves them: 32768 Hz time base, 1024 Hz periodic rate. */
const A_DIVIDERS = 0x26;
const A_UPDATING = 0x80;
const B_24_HOURS = 0x02;
const B_FORMAT = 0x06;
const B_UPDATE = 0x10;
const B_SET = 0x80;
/** Flags of register C and, in the same places, the enables of register B. */
const FLAG_UPDATE = 0x10;
const FLAG_ALARM = 0x20;
const FLAG_PERIODIC = 0x40;
const FLAGS = FLAG_UPDATE | FLAG_ALARM | FLAG_PERIODIC;
const C_INTERRUPT = 0x80;
const D_VALID = 0x80;

export interface RtcState {
  readonly index: number;
  readonly a: number;
  readonly b: number;
  /** Periodic, alarm and update flags up to `seen`. */
  readonly flags: number;
  /** Cycle up to which flags are computed. */
  readonly seen: number;
  /** Seconds since 1970 at cycle 0, as set. */
  readonly offset: number;
  /** The time while it is being set (register B bit 7), else null. */
  readonly held: RtcTime | null;
  /** CMOS memory and alarm bytes by index. */
  readonly ram: readonly number[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Rtc implements PortDevice, Snapshotable<RtcState> {
  static readonly ports = [[0x70, 2]] as const;
  static readonly irq = 8;

  private s: Mutable<RtcState>;
  /** The last search for an alarm; follows from the rest of the state, so it is not part of it. */
  private found: { setting: string; from: number; second: number | null } = {
    setting: '',
    from: 0,
    second: null,
  };

  /**
   * @param owner name on the clock
   * @param setInterrupt drives IRQ 8; told levels, not only changes
   * @param memoryBytes what firmware would have noted as the size of memory
   */
  constructor(
    private readonly clock: Scheduler,
    private readonly owner: string,
    private readonly marker: ReadMarker,
    private readonly setInterrupt: (high: boolean) => void,
    memoryBytes: number,
  ) {
    clock.register(owner, () => this.update());
    this.s = {
      index: 0,
      a: A_DIVIDERS,
      b: B_24_HOURS,
      flags: 0,
      seen: 0,
      offset: START_SECONDS,
      held: null,
      ram: memorySizes(memoryBytes),
    };
  }

  /** An interrupt will come at a moment that is already known. */
  get isAbout(): boolean {
    return (this.s.b & FLAGS) !== 0;
  }

  readPort(port: number): number {
    // The index register cannot be read back.
    if (!(port & 1)) return 0xff;
    return this.readRegister(this.s.index);
  }

  writePort(port: number, value: number): void {
    // Bit 7 of the index masks NMI, which nothing here raises.
    if (!(port & 1)) {
      this.s.index = value & 0x7f;
      return;
    }
    this.catchUp();
    this.writeRegister(this.s.index, value);
    this.update();
  }

  /** The reset pin: interrupts off. The time and the memory have a battery. */
  reset(): void {
    this.catchUp();
    this.s.index = 0;
    this.s.b &= ~FLAGS;
    this.s.flags = 0;
    this.update();
  }

  save(): RtcState {
    return { ...this.s };
  }

  /** The scheduled moment is the clock's state, the IRQ line the 8259's. */
  restore(state: RtcState): void {
    this.s = { ...state };
  }

  private readRegister(index: number): number {
    switch (index) {
      case REGISTER_A: {
        this.marker.timeDependent = true;
        const inSecond = this.clock.cycles % CYCLES_PER_SECOND;
        const updating = !this.s.held && inSecond >= CYCLES_PER_SECOND - UPDATE_CYCLES;
        return this.s.a | (updating ? A_UPDATING : 0);
      }
      case REGISTER_B:
        return this.s.b;
      case REGISTER_C: {
        // Reading tells and clears all flags, and lets the line fall.
        this.marker.timeDependent = true;
        this.catchUp();
        const value = this.s.flags | (this.asks ? C_INTERRUPT : 0);
        this.s.flags = 0;
        this.update();
        return value;
      }
      case REGISTER_D:
        return D_VALID;
      default: {
        const field = FIELD_OF[index];
        if (field === undefined) return this.s.ram[index] ?? 0;
        if (!this.s.held) this.marker.timeDependent = true;
        return encode(field, this.timeNow()[field], this.s.b);
      }
    }
  }

  private writeRegister(index: number, value: number): void {
    switch (index) {
      case REGISTER_A:
        this.s.a = value & 0x7f;
        return;
      case REGISTER_B:
        this.writeB(value);
        return;
      case REGISTER_C:
      case REGISTER_D:
        return;
      default: {
        const field = FIELD_OF[index];
        if (field === undefined) {
          this.s.ram = this.s.ram.map((byte, i) => (i === index ? value : byte));
          return;
        }
        const time = { ...this.timeNow(), [field]: decode(field, value, this.s.b) };
        if (this.s.held) this.s.held = time;
        else this.setTime(time);
      }
    }
  }

  private writeB(value: number): void {
    if (value & B_SET && !this.s.held) this.s.held = this.timeNow();
    const held = this.s.held;
    // "SET = 1 aborts any update cycle and clears UIE."
    this.s.b = value & B_SET ? value & ~B_UPDATE : value;
    if (!(value & B_SET) && held) {
      this.s.held = null;
      this.setTime(held);
    }
  }

  private timeNow(): RtcTime {
    return this.s.held ?? timeOf(this.s.offset + this.secondsAt(this.clock.cycles));
  }

  private setTime(time: RtcTime): void {
    this.s.offset = secondsOf(time) - this.secondsAt(this.clock.cycles);
  }

  private secondsAt(cycles: number): number {
    return Math.floor(cycles / CYCLES_PER_SECOND);
  }

  /** Cycles between two periodic flags, or null: rate 0 makes none. */
  private get period(): number | null {
    const rate = this.s.a & 0x0f;
    if (rate === 0) return null;
    // Rates 1 and 2 are the same as 8 and 9.
    const hertz = CRYSTAL_HZ >> ((rate < 3 ? rate + 7 : rate) - 1);
    return CYCLES_PER_SECOND / hertz;
  }

  private get asks(): boolean {
    return (this.s.flags & this.s.b & FLAGS) !== 0;
  }

  /** Sets the flags of everything that happened since `seen`. */
  private catchUp(): void {
    const now = this.clock.cycles;
    const { seen, held } = this.s;
    this.s.seen = now;
    const { period } = this;
    if (period && Math.floor(now / period) > Math.floor(seen / period)) {
      this.s.flags |= FLAG_PERIODIC;
    }
    if (held) return;
    const before = this.secondsAt(seen);
    const last = this.secondsAt(now);
    if (last > before) this.s.flags |= FLAG_UPDATE;
    for (let second = before + 1; second <= Math.min(last, before + SECONDS_PER_DAY); second++) {
      if (!this.isAlarm(second)) continue;
      this.s.flags |= FLAG_ALARM;
      break;
    }
  }

  private isAlarm(second: number): boolean {
    const time = timeOf(this.s.offset + second);
    const matches = (index: number, field: 'second' | 'minute' | 'hour') => {
      const byte = this.s.ram[index] ?? 0;
      return byte >= DONT_CARE || byte === encode(field, time[field], this.s.b);
    };
    return (
      matches(ALARM_SECOND, 'second') &&
      matches(ALARM_MINUTE, 'minute') &&
      matches(ALARM_HOUR, 'hour')
    );
  }

  /** Drives the line, and asks for a call when it will next rise by itself. */
  private update(): void {
    this.catchUp();
    this.setInterrupt(this.asks);
    this.clock.schedule(this.owner, this.asks ? null : this.nextInterrupt());
  }

  private nextInterrupt(): number | null {
    const { b, held } = this.s;
    const now = this.clock.cycles;
    const moments: number[] = [];
    if (b & FLAG_PERIODIC && this.period) {
      moments.push(Math.ceil((Math.floor(now / this.period) + 1) * this.period));
    }
    const next = this.secondsAt(now) + 1;
    if (b & FLAG_UPDATE && !held) moments.push(next * CYCLES_PER_SECOND);
    if (b & FLAG_ALARM && !held) {
      const second = this.nextAlarm(next);
      if (second !== null) moments.push(second * CYCLES_PER_SECOND);
    }
    return moments.length > 0 ? Math.min(...moments) : null;
  }

  /** The first second from `next` on at which the alarm goes off. Looked for once per setting: it may be a day away. */
  private nextAlarm(next: number): number | null {
    const { ram, b, offset } = this.s;
    const alarm = [ALARM_SECOND, ALARM_MINUTE, ALARM_HOUR].map((index) => ram[index]);
    const setting = [...alarm, b & B_FORMAT, offset].join();
    const { found } = this;
    if (found.setting === setting && next > found.from && (found.second ?? next) >= next) {
      return found.second;
    }
    let second: number | null = null;
    for (let at = next; second === null && at < next + SECONDS_PER_DAY; at++) {
      if (this.isAlarm(at)) second = at;
    }
    this.found = { setting, from: next - 1, second };
    return second;
  }
}

/** The sizes that are noted in CMOS memory, in KiB: below 640 KiB, above 1 MiB (twice); and in 64 KiB above 16 MiB. */
function memorySizes(memoryBytes: number): number[] {
  const ram = new Array<number>(128).fill(0);
  const base = Math.min(640, memoryBytes / 1024);
  const extended = Math.min(0xffff, Math.max(0, memoryBytes / 1024 - 1024));
  const above16MiB = Math.min(0xffff, Math.max(0, Math.floor(memoryBytes / 0x10000) - 256));
  for (const [index, value] of [
    [0x15, base],
    [0x17, extended],
    [0x30, extended],
    [0x34, above16MiB],
  ] as const) {
    ram[index] = value & 0xff;
    ram[index + 1] = value >> 8;
  }
  return ram;
}
