/** Where a PC has RAM to load programs into, and where not. */
import { address } from '../../base/hex';
import type { Result } from '../../base/result';
import { fail, type LoadError, type Segment } from './load-error';

/** No RAM for programs from here ... */
export const HOLE_START = 0xa0000;
/** ... to here: video memory and ROMs. */
export const HOLE_END = 0x100000;

/** Why a piece cannot go where it wants to, or null. */
export function wrongPlace(segment: Segment, size: number): Result<never, LoadError> | null {
  const end = segment.address + segment.memoryBytes;
  if (end > size) {
    return fail(
      `The image needs memory from ${address(segment.address)} to 0x${end.toString(16).padStart(8, '0')}; the guest has ${size / 1024} KiB.`,
      segment.address < size
        ? 'Give the guest more memory, or link the image lower.'
        : 'Load it lower. A kernel that is linked high gives its physical addresses in the linker script: AT(ADDR(.text) - 0xC0000000).',
    );
  }
  if (segment.address < HOLE_END && end > HOLE_START) {
    return fail(
      `The image is to be loaded from ${address(segment.address)} to ${address(end)}, across the PC's video memory and ROMs (0x000a0000 to 0x000fffff).`,
      'Link it at 1 MiB or above.',
    );
  }
  return null;
}
