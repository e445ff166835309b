/** Moves, extensions, stack, addresses, conditional moves, byte orders, flags in AH. */
import { Register } from 'iced-x86';
import { CONDITION_NAMES } from '../../codec/conditions';
import { CONDITIONS, materializeFlags, setArithmeticFlags } from '../flags';
import { EFLAGS_ARITHMETIC, EFLAGS_OF, SEG } from '../state';
import {
  addressOf,
  byteIndex,
  effectiveAddress,
  immediateOf,
  type Lowered,
  type Lowering,
  type LoweringTable,
  operandAt,
  type Place,
  placeOf,
  plain,
  registerNumber,
  type Site,
  type Size,
} from './site';

export const move: Lowering = (site) => {
  const { core, size } = site;
  const r = core.state;
  const a = core.access;
  const to = operandAt(site, 0);
  const from = operandAt(site, 1);
  if (size === 4 && to.kind === 'register') {
    const n = registerNumber(to.register);
    if (from.kind === 'register') {
      const k = registerNumber(from.register);
      return plain(() => {
        r[n] = r[k]!;
      });
    }
    if (from.kind === 'immediate') {
      const value = immediateOf(from, 4);
      return plain(() => {
        r[n] = value;
      });
    }
    if (from.kind === 'memory') {
      const { seg, b, x, s, d, m } = addressOf(from);
      return plain(() => {
        r[n] = a.read32(seg, (r[b]! + (r[x]! << s) + d) & m);
      });
    }
  }
  if (size === 4 && to.kind === 'memory') {
    const { seg, b, x, s, d, m } = addressOf(to);
    if (from.kind === 'register') {
      const k = registerNumber(from.register);
      return plain(() => a.write32(seg, (r[b]! + (r[x]! << s) + d) & m, r[k]!));
    }
    if (from.kind === 'immediate') {
      const value = immediateOf(from, 4);
      return plain(() => a.write32(seg, (r[b]! + (r[x]! << s) + d) & m, value));
    }
  }
  if (size === 1 && to.kind === 'register' && from.kind === 'memory') {
    const u = core.byte;
    const n = byteIndex(to.register);
    const { seg, b, x, s, d, m } = addressOf(from);
    return plain(() => {
      u[n] = a.read8(seg, (r[b]! + (r[x]! << s) + d) & m);
    });
  }
  if (size === 1 && to.kind === 'memory' && from.kind === 'register') {
    const u = core.byte;
    const k = byteIndex(from.register);
    const { seg, b, x, s, d, m } = addressOf(to);
    return plain(() => a.write8(seg, (r[b]! + (r[x]! << s) + d) & m, u[k]!));
  }
  if (size === 1 && to.kind === 'memory' && from.kind === 'immediate') {
    const value = immediateOf(from, 1);
    const { seg, b, x, s, d, m } = addressOf(to);
    return plain(() => a.write8(seg, (r[b]! + (r[x]! << s) + d) & m, value));
  }
  return copy(placeOf(site, 0), placeOf(site, 1));
};

const copy = (to: Place, from: Place): Lowered => plain(() => to.write(from.read()));

/** MOVZX and MOVSX: the source's size is in the second part of the name. */
const extend =
  (signed: boolean): Lowering =>
  (site) => {
    const { core, size } = site;
    const sourceSize: Size = site.parts[1] === 'rm8' ? 1 : 2;
    const to = operandAt(site, 0);
    const from = operandAt(site, 1);
    const shift = 32 - 8 * sourceSize;
    if (size === 4 && to.kind === 'register' && from.kind === 'memory' && sourceSize === 1) {
      const n = registerNumber(to.register);
      const { seg, b, x, s, d, m } = addressOf(from);
      const r = core.state;
      const a = core.access;
      if (signed) {
        return plain(() => {
          r[n] = (a.read8(seg, (r[b]! + (r[x]! << s) + d) & m) << 24) >> 24;
        });
      }
      return plain(() => {
        r[n] = a.read8(seg, (r[b]! + (r[x]! << s) + d) & m);
      });
    }
    const place = placeOf(site, 0);
    const source = placeOf(site, 1, sourceSize);
    if (!signed) return copy(place, source);
    return plain(() => place.write((source.read() << shift) >> shift));
  };

