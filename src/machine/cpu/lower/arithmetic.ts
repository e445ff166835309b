/** ADD ADC SUB SBB CMP AND OR XOR TEST INC DEC NEG NOT, and the exchanges built on them. */
import type { Instruction } from '../../codec/instruction';
import * as flags from '../flags';
import { AUX, AUX_CARRIES, RES } from '../flags';
import type { Head } from './fuse';
import {
  addressOf,
  byteIndex,
  immediateOf,
  type Lowered,
  type Lowering,
  type LoweringTable,
  operandAt,
  placeOf,
  plain,
  registerNumber,
  type Site,
  shiftOf,
} from './site';

function headOf(site: Site, alu: flags.Alu): Head | null {
  const left = operandAt(site, 0);
  const right = operandAt(site, 1);
  if (site.size !== 4 || left.kind !== 'register') return null;
  const n = registerNumber(left.register);
  if (right.kind === 'register') {
    const kind = alu === flags.and ? 'test' : 'compare';
    return { kind, left: n, right: registerNumber(right.register) };
  }
  if (right.kind !== 'immediate' || alu === flags.and) return null;
  return { kind: 'compare-constant', left: n, value: immediateOf(right, 4) };
}

/** Two-operand ALU instruction of any size: destination op source. */
const binary =
  (alu: flags.Alu): Lowering =>
  (site) =>
    fast(site, alu) ?? general(site, alu);

function general(site: Site, alu: flags.Alu): Lowered {
  const r = site.core.state;
  const shift = shiftOf(site.size);
  const to = placeOf(site, 0);
  const from = placeOf(site, 1);
  if (operandAt(site, 0).kind === 'register') {
    return plain(() => to.write(alu(r, to.read(), from.read(), shift)));
  }
  return plain(() => {
    const a = to.modify();
    to.store(alu(r, a, from.read(), shift));
  });
}

/** CMP and TEST: flags only. */
const compare =
  (alu: flags.Alu): Lowering =>
  (site) => {
    const quick = fastCompare(site, alu);
    if (quick) {
      const head = headOf(site, alu);
      return head ? { ...quick, head } : quick;
    }
    const r = site.core.state;
    const shift = shiftOf(site.size);
    const to = placeOf(site, 0);
    const from = placeOf(site, 1);
    return plain(() => {
      alu(r, to.read(), from.read(), shift);
    });
  };

const unary =
  (alu: flags.Alu): Lowering =>
  (site) => {
    const r = site.core.state;
    const shift = shiftOf(site.size);
    const to = placeOf(site, 0);
    if (site.size === 4 && operandAt(site, 0).kind === 'register') {
      const register = registerOf(site.ins, 0);
      const op = plain(incrementRegister(r, register, alu));
      return alu === flags.dec ? { ...op, head: { kind: 'decrement', register } } : op;
    }
    const target = operandAt(site, 0);
    if (site.size === 4 && target.kind === 'memory') {
      const a = site.core.access;
      const { seg, b, x: i, s, d, m } = addressOf(target);
      if (alu === flags.inc) {
        return plain(() => {
          const x = a.modify32(seg, (r[b]! + (r[i]! << s) + d) & m);
          a.store32(flags.inc(r, x, 0, 0));
        });
      }
      return plain(() => {
        const x = a.modify32(seg, (r[b]! + (r[i]! << s) + d) & m);
        a.store32(flags.dec(r, x, 0, 0));
      });
    }
    return plain(() => {
      const a = to.modify();
      to.store(alu(r, a, 0, shift));
    });
  };

