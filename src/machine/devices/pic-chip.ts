/**
 * One 8259A programmable interrupt controller. The cascaded pair of a PC is in `pic.ts`.
 *
 * Left out: buffered mode (its pin drives nothing here) and MCS-80/85 mode, which nobody used with an 8086; asking
 * for the latter is loud.
 *
 * @see Intel 8259A datasheet (231468): "Initialization Command Words", "Operation Command Words", "Edge and
 * Level Triggered Modes", "Fully Nested Mode", "Special Mask Mode", "Poll Command"
 */
import { hex8 } from '../../base/hex';
import { NotImplemented } from '../outcome';
import type { Snapshotable } from '../snapshot';

export interface PicChipState {
  /** Levels on IR0..IR7 now. */
  readonly lines: number;
  /** Edge sense: lines that rose and were not acknowledged; a line must fall before it can ask again. */
  readonly irr: number;
  readonly isr: number;
  readonly imr: number;
  /** Vector of IR0; a multiple of 8. */
  readonly base: number;
  /** Next initialization word expected: 0 = none, else 2, 3 or 4. */
  readonly expected: number;
  /** ICW1 was ever written and its sequence completed. */
  readonly ready: boolean;
  readonly single: boolean;
  readonly levelTriggered: boolean;
  /** ICW3: master, lines with a slave; slave, its identity. */
  readonly cascade: number;
  readonly autoEoi: boolean;
  readonly rotateOnAutoEoi: boolean;
  readonly specialFullyNested: boolean;
  readonly specialMask: boolean;
  /** The line with the lowest priority; the next one up has the highest. */
  readonly lowest: number;
  readonly readIsr: boolean;
  readonly polling: boolean;
}

