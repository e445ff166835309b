/**
 * The oracle: whatever a technique lets the guest see must be what bare hardware lets it see.
 *
 * Timing is exempt the way theory exempts it. The technique's run logs what depended on time (interrupt deliveries,
 * timer reads) with its guest-retired count; `bare` replays that log. Then, before every step of the guest's, an instruction
 * or a delivery, all registers and flags must match, and every byte of guest memory that either side wrote.
 */
import { hex32 } from '../../base/hex';
import type { Outcome } from '../../machine/outcome';
import type { Registers, System } from '../core/system';

/** Arithmetic results, DF and system flags; RF is not compared: only handlers' frames ever show it. */
const COMPARED_FLAGS = 0x3c7fd5;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
const GPRS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

export interface Divergence {
  /** Guest instructions retired, and the guest's steps, when the two differ. */
  readonly guestRetired: number;
  readonly guestMoment: number;
  readonly guestEip: number;
  readonly differences: readonly string[];
}

/** What differs between two views of the same guest CPU, in words. */
export function differencesOf(technique: Registers, bare: Registers): string[] {
  const found: string[] = [];
  const check = (name: string, is: number, expected: number): void => {
    if (is !== expected) found.push(`${name} ${hex32(is)}, bare ${hex32(expected)}`);
  };
  GPRS.forEach((name, i) => {
    check(name, technique.gpr[i] ?? -1, bare.gpr[i] ?? -1);
  });
  check('eip', technique.eip, bare.eip);
  check('eflags', technique.eflags & COMPARED_FLAGS, bare.eflags & COMPARED_FLAGS);
  check('cpl', technique.cpl, bare.cpl);
  for (const name of ['cr0', 'cr2', 'cr3', 'cr4'] as const)
    check(name, technique[name], bare[name]);
  for (const name of ['gdtr', 'idtr'] as const) {
    check(`${name}.base`, technique[name].base, bare[name].base);
    check(`${name}.limit`, technique[name].limit, bare[name].limit);
  }
  SEGMENTS.forEach((name, i) => {
    const [is, expected] = [technique.segments[i], bare.segments[i]];
    if (!is || !expected) return;
    check(`${name} selector`, is.selector, expected.selector);
    if ((is.rights & 0x80) === 0 && (expected.rights & 0x80) === 0) return;
    check(`${name} base`, is.base, expected.base);
    check(`${name} limit`, is.limit, expected.limit);
    check(`${name} rights`, is.rights, expected.rights);
  });
  return found;
}

/**
 * A translator looks ahead by one unit: it may set accessed bits in the guest's page tables up to that many
 * instructions before silicon would. Memory may differ for so long, and no longer.
 */
const LOOK_AHEAD = 12;

/** A system under comparison, and which guest frame each of its pages of RAM holds (null: none). */
export interface Compared {
  readonly system: System;
  readonly guestFrame: (page: number) => number | null;
}

/**
 * Runs both in step, one of the guest's at a time, and compares: between an instruction and the delivery that follows it, and
 * between that and the handler's first instruction, as everywhere else.
 *
 * @param technique walks beside `bare`; must be fresh
 * @param bare a fresh `bare` system of the same guest that replays the technique's timed facts
 * @param maxGuestInstructions stop without a finding after so many
 */
