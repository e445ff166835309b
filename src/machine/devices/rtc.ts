/**
 * The real-time clock and CMOS memory (Motorola MC146818): index at port 0x70, data at 0x71. The date is computed from
 * the cycles since reset, starting at noon on 21 October 2006; no wall clock is involved.
 *
 * Left out, loudly: setting the time, the alarm, and the three interrupts of register B.
 *
 * @see Motorola MC146818A datasheet, "Address Map", "Registers"; IBM PC/AT Technical Reference, "Real-time Clock"
 */
import { CYCLES_PER_SECOND, type Scheduler } from '../clock';
import { NotImplemented } from '../outcome';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';

const START = Date.UTC(2006, 9, 21, 12, 0, 0);
/** For 1984 microseconds of each second the time is being updated and must not be read. */
const UPDATE_SECONDS = 0.001984;

const REGISTER_A = 0x0a;
const REGISTER_B = 0x0b;
const REGISTER_C = 0x0c;
const REGISTER_D = 0x0d;
const CENTURY = 0x32;
/** Dividers as firmware leaves them: 32768 Hz time base, 1024 Hz periodic rate. */
const A_DIVIDERS = 0x26;
const B_BINARY = 0x04;
const B_24_HOURS = 0x02;
const B_INTERRUPTS = 0x70;
const B_SET = 0x80;
const D_VALID = 0x80;

export interface RtcState {
  readonly index: number;
  readonly a: number;
  readonly b: number;
  /** CMOS memory from index 0x0e on. */
  readonly ram: readonly number[];
}

export class Rtc implements PortDevice, Snapshotable<RtcState> {
  static readonly ports = [[0x70, 2]] as const;

  private index = 0;
  private a = A_DIVIDERS;
  private b = B_24_HOURS;
  private ram: number[] = new Array<number>(128).fill(0);

  constructor(
    private readonly clock: Pick<Scheduler, 'cycles'>,
    private readonly marker: ReadMarker,
  ) {}

  readPort(port: number): number {
    // The index register cannot be read back.
    if (!(port & 1)) return 0xff;
    return this.readRegister(this.index);
  }

  writePort(port: number, value: number): void {
    // Bit 7 of the index masks NMI, which nothing here raises.
    if (!(port & 1)) this.index = value & 0x7f;
    else this.writeRegister(this.index, value);
  }

  reset(): void {
    // Only the index is reset: the rest has a battery.
    this.index = 0;
  }

  save(): RtcState {
    return { index: this.index, a: this.a, b: this.b, ram: this.ram.slice() };
  }

  restore(state: RtcState): void {
    this.index = state.index;
    this.a = state.a;
    this.b = state.b;
    this.ram = state.ram.slice();
  }

  private readRegister(index: number): number {
    switch (index) {
      case REGISTER_A: {
        this.marker.timeDependent = true;
        const fraction = (this.clock.cycles % CYCLES_PER_SECOND) / CYCLES_PER_SECOND;
        return this.a | (fraction >= 1 - UPDATE_SECONDS ? 0x80 : 0);
      }
      case REGISTER_B:
        return this.b;
      case REGISTER_C: // no interrupt is ever enabled, so none is flagged
        return 0;
      case REGISTER_D:
        return D_VALID;
      default: {
        const field = this.dateField(index);
        return field ?? this.ram[index] ?? 0;
      }
    }
  }

  private writeRegister(index: number, value: number): void {
    switch (index) {
      case REGISTER_A:
        this.a = value & 0x7f;
        return;
      case REGISTER_B:
        if (value & B_INTERRUPTS) {
          throw new NotImplemented('interrupts of the real-time clock (register B bits 4-6)');
        }
        if (value & B_SET) throw new NotImplemented('setting the real-time clock');
        this.b = value;
        return;
      case REGISTER_C:
      case REGISTER_D:
        return;
      default:
        if (index < REGISTER_A || index === CENTURY) {
          throw new NotImplemented('setting the real-time clock or its alarm');
        }
        this.ram[index] = value;
    }
  }

  /** A field of the date in the format register B chooses, or null for other registers. */
  private dateField(index: number): number | null {
    const seconds = Math.floor(this.clock.cycles / CYCLES_PER_SECOND);
    const date = new Date(START + seconds * 1000);
    const format = (value: number) => {
      this.marker.timeDependent = true;
      return this.b & B_BINARY ? value : ((value / 10) << 4) | (value % 10);
    };
    switch (index) {
      case 0x00:
        return format(date.getUTCSeconds());
      case 0x02:
        return format(date.getUTCMinutes());
      case 0x04: {
        const hour = date.getUTCHours();
        if (this.b & B_24_HOURS) return format(hour);
        return format(hour % 12 || 12) | (hour >= 12 ? 0x80 : 0);
      }
      case 0x06: // 1 is Sunday
        return format(date.getUTCDay() + 1);
      case 0x07:
        return format(date.getUTCDate());
      case 0x08:
        return format(date.getUTCMonth() + 1);
      case 0x09:
        return format(date.getUTCFullYear() % 100);
      case CENTURY:
        return format(Math.floor(date.getUTCFullYear() / 100));
      default:
        return null;
    }
  }
}
