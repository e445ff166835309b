/**
 * The PS/2 keyboard controller (8042) with a keyboard behind it: data at port 0x60, status and commands at 0x64.
 * There is no mouse. Keys come in through `key`, as the bytes that set 1 gives, which is what the controller's
 * translation makes of them.
 *
 * The keyboard answers at once. Left out, loudly: resetting the CPU and closing A20 through the output port, scan
 * code sets without translation, and the second port.
 *
 * @see IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller" and "Keyboard
 * (101- and 102-key)"
 */
import { hex8 } from '../../base/hex';
import { NotImplemented } from '../outcome';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';

const STATUS_OUTPUT_FULL = 0x01;
const STATUS_SYSTEM = 0x04;
const STATUS_COMMAND = 0x08;
/** The keyboard is not locked with its key. */
const STATUS_UNLOCKED = 0x10;
const CONFIG_INTERRUPT = 0x01;
const CONFIG_SYSTEM = 0x04;
const CONFIG_DISABLED = 0x10;
const CONFIG_NO_MOUSE = 0x20;
const CONFIG_TRANSLATE = 0x40;
const OUTPUT_NO_RESET = 0x01;
const OUTPUT_A20 = 0x02;

const ACK = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;

export interface KeyboardControllerState {
  readonly config: number;
  /** Byte in the output buffer, null when empty. */
  readonly output: number | null;
  /** The controller's own answers, waiting for the output buffer. */
  readonly replies: readonly number[];
  /** The keyboard's bytes, which wait longer: while its interface is disabled they stay in the keyboard. */
  readonly queue: readonly number[];
  /** The last byte went to the command port. */
  readonly lastWasCommand: boolean;
  /** Controller command that waits for its data byte on port 0x60. */
  readonly controllerCommand: number | null;
  /** Keyboard command that waits for its argument. */
  readonly keyboardCommand: number | null;
  readonly leds: number;
  readonly scanning: boolean;
  /** A key was ever pressed: from then on what is read depends on when. */
  readonly heardOutside: boolean;
}

