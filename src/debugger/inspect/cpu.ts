/**
 * The CPU a look is about, with what belongs to it: its registers, the physical memory its tables lie in, and how its
 * linear memory is read. Bare, the guest's CPU is the real one.
 */
import type { Registers, System } from '../../hypervisor/core/system';
import { SEG } from '../../machine/cpu/state';
import type { WhichCpu } from '../../session/debug';
import { guestPhysical, machinePhysical, type PhysicalReader } from './physical-reader';

export interface LookedAt {
  readonly which: WhichCpu;
  readonly registers: Registers;
  /** Where this CPU's page tables lie. */
  readonly physical: PhysicalReader;
  /** Bytes at a linear address; null for those that are not mapped. */
  linear(address: number, length: number): (number | null)[];
}

export function lookAt(system: System, which: WhichCpu): LookedAt {
  const real = which === 'real';
  return {
    which,
    registers: real ? system.real() : system.guest(),
    physical: real ? machinePhysical(system) : guestPhysical(system),
    linear: (address, length) =>
      linearBytes(address, length, (at, count) =>
        real ? system.readReal(at, count) : system.readGuest(at, count),
      ),
  };
}

/** True under a hypervisor: guest-physical and machine memory are two. */
export const isVirtualized = (system: System): boolean => system.cache() !== null;

/** Asks page by page, so that one page that is not mapped hides only itself. */
function linearBytes(
  address: number,
  length: number,
  read: (at: number, count: number) => Uint8Array | null,
): (number | null)[] {
  const bytes: (number | null)[] = [];
  while (bytes.length < length) {
    const at = (address + bytes.length) >>> 0;
    const count = Math.min(length - bytes.length, 0x1000 - (at & 0xfff));
    const found = read(at, count);
    for (let i = 0; i < count; i++) bytes.push(found?.[i] ?? null);
  }
  return bytes;
}

/** A little-endian number of `size` bytes at `offset`; null if one of them is missing. */
export function numberAt(
  bytes: readonly (number | null)[],
  offset: number,
  size: 2 | 4,
): number | null {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) {
    const byte = bytes[offset + i];
    if (byte === null || byte === undefined) return null;
    value = (value << 8) | byte;
  }
  return value >>> 0;
}

export const baseOf = (registers: Registers, segment: number): number =>
  registers.segments[segment]?.base ?? 0;

/** Linear address of the next instruction. */
export const linearEip = (registers: Registers): number =>
  (baseOf(registers, SEG.CS) + registers.eip) >>> 0;

const RIGHTS_BIG = 1 << 14;

/** Default size of operands and addresses in a code segment, or of pushes on a stack segment. */
export const bitsOf = (registers: Registers, segment: number): 16 | 32 =>
  (registers.segments[segment]?.rights ?? RIGHTS_BIG) & RIGHTS_BIG ? 32 : 16;
