/**
 * ROM images: the firmware itself. 64 or 128 KiB that end at 1 MiB and appear again right below 4 GiB, where the CPU
 * fetches its first instruction after reset: F000:FFF0 with a CS base of 0xFFFF0000.
 *
 * @see Intel SDM vol. 3, "Processor Management and Initialization": "First Instruction Executed", "Processor State
 * After Reset"
 */
import { address as hex, hex8 } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import { EFLAGS_FIXED } from '../cpu/state';
import { fail, type LoadError } from './load-error';
import type { BootState, MachineImage } from './machine-image';

export const ROM_END = 0x100000;
/** Guest-physical address of the first instruction after reset, in the lower copy. */
export const RESET_VECTOR = 0xffff0;
export const ROM_SIZES: readonly number[] = [0x10000, 0x20000];
const RESET_OFFSET_FROM_END = 16;

/** CR0 after reset: CD, NW and ET. */
const RESET_CR0 = 0x60000010;

/** The CPU as the reset line leaves it. */
export const RESET_STATE: BootState = {
  eip: 0xfff0,
  eax: 0,
  ebx: 0,
  eflags: EFLAGS_FIXED,
  cr0: RESET_CR0,
  code: { selector: 0xf000, base: 0xffff0000, limit: 0xffff, rights: 0x9b },
  data: { selector: 0, base: 0, limit: 0xffff, rights: 0x93 },
  idtr: { base: 0, limit: 0xffff },
};

/** Nothing was ever put at the reset vector: it holds the filling of a file, or of a chip that was erased. */
export function lacksResetVector(bytes: Uint8Array): boolean {
  const vector = bytes.subarray(bytes.length - RESET_OFFSET_FROM_END);
  return vector.every((byte) => byte === 0) || vector.every((byte) => byte === 0xff);
}

/** A far, near or short jump at the reset vector. */
export function startsByJump(bytes: Uint8Array): boolean {
  return [0xea, 0xe9, 0xeb].includes(bytes[bytes.length - RESET_OFFSET_FROM_END] ?? 0);
}

export function romImage(bytes: Uint8Array, memoryBytes: number): Result<MachineImage, LoadError> {
  if (!ROM_SIZES.includes(bytes.length)) {
    return fail(
      `A ROM image has ${ROM_SIZES.join(' or ')} bytes; the file has ${bytes.length}.`,
      'Pad it so that its last 16 bytes hold the reset vector.',
    );
  }
  if (lacksResetVector(bytes)) {
    const from = bytes.length - RESET_OFFSET_FROM_END;
    return fail(
      `The ROM has nothing to start with: its last ${RESET_OFFSET_FROM_END} bytes, from file offset ${hex(from)} on, are all 0x${hex8(bytes[from] ?? 0)}.`,
      'The CPU starts there after reset: put a jump to the first instruction, such as jmp 0xf000:start.',
    );
  }
  if (memoryBytes < ROM_END) {
    return fail(
      `The ROM ends at 1 MiB; the guest has ${memoryBytes / 1024} KiB.`,
      'Give the guest more memory.',
    );
  }
  const address = ROM_END - bytes.length;
  return ok({
    format: 'rom',
    entry: ROM_END - RESET_OFFSET_FROM_END,
    segments: [{ address, bytes, memoryBytes: bytes.length }],
    symbols: [],
    state: RESET_STATE,
    romBytes: bytes.length,
    biosStubs: false,
  });
}
