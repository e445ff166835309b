/**
 * The 16550A serial port. Transmission takes no time: a byte written is out, and the holding register is empty
 * again before the next instruction, so LSR always says ready. Received bytes come in through `input`.
 *
 * | offset | DLAB = 0 read / write | DLAB = 1 |
 * | 0 | RBR / THR | DLL |      | 4 | MCR |
 * | 1 | IER | DLM |            | 5 | LSR |
 * | 2 | IIR / FCR |            | 6 | MSR |
 * | 3 | LCR |                  | 7 | SCR |
 *
 * Left out: errors on the line, and the delay of the character-timeout interrupt, which here comes at once. The baud
 * rate and word length are kept and read back, and change nothing.
 *
 * @see National Semiconductor PC16550D datasheet, "Registers" and "FIFO Interrupt Mode Operation"
 */
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';

const IER_RECEIVED = 0x01;
const IER_THR_EMPTY = 0x02;
const IER_LINE_STATUS = 0x04;
const IER_MODEM_STATUS = 0x08;
const LCR_DLAB = 0x80;
const MCR_OUT2 = 0x08;
const MCR_LOOPBACK = 0x10;
const LSR_DATA_READY = 0x01;
const LSR_OVERRUN = 0x02;
const LSR_THR_EMPTY = 0x20;
const LSR_TRANSMITTER_EMPTY = 0x40;
/** Clear to send, data set ready, carrier detect: a terminal is there. */
const MODEM_LINES = 0xb0;
const FIFO_BYTES = 16;
const TRIGGERS = [1, 4, 8, 14] as const;

export interface UartState {
  readonly ier: number;
  readonly lcr: number;
  readonly mcr: number;
  readonly scratch: number;
  readonly divisor: number;
  readonly fifo: boolean;
  /** Received bytes that make an interrupt in FIFO mode: 1, 4, 8 or 14. */
  readonly trigger: number;
  /** Bytes in the receive FIFO (at most 16, or 1 without FIFO). */
  readonly received: readonly number[];
  /** Bytes sent to us that the receiver has no room for yet: the sender waits, as with flow control. */
  readonly waiting: readonly number[];
  readonly overrun: boolean;
  /** The transmitter became empty since IIR last reported it. */
  readonly thrEmptyPending: boolean;
  /** Bits 0..3 of MSR: which modem lines changed since it was read. */
  readonly modemDelta: number;
  /** Anything was ever received from outside: from then on what is read depends on when it came. */
  readonly heardOutside: boolean;
  /** The guest has used the port. */
  readonly attended: boolean;
}

