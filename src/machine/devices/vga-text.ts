/**
 * The VGA as far as text mode needs it: the CRT controller's registers (cursor, start address), the status port that
 * shows the beam, and the miscellaneous output register. The picture itself is plain RAM at 0xB8000. The
 * attribute, sequencer, graphics and palette registers are in `vga-registers.ts`.
 *
 * It is always mode 3 (80 columns, 25 rows, 16 colours). Timing, palette and plane registers are kept and read back
 * but change nothing; going to graphics mode is loud.
 *
 * @see IBM VGA Technical Reference, "CRT Controller Registers" and "General Registers"
 */
import { CYCLES_PER_SECOND, type Scheduler } from '../clock';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';
import { VgaRegisters, type VgaRegistersState } from './vga-registers';

export const VGA_TEXT_BASE = 0xb8000;
export const VGA_COLUMNS = 80;
export const VGA_ROWS = 25;
/** One window of text memory: 32 KiB. */
const WINDOW_CELLS = 0x4000;

const CRTC_REGISTERS = 25;
const CURSOR_START = 0x0a;
const START_HIGH = 0x0c;
const CURSOR_HIGH = 0x0e;
const PROTECT = 0x11;
/** As firmware sets mode 3: 400 lines, cursor in scan lines 13-14. */
const MODE_3 = [
  0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00,
  0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
] as const;
/** Colour addresses (0x3Dx), RAM enabled, 28 MHz clock, 400 lines. */
const MISC_MODE_3 = 0x67;

/** 449 lines 70 times a second; 400 of them show the picture. */
const LINES = 449;
const FRAMES_PER_SECOND = 70;
const VISIBLE_LINES = 400;
const RETRACE_FIRST = 412;
const RETRACE_LINES = 2;
/** 640 of the 800 dots of a line show the picture. */
const VISIBLE_PART = 0.8;

export interface VgaTextState {
  readonly index: number;
  readonly crtc: readonly number[];
  readonly misc: number;
  readonly registers: VgaRegistersState;
}

/** What the screen shows. `bytes`: 80 x 25 cells, character then attribute. `cursor`: cell index, null = off. */
export interface Screen {
  readonly bytes: Uint8Array;
  readonly cursor: number | null;
}

export class VgaText implements PortDevice, Snapshotable<VgaTextState> {
  static readonly ports = [
    [0x3c0, 16],
    [0x3d4, 2],
    [0x3da, 1],
  ] as const;

  private index = 0;
  private crtc: number[] = [...MODE_3];
  private misc = MISC_MODE_3;
  private readonly registers = new VgaRegisters();

  constructor(
    private readonly clock: Pick<Scheduler, 'cycles'>,
    private readonly marker: ReadMarker,
  ) {}

  readPort(port: number): number {
    switch (port) {
      case 0x3d4:
        return this.index;
      case 0x3d5:
        return this.crtc[this.index] ?? 0;
      case 0x3cc:
        return this.misc;
      case 0x3c2: // input status 0: no interrupt, no sense line
        return 0;
      case 0x3da:
        this.marker.timeDependent = true;
        this.registers.attributeExpectsIndex();
        return this.beam();
      default:
        return this.registers.read(port);
    }
  }

  writePort(port: number, value: number): void {
    switch (port) {
      case 0x3d4:
        this.index = value & 0x1f;
        return;
      case 0x3d5:
        this.writeCrtc(value);
        return;
      case 0x3c2:
        this.misc = value;
        return;
      case 0x3cc: // read-only, as is 0x3da but for feature control, which does nothing here
      case 0x3da:
        return;
      default:
        this.registers.write(port, value);
    }
  }

  /**
   * The picture.
   * @param readByte physical memory, so that it can be a monitor's view of its guest's
   */
  screen(readByte: (physical: number) => number): Screen {
    const start = this.word(START_HIGH);
    const cells = VGA_COLUMNS * VGA_ROWS;
    const bytes = new Uint8Array(cells * 2);
    for (let cell = 0; cell < cells; cell++) {
      const at = VGA_TEXT_BASE + ((start + cell) % WINDOW_CELLS) * 2;
      bytes[cell * 2] = readByte(at);
      bytes[cell * 2 + 1] = readByte(at + 1);
    }
    const off = ((this.crtc[CURSOR_START] ?? 0) & 0x20) !== 0;
    const cursor = this.word(CURSOR_HIGH) - start;
    return { bytes, cursor: off || cursor < 0 || cursor >= cells ? null : cursor };
  }

  reset(): void {
    this.index = 0;
    this.crtc = [...MODE_3];
    this.misc = MISC_MODE_3;
    this.registers.reset();
  }

  save(): VgaTextState {
    const { index, misc } = this;
    return { index, crtc: this.crtc.slice(), misc, registers: this.registers.save() };
  }

  restore(state: VgaTextState): void {
    this.index = state.index;
    this.crtc = state.crtc.slice();
    this.misc = state.misc;
    this.registers.restore(state.registers);
  }

  private writeCrtc(value: number): void {
    if (this.index >= CRTC_REGISTERS) return;
    // Bit 7 of register 0x11 protects the horizontal timing.
    if (this.index < 8 && (this.crtc[PROTECT] ?? 0) & 0x80) return;
    this.crtc[this.index] = value;
  }

  private word(high: number): number {
    return ((this.crtc[high] ?? 0) << 8) | (this.crtc[high + 1] ?? 0);
  }

  /** Input status 1: bit 0 outside the picture, bit 3 in vertical retrace. */
  private beam(): number {
    const frames = (this.clock.cycles / CYCLES_PER_SECOND) * FRAMES_PER_SECOND;
    const line = (frames % 1) * LINES;
    const retrace = line >= RETRACE_FIRST && line < RETRACE_FIRST + RETRACE_LINES;
    const visible = line < VISIBLE_LINES && line % 1 < VISIBLE_PART;
    return (visible ? 0 : 0x01) | (retrace ? 0x08 : 0);
  }
}