const loadEffectiveAddress: Lowering = (site) => {
  const operand = operandAt(site, 1);
  if (operand.kind !== 'memory') throw new Error('LEA takes memory');
  const r = site.core.state;
  const to = operandAt(site, 0);
  if (site.size === 4 && to.kind === 'register') {
    const n = registerNumber(to.register);
    const { b, x, s, d, m } = addressOf(operand);
    return plain(() => {
      r[n] = (r[b]! + (r[x]! << s) + d) & m;
    });
  }
  const address = effectiveAddress(site.core, operand);
  const place = placeOf(site, 0);
  return plain(() => place.write(address()));
};

const push: Lowering = (site) => {
  const { core } = site;
  const size = site.size === 2 ? 2 : 4;
  const operand = operandAt(site, 0);
  if (size === 4 && operand.kind === 'register') {
    const n = registerNumber(operand.register);
    const r = core.gpr;
    return plain(() => core.push32(r[n]!));
  }
  if (size === 4 && operand.kind === 'immediate') {
    const value = operand.value;
    return plain(() => core.push32(value));
  }
  const from = placeOf(site, 0);
  return plain(() => core.push(size, from.read()));
};

const pop: Lowering = (site) => {
  const { core } = site;
  const size = site.size === 2 ? 2 : 4;
  const operand = operandAt(site, 0);
  if (operand.kind === 'register') {
    const n = registerNumber(operand.register);
    const { gpr, half } = core;
    if (size === 4) {
      const { access } = core;
      return plain(() => {
        const mask = access.stackMask;
        const esp = gpr[4]!;
        const value = access.read32(SEG.SS, esp & mask);
        gpr[4] = (esp & ~mask) | ((esp + 4) & mask);
        gpr[n] = value;
      });
    }
    return plain(() => {
      const value = core.peek(2, 0);
      core.dropStack(2);
      half[n * 2] = value;
    });
  }
  // POP m computes its address with ESP already moved; a fault must put ESP back.
  const to = placeOf(site, 0);
  const { gpr } = core;
  return plain(() => {
    const value = core.peek(size, 0);
    const esp = gpr[4]!;
    core.dropStack(size);
    const after = gpr[4]!;
    try {
      to.write(value);
    } catch (fault) {
      gpr[4] = esp;
      throw fault;
    }
    gpr[4] = after;
  });
};

const pushAll: Lowering = (site) => {
  const { core } = site;
  const size = site.size === 2 ? 2 : 4;
  const { gpr, access } = core;
  return plain(() => {
    const mask = access.stackMask;
    const esp = gpr[4]!;
    // All eight stores are checked first, so that a fault leaves nothing behind.
    for (let i = 1; i <= 8; i++) access.probeWrite(SEG.SS, (esp - i * size) & mask, size);
    for (let n = 0; n < 8; n++) core.push(size, n === 4 ? esp : gpr[n]!);
  });
};

const popAll: Lowering = (site) => {
  const { core } = site;
  const size = site.size === 2 ? 2 : 4;
  const { gpr, half } = core;
  const values = new Int32Array(8);
  return plain(() => {
    for (let i = 0; i < 8; i++) values[7 - i] = core.peek(size, i * size);
    for (let n = 0; n < 8; n++) {
      if (n === 4) continue;
      if (size === 4) gpr[n] = values[n]!;
      else half[n * 2] = values[n]!;
    }
    core.dropStack(8 * size);
  });
};

/** ENTER: frame of `bytes` with `level` links to enclosing frames. */
const enter: Lowering = (site) => {
  const { core } = site;
  const size = site.size === 2 ? 2 : 4;
  const bytes = immediateOf(operandAt(site, 0), 2);
  const level = immediateOf(operandAt(site, 1), 1) & 31;
  const { gpr, half, access } = core;
  return plain(() => {
    const esp = gpr[4]!;
    const ebp = gpr[5]!;
    try {
      core.push(size, ebp);
      const frame = gpr[4]!;
      const mask = access.stackMask;
      for (let i = 1; i < level; i++) {
        const at = (ebp - i * size) & mask;
        const link = size === 4 ? access.read32(SEG.SS, at) : access.read16(SEG.SS, at);
        core.push(size, link);
      }
      if (level > 0) core.push(size, frame);
      core.dropStack(-bytes);
      // The new top of stack must be writable, or the instruction faults as a whole.
      access.probeWrite(SEG.SS, gpr[4]! & mask, size);
      if (size === 4) gpr[5] = frame;
      else half[10] = frame;
    } catch (fault) {
      gpr[4] = esp;
      throw fault;
    }
  });
};

