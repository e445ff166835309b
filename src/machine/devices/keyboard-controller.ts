/**
 * The PS/2 keyboard controller (8042): data at port 0x60, status and commands at 0x64. The keyboard behind it is in
 * `keyboard.ts`; there is no mouse.
 *
 * A byte of the keyboard's takes its time on the cable, then waits in the output buffer until it is read; only then is
 * the next one fetched. The controller's own answers are there at once. Commands act at once, so the input buffer
 * is never full.
 *
 * @see IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller"
 */
import { hex8 } from '../../base/hex';
import { CYCLES_PER_SECOND, type Scheduler } from '../clock';
import { NotImplemented } from '../outcome';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';
import type { A20Handle } from './a20';
import { Keyboard, type KeyboardState } from './keyboard';
import { type KeyStroke, TRANSLATED } from './keys';

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
const OUTPUT_FULL = 0x10;
const BREAK_PREFIX = 0xf0;
const CONTROLLER_RAM = 0x20;

/** Eleven bits at about 12 kHz. */
export const KEYBOARD_BYTE_CYCLES = Math.round((CYCLES_PER_SECOND * 11) / 12_000);

export interface KeyboardControllerState {
  /** Controller RAM; byte 0 is the configuration. */
  readonly ram: readonly number[];
  /** Byte in the output buffer, null when empty. */
  readonly output: number | null;
  /** The controller's own answers, waiting for the output buffer. */
  readonly replies: readonly number[];
  /** What was last read from the data port: an empty buffer reads as that. */
  readonly lastRead: number;
  /** A byte of the keyboard's is on the cable. */
  readonly onCable: boolean;
  /** Translation saw a break prefix. */
  readonly breaking: boolean;
  /** The last byte went to the command port. */
  readonly lastWasCommand: boolean;
  /** Command that waits for its data byte on port 0x60. */
  readonly command: number | null;
  /** The guest has used the controller. */
  readonly attended: boolean;
  /** The keyboard ever had something to say: from then on what is read depends on when. */
  readonly heardOutside: boolean;
  readonly keyboard: KeyboardState;
}

/** As firmware leaves it: interrupts off, translation on, keyboard scanning. */
const RESET: Omit<KeyboardControllerState, 'keyboard'> = {
  ram: Array.from({ length: CONTROLLER_RAM }, (_, i) =>
    i === 0 ? CONFIG_SYSTEM | CONFIG_NO_MOUSE | CONFIG_TRANSLATE : 0,
  ),
  output: null,
  replies: [],
  lastRead: 0,
  onCable: false,
  breaking: false,
  lastWasCommand: false,
  command: null,
  attended: false,
  heardOutside: false,
};

