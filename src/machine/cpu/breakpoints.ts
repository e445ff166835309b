/**
 * The four breakpoints of DR0 to DR3 as DR7 arms them: which accesses they match.
 *
 * While one is armed the run loop takes one instruction at a time and asks `code` before each; data accesses on the
 * pages concerned lose the fast path and are reported to `note`; port instructions ask `port`. With none armed
 * nothing is asked at all.
 *
 * @see Intel SDM vol. 3, "Debug Registers", "Debug Exceptions"
 */
import type { Watch } from './access';
import { CR4_DE, WORD } from './state';

const RW_EXECUTE = 0;
const RW_WRITE = 1;
const RW_PORT = 2;
/** Lengths by LEN: 1, 2, 8 (undefined on CPUs this old), 4. */
const LENGTHS = [1, 2, 8, 4] as const;

interface Breakpoint {
  /** Bit of DR6. */
  readonly bit: number;
  readonly type: number;
  /** First address, aligned to the length. Unsigned. */
  readonly from: number;
  readonly length: number;
}

const overlaps = (breakpoint: Breakpoint, from: number, size: number): boolean =>
  from < breakpoint.from + breakpoint.length && breakpoint.from < from + size;

export class Breakpoints {
  constructor(private readonly list: readonly Breakpoint[]) {}

  /** DR6 bits of the instruction breakpoints at a linear address. */
  code(linear: number): number {
    return this.matching((b) => b.type === RW_EXECUTE && b.from === linear >>> 0);
  }

  /** DR6 bits of the breakpoints on ports. */
  port(port: number, size: number): number {
    return this.matching((b) => b.type === RW_PORT && overlaps(b, port, size));
  }

  /** What memory accesses have to ask; null if no breakpoint is on data. */
  watch(onHit: (bits: number) => void): Watch | null {
    const data = this.list.filter((b) => b.type !== RW_EXECUTE && b.type !== RW_PORT);
    if (data.length === 0) return null;
    const pages = new Set<number>();
    for (const { from, length } of data) {
      pages.add(from >>> 12);
      pages.add((from + length - 1) >>> 12);
      // An access that begins on the page before may reach into this one.
      if ((from & 0xfff) < 4) pages.add(((from - 4) >>> 0) >>> 12);
    }
    const note = (linear: number, size: number, write: boolean): void => {
      const hit = (b: Breakpoint): boolean =>
        data.includes(b) && (write || b.type !== RW_WRITE) && overlaps(b, linear, size);
      const bits = this.matching(hit);
      if (bits !== 0) onHit(bits);
    };
    return { pages, note };
  }

  private matching(test: (breakpoint: Breakpoint) => boolean): number {
    let bits = 0;
    for (const breakpoint of this.list) if (test(breakpoint)) bits |= breakpoint.bit;
    return bits;
  }
}

/** The breakpoints DR7 arms in a state block; null if there are none. */
export function armed(state: Int32Array): Breakpoints | null {
  const control = state[WORD.DR + 7]!;
  if ((control & 0xff) === 0) return null;
  const list: Breakpoint[] = [];
  for (let n = 0; n < 4; n++) {
    if ((control & (3 << (2 * n))) === 0) continue;
    const type = (control >>> (16 + 4 * n)) & 3;
    // Without CR4.DE there are no breakpoints on ports: the value is undefined, and matches nothing here.
    if (type === RW_PORT && (state[WORD.CR4]! & CR4_DE) === 0) continue;
    const length = type === RW_EXECUTE ? 1 : LENGTHS[(control >>> (18 + 4 * n)) & 3]!;
    const address = state[WORD.DR + n]!;
    const from = type === RW_EXECUTE ? address >>> 0 : (address & -length) >>> 0;
    list.push({ bit: 1 << n, type, from, length });
  }
  return list.length > 0 ? new Breakpoints(list) : null;
}
