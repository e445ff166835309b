/**
 * Boot sectors and disk images: the file is the machine's disk, whole, if it is one sector or many. The machine starts
 * in its firmware at the reset vector (see ../firmware), which reads the first sector to 0000:7C00 and jumps there in
 * real mode. Raw images only: other containers are named and refused.
 *
 * @see IBM PC/AT Technical Reference, "System BIOS Listing": "Bootstrap Loader" (INT 19h)
 */
import { address, hex8 } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import { FIRMWARE_BYTES, firmwareRom } from '../firmware/firmware';
import { fail, type LoadError } from './load-error';
import type { MachineImage } from './machine-image';
import { RESET_STATE, RESET_VECTOR, ROM_END } from './rom';

export const SECTOR_BYTES = 512;
const SIGNATURE_OFFSET = 510;
const LOAD_ADDRESS = 0x7c00;

export const hasBootSignature = (bytes: Uint8Array): boolean =>
  bytes[SIGNATURE_OFFSET] === 0x55 && bytes[SIGNATURE_OFFSET + 1] === 0xaa;

export function bootSectorImage(
  bytes: Uint8Array,
  memoryBytes: number,
): Result<MachineImage, LoadError> {
  if (bytes.length < SECTOR_BYTES) {
    return fail(
      `A boot sector has ${SECTOR_BYTES} bytes; the file has ${bytes.length}.`,
      'Pad it: times 510-($-$$) db 0, then dw 0xaa55.',
    );
  }
  if (!hasBootSignature(bytes)) {
    const found = [0, 1].map((i) => hex8(bytes[SIGNATURE_OFFSET + i] ?? 0));
    return fail(
      `The boot signature is missing: file offset ${address(SIGNATURE_OFFSET)} holds 0x${found[0]} 0x${found[1]}, not 0x55 0xaa.`,
      'End the first sector with dw 0xaa55, or load the file with --format flat.',
    );
  }
  if (memoryBytes < ROM_END) {
    return fail(
      `The firmware ends at 1 MiB; the guest has ${memoryBytes / 1024} KiB.`,
      'Give the guest more memory.',
    );
  }
  const rom = { address: ROM_END - FIRMWARE_BYTES, bytes: firmwareRom() };
  return ok({
    format: 'boot-sector',
    entry: RESET_VECTOR,
    segments: [{ ...rom, memoryBytes: FIRMWARE_BYTES }],
    symbols: [],
    state: RESET_STATE,
    romBytes: FIRMWARE_BYTES,
    biosStubs: true,
    disk: bytes,
    handover: LOAD_ADDRESS,
  });
}
