/**
 * What layout gives: sections with their bytes, what names stand for, and which line each byte comes from.
 *
 * Only the shapes, for those who write files, listings and source maps from them; `layout.ts` makes them.
 */
import type { Bitness } from '../machine/codec/instruction';
import type { Origin } from './origin';

/** Bytes of one source line, at their final address. */
export interface Placed {
  readonly origin: Origin;
  readonly section: string;
  readonly address: number;
  readonly offset: number;
  readonly length: number;
  readonly isCode: boolean;
  /** Of an instruction: of the code it is encoded for. */
  readonly bits: Bitness | null;
}

export interface PlacedLabel {
  readonly value: bigint;
  /** Null for the fields of a structure and in `absolute`: offsets rather than places. */
  readonly section: string | null;
  readonly origin: Origin;
}

export interface LaidOutSection {
  readonly name: string;
  /** Where it runs. */
  readonly address: number;
  /** Where it is loaded, and so lies in a flat image: elsewhere for a section with `vstart`. */
  readonly loadAddress: number;
  readonly size: number;
  readonly align: number;
  /** Occupies memory but no file bytes (`.bss`). */
  readonly nobits: boolean;
  /** `size` bytes; empty for nobits sections. */
  readonly bytes: Uint8Array;
}

export interface Layout {
  readonly sections: readonly LaidOutSection[];
  readonly labels: ReadonlyMap<string, PlacedLabel>;
  /** What `equ` made. */
  readonly constants: ReadonlyMap<string, PlacedLabel>;
  readonly placed: readonly Placed[];
  readonly origin: number;
  /** What the preprocessor and the parser asked for while reading, by number. */
  readonly probes: readonly bigint[];
}
