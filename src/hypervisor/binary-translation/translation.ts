/** A *translation* (compiled code fragment): what the translator made of one unit of guest code. Immutable. */
import type { Instruction } from '../../machine/codec/instruction';
import type { Sensitivity } from '../../machine/codec/sensitivity';
import type { CodeRecord } from './emitter';

export interface GuestInstruction {
  readonly decoded: Instruction;
  readonly bytes: Uint8Array;
  readonly sensitivity: Sensitivity;
}

/** A place where control leaves for a guest address known when translating. */
export interface Exit {
  /** Offset of the 7-byte exit slot. */
  readonly slot: number;
  /** Offset of a Jcc's 4-byte displacement that can go to the target without the slot in between, else null. */
  readonly branch: number | null;
  /** Guest EIP it leads to. */
  readonly target: number;
}

export interface Translation {
  readonly id: number;
  /** Guest EIP it starts at. */
  readonly guestEip: number;
  /** Linear address of that EIP. */
  readonly guestLinear: number;
  readonly guest: readonly GuestInstruction[];
  /** The guest's bytes, as they were when translated. */
  readonly source: Uint8Array;
  /** Guest-physical frames the source lies in, by linear page number. */
  readonly pages: ReadonlyMap<number, number>;
  readonly tcAddress: number;
  readonly bytes: number;
  readonly records: readonly CodeRecord[];
  readonly exits: readonly Exit[];
}

/** The record whose machine instruction starts at or spans this cache address. */
export function recordAt(translation: Translation, tcAddress: number): CodeRecord | null {
  const offset = tcAddress - translation.tcAddress;
  for (const record of translation.records) {
    if (offset >= record.offset && offset < record.offset + record.length) return record;
  }
  // The padding behind a chained exit belongs to the exit before it and never executes.
  return null;
}