/** As firmware leaves it: interrupts off, translation on, keyboard scanning. */
const RESET: KeyboardControllerState = {
  config: CONFIG_SYSTEM | CONFIG_NO_MOUSE | CONFIG_TRANSLATE,
  output: null,
  replies: [],
  queue: [],
  lastWasCommand: false,
  controllerCommand: null,
  keyboardCommand: null,
  leds: 0,
  scanning: true,
  heardOutside: false,
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class KeyboardController implements PortDevice, Snapshotable<KeyboardControllerState> {
  static readonly ports = [
    [0x60, 1],
    [0x64, 1],
  ] as const;
  static readonly irq = 1;

  private s: Mutable<KeyboardControllerState> = { ...RESET };

  /** @param setInterrupt drives IRQ 1; told levels, not only changes */
  constructor(
    private readonly marker: ReadMarker,
    private readonly setInterrupt: (high: boolean) => void,
  ) {}

  /** Make and break codes of set 1, e.g. `[0x1e, 0x9e]` for A pressed and released. */
  key(scancodes: Iterable<number>): void {
    this.s.heardOutside = true;
    if (!this.s.scanning) return;
    this.answer(...scancodes);
    this.advance();
  }

  readPort(port: number): number {
    if (this.s.heardOutside) this.marker.timeDependent = true;
    if (port === 0x64) return this.status();
    const byte = this.s.output ?? 0;
    this.s.output = null;
    // The line falls between two bytes, so an edge-triggered 8259 sees the next one.
    this.setInterrupt(false);
    this.advance();
    return byte;
  }

  writePort(port: number, value: number): void {
    this.s.lastWasCommand = port === 0x64;
    if (port === 0x64) this.command(value);
    else if (this.s.controllerCommand !== null) this.commandData(value);
    else this.toKeyboard(value);
    this.advance();
  }

  reset(): void {
    this.s = { ...RESET };
    this.advance();
  }

  save(): KeyboardControllerState {
    return { ...this.s };
  }

  restore(state: KeyboardControllerState): void {
    this.s = { ...state };
  }

  private status(): number {
    return (
      STATUS_UNLOCKED |
      (this.s.lastWasCommand ? STATUS_COMMAND : 0) |
      (this.s.config & CONFIG_SYSTEM ? STATUS_SYSTEM : 0) |
      (this.s.output !== null ? STATUS_OUTPUT_FULL : 0)
    );
  }

  private command(value: number): void {
    this.s.controllerCommand = null;
    switch (value) {
      case 0x20:
        this.reply(this.s.config);
        return;
      case 0x60:
      case 0xd1:
      case 0xd2:
        this.s.controllerCommand = value;
        return;
      case 0xa7: // no second port: nothing to disable
      case 0xa8:
        return;
      case 0xa9: // interface test of the second port: not there
        this.reply(0xff);
        return;
      case 0xaa:
        this.reply(0x55);
        return;
      case 0xab:
        this.reply(0x00);
        return;
      case 0xad:
        this.s.config |= CONFIG_DISABLED;
        return;
      case 0xae:
        this.s.config &= ~CONFIG_DISABLED;
        return;
      case 0xd0:
        this.reply(OUTPUT_NO_RESET | OUTPUT_A20 | (this.s.output !== null ? 0x10 : 0));
        return;
      default:
        throw new NotImplemented(`keyboard controller command 0x${hex8(value)} (port 0x64)`);
    }
  }

  private commandData(value: number): void {
    const command = this.s.controllerCommand;
    this.s.controllerCommand = null;
    if (command === 0x60) {
      if (!(value & CONFIG_TRANSLATE)) {
        throw new NotImplemented('keyboard scan codes without translation to set 1');
      }
      this.s.config = (value | CONFIG_NO_MOUSE) & 0x7f;
    } else if (command === 0xd2) {
      this.reply(value);
    } else {
      if (!(value & OUTPUT_NO_RESET)) throw new NotImplemented('CPU reset by the 8042');
      if (!(value & OUTPUT_A20)) throw new NotImplemented('closing the A20 gate by the 8042');
    }
  }

  private toKeyboard(value: number): void {
    // Sending to the keyboard opens its interface again.
    this.s.config &= ~CONFIG_DISABLED;
    const command = this.s.keyboardCommand;
    if (command !== null && value < 0x80) {
      this.s.keyboardCommand = null;
      this.argument(command, value);
      return;
    }
    this.s.keyboardCommand = null;
    switch (value) {
      case 0xed: // set lights
      case 0xf0: // scan code set
      case 0xf3: // typematic rate
        this.s.keyboardCommand = value;
        this.answer(ACK);
        return;
      case 0xee:
        this.answer(0xee);
        return;
      case 0xf2: // identify; 0x83 arrives translated
        this.answer(ACK, 0xab, 0x41);
        return;
      case 0xf4: // scan
      case 0xf6: // defaults
        this.s.scanning = true;
        this.answer(ACK);
        return;
      case 0xf5:
        this.s.scanning = false;
        this.answer(ACK);
        return;
      case 0xff:
        this.s.scanning = true;
        this.s.leds = 0;
        this.answer(ACK, SELF_TEST_PASSED);
        return;
      default:
        this.answer(RESEND);
    }
  }

  private argument(command: number, value: number): void {
    if (command === 0xed) this.s.leds = value & 7;
    if (command === 0xf0 && value !== 0 && value !== 2) {
      throw new NotImplemented(`keyboard scan code set ${value}`);
    }
    this.answer(ACK);
    // 0 asks which set is in use: 2, which arrives translated.
    if (command === 0xf0 && value === 0) this.answer(0x41);
  }

  private reply(byte: number): void {
    this.s.replies = [...this.s.replies, byte];
  }

  private answer(...bytes: number[]): void {
    this.s.queue = [...this.s.queue, ...bytes];
  }

  /** Moves the next byte into the output buffer when it is empty; a full one raises the interrupt. */
  private advance(): void {
    if (this.s.output === null) {
      const own = this.s.replies[0];
      const key = this.s.config & CONFIG_DISABLED ? undefined : this.s.queue[0];
      if (own !== undefined) {
        this.s.output = own;
        this.s.replies = this.s.replies.slice(1);
      } else if (key !== undefined) {
        this.s.output = key;
        this.s.queue = this.s.queue.slice(1);
      }
    }
    this.setInterrupt(this.s.output !== null && (this.s.config & CONFIG_INTERRUPT) !== 0);
  }
}
