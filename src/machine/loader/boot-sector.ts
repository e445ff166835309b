/**
 * Boot sectors and disk images: the first 512 bytes go to 0000:7C00 and start there in real mode, as a BIOS starts
 * them. There is no BIOS and no disk controller, so the rest of a disk image cannot be read by the guest; a call of a
 * BIOS service stops by name (see real-mode.ts).
 *
 * @see IBM PC/AT Technical Reference, "System BIOS Listing": "Bootstrap Loader" (INT 19h)
 */
import { address } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import { fail, type LoadError } from './load-error';
import type { MachineImage } from './machine-image';
import { biosTraces, realModeState } from './real-mode';

export const SECTOR_BYTES = 512;
const SIGNATURE_OFFSET = 510;
const LOAD_ADDRESS = 0x7c00;
const FIRST_FLOPPY = 0x00;
const FIRST_DISK = 0x80;
/** 160, 180, 320, 360, 720, 1200, 1440 and 2880 KiB: a file of such a size is a floppy disk. */
const FLOPPY_KIB: ReadonlySet<number> = new Set([160, 180, 320, 360, 720, 1200, 1440, 2880]);

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
    const found = [SIGNATURE_OFFSET, SIGNATURE_OFFSET + 1].map((i) =>
      (bytes[i] ?? 0).toString(16).padStart(2, '0'),
    );
    return fail(
      `The boot signature is missing: file offset ${address(SIGNATURE_OFFSET)} holds 0x${found[0]} 0x${found[1]}, not 0x55 0xaa.`,
      'End the first sector with dw 0xaa55, or load the file with --format flat.',
    );
  }
  const sector = bytes.subarray(0, SECTOR_BYTES);
  const floppy = FLOPPY_KIB.has(bytes.length / 1024);
  return ok({
    format: 'boot-sector',
    entry: LOAD_ADDRESS,
    segments: [
      ...biosTraces(memoryBytes),
      { address: LOAD_ADDRESS, bytes: sector, memoryBytes: SECTOR_BYTES },
    ],
    symbols: [],
    // The stack grows down from the sector. Where it is, BIOSes disagree.
    state: realModeState({
      cs: 0,
      ip: LOAD_ADDRESS,
      ds: 0,
      sp: LOAD_ADDRESS,
      dl: floppy ? FIRST_FLOPPY : FIRST_DISK,
    }),
    romBytes: 0,
    biosStubs: true,
  });
}
