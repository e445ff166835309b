/**
 * Multiplication, division, and the decimal adjustments.
 * Undefined flags are left as the Pentium-class silicon we compared with leaves them, where known.
 * @see Intel SDM vol. 2, "MUL", "IMUL", "DIV", "IDIV", "AAA", "AAD", "AAM", "AAS", "DAA", "DAS"
 */
import { raise } from '../fault';
import {
  AUX,
  isAdjust,
  isCarry,
  logic,
  materializeFlags,
  RES,
  setArithmeticFlags,
  setCarryOverflow,
} from '../flags';
import { CR0_PE, EFLAGS_AF, EFLAGS_CF, EFLAGS_OF, VECTOR, WORD } from '../state';
import {
  immediateOf,
  type Lowered,
  type Lowering,
  type LoweringTable,
  operandAt,
  placeOf,
  plain,
  registerNumber,
  type Site,
} from './site';

const raiseDivideError = (): never => raise(VECTOR.DE);

/** MUL and one-operand IMUL: accumulator times source into AX, DX:AX or EDX:EAX. */
const multiplyWide =
  (signed: boolean): Lowering =>
  (site) => {
    const { core, size } = site;
    const { gpr, half, byte, state } = core;
    const from = placeOf(site, 0);
    if (size === 4) {
      return plain(() => {
        const a = gpr[0]!;
        const b = from.read();
        const product = signed ? BigInt(a) * BigInt(b) : BigInt(a >>> 0) * BigInt(b >>> 0);
        const low = Number(BigInt.asIntN(32, product));
        const high = Number(BigInt.asIntN(32, product >> 32n));
        gpr[0] = low;
        gpr[2] = high;
        const wide = signed ? high !== low >> 31 : high !== 0;
        logic(state, low, 0);
        setCarryOverflow(state, wide ? 1 : 0, wide ? 1 : 0);
      });
    }
    const up = 32 - 8 * size;
    return plain(() => {
      const a = size === 2 ? half[0]! : byte[0]!;
      const b = from.read();
      const product = signed ? ((a << up) >> up) * ((b << up) >> up) : a * b;
      if (size === 2) {
        half[0] = product;
        half[4] = product >>> 16;
      } else half[0] = product;
      const wide = signed
        ? product !== (product << up) >> up
        : product >>> 0 !== (product & (size === 2 ? 0xffff : 0xff));
      logic(state, product, up);
      setCarryOverflow(state, wide ? 1 : 0, wide ? 1 : 0);
    });
  };

/** IMUL of 32-bit registers, two or three operands. */
function fastMultiply(site: Site): Lowered | null {
  if (site.size !== 4) return null;
  const r = site.core.state;
  const operands = site.ins.operands;
  const three = site.parts.length === 3;
  const target = operandAt(site, 0);
  const source = operandAt(site, 1);
  if (target.kind !== 'register' || source.kind !== 'register') return null;
  const n = registerNumber(target.register);
  const k = registerNumber(source.register);
  const finish = (a: number, b: number): void => {
    const result = Math.imul(a, b);
    r[n] = result;
    r[RES] = result;
    // CF and OF: the product does not fit (see `multiply`). OF = CF ^ bit 30 of AUX.
    r[AUX] = a * b === result ? 0 : AUX_CARRY;
  };
  if (!three) return plain(() => finish(r[n]!, r[k]!));
  const value = immediateOf(operands[2]!, 4);
  return plain(() => finish(r[k]!, value));
}

const AUX_CARRY = 0x80000000 | 0;

/** IMUL with two or three operands; with one it is `multiplyWide`. */
const multiply: Lowering = (site) => {
  if (site.parts.length === 1) return multiplyWide(true)(site);
  const { core, size } = site;
  const r = core.state;
  const up = 32 - 8 * size;
  const quick = fastMultiply(site);
  if (quick) return quick;
  const to = placeOf(site, 0);
  const left = site.parts.length === 3 ? placeOf(site, 1) : to;
  const right = site.parts.length === 3 ? placeOf(site, 2) : placeOf(site, 1);
  return plain(() => {
    const a = (left.read() << up) >> up;
    const b = (right.read() << up) >> up;
    const result = (Math.imul(a, b) << up) >> up;
    // Below 2^53 the double product is exact; above, it is far from any 32-bit number.
    const wide = a * b !== result;
    to.write(result);
    logic(r, result, up);
    setCarryOverflow(r, wide ? 1 : 0, wide ? 1 : 0);
  });
};

/** DIV. Flags are undefined; ours keep their values. */
const divide: Lowering = (site) => {
  const { core, size } = site;
  const { gpr, half, byte } = core;
  const from = placeOf(site, 0);
  if (size === 1) {
    return plain(() => {
      const divisor = from.read();
      if (divisor === 0) raiseDivideError();
      const dividend = half[0]!;
      const quotient = Math.floor(dividend / divisor);
      if (quotient > 0xff) raiseDivideError();
      byte[1] = dividend % divisor;
      byte[0] = quotient;
    });
  }
  if (size === 2) {
    return plain(() => {
      const divisor = from.read();
      if (divisor === 0) raiseDivideError();
      const dividend = ((half[4]! << 16) | half[0]!) >>> 0;
      const quotient = Math.floor(dividend / divisor);
      if (quotient > 0xffff) raiseDivideError();
      half[0] = quotient;
      half[4] = dividend % divisor;
    });
  }
  return plain(() => {
    const divisor = from.read() >>> 0;
    if (divisor === 0) raiseDivideError();
    const high = gpr[2]! >>> 0;
    const low = gpr[0]! >>> 0;
    if (high === 0) {
      gpr[0] = (low / divisor) >>> 0;
      gpr[2] = low % divisor;
      return;
    }
    if (high >= divisor) raiseDivideError();
    const dividend = (BigInt(high) << 32n) | BigInt(low);
    const by = BigInt(divisor);
    gpr[0] = Number(BigInt.asIntN(32, dividend / by));
    gpr[2] = Number(BigInt.asIntN(32, dividend % by));
  });
};