/** What the controller's output port is wired to. */
export interface OutputPort {
  readonly a20: A20Handle;
  resetCpu(by: string): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class KeyboardController implements PortDevice, Snapshotable<KeyboardControllerState> {
  static readonly ports = [
    [0x60, 1],
    [0x64, 1],
  ] as const;
  static readonly irq = 1;

  private s: Mutable<Omit<KeyboardControllerState, 'keyboard'>> = { ...RESET };
  private readonly keyboard = new Keyboard();
  /** Called when the next key can come: see `ready`. */
  onReady: () => void = () => {};

  /**
   * @param owner name on the clock
   * @param setInterrupt drives IRQ 1; told levels, not only changes
   */
  constructor(
    private readonly clock: Scheduler,
    private readonly owner: string,
    private readonly marker: ReadMarker,
    private readonly setInterrupt: (high: boolean) => void,
    private readonly outputPort: OutputPort,
  ) {
    clock.register(owner, () => {
      this.s.onCable = false;
      this.arrive();
      this.advance();
    });
  }

  /** A key goes down or up. */
  stroke(stroke: KeyStroke): void {
    this.keyboard.stroke(stroke);
    this.advance();
  }

  /** The guest listens, and has read all there is. */
  get ready(): boolean {
    return this.s.attended && this.isEmpty;
  }

  /** A byte will arrive at a moment that is already known. */
  get isAbout(): boolean {
    return this.s.onCable;
  }

  readPort(port: number): number {
    this.s.attended = true;
    if (this.s.heardOutside) this.marker.timeDependent = true;
    if (port === 0x64) {
      const value = this.status();
      if (this.isEmpty) this.onReady();
      return value;
    }
    if (this.s.output !== null) this.s.lastRead = this.s.output;
    this.s.output = null;
    // The line falls between two bytes, so an edge-triggered 8259 sees the next one.
    this.setInterrupt(false);
    this.advance();
    return this.s.lastRead;
  }

  writePort(port: number, value: number): void {
    this.s.attended = true;
    this.s.lastWasCommand = port === 0x64;
    if (port === 0x64) this.obey(value);
    else if (this.s.command !== null) this.commandData(value);
    else {
      // Sending to the keyboard opens its interface again.
      this.setConfig(this.config & ~CONFIG_DISABLED);
      this.keyboard.receive(value);
    }
    this.advance();
  }

  reset(): void {
    this.s = { ...RESET };
    this.keyboard.reset();
    this.clock.schedule(this.owner, null);
    this.advance();
  }

  save(): KeyboardControllerState {
    return { ...this.s, keyboard: this.keyboard.save() };
  }

  /** When the byte on the cable arrives is the clock's state. */
  restore({ keyboard, ...state }: KeyboardControllerState): void {
    this.s = { ...state };
    this.keyboard.restore(keyboard);
  }

  private get isEmpty(): boolean {
    return this.s.output === null && this.s.replies.length === 0 && !this.keyboard.hasByte;
  }

  private get config(): number {
    return this.s.ram[0] ?? 0;
  }

  private setConfig(value: number): void {
    this.setRam(0, (value | CONFIG_NO_MOUSE) & 0x7f);
  }

  private setRam(index: number, value: number): void {
    this.s.ram = this.s.ram.map((byte, i) => (i === index ? value : byte));
  }

  private status(): number {
    return (
      STATUS_UNLOCKED |
      (this.s.lastWasCommand ? STATUS_COMMAND : 0) |
      (this.config & CONFIG_SYSTEM ? STATUS_SYSTEM : 0) |
      (this.s.output !== null ? STATUS_OUTPUT_FULL : 0)
    );
  }

  private obey(value: number): void {
    this.s.command = null;
    if (value >= 0x20 && value <= 0x3f) {
      this.reply(this.s.ram[value & 0x1f] ?? 0);
      return;
    }
    if (value >= 0x60 && value <= 0x7f) {
      this.s.command = value;
      return;
    }
    // Pulses bits 0 to 3 of the output port that are 0 in the command; bit 0 is the CPU's reset line.
    if (value >= 0xf0) {
      if (!(value & OUTPUT_NO_RESET)) this.outputPort.resetCpu('the keyboard controller');
      return;
    }
    switch (value) {
      case 0xa7: // no second port: nothing to disable
      case 0xa8:
        return;
      case 0xa9: // interface test of the second port: not there
        this.reply(0xff);
        return;
      case 0xaa:
        this.setConfig(this.config | CONFIG_SYSTEM);
        this.reply(0x55);
        return;
      case 0xab:
        this.reply(0x00);
        return;
      case 0xad:
        this.setConfig(this.config | CONFIG_DISABLED);
        return;
      case 0xae:
        this.setConfig(this.config & ~CONFIG_DISABLED);
        return;
      case 0xc0: // input port: keyboard not locked, colour display, no jumper
        this.reply(0x80);
        return;
      case 0xd0:
        this.reply(
          OUTPUT_NO_RESET |
            (this.outputPort.a20.open ? OUTPUT_A20 : 0) |
            (this.s.output !== null ? OUTPUT_FULL : 0),
        );
        return;
      case 0xd1:
      case 0xd2:
        this.s.command = value;
        return;
      case 0xdd:
        this.outputPort.a20.set(false);
        return;
      case 0xdf:
        this.outputPort.a20.set(true);
        return;
      default:
        throw new NotImplemented(`keyboard controller command 0x${hex8(value)} (port 0x64)`);
    }
  }

  private commandData(value: number): void {
    const command = this.s.command ?? 0;
    this.s.command = null;
    if (command === 0x60) this.setConfig(value);
    else if (command < 0x80) this.setRam(command & 0x1f, value);
    else if (command === 0xd2) this.reply(value);
    else {
      this.outputPort.a20.set((value & OUTPUT_A20) !== 0);
      if (!(value & OUTPUT_NO_RESET)) this.outputPort.resetCpu('the keyboard controller');
    }
  }

  private reply(byte: number): void {
    this.s.replies = [...this.s.replies, byte];
  }

  /** A byte of the keyboard's has come over the cable. */
  private arrive(): void {
    if (this.s.output !== null || this.config & CONFIG_DISABLED || !this.keyboard.hasByte) return;
    const byte = this.keyboard.fetch();
    if (!(this.config & CONFIG_TRANSLATE)) {
      this.s.output = byte;
      return;
    }
    if (byte === BREAK_PREFIX) {
      this.s.breaking = true;
      return;
    }
    this.s.output = (TRANSLATED[byte] ?? byte) | (this.s.breaking ? 0x80 : 0);
    this.s.breaking = false;
  }

  /** Moves what can move: our own replies into the output buffer, the keyboard's next byte onto the cable. */
  private advance(): void {
    const own = this.s.replies[0];
    if (this.s.output === null && own !== undefined) {
      this.s.output = own;
      this.s.replies = this.s.replies.slice(1);
    }
    const free = this.s.output === null && !(this.config & CONFIG_DISABLED);
    if (free && !this.s.onCable && this.keyboard.hasByte) {
      this.s.onCable = true;
      this.s.heardOutside = true;
      this.clock.schedule(this.owner, this.clock.cycles + KEYBOARD_BYTE_CYCLES);
    }
    this.setInterrupt(this.s.output !== null && (this.config & CONFIG_INTERRUPT) !== 0);
    if (this.isEmpty && this.s.attended) this.onReady();
  }
}
