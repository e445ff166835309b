/**
 * The VGA's register groups that decide nothing in text mode but that real programs set up, save and restore:
 * attribute controller (0x3C0-1), sequencer (0x3C4-5), palette (0x3C6-9), graphics controller (0x3CE-F). They start as
 * firmware leaves them in mode 3. Asking for graphics is loud: there are no planes behind them.
 *
 * @see IBM VGA Technical Reference, "Attribute Controller Registers", "Sequencer Registers", "Graphics Controller
 * Registers", "Video DAC"
 */
import { NotImplemented } from '../outcome';
import type { Snapshotable } from '../snapshot';

const ATTRIBUTE_MODE_3 = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
  0x0c, 0x00, 0x0f, 0x08, 0x00,
] as const;
const SEQUENCER_MODE_3 = [0x03, 0x00, 0x03, 0x00, 0x02] as const;
const GRAPHICS_MODE_3 = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff] as const;
/** Bits that exist in each register. */
const ATTRIBUTE_BITS = [...new Array<number>(16).fill(0x3f), 0xef, 0xff, 0x3f, 0x0f, 0x0f];
const SEQUENCER_BITS = [0x03, 0x3d, 0x0f, 0x3f, 0x0e];
const GRAPHICS_BITS = [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff];
const GRAPHICS_MISC = 0x06;
const GRAPHICS_MODE_BIT = 0x01;
const ATTRIBUTE_MODE = 0x10;
/** Palette address source: the picture is on. */
const PALETTE_SOURCE = 0x20;
const DAC_WRITING = 0x00;
const DAC_READING = 0x03;

export interface VgaRegistersState {
  readonly attributeIndex: number;
  /** The next write to 0x3C0 is data, not an index. */
  readonly attributeData: boolean;
  readonly attribute: readonly number[];
  readonly sequencerIndex: number;
  readonly sequencer: readonly number[];
  readonly graphicsIndex: number;
  readonly graphics: readonly number[];
  readonly dacMask: number;
  /** Entry and component (red, green, blue) of the next palette access. */
  readonly dacEntry: number;
  readonly dacComponent: number;
  readonly dacState: number;
  /** 256 entries of red, green and blue, six bits each. */
  readonly dac: readonly number[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class VgaRegisters implements Snapshotable<VgaRegistersState> {
  private s: Mutable<VgaRegistersState> = start();

  /** Reading input status 1 puts the attribute controller's flip-flop back. */
  attributeExpectsIndex(): void {
    this.s.attributeData = false;
  }

  read(port: number): number {
    const { s } = this;
    switch (port) {
      case 0x3c0:
        return s.attributeIndex;
      case 0x3c1:
        return s.attribute[s.attributeIndex & 0x1f] ?? 0;
      case 0x3c4:
        return s.sequencerIndex;
      case 0x3c5:
        return s.sequencer[s.sequencerIndex] ?? 0;
      case 0x3c6:
        return s.dacMask;
      case 0x3c7:
        return s.dacState;
      case 0x3c8:
        return s.dacEntry;
      case 0x3c9:
        return this.nextComponent(null);
      case 0x3ce:
        return s.graphicsIndex;
      case 0x3cf:
        return s.graphics[s.graphicsIndex] ?? 0;
      default: // 0x3c3, 0x3ca, 0x3cb, 0x3cd: enable and feature control, which nothing here uses
        return 0;
    }
  }

  write(port: number, value: number): void {
    const { s } = this;
    switch (port) {
      case 0x3c0:
        if (s.attributeData) this.writeAttribute(value);
        else s.attributeIndex = value & 0x3f;
        s.attributeData = !s.attributeData;
        return;
      case 0x3c4:
        s.sequencerIndex = value & 0x07;
        return;
      case 0x3c5:
        s.sequencer = changed(s.sequencer, s.sequencerIndex, value, SEQUENCER_BITS);
        return;
      case 0x3c6:
        s.dacMask = value;
        return;
      case 0x3c7:
      case 0x3c8:
        s.dacEntry = value;
        s.dacComponent = 0;
        s.dacState = port === 0x3c7 ? DAC_READING : DAC_WRITING;
        return;
      case 0x3c9:
        this.nextComponent(value & 0x3f);
        return;
      case 0x3ce:
        s.graphicsIndex = value & 0x0f;
        return;
      case 0x3cf:
        if (s.graphicsIndex === GRAPHICS_MISC) refuseGraphics(value, 'graphics controller');
        s.graphics = changed(s.graphics, s.graphicsIndex, value, GRAPHICS_BITS);
        return;
      default:
        return;
    }
  }

  reset(): void {
    this.s = start();
  }

  save(): VgaRegistersState {
    return { ...this.s };
  }

  restore(state: VgaRegistersState): void {
    this.s = { ...state };
  }

  private writeAttribute(value: number): void {
    const index = this.s.attributeIndex & 0x1f;
    if (index === ATTRIBUTE_MODE) refuseGraphics(value, 'attribute controller');
    this.s.attribute = changed(this.s.attribute, index, value, ATTRIBUTE_BITS);
  }

  private nextComponent(write: number | null): number {
    const { s } = this;
    const at = s.dacEntry * 3 + s.dacComponent;
    const value = s.dac[at] ?? 0;
    if (write !== null) s.dac = s.dac.map((old, i) => (i === at ? write : old));
    s.dacComponent = (s.dacComponent + 1) % 3;
    if (s.dacComponent === 0) s.dacEntry = (s.dacEntry + 1) & 0xff;
    return value;
  }
}

function refuseGraphics(value: number, where: string): void {
  if (value & GRAPHICS_MODE_BIT) {
    throw new NotImplemented(`VGA graphics mode (${where}): only text mode is there`);
  }
}

function changed(
  registers: readonly number[],
  index: number,
  value: number,
  bits: readonly number[],
): readonly number[] {
  return registers.map((old, i) => (i === index ? value & (bits[i] ?? 0) : old));
}

function start(): VgaRegistersState {
  return {
    attributeIndex: PALETTE_SOURCE,
    attributeData: false,
    attribute: ATTRIBUTE_MODE_3,
    sequencerIndex: 0,
    sequencer: SEQUENCER_MODE_3,
    graphicsIndex: 0,
    graphics: GRAPHICS_MODE_3,
    dacMask: 0xff,
    dacEntry: 0,
    dacComponent: 0,
    dacState: DAC_WRITING,
    dac: firstPalette(),
  };
}

/**
 * The first 64 entries as firmware sets them: bits 5 to 0 of the number are r g b R G B, a capital worth two thirds and
 * a small letter one third of full brightness. The rest is black.
 */
function firstPalette(): number[] {
  const dac = new Array<number>(256 * 3).fill(0);
  for (let entry = 0; entry < 64; entry++) {
    for (let component = 0; component < 3; component++) {
      const strong = (entry >> (2 - component)) & 1;
      const weak = (entry >> (5 - component)) & 1;
      dac[entry * 3 + component] = strong * 42 + weak * 21;
    }
  }
  return dac;
}
