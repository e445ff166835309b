/** Everything that moves selectors: MOV and POP to segment registers, LDS and friends, far transfers, interrupts. */
import { SHADOW_SS } from '../core';
import { deliverThroughIdt } from '../delivery';
import {
  farCall,
  farJump,
  farReturn,
  interruptReturn,
  requireVirtual8086Privilege,
  sysenter,
  sysexit,
} from '../far-transfer';
import { NO_ERROR_CODE, raise } from '../fault';
import { isOverflow } from '../flags';
import { loadSegment } from '../segmentation';
import { SEG, VECTOR, WORD } from '../state';
import { isSegmentRegister } from './data';
import {
  addressOf,
  alone,
  aloneBranch,
  immediateOf,
  type Lowered,
  type Lowering,
  type LoweringTable,
  last,
  operandAt,
  placeOf,
  plain,
  type Site,
  segmentNumber,
} from './site';

function segmentOperand(site: Site, index: number): number {
  const operand = operandAt(site, index);
  if (operand.kind !== 'register') throw new Error('operand is a segment register');
  return segmentNumber(operand.register);
}

export function isSegmentOperand(site: Site, index: number): boolean {
  const operand = site.ins.operands[index];
  return operand?.kind === 'register' && isSegmentRegister(operand.register);
}

/** MOV Sreg, r/m16. Loading SS holds interrupts off for one instruction. */
export const moveToSegment: Lowering = (site) => {
  const { core } = site;
  const segment = segmentOperand(site, 0);
  if (segment === SEG.CS) return aloneBranch(() => raise(VECTOR.UD));
  const from = placeOf(site, 1, 2);
  const op = (): void => {
    loadSegment(core, segment, from.read() & 0xffff);
    if (segment === SEG.SS) core.setShadow(SHADOW_SS);
  };
  return segment === SEG.SS ? alone(op) : last(op);
};

/** MOV r/m, Sreg: a 32-bit register is zero-extended, memory always gets 16 bits. */
export const moveFromSegment: Lowering = (site) => {
  const { core } = site;
  const segment = segmentOperand(site, 1);
  const wide = site.parts[0] !== 'rm16' && operandAt(site, 0).kind === 'register';
  const to = placeOf(site, 0, wide ? 4 : 2);
  const state = core.state;
  return plain(() => to.write(state[WORD.SELECTOR + segment]!));
};

export const pushSegment: Lowering = (site) => {
  const { core } = site;
  const segment = segmentOperand(site, 0);
  const state = core.state;
  if (site.stem === 'Pushw') return plain(() => core.push16(state[WORD.SELECTOR + segment]!));
  return plain(() => core.push32(state[WORD.SELECTOR + segment]!));
};

export const popSegment: Lowering = (site) => {
  const { core } = site;
  const segment = segmentOperand(site, 0);
  const size = site.stem === 'Popw' ? 2 : 4;
  const { access, gpr } = core;
  const op = (): void => {
    const selector = core.peek(size, 0) & 0xffff;
    // The old stack's width says how ESP moves, even if SS itself is popped.
    const mask = access.stackMask;
    const esp = gpr[4]!;
    loadSegment(core, segment, selector);
    gpr[4] = (esp & ~mask) | ((esp + size) & mask);
    if (segment === SEG.SS) core.setShadow(SHADOW_SS);
  };
  return segment === SEG.SS ? alone(op) : last(op);
};

const loadFarPointer =
  (segment: number): Lowering =>
  (site) => {
    const { core } = site;
    const size = site.parts[0] === 'r16' ? 2 : 4;
    const to = placeOf(site, 0, size);
    const operand = operandAt(site, 1);
    if (operand.kind !== 'memory') throw new Error('a far pointer is in memory');
    const { seg, b, x, s, d, m } = addressOf(operand);
    const r = core.state;
    const a = core.access;
    return last(() => {
      const at = (r[b]! + (r[x]! << s) + d) & m;
      const offset = size === 4 ? a.read32(seg, at) : a.read16(seg, at);
      const selector = a.read16(seg, (at + size) & m);
      loadSegment(core, segment, selector);
      to.write(offset);
    });
  };

