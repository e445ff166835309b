/**
 * Lazy arithmetic flags in two words, uniform for all operations: no "last operation" to dispatch on.
 *
 * ```text
 * RES  the result, sign-extended to 32 bits            ZF = RES == 0, SF = sign, PF = parity of the low byte
 * AUX  bit 31 CF   bit 30 carry into the sign bit      OF = bit 31 ^ bit 30
 *      bit 3  AF   bits 15:8 and 16: corrections to PF's byte and to SF, for flags that no result produces (POPF)
 * ```
 *
 * For an addition the carry out of every bit is `(a & b) | ((a | b) & ~r)`, for a subtraction the borrow is
 * `(~a & b) | ((~a | b) & r)`; AUX keeps the three bits that matter.
 *
 * `shift` below is 32 minus the operand size; it moves an operand's sign bit to bit 31.
 */
import {
  EFLAGS_AF,
  EFLAGS_ARITHMETIC,
  EFLAGS_CF,
  EFLAGS_FIXED,
  EFLAGS_OF,
  EFLAGS_PF,
  EFLAGS_SF,
  EFLAGS_ZF,
  WORD,
} from './state';

export const RES = WORD.LAZY;
export const AUX = WORD.LAZY + 1;
/** CF, the carry into the sign bit, AF. */
export const AUX_CARRIES = 0xc0000008 | 0;

type Words = Int32Array;

export const isCarry = (r: Words): boolean => r[AUX]! < 0;
export const isZero = (r: Words): boolean => r[RES] === 0;
export const isSign = (r: Words): boolean => (r[RES]! ^ (r[AUX]! << 15)) < 0;
export const isOverflow = (r: Words): boolean => (r[AUX]! ^ (r[AUX]! << 1)) < 0;
export const isAdjust = (r: Words): boolean => (r[AUX]! & 8) !== 0;
export const isLess = (r: Words): boolean => {
  const aux = r[AUX]!;
  return (r[RES]! ^ (aux << 15) ^ aux ^ (aux << 1)) < 0;
};
export const isParity = (r: Words): boolean => {
  const byte = r[RES]! ^ (r[AUX]! >>> 8);
  return ((0x9669 >>> ((byte ^ (byte >>> 4)) & 15)) & 1) !== 0;
};
/** CF as 0 or 1. */
export const carryBit = (r: Words): number => r[AUX]! >>> 31;

/** The condition codes of Jcc, SETcc and CMOVcc, by their encoding. */
export const CONDITIONS: readonly ((r: Words) => boolean)[] = [
  isOverflow,
  (r) => !isOverflow(r),
  isCarry,
  (r) => !isCarry(r),
  isZero,
  (r) => !isZero(r),
  (r) => r[AUX]! < 0 || r[RES] === 0,
  (r) => r[AUX]! >= 0 && r[RES] !== 0,
  isSign,
  (r) => !isSign(r),
  isParity,
  (r) => !isParity(r),
  isLess,
  (r) => !isLess(r),
  (r) => r[RES] === 0 || isLess(r),
  (r) => r[RES] !== 0 && !isLess(r),
];

/**
 * EFLAGS as software sees them. The state block's EFLAGS word has the arithmetic bits clear at all times: looking
 * must not change the machine.
 */
export function materializeFlags(r: Words): number {
  let flags = (r[WORD.EFLAGS]! & ~EFLAGS_ARITHMETIC) | EFLAGS_FIXED;
  if (isCarry(r)) flags |= EFLAGS_CF;
  if (isParity(r)) flags |= EFLAGS_PF;
  if (isAdjust(r)) flags |= EFLAGS_AF;
  if (isZero(r)) flags |= EFLAGS_ZF;
  if (isSign(r)) flags |= EFLAGS_SF;
  if (isOverflow(r)) flags |= EFLAGS_OF;
  return flags;
}

/** Makes the lazy words say what the arithmetic bits of `flags` say. */
export function setArithmeticFlags(r: Words, flags: number): void {
  const zero = (flags & EFLAGS_ZF) !== 0;
  const parity = (flags & EFLAGS_PF) !== 0;
  const carry = flags & EFLAGS_CF;
  const overflow = flags & EFLAGS_OF ? 1 : 0;
  r[RES] = zero ? 0 : 1;
  r[AUX] =
    (carry << 31) |
    ((carry ^ overflow) << 30) |
    (flags & EFLAGS_AF ? 8 : 0) |
    (zero === parity ? 0 : 1 << 8) |
    (flags & EFLAGS_SF ? 1 << 16 : 0);
}

/** Changes CF and OF alone (rotates, multiplications). */
export function setCarryOverflow(r: Words, carry: number, overflow: number): void {
  r[AUX] = (r[AUX]! & 0x3fffffff) | (carry << 31) | ((carry ^ overflow) << 30);
}

/** Changes CF alone (CLC, STC, CMC, BT). */
export function setCarry(r: Words, carry: number): void {
  setCarryOverflow(r, carry, isOverflow(r) ? 1 : 0);
}

export const setZero = (r: Words, zero: boolean): void => {
  const flags = materializeFlags(r);
  setArithmeticFlags(r, zero ? flags | EFLAGS_ZF : flags & ~EFLAGS_ZF);
};

/** Result flags with CF = OF = AF = 0. @returns `result` */
export function logic(r: Words, result: number, shift: number): number {
  r[RES] = (result << shift) >> shift;
  r[AUX] = 0;
  return result;
}

/** Result and carries of an addition or subtraction. */
function arithmetic(r: Words, result: number, carries: number, shift: number): number {
  r[RES] = (result << shift) >> shift;
  r[AUX] = ((carries << shift) & 0xc0000000) | (carries & 8);
  return result;
}

/** What ALU operations look like; the result's bits above the operand size are junk. */
export type Alu = (r: Words, a: number, b: number, shift: number) => number;

export const add: Alu = (r, a, b, shift) => {
  const result = (a + b) | 0;
  return arithmetic(r, result, (a & b) | ((a | b) & ~result), shift);
};

export const adc: Alu = (r, a, b, shift) => {
  const result = (a + b + carryBit(r)) | 0;
  return arithmetic(r, result, (a & b) | ((a | b) & ~result), shift);
};

export const sub: Alu = (r, a, b, shift) => {
  const result = (a - b) | 0;
  return arithmetic(r, result, (~a & b) | ((~a | b) & result), shift);
};

export const sbb: Alu = (r, a, b, shift) => {
  const result = (a - b - carryBit(r)) | 0;
  return arithmetic(r, result, (~a & b) | ((~a | b) & result), shift);
};

export const and: Alu = (r, a, b, shift) => logic(r, a & b, shift);
export const or: Alu = (r, a, b, shift) => logic(r, a | b, shift);
export const xor: Alu = (r, a, b, shift) => logic(r, a ^ b, shift);

/** INC and DEC leave CF alone. */
export const inc: Alu = (r, a, _, shift) => {
  const carry = carryBit(r);
  const result = add(r, a, 1, shift);
  setCarry(r, carry);
  return result;
};

export const dec: Alu = (r, a, _, shift) => {
  const carry = carryBit(r);
  const result = sub(r, a, 1, shift);
  setCarry(r, carry);
  return result;
};