const RESET: UartState = {
  ier: 0,
  lcr: 0,
  mcr: 0,
  scratch: 0,
  divisor: 12,
  fifo: false,
  trigger: 1,
  received: [],
  waiting: [],
  overrun: false,
  thrEmptyPending: false,
  modemDelta: 0,
  heardOutside: false,
  attended: false,
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Uart implements PortDevice, Snapshotable<UartState> {
  /** COM1. */
  static readonly ports = [[0x3f8, 8]] as const;
  /** The IRQ of COM1. */
  static readonly irq = 4;

  private s: Mutable<UartState> = { ...RESET };
  /** Called when the next byte can come: see `ready`. */
  onReady: () => void = () => {};

  /**
   * @param transmit gets every byte sent on the wire (not those looped back)
   * @param setInterrupt drives the IRQ line; told levels, not only changes
   */
  constructor(
    private readonly marker: ReadMarker,
    private readonly transmit: (byte: number) => void,
    private readonly setInterrupt: (high: boolean) => void,
  ) {}

  /** Bytes arriving on the wire, in order. */
  input(bytes: Iterable<number>): void {
    this.s.heardOutside = true;
    this.s.waiting = [...this.s.waiting, ...bytes];
    this.fill();
    this.update();
  }

  /** The guest uses the port, and has taken all there was. */
  get ready(): boolean {
    return this.s.attended && this.s.received.length === 0 && this.s.waiting.length === 0;
  }

  readPort(port: number): number {
    this.s.attended = true;
    const value = this.readRegister(port & 7);
    this.update();
    if (this.ready) this.onReady();
    return value;
  }

  writePort(port: number, value: number): void {
    this.s.attended = true;
    this.writeRegister(port & 7, value);
    this.update();
    if (this.ready) this.onReady();
  }

  reset(): void {
    this.s = { ...RESET };
    this.update();
  }

  save(): UartState {
    return { ...this.s };
  }

  restore(state: UartState): void {
    this.s = { ...state };
  }

  private readRegister(offset: number): number {
    const dlab = (this.s.lcr & LCR_DLAB) !== 0;
    switch (offset) {
      case 0:
        return dlab ? this.s.divisor & 0xff : this.receive();
      case 1:
        return dlab ? this.s.divisor >> 8 : this.s.ier;
      case 2:
        return this.identify();
      case 3:
        return this.s.lcr;
      case 4:
        return this.s.mcr;
      case 5: {
        this.markInput();
        const value = this.lineStatus();
        this.s.overrun = false;
        return value;
      }
      case 6: {
        const value = this.modemLines() | this.s.modemDelta;
        this.s.modemDelta = 0;
        return value;
      }
      default:
        return this.s.scratch;
    }
  }

  private writeRegister(offset: number, value: number): void {
    const dlab = (this.s.lcr & LCR_DLAB) !== 0;
    switch (offset) {
      case 0:
        if (dlab) this.s.divisor = (this.s.divisor & 0xff00) | value;
        else this.send(value);
        return;
      case 1:
        if (dlab) this.s.divisor = (this.s.divisor & 0x00ff) | (value << 8);
        else {
          // Enabling the interrupt while the transmitter is empty makes one at once.
          if (value & ~this.s.ier & IER_THR_EMPTY) this.s.thrEmptyPending = true;
          this.s.ier = value & 0x0f;
        }
        return;
      case 2:
        this.controlFifo(value);
        return;
      case 3:
        this.s.lcr = value;
        return;
      case 4: {
        const before = this.modemLines();
        this.s.mcr = value & 0x1f;
        this.noteModemChange(before);
        this.fill();
        return;
      }
      case 7:
        this.s.scratch = value;
        return;
      default: // LSR is for factory tests, MSR read-only
        return;
    }
  }

  private send(byte: number): void {
    // The request falls and rises again, so an edge-triggered 8259 sees one edge per byte.
    this.s.thrEmptyPending = false;
    this.update();
    if (this.s.mcr & MCR_LOOPBACK) this.arrive(byte);
    else this.transmit(byte);
    this.s.thrEmptyPending = true;
  }

  /** Puts a byte that cannot wait into the receiver: looped back. A full receiver is overrun. */
  private arrive(byte: number): void {
    const capacity = this.s.fifo ? FIFO_BYTES : 1;
    if (this.s.received.length < capacity) this.s.received = [...this.s.received, byte];
    else {
      this.s.overrun = true;
      // Without FIFO the new byte replaces the old one; with it, the byte in the shift register is lost.
      if (!this.s.fifo) this.s.received = [byte];
    }
  }

  /** Lets waiting bytes in as far as there is room. */
  private fill(): void {
    const room = (this.s.fifo ? FIFO_BYTES : 1) - this.s.received.length;
    // In loopback the receiver is disconnected from the wire.
    if (room <= 0 || this.s.waiting.length === 0 || this.s.mcr & MCR_LOOPBACK) return;
    this.s.received = [...this.s.received, ...this.s.waiting.slice(0, room)];
    this.s.waiting = this.s.waiting.slice(room);
  }

  private receive(): number {
    this.markInput();
    const byte = this.s.received[0] ?? 0;
    this.s.received = this.s.received.slice(1);
    // The line falls between two bytes, so an edge-triggered 8259 sees the next one.
    this.update();
    this.fill();
    return byte;
  }

  private lineStatus(): number {
    return (
      LSR_THR_EMPTY |
      LSR_TRANSMITTER_EMPTY |
      (this.s.received.length > 0 ? LSR_DATA_READY : 0) |
      (this.s.overrun ? LSR_OVERRUN : 0)
    );
  }

  /** Bits 4..7 of MSR: the terminal's lines, or in loopback our own outputs. */
  private modemLines(): number {
    const { mcr } = this.s;
    if (!(mcr & MCR_LOOPBACK)) return MODEM_LINES;
    // RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD.
    return ((mcr & 0x02) << 3) | ((mcr & 0x01) << 5) | ((mcr & 0x04) << 4) | ((mcr & 0x08) << 4);
  }

  private noteModemChange(before: number): void {
    const after = this.modemLines();
    const changed = before ^ after;
    // CTS, DSR and DCD report any change, RI only its trailing edge.
    this.s.modemDelta |= ((changed & 0xb0) >> 4) | ((before & ~after & 0x40) >> 4);
  }

  private controlFifo(value: number): void {
    const enable = (value & 0x01) !== 0;
    // Changing the mode clears the FIFOs, as does bit 1; the transmit FIFO is always empty.
    if (enable !== this.s.fifo || value & 0x02) this.s.received = [];
    this.s.fifo = enable;
    // "Bit 0 must be a 1 when other FCR bits are written or they will not be programmed."
    if (enable) this.s.trigger = TRIGGERS[((value >> 6) & 3) as 0 | 1 | 2 | 3];
    this.fill();
  }

  /** The pending interrupt of highest priority, in IIR bits 3..0; 1 means none. */
  private source(): number {
    const { ier, received, fifo, trigger } = this.s;
    if (ier & IER_LINE_STATUS && this.s.overrun) return 0x06;
    if (ier & IER_RECEIVED && received.length > 0) {
      return !fifo || received.length >= trigger ? 0x04 : 0x0c;
    }
    if (ier & IER_THR_EMPTY && this.s.thrEmptyPending) return 0x02;
    if (ier & IER_MODEM_STATUS && this.s.modemDelta) return 0x00;
    return 0x01;
  }

  private identify(): number {
    this.markInput();
    const source = this.source();
    if (source === 0x02) this.s.thrEmptyPending = false;
    return source | (this.s.fifo ? 0xc0 : 0);
  }

  private markInput(): void {
    if (this.s.heardOutside) this.marker.timeDependent = true;
  }

  /** OUT2 gates the interrupt on a PC; in loopback the output pins are inactive. */
  private update(): void {
    const gated = (this.s.mcr & MCR_OUT2) !== 0 && !(this.s.mcr & MCR_LOOPBACK);
    this.setInterrupt(gated && this.source() !== 0x01);
  }
}