interface FarTarget {
  readonly size: 2 | 4;
  read(): { selector: number; offset: number };
}

/** `ptr1632` in the bytes, or `m1632` in memory. */
function farTarget(site: Site): FarTarget {
  const size = site.parts[0]?.endsWith('1616') ? 2 : 4;
  const operand = operandAt(site, 0);
  if (operand.kind === 'far-branch') return { size, read: () => operand };
  if (operand.kind !== 'memory') throw new Error('a far target is a pointer');
  const { seg, b, x, s, d, m } = addressOf(operand);
  const r = site.core.state;
  const a = site.core.access;
  return {
    size,
    read: () => {
      const at = (r[b]! + (r[x]! << s) + d) & m;
      const offset = size === 4 ? a.read32(seg, at) : a.read16(seg, at);
      return { offset, selector: a.read16(seg, (at + size) & m) };
    },
  };
}

export const isFarTransfer = (site: Site): boolean =>
  /^(ptr|m)16(16|32)$/.test(site.parts[0] ?? '');

export const jumpFar: Lowering = (site) => {
  const { core, next } = site;
  const target = farTarget(site);
  return aloneBranch(() => {
    const { selector, offset } = target.read();
    farJump(core, selector, offset, target.size, next);
  });
};

export const callFar: Lowering = (site) => {
  const { core, next } = site;
  const target = farTarget(site);
  return aloneBranch(() => {
    const { selector, offset } = target.read();
    farCall(core, selector, offset, target.size, next);
  });
};

const returnFar =
  (size: 2 | 4): Lowering =>
  (site) => {
    const { core } = site;
    const release = site.ins.operands.length > 0 ? immediateOf(operandAt(site, 0), 2) : 0;
    return aloneBranch(() => farReturn(core, size, release));
  };

/** INT n, INT3, INTO, INT1: a trap, so the saved EIP is the next instruction's. */
function softwareInterrupt(site: Site, vector: number, condition: () => boolean): Lowered {
  const { core, next } = site;
  const source = site.stem === 'Int1' ? 'exception' : 'software';
  return aloneBranch(() => {
    if (!condition()) {
      core.state[WORD.EIP] = next;
      return;
    }
    if (site.stem === 'Int') requireVirtual8086Privilege(core);
    deliverThroughIdt(core, {
      vector,
      source,
      errorCode: NO_ERROR_CODE,
      returnEip: next,
      cr2: 0,
    });
    core.skipTrap = true;
  });
}

const always = (): boolean => true;

export const SEGMENTS: LoweringTable = {
  Les: loadFarPointer(SEG.ES),
  Lds: loadFarPointer(SEG.DS),
  Lss: loadFarPointer(SEG.SS),
  Lfs: loadFarPointer(SEG.FS),
  Lgs: loadFarPointer(SEG.GS),
  Retfd: returnFar(4),
  Retfw: returnFar(2),
  Iretd: ({ core, next }) => aloneBranch(() => interruptReturn(core, 4, next)),
  Iretw: ({ core, next }) => aloneBranch(() => interruptReturn(core, 2, next)),
  Int: (site) => softwareInterrupt(site, immediateOf(operandAt(site, 0), 1), always),
  Int3: (site) => softwareInterrupt(site, VECTOR.BP, always),
  Int1: (site) => softwareInterrupt(site, VECTOR.DB, always),
  Into: (site) => softwareInterrupt(site, VECTOR.OF, () => isOverflow(site.core.state)),
  Sysenter: ({ core }) => aloneBranch(() => sysenter(core)),
  Sysexitd: ({ core }) => aloneBranch(() => sysexit(core)),
};