function incrementRegister(r: Int32Array, n: number, alu: flags.Alu): () => void {
  // CF stays; the carry into the sign bit is rewritten so that OF comes out right.
  if (alu === flags.inc) {
    return () => {
      const result = (r[n]! + 1) | 0;
      const carry = r[AUX]! & 0x80000000;
      const overflow = result === -0x80000000 ? 0x40000000 : 0;
      r[n] = result;
      r[RES] = result;
      r[AUX] = carry | (((carry >>> 1) ^ overflow) & 0x40000000) | ((result & 15) === 0 ? 8 : 0);
    };
  }
  if (alu === flags.dec) {
    return () => {
      const result = (r[n]! - 1) | 0;
      const carry = r[AUX]! & 0x80000000;
      const overflow = result === 0x7fffffff ? 0x40000000 : 0;
      r[n] = result;
      r[RES] = result;
      r[AUX] = carry | (((carry >>> 1) ^ overflow) & 0x40000000) | ((result & 15) === 15 ? 8 : 0);
    };
  }
  return () => {
    r[n] = alu(r, r[n]!, 0, 0);
  };
}

const registerOf = (ins: Instruction, index: number): number => {
  const operand = ins.operands[index];
  return operand?.kind === 'register' ? registerNumber(operand.register) : 0;
};

/** 32-bit forms written out per operation, so that the engine sees plain integer arithmetic. */
function fast(site: Site, alu: flags.Alu): Lowered | null {
  if (site.size !== 4) return null;
  const r = site.core.state;
  const a = site.core.access;
  const to = operandAt(site, 0);
  const from = operandAt(site, 1);
  if (to.kind === 'register' && from.kind === 'register') {
    const n = registerNumber(to.register);
    const k = registerNumber(from.register);
    switch (alu) {
      case flags.add:
        return plain(() => {
          const x = r[n]!;
          const y = r[k]!;
          const result = (x + y) | 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = ((x & y) | ((x | y) & ~result)) & AUX_CARRIES;
        });
      case flags.sub:
        return plain(() => {
          const x = r[n]!;
          const y = r[k]!;
          const result = (x - y) | 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
        });
      case flags.and:
        return plain(() => {
          r[RES] = r[n] = r[n]! & r[k]!;
          r[AUX] = 0;
        });
      case flags.or:
        return plain(() => {
          r[RES] = r[n] = r[n]! | r[k]!;
          r[AUX] = 0;
        });
      case flags.xor:
        return plain(() => {
          r[RES] = r[n] = r[n]! ^ r[k]!;
          r[AUX] = 0;
        });
      case flags.adc:
        return plain(() => {
          r[n] = flags.adc(r, r[n]!, r[k]!, 0);
        });
      case flags.sbb:
        return plain(() => {
          r[n] = flags.sbb(r, r[n]!, r[k]!, 0);
        });
    }
    return null;
  }
  if (to.kind === 'register' && from.kind === 'immediate') {
    const n = registerNumber(to.register);
    const y = immediateOf(from, 4);
    switch (alu) {
      case flags.add:
        return plain(() => {
          const x = r[n]!;
          const result = (x + y) | 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = ((x & y) | ((x | y) & ~result)) & AUX_CARRIES;
        });
      case flags.sub:
        return plain(() => {
          const x = r[n]!;
          const result = (x - y) | 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
        });
      case flags.and:
        return plain(() => {
          r[RES] = r[n] = r[n]! & y;
          r[AUX] = 0;
        });
      case flags.or:
        return plain(() => {
          r[RES] = r[n] = r[n]! | y;
          r[AUX] = 0;
        });
      case flags.xor:
        return plain(() => {
          r[RES] = r[n] = r[n]! ^ y;
          r[AUX] = 0;
        });
      case flags.adc:
        return plain(() => {
          r[n] = flags.adc(r, r[n]!, y, 0);
        });
      case flags.sbb:
        return plain(() => {
          r[n] = flags.sbb(r, r[n]!, y, 0);
        });
    }
    return null;
  }
  if (to.kind === 'register' && from.kind === 'memory') {
    const n = registerNumber(to.register);
    const { seg, b, x: i, s, d, m } = addressOf(from);
    switch (alu) {
      case flags.add:
        return plain(() => {
          const y = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
          const x = r[n]!;
          const result = (x + y) | 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = ((x & y) | ((x | y) & ~result)) & AUX_CARRIES;
        });
      case flags.sub:
        return plain(() => {
          const y = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
          const x = r[n]!;
          const result = (x - y) | 0;
          r[n] = result;
          r[RES] = result;
          r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
        });
      case flags.and:
        return plain(() => {
          const y = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
          r[RES] = r[n] = r[n]! & y;
          r[AUX] = 0;
        });
      case flags.or:
        return plain(() => {
          const y = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
          r[RES] = r[n] = r[n]! | y;
          r[AUX] = 0;
        });
      case flags.xor:
        return plain(() => {
          const y = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
          r[RES] = r[n] = r[n]! ^ y;
          r[AUX] = 0;
        });
    }
    return null;
  }
  if (to.kind === 'memory' && from.kind === 'register' && alu === flags.add) {
    const k = registerNumber(from.register);
    const { seg, b, x: i, s, d, m } = addressOf(to);
    return plain(() => {
      const x = a.modify32(seg, (r[b]! + (r[i]! << s) + d) & m);
      const y = r[k]!;
      const result = (x + y) | 0;
      a.store32(result);
      r[RES] = result;
      r[AUX] = ((x & y) | ((x | y) & ~result)) & AUX_CARRIES;
    });
  }
  return null;
}

