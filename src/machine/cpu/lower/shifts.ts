/**
 * Shifts, rotates, double shifts. A masked count of 0 changes nothing, flags included.
 * @see Intel SDM vol. 2, "SAL/SAR/SHL/SHR", "RCL/RCR/ROL/ROR", "SHLD", "SHRD"
 */
import { AUX, carryBit, RES, setCarryOverflow } from '../flags';
import {
  type Lowering,
  type LoweringTable,
  operandAt,
  placeOf,
  plain,
  registerNumber,
} from './site';

/** Result flags of a shift: AF is undefined and left 0. */
function shiftFlags(
  r: Int32Array,
  result: number,
  width: number,
  carry: number,
  overflow: number,
): void {
  const up = 32 - width;
  r[RES] = (result << up) >> up;
  r[AUX] = (carry << 31) | ((carry ^ overflow) << 30);
}

/** `value` is zero-extended (unsigned for 32 bits); `count` is 1..31. Returns the result, upper bits junk. */
type Shift = (r: Int32Array, value: number, count: number, width: number) => number;

const top = (value: number, width: number): number => (value >>> (width - 1)) & 1;

const shl: Shift = (r, value, count, width) => {
  const carry = count <= width ? (value >>> (width - count)) & 1 : 0;
  const result = value << count;
  shiftFlags(r, result, width, carry, top(result, width) ^ carry);
  return result;
};

const shr: Shift = (r, value, count, width) => {
  const carry = count <= width ? (value >>> (count - 1)) & 1 : 0;
  const result = value >>> count;
  shiftFlags(r, result, width, carry, count === 1 ? top(value, width) : 0);
  return result;
};

const sar: Shift = (r, value, count, width) => {
  const up = 32 - width;
  const signed = (value << up) >> up;
  const carry = (signed >> (count - 1)) & 1;
  const result = signed >> count;
  shiftFlags(r, result, width, carry, 0);
  return result;
};

const rol: Shift = (r, value, count, width) => {
  const n = count & (width - 1);
  const result = n === 0 ? value : (value << n) | (value >>> (width - n));
  const carry = result & 1;
  setCarryOverflow(r, carry, top(result, width) ^ carry);
  return result;
};

const ror: Shift = (r, value, count, width) => {
  const n = count & (width - 1);
  const result = n === 0 ? value : (value >>> n) | (value << (width - n));
  const carry = top(result, width);
  setCarryOverflow(r, carry, carry ^ ((result >>> (width - 2)) & 1));
  return result;
};

const rcl: Shift = (r, value, count, width) => {
  const n = count % (width + 1);
  let result = value;
  let carry = carryBit(r);
  for (let i = 0; i < n; i++) {
    const out = top(result, width);
    result = (result << 1) | carry;
    carry = out;
  }
  setCarryOverflow(r, carry, top(result, width) ^ carry);
  return result;
};

const rcr: Shift = (r, value, count, width) => {
  const n = count % (width + 1);
  let result = value;
  let carry = carryBit(r);
  for (let i = 0; i < n; i++) {
    const out = result & 1;
    result = ((result >>> 1) & ~(1 << (width - 1))) | (carry << (width - 1));
    carry = out;
  }
  setCarryOverflow(r, carry, top(result, width) ^ ((result >>> (width - 2)) & 1));
  return result;
};

const unsigned = (value: number): number => value >>> 0;

