/**
 * The keyboard at the other end of the cable: takes key strokes, keeps the codes until they are fetched, and answers
 * commands. What it sends is raw (set 1 or 2); translation is the controller's.
 *
 * Left out, loudly: scan code set 3. Keys do not repeat by themselves: whoever presses decides.
 *
 * @see IBM PS/2 Hardware Interface Technical Reference, "Keyboard (101- and 102-key)": "Commands from the System",
 * "Keyboard Buffer", "Scan Code Sets"
 */
import { NotImplemented } from '../outcome';
import type { Snapshotable } from '../snapshot';
import { type KeyStroke, scanCodes } from './keys';

const ACK = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const ECHO = 0xee;
/** "The buffer can store 16 bytes." One more key makes an overrun code. */
const BUFFER_BYTES = 16;
const OVERRUN_SET_1 = 0xff;
const OVERRUN_SET_2 = 0x00;

export interface KeyboardState {
  /** Bytes not yet fetched by the controller. */
  readonly queue: readonly number[];
  /** Command that waits for its argument. */
  readonly command: number | null;
  readonly leds: number;
  readonly scanning: boolean;
  readonly set: 1 | 2;
  readonly lastSent: number;
}

const RESET: KeyboardState = {
  queue: [],
  command: null,
  leds: 0,
  scanning: true,
  set: 2,
  lastSent: SELF_TEST_PASSED,
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Keyboard implements Snapshotable<KeyboardState> {
  private s: Mutable<KeyboardState> = { ...RESET };

  get hasByte(): boolean {
    return this.s.queue.length > 0;
  }

  /** Lights: bit 0 scroll lock, 1 num lock, 2 caps lock. */
  get leds(): number {
    return this.s.leds;
  }

  stroke(stroke: KeyStroke): void {
    if (!this.s.scanning) return;
    const codes = scanCodes(stroke, this.s.set);
    const overrun = this.s.set === 1 ? OVERRUN_SET_1 : OVERRUN_SET_2;
    if (this.s.queue.length + codes.length <= BUFFER_BYTES) this.send(...codes);
    else if (this.s.queue.at(-1) !== overrun) this.send(overrun);
  }

  fetch(): number {
    const byte = this.s.queue[0] ?? 0;
    this.s.queue = this.s.queue.slice(1);
    this.s.lastSent = byte;
    return byte;
  }

  /** A byte from the controller: a command, or the argument of one. */
  receive(value: number): void {
    const { command } = this.s;
    this.s.command = null;
    if (command !== null && value < 0x80) this.argument(command, value);
    else this.obey(value);
  }

  reset(): void {
    this.s = { ...RESET };
  }

  save(): KeyboardState {
    return { ...this.s };
  }

  restore(state: KeyboardState): void {
    this.s = { ...state };
  }

  private obey(value: number): void {
    switch (value) {
      case 0xed: // set lights
      case 0xf0: // scan code set
      case 0xf3: // typematic rate
        this.s.command = value;
        this.send(ACK);
        return;
      case ECHO:
        this.send(ECHO);
        return;
      case 0xf2: // identify: a keyboard with 101 or 102 keys
        this.send(ACK, 0xab, 0x83);
        return;
      case 0xf4: // scan
        this.s.queue = [];
        this.s.scanning = true;
        this.send(ACK);
        return;
      case 0xf5: // defaults, and scan no more
      case 0xf6: // defaults
        this.s = {
          ...RESET,
          scanning: value === 0xf6 && this.s.scanning,
          lastSent: this.s.lastSent,
        };
        this.send(ACK);
        return;
      case RESEND:
        this.send(this.s.lastSent);
        return;
      case 0xff:
        this.s = { ...RESET };
        this.send(ACK, SELF_TEST_PASSED);
        return;
      default:
        this.send(RESEND);
    }
  }

  private argument(command: number, value: number): void {
    if (command === 0xed) this.s.leds = value & 7;
    if (command !== 0xf0) {
      this.send(ACK);
      return;
    }
    // 0 asks which set is in use.
    if (value === 0) this.send(ACK, this.s.set);
    else if (value === 1 || value === 2) {
      this.s.set = value;
      this.send(ACK);
    } else if (value === 3) throw new NotImplemented('keyboard scan code set 3');
    else this.send(RESEND);
  }

  private send(...bytes: number[]): void {
    this.s.queue = [...this.s.queue, ...bytes];
  }
}