/** Before ICW1 the chip's contents are undefined; ours asks for nothing and masks everything. */
const RESET: PicChipState = {
  lines: 0,
  irr: 0,
  isr: 0,
  imr: 0xff,
  base: 0,
  expected: 0,
  ready: false,
  single: false,
  levelTriggered: false,
  cascade: 0,
  autoEoi: false,
  rotateOnAutoEoi: false,
  specialFullyNested: false,
  specialMask: false,
  lowest: 7,
  readIsr: false,
  polling: false,
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class PicChip implements Snapshotable<PicChipState> {
  private s: Mutable<PicChipState> = { ...RESET };

  /** @param slaveLines lines that a slave chip is wired to (a master's IR2), 0 for a slave */
  constructor(private readonly slaveLines: number) {}

  get irr(): number {
    // In level-triggered mode the request register follows the lines.
    return this.s.levelTriggered ? this.s.lines : this.s.irr;
  }
  get isr(): number {
    return this.s.isr;
  }
  get imr(): number {
    return this.s.imr;
  }
  get base(): number {
    return this.s.base;
  }
  /** The next read of port 0 is a poll, which acknowledges. */
  get polling(): boolean {
    return this.s.polling;
  }
  /** The next read of port 0 shows the in-service register, not the request register. */
  get readsIsr(): boolean {
    return this.s.readIsr;
  }

  /** Sets the level on one IR line. @returns true if this made a new request of a chip that is initialized */
  setLine(line: number, high: boolean): boolean {
    const bit = 1 << line;
    const was = (this.s.lines & bit) !== 0;
    if (was === high) return false;
    if (high) {
      this.s.lines |= bit;
      this.s.irr |= bit;
      return this.s.ready;
    }
    // A request must stay high until it is acknowledged, or it is withdrawn ("the default IR7").
    this.s.lines &= ~bit;
    this.s.irr &= ~bit;
    return false;
  }

  /** The line that would be acknowledged now, or null: what drives the INT pin. */
  request(): number | null {
    return this.best(this.irr);
  }

  /** Whether INT would rise if this line asked: neither masked nor behind one in service. */
  wouldRequest(line: number): boolean {
    return this.best(1 << line) === line;
  }

  /**
   * The INTA sequence: moves the best request into service.
   * @returns the line, or null if nothing asks any more: the chip then answers as IR7, without in-service bit
   */
  acknowledge(): number | null {
    const line = this.request();
    if (line === null) return null;
    this.s.irr &= ~(1 << line);
    if (this.s.autoEoi) {
      if (this.s.rotateOnAutoEoi) this.s.lowest = line;
    } else {
      this.s.isr |= 1 << line;
    }
    return line;
  }

  /** A0 = 0: ICW1, OCW2 or OCW3, told apart by bits 4 and 3. */
  writeCommand(value: number): void {
    if (value & 0x10) this.writeIcw1(value);
    else if (value & 0x08) this.writeOcw3(value);
    else this.writeOcw2(value);
  }

  /** A0 = 1: the initialization words after ICW1, else OCW1, the mask. */
  writeData(value: number): void {
    switch (this.s.expected) {
      case 2:
        this.s.base = value & 0xf8;
        this.expect(this.s.single ? 4 : 3);
        return;
      case 3:
        this.s.cascade = value;
        this.expect(4);
        return;
      case 4:
        this.writeIcw4(value);
        this.expect(0);
        return;
      default:
        this.s.imr = value;
    }
  }

  /** A0 = 0 outside polling: IRR or ISR, as OCW3 chose. */
  readStatus(): number {
    return this.s.readIsr ? this.s.isr : this.irr;
  }

  /** Ends polling and acknowledges. @returns bit 7 set and the line, or 0 if nothing asks */
  poll(): number {
    this.s.polling = false;
    const line = this.acknowledge();
    return line === null ? 0 : 0x80 | line;
  }

  reset(): void {
    // The wires are outside the chip: a device that holds its line still holds it.
    this.s = { ...RESET, lines: this.s.lines };
  }

  save(): PicChipState {
    return { ...this.s };
  }

  restore(state: PicChipState): void {
    this.s = { ...state };
  }

  /** The best of these lines that may ask now, or null. */
  private best(lines: number): number | null {
    if (!this.s.ready) return null;
    const asking = lines & ~this.s.imr;
    if (asking === 0) return null;
    // In special mask mode a masked line in service blocks nobody.
    const serving = this.s.specialMask ? this.s.isr & ~this.s.imr : this.s.isr;
    for (let i = 1; i <= 8; i++) {
      const line = (this.s.lowest + i) & 7;
      const bit = 1 << line;
      // Special fully nested: a slave's line in service still lets that slave's better ones through.
      const through = this.s.specialFullyNested && (this.slaveLines & bit) !== 0;
      if (asking & bit && (through || !(serving & bit))) return line;
      if (serving & bit) return null;
    }
    return null;
  }

  private writeIcw1(value: number): void {
    if (!(value & 0x01)) {
      throw new NotImplemented(`8259A ICW1 0x${hex8(value)} without ICW4: MCS-80/85 mode`);
    }
    this.s = {
      ...RESET,
      lines: this.s.lines,
      base: this.s.base,
      imr: 0,
      single: (value & 0x02) !== 0,
      levelTriggered: (value & 0x08) !== 0,
      expected: 2,
    };
  }

  private writeIcw4(value: number): void {
    if (!(value & 0x01)) {
      throw new NotImplemented(`8259A ICW4 0x${hex8(value)}: MCS-80/85 mode`);
    }
    this.s.autoEoi = (value & 0x02) !== 0;
    this.s.specialFullyNested = (value & 0x10) !== 0;
  }

  private expect(word: number): void {
    this.s.expected = word;
    this.s.ready = word === 0;
  }

  /** OCW2: end of interrupt and rotation, selected by R, SL, EOI. */
  private writeOcw2(value: number): void {
    const line = value & 7;
    switch (value >> 5) {
      case 0b000:
        this.s.rotateOnAutoEoi = false;
        return;
      case 0b001:
        this.endHighest();
        return;
      case 0b010: // no operation
        return;
      case 0b011:
        this.s.isr &= ~(1 << line);
        return;
      case 0b100:
        this.s.rotateOnAutoEoi = true;
        return;
      case 0b101: {
        const ended = this.endHighest();
        if (ended !== null) this.s.lowest = ended;
        return;
      }
      case 0b110:
        this.s.lowest = line;
        return;
      case 0b111:
        this.s.isr &= ~(1 << line);
        this.s.lowest = line;
        return;
    }
  }

  /** Nonspecific EOI: ends the in-service line of highest priority; masked ones do not count in special mask mode. */
  private endHighest(): number | null {
    const serving = this.s.specialMask ? this.s.isr & ~this.s.imr : this.s.isr;
    for (let i = 1; i <= 8; i++) {
      const line = (this.s.lowest + i) & 7;
      if (serving & (1 << line)) {
        this.s.isr &= ~(1 << line);
        return line;
      }
    }
    return null;
  }

  private writeOcw3(value: number): void {
    if (value & 0x40) this.s.specialMask = (value & 0x20) !== 0;
    if (value & 0x04) this.s.polling = true;
    else if (value & 0x02) this.s.readIsr = (value & 0x01) !== 0;
  }
}