const leave: Lowering = (site) => {
  const { core } = site;
  const size = site.size === 2 ? 2 : 4;
  const { gpr, half, access } = core;
  return plain(() => {
    const mask = access.stackMask;
    const at = gpr[5]! & mask;
    const value = size === 4 ? access.read32(SEG.SS, at) : access.read16(SEG.SS, at);
    gpr[4] = (gpr[4]! & ~mask) | ((at + size) & mask);
    if (size === 4) gpr[5] = value;
    else half[10] = value;
  });
};

const translateByte: Lowering = (site) => {
  const { core } = site;
  const operand = operandAt(site, 0);
  if (operand.kind !== 'memory') throw new Error('XLAT takes memory');
  const { seg, m } = addressOf(operand);
  const { gpr, byte, access } = core;
  return plain(() => {
    byte[0] = access.read8(seg, (gpr[3]! + byte[0]!) & m);
  });
};

const byteSwap: Lowering = (site) => {
  const to = placeOf(site, 0);
  // BSWAP of a 16-bit register is undefined; silicon clears it.
  if (site.size !== 4) return plain(() => to.write(0));
  return plain(() => {
    const v = to.read();
    to.write((v >>> 24) | ((v >>> 8) & 0xff00) | ((v & 0xff00) << 8) | (v << 24));
  });
};

const conditionalMove = (condition: number): Lowering => {
  const holds = CONDITIONS[condition]!;
  return (site) => {
    const r = site.core.state;
    const to = placeOf(site, 0);
    const from = placeOf(site, 1);
    // The source is read even if the move does not happen: it may fault.
    return plain(() => {
      const value = from.read();
      if (holds(r)) to.write(value);
    });
  };
};

const setByte = (condition: number): Lowering => {
  const holds = CONDITIONS[condition]!;
  return (site) => {
    const r = site.core.state;
    const to = placeOf(site, 0, 1);
    return plain(() => to.write(holds(r) ? 1 : 0));
  };
};

const widen = (op: (site: Site) => () => void): Lowering => {
  return (site) => plain(op(site));
};

const nothing: Lowering = () => plain(() => {});

export const DATA: LoweringTable = {
  Movzx: extend(false),
  Movsx: extend(true),
  Lea: loadEffectiveAddress,
  Push: push,
  Pushd: push,
  Pushw: push,
  Pop: pop,
  Popd: pop,
  Popw: pop,
  Pushad: pushAll,
  Pushaw: pushAll,
  Popad: popAll,
  Popaw: popAll,
  Enterd: enter,
  Enterw: enter,
  Leaved: leave,
  Leavew: leave,
  Xlat: translateByte,
  Bswap: byteSwap,
  Nopd: nothing,
  Nopw: nothing,
  Nop: nothing,
  Pause: nothing,
  Cbw: widen(({ core: { half } }) => () => {
    half[0] = (half[0]! << 24) >> 24;
  }),
  Cwde: widen(({ core: { gpr } }) => () => {
    gpr[0] = (gpr[0]! << 16) >> 16;
  }),
  Cwd: widen(({ core: { half } }) => () => {
    half[4] = half[0]! & 0x8000 ? 0xffff : 0;
  }),
  Cdq: widen(({ core: { gpr } }) => () => {
    gpr[2] = gpr[0]! >> 31;
  }),
  Lahf: widen(({ core }) => () => {
    core.byte[1] = materializeFlags(core.state) & 0xff;
  }),
  Sahf: widen(({ core }) => () => {
    const r = core.state;
    const kept = materializeFlags(r) & EFLAGS_OF;
    setArithmeticFlags(r, (core.byte[1]! & EFLAGS_ARITHMETIC) | kept);
  }),
};

CONDITION_NAMES.forEach((name, condition) => {
  DATA[`Cmov${name}`] = conditionalMove(condition);
  DATA[`Set${name}`] = setByte(condition);
});

export const isSegmentRegister = (register: Register): boolean =>
  register >= Register.ES && register <= Register.GS;