const shift =
  (operation: Shift): Lowering =>
  (site) => {
    const { core, size, parts } = site;
    const r = core.state;
    const width = 8 * size;
    const to = placeOf(site, 0);
    if (parts[1] === 'CL') {
      const u = core.byte;
      return plain(() => {
        const count = u[4]! & 31;
        const value = to.modify();
        // With count 0 memory is still read and written back unchanged.
        to.store(count === 0 ? value : operation(r, unsigned(value), count, width));
      });
    }
    const operand = operandAt(site, 1);
    const count = operand.kind === 'immediate' ? operand.value & 31 : 1;
    const target = operandAt(site, 0);
    if (count === 0) {
      return plain(() => {
        to.store(to.modify());
      });
    }
    if (size === 4 && target.kind === 'register') {
      const n = registerNumber(target.register);
      if (operation === shl) {
        return plain(() => {
          const value = r[n]!;
          const result = value << count;
          const carry = (value << (count - 1)) & 0x80000000;
          r[n] = result;
          r[RES] = result;
          // OF = CF ^ sign: the carry into the sign bit is the sign itself.
          r[AUX] = carry | ((result >>> 1) & 0x40000000);
        });
      }
      if (operation === sar) {
        return plain(() => {
          const value = r[n]!;
          const result = value >> count;
          const carry = (value >> (count - 1)) & 1;
          r[n] = result;
          r[RES] = result;
          r[AUX] = (carry << 31) | (carry << 30);
        });
      }
      if (operation === rol) {
        return plain(() => {
          const value = r[n]!;
          const result = (value << count) | (value >>> (32 - count));
          r[n] = result;
          // CF is bit 0; OF = CF ^ sign, so the carry into the sign bit is the sign itself.
          r[AUX] = (r[AUX]! & 0x3fffffff) | (result << 31) | ((result >>> 1) & 0x40000000);
        });
      }
      if (operation === ror) {
        return plain(() => {
          const value = r[n]!;
          const result = (value >>> count) | (value << (32 - count));
          r[n] = result;
          // CF is the sign; OF = CF ^ bit 30, so the carry into the sign bit is bit 30.
          r[AUX] = (r[AUX]! & 0x3fffffff) | (result & 0xc0000000);
        });
      }
      if (operation === shr) {
        return plain(() => {
          const value = r[n]!;
          const result = value >>> count;
          const carry = (value >>> (count - 1)) & 1;
          const overflow = count === 1 ? value >>> 31 : 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = (carry << 31) | ((carry ^ overflow) << 30);
        });
      }
    }
    return plain(() => {
      const value = to.modify();
      to.store(operation(r, unsigned(value), count, width));
    });
  };

/** SHLD and SHRD. For 16 bits and counts above 16 the result is undefined; ours shifts the source in again. */
const doubleShift =
  (left: boolean): Lowering =>
  (site) => {
    const { core, size, parts } = site;
    const r = core.state;
    const width = 8 * size;
    const to = placeOf(site, 0);
    const from = placeOf(site, 1);
    const u = core.byte;
    const operand = operandAt(site, 2);
    const fixed = operand.kind === 'immediate' && parts[2] !== 'CL' ? operand.value & 31 : -1;
    return plain(() => {
      const count = fixed < 0 ? u[4]! & 31 : fixed;
      const value = to.modify();
      if (count === 0) {
        to.store(value);
        return;
      }
      const source = from.read();
      let result: number;
      let carry: number;
      if (left) {
        carry = bitOfPair(value, source, width, count);
        result = pairLeft(value, source, width, count);
      } else {
        carry = count <= width ? (value >>> (count - 1)) & 1 : (source >>> (count - width - 1)) & 1;
        result = pairRight(value, source, width, count);
      }
      const overflow = top(result, width) ^ top(value, width);
      shiftFlags(r, result, width, carry, overflow);
      to.store(result);
    });
  };

/** Last bit shifted out to the left of value:source:value. */
function bitOfPair(value: number, source: number, width: number, count: number): number {
  return count <= width ? (value >>> (width - count)) & 1 : (source >>> (2 * width - count)) & 1;
}

function pairLeft(value: number, source: number, width: number, count: number): number {
  if (width === 32) return (value << count) | (source >>> (32 - count));
  if (count <= 16) return (value << count) | ((source & 0xffff) >>> (16 - count));
  return (source << (count - 16)) | ((value & 0xffff) >>> (32 - count));
}

function pairRight(value: number, source: number, width: number, count: number): number {
  if (width === 32) return (value >>> count) | (source << (32 - count));
  if (count <= 16) return ((value & 0xffff) >>> count) | (source << (16 - count));
  return ((source & 0xffff) >>> (count - 16)) | (value << (32 - count));
}

export const SHIFTS: LoweringTable = {
  Rol: shift(rol),
  Ror: shift(ror),
  Rcl: shift(rcl),
  Rcr: shift(rcr),
  Shl: shift(shl),
  Sal: shift(shl),
  Shr: shift(shr),
  Sar: shift(sar),
  Shld: doubleShift(true),
  Shrd: doubleShift(false),
};
