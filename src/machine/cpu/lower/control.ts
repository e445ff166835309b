/** Near branches: JMP, Jcc, CALL, RET, LOOP, JCXZ. The target must lie within CS, or #GP(0) before anything changes. */
import { CONDITION_NAMES } from '../../codec/conditions';
import { raise } from '../fault';
import { AUX, isLess, isOverflow, isParity, isSign, RES } from '../flags';
import { SEG, VECTOR, WORD } from '../state';
import {
  branch,
  immediateOf,
  type Lowered,
  type Lowering,
  type LoweringTable,
  operandAt,
  placeOf,
  type Site,
} from './site';

const EIP = WORD.EIP;
const CS_LIMIT = WORD.LIMIT + SEG.CS;

function targetOf(site: Site): number {
  const operand = operandAt(site, 0);
  if (operand.kind !== 'near-branch') throw new Error(`${site.stem} has a branch target`);
  return operand.target | 0;
}

/** Sets EIP for a near branch. */
function go(r: Int32Array, target: number): void {
  if (target >>> 0 > r[CS_LIMIT]! >>> 0) raise(VECTOR.GP, 0);
  r[EIP] = target;
}

const jump: Lowering = (site) => {
  const r = site.core.state;
  if (operandAt(site, 0).kind === 'near-branch') {
    const target = targetOf(site);
    return branch(() => go(r, target));
  }
  const from = placeOf(site, 0);
  return branch(() => go(r, from.read()));
};

const call: Lowering = (site) => {
  const { core, size } = site;
  const { next } = site;
  const r = core.state;
  const { gpr, access } = core;
  if (operandAt(site, 0).kind === 'near-branch') {
    const target = targetOf(site);
    if (size === 4) {
      return branch(() => {
        if (target >>> 0 > r[CS_LIMIT]! >>> 0) raise(VECTOR.GP, 0);
        const mask = access.stackMask;
        const esp = gpr[4]!;
        access.write32(SEG.SS, (esp - 4) & mask, next);
        gpr[4] = (esp & ~mask) | ((esp - 4) & mask);
        r[EIP] = target;
      });
    }
    return branch(() => {
      if (target >>> 0 > r[CS_LIMIT]! >>> 0) raise(VECTOR.GP, 0);
      core.push16(next);
      r[EIP] = target;
    });
  }
  const from = placeOf(site, 0);
  return branch(() => {
    const target = from.read();
    if (target >>> 0 > r[CS_LIMIT]! >>> 0) raise(VECTOR.GP, 0);
    core.push(size, next);
    r[EIP] = target;
  });
};

const ret: Lowering = (site) => {
  const { core } = site;
  const r = core.state;
  const { gpr, access } = core;
  const size = site.size === 2 ? 2 : 4;
  const release = site.ins.operands.length > 0 ? immediateOf(operandAt(site, 0), 2) : 0;
  if (size === 4) {
    return branch(() => {
      const mask = access.stackMask;
      const esp = gpr[4]!;
      const target = access.read32(SEG.SS, esp & mask);
      if (target >>> 0 > r[CS_LIMIT]! >>> 0) raise(VECTOR.GP, 0);
      gpr[4] = (esp & ~mask) | ((esp + 4 + release) & mask);
      r[EIP] = target;
    });
  }
  return branch(() => {
    const target = core.peek(2, 0);
    go(r, target);
    core.dropStack(2 + release);
  });
};

/** Every condition written out: one shared closure calling a condition's function would be slow for all of them. */
function conditional(r: Int32Array, condition: number, target: number, next: number): Lowered {
  // A branch not taken cannot fault; one taken is checked like a jump.
  switch (condition) {
    case 0:
      return branch(() => (isOverflow(r) ? go(r, target) : fall(r, next)));
    case 1:
      return branch(() => (!isOverflow(r) ? go(r, target) : fall(r, next)));
    case 2:
      return branch(() => (r[AUX]! < 0 ? go(r, target) : fall(r, next)));
    case 3:
      return branch(() => (r[AUX]! >= 0 ? go(r, target) : fall(r, next)));
    case 4:
      return branch(() => (r[RES] === 0 ? go(r, target) : fall(r, next)));
    case 5:
      return branch(() => (r[RES] !== 0 ? go(r, target) : fall(r, next)));
    case 6:
      return branch(() => (r[AUX]! < 0 || r[RES] === 0 ? go(r, target) : fall(r, next)));
    case 7:
      return branch(() => (r[AUX]! >= 0 && r[RES] !== 0 ? go(r, target) : fall(r, next)));
    case 8:
      return branch(() => (isSign(r) ? go(r, target) : fall(r, next)));
    case 9:
      return branch(() => (!isSign(r) ? go(r, target) : fall(r, next)));
    case 10:
      return branch(() => (isParity(r) ? go(r, target) : fall(r, next)));
    case 11:
      return branch(() => (!isParity(r) ? go(r, target) : fall(r, next)));
    case 12:
      return branch(() => (isLess(r) ? go(r, target) : fall(r, next)));
    case 13:
      return branch(() => (!isLess(r) ? go(r, target) : fall(r, next)));
    case 14:
      return branch(() => (r[RES] === 0 || isLess(r) ? go(r, target) : fall(r, next)));
    default:
      return branch(() => (r[RES] !== 0 && !isLess(r) ? go(r, target) : fall(r, next)));
  }
}

function fall(r: Int32Array, next: number): void {
  r[EIP] = next;
}

const jumpIf =
  (condition: number): Lowering =>
  (site) => ({
    ...conditional(site.core.state, condition, targetOf(site), site.next),
    tail: { condition, target: targetOf(site), next: site.next },
  });

/** LOOP, LOOPE, LOOPNE: `want` is the ZF that continues, null for any. */
const loop =
  (want: boolean | null): Lowering =>
  (site) => {
    const { core, next } = site;
    const r = core.state;
    const target = targetOf(site);
    const wide = site.parts.includes('ECX');
    const { gpr, half } = core;
    if (wide && want === null) {
      return branch(() => {
        const count = (gpr[1]! - 1) | 0;
        if (count !== 0) go(r, target);
        else r[EIP] = next;
        gpr[1] = count;
      });
    }
    return branch(() => {
      const count = wide ? (gpr[1]! - 1) | 0 : (half[2]! - 1) & 0xffff;
      const taken = count !== 0 && (want === null || (r[RES] === 0) === want);
      if (taken) go(r, target);
      else r[EIP] = next;
      if (wide) gpr[1] = count;
      else half[2] = count;
    });
  };

const jumpIfCounterZero: Lowering = (site) => {
  const { core, next } = site;
  const r = core.state;
  const target = targetOf(site);
  const wide = site.stem === 'Jecxz';
  const { gpr, half } = core;
  return branch(() => {
    if ((wide ? gpr[1]! : half[2]!) === 0) go(r, target);
    else r[EIP] = next;
  });
};

export const CONTROL: LoweringTable = {
  Jmp: jump,
  Call: call,
  Retnd: ret,
  Retnw: ret,
  Loop: loop(null),
  Loope: loop(true),
  Loopne: loop(false),
  Jcxz: jumpIfCounterZero,
  Jecxz: jumpIfCounterZero,
};

CONDITION_NAMES.forEach((name, condition) => {
  CONTROL[`J${name}`] = jumpIf(condition);
});