export function firstDivergence(
  technique: Compared,
  bare: Compared,
  maxGuestInstructions: number,
): Divergence | null {
  const left = new GuestSteps(technique);
  const right = new GuestSteps(bare);
  /** Guest frame to the step at which it began to differ. */
  const differing = new Map<number, number>();
  for (let count = 0; ; count++) {
    const is = left.before(count);
    const expected = right.before(count);
    if (is === null || expected === null) {
      if (left.ended && right.ended) break;
      const who = is === null ? 'the technique' : 'bare';
      const { guestRetired } = bare.system;
      const differences = [`${who} stopped here, or never stood between two steps`];
      return { guestRetired, guestMoment: count, guestEip: 0, differences };
    }
    const { guestRetired } = bare.system;
    if (guestRetired >= maxGuestInstructions) break;
    const differences = differencesOf(is, expected);
    if (technique.system.guestRetired !== guestRetired) {
      differences.push(`${technique.system.guestRetired} instructions, bare ${guestRetired}`);
    }
    for (const frame of [...left.takeWritten(), ...right.takeWritten(), ...differing.keys()]) {
      const where = differenceInPage(left.page(frame), right.page(frame), (offset) =>
        isEarlyAccessedBit(left, right, frame, offset, expected.cr3),
      );
      if (where === null) differing.delete(frame);
      else if (!differing.has(frame)) differing.set(frame, count);
      else if (count - differing.get(frame)! > LOOK_AHEAD) {
        differences.push(`memory at guest-physical ${hex32(frame * 4096 + where)}`);
      }
    }
    if (differences.length > 0) {
      return { guestRetired, guestMoment: count, guestEip: expected.eip, differences };
    }
  }
  return null;
}

/** Runs a system to its end, or until so many guest instructions have retired. */
export function runToEnd(system: System, maxGuestInstructions: number): Outcome {
  for (;;) {
    const outcome = system.run(system.moment + 10_000);
    if (outcome.kind !== 'budget' || system.guestRetired >= maxGuestInstructions) return outcome;
  }
}

/** Walks a system and notes it where it first stands before each step of its guest's. */
class GuestSteps {
  private last: Registers | null = null;
  private lastCount = -1;
  ended = false;

  constructor(private readonly compared: Compared) {
    compared.system.memory.takeDirtyPages();
    this.note();
  }

  private note(): void {
    const { system } = this.compared;
    if (!system.atGuestBoundary() || this.lastCount === system.guestMoment) return;
    this.last = system.guest();
    this.lastCount = system.guestMoment;
  }

  /** Registers at the first boundary with `count` steps of the guest's; null if the run ended before, or there is none. */
  before(count: number): Registers | null {
    const { system } = this.compared;
    let found: Registers | null = this.lastCount === count ? this.last : null;
    while (found === null && system.guestMoment <= count && !this.ended) {
      this.ended = system.run(system.moment + 1).kind !== 'budget';
      this.note();
      if (this.lastCount === count && found === null) found = this.last;
    }
    return found;
  }

  takeWritten(): number[] {
    const pages = this.compared.system.memory.takeDirtyPages();
    return pages.flatMap(({ page }) => this.compared.guestFrame(page) ?? []);
  }

  page(frame: number): Uint8Array {
    return this.compared.system.guestPage(frame);
  }
}

function differenceInPage(
  left: Uint8Array,
  right: Uint8Array,
  isAllowed: (offset: number) => boolean,
): number | null {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i] && !isAllowed(i)) return i;
  return null;
}

const PTE_A = 1 << 5;

/**
 * Silicon may fetch ahead of what it executes and mark the page accessed; so may a technique whose first fetch is
 * followed by an interrupt. Only in page tables, only that bit, and never the other way round.
 *
 * @see Intel SDM vol. 3, "Paging": "Details of TLB Use"
 */
function isEarlyAccessedBit(
  left: GuestSteps,
  right: GuestSteps,
  frame: number,
  offset: number,
  cr3: number,
): boolean {
  if (offset % 4 !== 0) return false;
  const [is, expected] = [left.page(frame)[offset]!, right.page(frame)[offset]!];
  if (is !== (expected | PTE_A)) return false;
  if (frame === cr3 >>> 12) return true;
  const directory = right.page(cr3 >>> 12);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  for (let at = 0; at < 4096; at += 4) {
    const entry = view.getUint32(at, true);
    if ((entry & 1) !== 0 && entry >>> 12 === frame) return true;
  }
  return false;
}