const divideSigned: Lowering = (site) => {
  const { core, size } = site;
  const { gpr, half, byte } = core;
  const from = placeOf(site, 0);
  if (size !== 4) {
    const up = 32 - 8 * size;
    const most = 2 ** (8 * size - 1);
    return plain(() => {
      const divisor = (from.read() << up) >> up;
      if (divisor === 0) raiseDivideError();
      const dividend = size === 1 ? (half[0]! << 16) >> 16 : (half[4]! << 16) | half[0]!;
      const quotient = Math.trunc(dividend / divisor);
      if (quotient >= most || quotient < -most) raiseDivideError();
      const remainder = dividend % divisor;
      if (size === 1) {
        byte[0] = quotient;
        byte[1] = remainder;
      } else {
        half[0] = quotient;
        half[4] = remainder;
      }
    });
  }
  return plain(() => {
    const divisor = from.read();
    if (divisor === 0) raiseDivideError();
    const dividend = (BigInt(gpr[2]!) << 32n) | BigInt(gpr[0]! >>> 0);
    const by = BigInt(divisor);
    const quotient = dividend / by;
    if (quotient > 0x7fffffffn || quotient < -0x80000000n) raiseDivideError();
    gpr[0] = Number(quotient);
    gpr[2] = Number(dividend % by);
  });
};

/** DAA and DAS. */
const decimalAdjust =
  (subtract: boolean): Lowering =>
  ({ core }) => {
    const { byte, state } = core;
    return plain(() => {
      const old = byte[0]!;
      const oldCarry = isCarry(state);
      const low = (old & 15) > 9 || isAdjust(state);
      let carry = false;
      let al = old;
      if (low) {
        al += subtract ? -6 : 6;
        carry = oldCarry || al < 0 || al > 0xff;
      }
      if (old > 0x99 || oldCarry) {
        al += subtract ? -0x60 : 0x60;
        carry = true;
      } else if (!subtract) carry = false;
      byte[0] = al;
      logic(state, al & 0xff, 24);
      mergeFlags(state, (carry ? EFLAGS_CF : 0) | (low ? EFLAGS_AF : 0));
    });
  };

/** Sets CF and AF after the result flags; OF is 0. */
function mergeFlags(state: Int32Array, bits: number): void {
  const others = materializeFlags(state) & ~(EFLAGS_CF | EFLAGS_AF | EFLAGS_OF);
  setArithmeticFlags(state, others | bits);
}

/** AAA and AAS. */
const asciiAdjust =
  (subtract: boolean): Lowering =>
  ({ core }) => {
    const { byte, half, state } = core;
    return plain(() => {
      const adjust = (byte[0]! & 15) > 9 || isAdjust(state);
      if (adjust) {
        if (subtract) {
          half[0]! -= 6;
          byte[1]!--;
        } else half[0]! += 0x106;
      }
      byte[0]! &= 15;
      logic(state, byte[0]!, 24);
      mergeFlags(state, adjust ? EFLAGS_CF | EFLAGS_AF : 0);
    });
  };

const adjustAfterMultiply: Lowering = (site) => {
  const { byte, state } = site.core;
  const radix = immediateOf(operandAt(site, 0), 1);
  return plain(() => {
    const al = byte[0]!;
    if (radix === 0) {
      // An 80286 pushes flags of a half-done division; recordings of protected mode do not look.
      if ((state[WORD.CR0]! & CR0_PE) === 0) logic(state, al >> 1, 24);
      raiseDivideError();
    }
    byte[1] = al / radix;
    byte[0] = al % radix;
    logic(state, byte[0]!, 24);
  });
};

const adjustBeforeDivide: Lowering = (site) => {
  const { byte, half, state } = site.core;
  const radix = immediateOf(operandAt(site, 0), 1);
  return plain(() => {
    half[0] = (byte[0]! + byte[1]! * radix) & 0xff;
    logic(state, byte[0]!, 24);
  });
};

/** SALC, undocumented: AL = CF ? FFh : 0. */
const setAlFromCarry: Lowering = ({ core }) => {
  const { byte, state } = core;
  return plain(() => {
    byte[0] = isCarry(state) ? 0xff : 0;
  });
};

export const MULTIPLY: LoweringTable = {
  Mul: multiplyWide(false),
  Imul: multiply,
  Div: divide,
  Idiv: divideSigned,
  Daa: decimalAdjust(false),
  Das: decimalAdjust(true),
  Aaa: asciiAdjust(false),
  Aas: asciiAdjust(true),
  Aam: adjustAfterMultiply,
  Aad: adjustBeforeDivide,
  Salc: setAlFromCarry,
};
