/** What a loader says about a file it cannot load: a user's mistake, so data and never an exception. */
import { err, type Result } from '../../base/result';

export interface LoadError {
  /** What is wrong and where in the file. */
  readonly message: string;
  /** What would be right, or what to try. */
  readonly hint: string;
}

export const fail = (message: string, hint: string): Result<never, LoadError> =>
  err({ message, hint });

export const ACCEPTED_FORMATS =
  'Accepted: Multiboot 1 images (ELF32 executables for i386, or flat with the address fields, flag 16), boot sectors and disk images (0x55 0xaa at offset 510), ROM images (64 or 128 KiB), and flat binaries with --format flat.';

/** Where a loader puts a guest: guest-physical memory, or a monitor's map of it. */
export interface GuestMemory {
  /** Guest-physical bytes from address 0. */
  readonly size: number;
  writeBytes(physical: number, bytes: Uint8Array): void;
}

/** A name for an address, from the image's symbol table. */
export interface ImageSymbol {
  readonly name: string;
  readonly address: number;
}

/** A piece of an image: bytes from the file, then zeros up to `memoryBytes`. */
export interface Segment {
  /** Guest-physical address. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
}