/** CMP and TEST of a byte with a constant: the commonest byte instructions. */
function fastCompareByte(site: Site, alu: flags.Alu): Lowered | null {
  const r = site.core.state;
  const left = operandAt(site, 0);
  const right = operandAt(site, 1);
  if (right.kind !== 'immediate') return null;
  const y = immediateOf(right, 1);
  const byte = site.core.byte;
  const a = site.core.access;
  const test = alu === flags.and;
  const finish = (x: number): void => {
    const result = test ? x & y : x - y;
    r[RES] = (result << 24) >> 24;
    if (test) r[AUX] = 0;
    else {
      const borrows = (~x & y) | ((~x | y) & result);
      r[AUX] = ((borrows << 24) & 0xc0000000) | (borrows & 8);
    }
  };
  if (left.kind === 'register') {
    const n = byteIndex(left.register);
    return plain(() => finish(byte[n]!));
  }
  if (left.kind !== 'memory') return null;
  const { seg, b, x: i, s, d, m } = addressOf(left);
  return plain(() => finish(a.read8(seg, (r[b]! + (r[i]! << s) + d) & m)));
}

function fastCompare(site: Site, alu: flags.Alu): Lowered | null {
  if (site.size === 1) return fastCompareByte(site, alu);
  if (site.size !== 4) return null;
  const r = site.core.state;
  const a = site.core.access;
  const left = operandAt(site, 0);
  const right = operandAt(site, 1);
  if (left.kind === 'register' && right.kind === 'register') {
    const n = registerNumber(left.register);
    const k = registerNumber(right.register);
    if (alu === flags.and) {
      return plain(() => {
        r[RES] = r[n]! & r[k]!;
        r[AUX] = 0;
      });
    }
    return plain(() => {
      const x = r[n]!;
      const y = r[k]!;
      const result = (x - y) | 0;
      r[RES] = result;
      r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
    });
  }
  if (left.kind === 'register' && right.kind === 'immediate') {
    const n = registerNumber(left.register);
    const y = immediateOf(right, 4);
    if (alu === flags.and) {
      return plain(() => {
        r[RES] = r[n]! & y;
        r[AUX] = 0;
      });
    }
    return plain(() => {
      const x = r[n]!;
      const result = (x - y) | 0;
      r[RES] = result;
      r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
    });
  }
  if (alu !== flags.sub) return null;
  if (left.kind === 'register' && right.kind === 'memory') {
    const n = registerNumber(left.register);
    const { seg, b, x: i, s, d, m } = addressOf(right);
    return plain(() => {
      const x = r[n]!;
      const y = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
      const result = (x - y) | 0;
      r[RES] = result;
      r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
    });
  }
  if (left.kind === 'memory' && right.kind === 'register') {
    const n = registerNumber(right.register);
    const { seg, b, x: i, s, d, m } = addressOf(left);
    return plain(() => {
      const x = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
      const y = r[n]!;
      const result = (x - y) | 0;
      r[RES] = result;
      r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
    });
  }
  if (left.kind === 'memory' && right.kind === 'immediate') {
    const y = immediateOf(right, 4);
    const { seg, b, x: i, s, d, m } = addressOf(left);
    return plain(() => {
      const x = a.read32(seg, (r[b]! + (r[i]! << s) + d) & m);
      const result = (x - y) | 0;
      r[RES] = result;
      r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
    });
  }
  return null;
}

