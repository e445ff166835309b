/**
 * What a lowering gets and gives: one decoded instruction in, one closure over the machine's arrays out.
 *
 * iced's `Code` names say everything about the encoding form (`Add_rm32_imm8`, `Loopne_rel8_16_CX`); the part before
 * the first underscore picks the lowering, the others give sizes.
 */
import { Register } from 'iced-x86';
import type { Instruction, MemoryOperand, Operand } from '../../codec/instruction';
import { type Core, ZERO_WORD } from '../core';
import { SEG } from '../state';

import type { Head, Tail } from './fuse';
export type Op = () => void;
export type Size = 1 | 2 | 4;

export interface Site {
  readonly core: Core;
  readonly ins: Instruction;
  /** Parts of the code name after the first: `['rm32', 'imm8']`. */
  readonly parts: readonly string[];
  readonly stem: string;
  /** Operand size in bytes, from the parts (or the stem's w/d suffix). */
  readonly size: Size;
  /** EIP after the instruction. */
  readonly next: number;
}

export interface Lowered {
  readonly op: Op;
  /** Last of its block. */
  readonly ends: boolean;
  /** A block of its own: counters and events must be exact while it executes. */
  readonly alone: boolean;
  /** Leaves EIP where execution continues; otherwise the run loop moves it past the instruction. */
  readonly setsEip: boolean;
  /** Can be fused with a conditional branch behind it. */
  readonly head?: Head;
  readonly tail?: Tail;
}

export type Lowering = (site: Site) => Lowered;
export type LoweringTable = Record<string, Lowering>;

export const plain = (op: Op): Lowered => ({ op, ends: false, alone: false, setsEip: false });
/** A branch: writes EIP itself. */
export const branch = (op: Op): Lowered => ({ op, ends: true, alone: false, setsEip: true });
/** Ends the block because what follows may see different segments. */
export const last = (op: Op): Lowered => ({ op, ends: true, alone: false, setsEip: false });
/** System instruction: alone in its block, EIP moves on by itself. */
export const alone = (op: Op): Lowered => ({ op, ends: true, alone: true, setsEip: false });
/** System instruction that transfers control. */
export const aloneBranch = (op: Op): Lowered => ({ op, ends: true, alone: true, setsEip: true });

const SEGMENT_OF: Partial<Record<Register, number>> = {
  [Register.ES]: SEG.ES,
  [Register.CS]: SEG.CS,
  [Register.SS]: SEG.SS,
  [Register.DS]: SEG.DS,
  [Register.FS]: SEG.FS,
  [Register.GS]: SEG.GS,
};

/** Our number of a segment register. */
export function segmentNumber(register: Register): number {
  return SEGMENT_OF[register] ?? SEG.DS;
}

/** Number 0..7 of a general register of any size, as encoded. */
export function registerNumber(register: Register): number {
  if (register >= Register.EAX) return register - Register.EAX;
  if (register >= Register.AX) return register - Register.AX;
  return register - Register.AL;
}

/** Index into the byte view of AL CL DL BL AH CH DH BH. */
export function byteIndex(register: Register): number {
  const n = register - Register.AL;
  return n < 4 ? n * 4 : (n - 4) * 4 + 1;
}

/** A memory operand ready for `(r[b] + (r[x] << s) + d) & m`; absent registers read the block's zero word. */
export interface Address {
  readonly seg: number;
  readonly b: number;
  readonly x: number;
  readonly s: number;
  readonly d: number;
  readonly m: number;
}

const SHIFT_OF = { 1: 0, 2: 1, 4: 2, 8: 3 } as const;

const wordOf = (register: Register): number =>
  register === Register.None ? ZERO_WORD : registerNumber(register);

export function addressOf(operand: MemoryOperand): Address {
  return {
    seg: segmentNumber(operand.segment),
    b: wordOf(operand.base),
    x: wordOf(operand.index),
    s: SHIFT_OF[operand.scale],
    d: operand.displacement,
    m: operand.addressSize === 16 ? 0xffff : -1,
  };
}

/** Effective address alone, as a closure. */
export function effectiveAddress(core: Core, operand: MemoryOperand): () => number {
  const { b, x, s, d, m } = addressOf(operand);
  const r = core.state;
  return () => (r[b]! + (r[x]! << s) + d) & m;
}

/** Something an instruction reads and writes: register or memory of one size. 32-bit values are signed, others unsigned. */
export interface Place {
  read(): number;
  write(value: number): void;
  /** Reads what `store` will write back; memory checks the write permission first. */
  modify(): number;
  store(value: number): void;
}

export function placeOf(site: Site, index: number, size: Size = site.size): Place {
  const operand = operandAt(site, index);
  if (operand.kind === 'register') return registerPlace(site.core, operand.register, size);
  if (operand.kind === 'memory') return memoryPlace(site.core, operand, size);
  const value = immediateOf(operand, size);
  const readOnly = (): never => {
    throw new Error('an immediate is not written');
  };
  return { read: () => value, write: readOnly, modify: () => value, store: readOnly };
}

export function operandAt(site: Site, index: number): Operand {
  const operand = site.ins.operands[index];
  if (!operand) throw new Error(`${site.stem} has no operand ${index}`);
  return operand;
}

export function immediateOf(operand: Operand, size: Size): number {
  if (operand.kind !== 'immediate') throw new Error('operand is an immediate');
  return size === 4 ? operand.value : operand.value & (size === 2 ? 0xffff : 0xff);
}

export function registerPlace(core: Core, register: Register, size: Size): Place {
  if (size === 4) {
    const n = registerNumber(register);
    const r = core.gpr;
    const read = (): number => r[n]!;
    const write = (value: number): void => {
      r[n] = value;
    };
    return { read, write, modify: read, store: write };
  }
  const n = size === 2 ? registerNumber(register) * 2 : byteIndex(register);
  if (size === 2) {
    const h = core.half;
    const read = (): number => h[n]!;
    const write = (value: number): void => {
      h[n] = value;
    };
    return { read, write, modify: read, store: write };
  }
  const u = core.byte;
  const read = (): number => u[n]!;
  const write = (value: number): void => {
    u[n] = value;
  };
  return { read, write, modify: read, store: write };
}

export function memoryPlace(core: Core, operand: MemoryOperand, size: Size): Place {
  const { seg, b, x, s, d, m } = addressOf(operand);
  const r = core.state;
  const a = core.access;
  if (size === 4) {
    return {
      read: () => a.read32(seg, (r[b]! + (r[x]! << s) + d) & m),
      write: (value) => a.write32(seg, (r[b]! + (r[x]! << s) + d) & m, value),
      modify: () => a.modify32(seg, (r[b]! + (r[x]! << s) + d) & m),
      store: (value) => a.store32(value),
    };
  }
  if (size === 2) {
    return {
      read: () => a.read16(seg, (r[b]! + (r[x]! << s) + d) & m),
      write: (value) => a.write16(seg, (r[b]! + (r[x]! << s) + d) & m, value),
      modify: () => a.modify16(seg, (r[b]! + (r[x]! << s) + d) & m),
      store: (value) => a.store16(value),
    };
  }
  return {
    read: () => a.read8(seg, (r[b]! + (r[x]! << s) + d) & m),
    write: (value) => a.write8(seg, (r[b]! + (r[x]! << s) + d) & m, value),
    modify: () => a.modify8(seg, (r[b]! + (r[x]! << s) + d) & m),
    store: (value) => a.store8(value),
  };
}

/** 32 minus the operand size in bits: moves the sign bit to bit 31. */
export const shiftOf = (size: Size): number => 32 - 8 * size;
