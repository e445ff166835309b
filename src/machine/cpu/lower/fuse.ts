/**
 * Pairs of instructions as one closure: a comparison (or DEC) of registers and the conditional branch on it.
 *
 * A closure call is what an instruction mostly costs, so two instructions in one call are nearly half the price. Only
 * first instructions that cannot fault, so that whatever is thrown comes from the second.
 */
import { raise } from '../fault';
import { AUX, AUX_CARRIES, CONDITIONS, RES } from '../flags';
import { SEG, VECTOR, WORD } from '../state';
import type { Op } from './site';

const EIP = WORD.EIP;
const CS_LIMIT = WORD.LIMIT + SEG.CS;

/** What a first instruction leaves for a second to be fused with. */
export type Head =
  | { readonly kind: 'compare'; readonly left: number; readonly right: number }
  | { readonly kind: 'compare-constant'; readonly left: number; readonly value: number }
  | { readonly kind: 'test'; readonly left: number; readonly right: number }
  | { readonly kind: 'decrement'; readonly register: number };

/** A conditional branch as the second of a pair. */
export interface Tail {
  readonly condition: number;
  readonly target: number;
  readonly next: number;
}

function go(r: Int32Array, target: number): void {
  if (target >>> 0 > r[CS_LIMIT]! >>> 0) raise(VECTOR.GP, 0);
  r[EIP] = target;
}

/** Whether a condition holds after comparing `x` with `y`. */
function holds(r: Int32Array, condition: number, x: number, y: number): boolean {
  switch (condition) {
    case 2:
      return x >>> 0 < y >>> 0;
    case 3:
      return x >>> 0 >= y >>> 0;
    case 4:
      return x === y;
    case 5:
      return x !== y;
    case 6:
      return x >>> 0 <= y >>> 0;
    case 7:
      return x >>> 0 > y >>> 0;
    case 12:
      return x < y;
    case 13:
      return x >= y;
    case 14:
      return x <= y;
    case 15:
      return x > y;
    default:
      return CONDITIONS[condition]!(r);
  }
}

export function fuse(r: Int32Array, head: Head, { condition, target, next }: Tail): Op {
  switch (head.kind) {
    case 'compare': {
      const { left, right } = head;
      return () => {
        const x = r[left]!;
        const y = r[right]!;
        const result = (x - y) | 0;
        r[RES] = result;
        r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
        if (holds(r, condition, x, y)) go(r, target);
        else r[EIP] = next;
      };
    }
    case 'compare-constant': {
      const { left, value: y } = head;
      return () => {
        const x = r[left]!;
        const result = (x - y) | 0;
        r[RES] = result;
        r[AUX] = ((~x & y) | ((~x | y) & result)) & AUX_CARRIES;
        if (holds(r, condition, x, y)) go(r, target);
        else r[EIP] = next;
      };
    }
    case 'test': {
      const { left, right } = head;
      return () => {
        const result = r[left]! & r[right]!;
        r[RES] = result;
        r[AUX] = 0;
        if (
          condition === 4
            ? result === 0
            : condition === 5
              ? result !== 0
              : CONDITIONS[condition]!(r)
        )
          go(r, target);
        else r[EIP] = next;
      };
    }
    case 'decrement': {
      const n = head.register;
      return () => {
        const result = (r[n]! - 1) | 0;
        const carry = r[AUX]! & 0x80000000;
        const overflow = result === 0x7fffffff ? 0x40000000 : 0;
        r[n] = result;
        r[RES] = result;
        r[AUX] = carry | (((carry >>> 1) ^ overflow) & 0x40000000) | ((result & 15) === 15 ? 8 : 0);
        if (
          condition === 5
            ? result !== 0
            : condition === 4
              ? result === 0
              : CONDITIONS[condition]!(r)
        )
          go(r, target);
        else r[EIP] = next;
      };
    }
  }
}
