/**
 * The loaders' front door: finds out a file's format, reads it, and puts it into memory. A monitor loads its guest
 * through the same door as a bare machine: `GuestMemory` is where the bytes go.
 */
import { address } from '../../base/hex';
import type { Result } from '../../base/result';
import { bootSectorImage, hasBootSignature, SECTOR_BYTES } from './boot-sector';
import { isElf } from './elf32';
import { flatImage } from './flat';
import { foreignImage } from './foreign-images';
import { ACCEPTED_FORMATS, fail, type GuestMemory, type LoadError } from './load-error';
import type { ImageFormat, ImageOptions, MachineImage } from './machine-image';
import {
  hasMultibootAddresses,
  hasMultibootHeader,
  hasMultibootMagic,
  multibootImage,
} from './multiboot';
import { lacksResetVector, ROM_SIZES, romImage, startsByJump } from './rom';

/** Which format the bytes say they are, or null. A flat binary says nothing: it has to be named. */
export function detectFormat(bytes: Uint8Array): ImageFormat | null {
  const disk = bytes.length >= SECTOR_BYTES && hasBootSignature(bytes);
  // The header of a disk image is that of a kernel on the disk, unless it says where the whole file goes.
  if (isElf(bytes) || (disk ? hasMultibootAddresses(bytes) : hasMultibootHeader(bytes))) {
    return 'multiboot';
  }
  const romSize = ROM_SIZES.includes(bytes.length);
  if (romSize && startsByJump(bytes)) return 'rom';
  if (disk) return 'boot-sector';
  if (romSize && !lacksResetVector(bytes)) return 'rom';
  // A damaged or misplaced header is worth its own message.
  return hasMultibootMagic(bytes) ? 'multiboot' : null;
}

/** Reads a file. Nothing is in memory yet, and whether it fits is said here. */
export function readImage(
  bytes: Uint8Array,
  memoryBytes: number,
  options: ImageOptions = {},
): Result<MachineImage, LoadError> {
  const isDisk = options.format === undefined || options.format === 'boot-sector';
  const foreign = isDisk && !hasBootSignature(bytes) ? foreignImage(bytes) : null;
  if (foreign) return foreign;
  const format = options.format ?? detectFormat(bytes);
  const misplaced = misplacedOption(format, options);
  if (misplaced) return misplaced;
  return readAs(format, bytes, memoryBytes, options);
}

/** Reads a file and puts it into memory. */
export function loadImage(
  bytes: Uint8Array,
  memory: GuestMemory,
  options: ImageOptions = {},
): Result<MachineImage, LoadError> {
  const read = readImage(bytes, memory.size, options);
  if (!read.ok) return read;
  for (const { address: at, bytes: content, memoryBytes } of read.value.segments) {
    memory.writeBytes(at, content);
    zero(memory, at + content.length, memoryBytes - content.length);
  }
  return read;
}

function readAs(
  format: ImageFormat | null,
  bytes: Uint8Array,
  memoryBytes: number,
  options: ImageOptions,
): Result<MachineImage, LoadError> {
  switch (format) {
    case 'multiboot':
      return multibootImage(bytes, memoryBytes, options);
    case 'flat':
      return flatImage(bytes, memoryBytes, options);
    case 'boot-sector':
      return bootSectorImage(bytes, memoryBytes);
    case 'rom':
      return romImage(bytes, memoryBytes);
    case null: {
      const signature =
        bytes.length < SECTOR_BYTES
          ? `the file ends before the boot signature at file offset ${address(SECTOR_BYTES - 2)}`
          : `no boot signature 0x55 0xaa at file offset ${address(SECTOR_BYTES - 2)}`;
      return fail(
        `The file is in no known format. No Multiboot header (magic number 0x1badb002) in its first ${Math.min(bytes.length, 8192)} bytes; ${signature}; ${romReason(bytes)}.`,
        ACCEPTED_FORMATS,
      );
    }
  }
}

const romReason = (bytes: Uint8Array): string =>
  ROM_SIZES.includes(bytes.length)
    ? 'it has the size of a ROM, but its last 16 bytes hold no reset vector'
    : `its ${bytes.length} bytes are not the size of a ROM (${ROM_SIZES.join(' or ')})`;

/** An option that the format would ignore is a mistake to tell. */
function misplacedOption(
  format: ImageFormat | null,
  options: ImageOptions,
): Result<never, LoadError> | null {
  const given = [
    ['a load address', options.loadAddress, 'flat'],
    ['an entry point', options.entry, 'flat'],
    ['a start mode in bits', options.bits, 'flat'],
    ['a command line', options.commandLine, 'multiboot'],
    ['modules', options.modules, 'multiboot'],
  ] as const;
  for (const [what, value, only] of given) {
    if (value === undefined || format === only) continue;
    const is = format === null ? 'has no format that says so' : `is loaded as ${format}`;
    return fail(
      `${what[0]?.toUpperCase()}${what.slice(1)} can only be given for the format ${only}; this file ${is}.`,
      only === 'flat' ? 'Add --format flat.' : 'Give a Multiboot image.',
    );
  }
  return null;
}

function zero(memory: GuestMemory, from: number, bytes: number): void {
  const zeros = new Uint8Array(Math.min(bytes, 0x10000));
  for (let done = 0; done < bytes; done += zeros.length) {
    memory.writeBytes(from + done, zeros.subarray(0, Math.min(zeros.length, bytes - done)));
  }
}