const exchange: Lowering = (site) => {
  // The memory operand, if any, is checked and read first: XCHG with memory is a read-modify-write.
  const memoryFirst = operandAt(site, 0).kind === 'memory';
  const one = placeOf(site, memoryFirst ? 0 : 1);
  const other = placeOf(site, memoryFirst ? 1 : 0);
  return plain(() => {
    const value = one.modify();
    one.store(other.read());
    other.write(value);
  });
};

const exchangeAdd: Lowering = (site) => {
  const r = site.core.state;
  const shift = shiftOf(site.size);
  const to = placeOf(site, 0);
  const from = placeOf(site, 1);
  const operandIsMemory = operandAt(site, 0).kind === 'memory';
  return plain(() => {
    const a = to.modify();
    const sum = flags.add(r, a, from.read(), shift);
    // With both operands the same register, the sum wins.
    if (operandIsMemory) {
      to.store(sum);
      from.write(a);
    } else {
      from.write(a);
      to.store(sum);
    }
  });
};

const compareExchange: Lowering = (site) => {
  const { core, size } = site;
  const r = core.state;
  const shift = shiftOf(size);
  const to = placeOf(site, 0);
  const from = placeOf(site, 1);
  const accumulator = size === 4 ? core.gpr : size === 2 ? core.half : core.byte;
  return plain(() => {
    const old = to.modify();
    const expected = accumulator[0]!;
    flags.sub(r, expected, old, shift);
    if (expected === old) {
      to.store(from.read());
    } else {
      // The destination is written in either case, with its own value.
      to.store(old);
      accumulator[0] = old;
    }
  });
};

const compareExchange8: Lowering = (site) => {
  const { core } = site;
  const operand = operandAt(site, 0);
  if (operand.kind !== 'memory') throw new Error('CMPXCHG8B takes memory');
  const { seg, b, x, s, d, m } = addressOf(operand);
  const r = core.state;
  const a = core.access;
  return plain(() => {
    const at = (r[b]! + (r[x]! << s) + d) & m;
    a.probeWrite(seg, at, 8);
    const low = a.read32(seg, at);
    const high = a.read32(seg, (at + 4) & m);
    const equal = low === r[0]! && high === r[2]!;
    a.write32(seg, at, equal ? r[3]! : low);
    a.write32(seg, (at + 4) & m, equal ? r[1]! : high);
    if (!equal) {
      r[0] = low;
      r[2] = high;
    }
    flags.setZero(r, equal);
  });
};

const negate: Lowering = (site) => {
  const r = site.core.state;
  const shift = shiftOf(site.size);
  const to = placeOf(site, 0);
  return plain(() => {
    const a = to.modify();
    to.store(flags.sub(r, 0, a, shift));
  });
};

const invert: Lowering = (site) => {
  const to = placeOf(site, 0);
  if (site.size === 4 && operandAt(site, 0).kind === 'register') {
    const r = site.core.state;
    const n = registerOf(site.ins, 0);
    return plain(() => {
      r[n] = ~r[n]!;
    });
  }
  return plain(() => to.store(~to.modify()));
};

export const ARITHMETIC: LoweringTable = {
  Add: binary(flags.add),
  Adc: binary(flags.adc),
  Sub: binary(flags.sub),
  Sbb: binary(flags.sbb),
  And: binary(flags.and),
  Or: binary(flags.or),
  Xor: binary(flags.xor),
  Cmp: compare(flags.sub),
  Test: compare(flags.and),
  Inc: unary(flags.inc),
  Dec: unary(flags.dec),
  Neg: negate,
  Not: invert,
  Xchg: exchange,
  Xadd: exchangeAdd,
  Cmpxchg: compareExchange,
  Cmpxchg8b: compareExchange8,
};
