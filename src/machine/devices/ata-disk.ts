/**
 * What a disk holds: the image it was made from, which never changes, and the sectors written since. A written sector is
 * a new array that is never changed again, so that checkpoints share all of them and copy only the table of which
 * sectors there are, and that only when one is written after the checkpoint.
 */
import type { Snapshotable } from '../snapshot';

export const SECTOR_BYTES = 512;

/** Sector number to its bytes as last written. */
export type WrittenSectors = ReadonlyMap<number, Uint8Array>;

export class AtaDisk implements Snapshotable<WrittenSectors> {
  /** The last one may be cut off in the image: the rest of it reads as zeros. */
  readonly sectors: number;
  private written = new Map<number, Uint8Array>();
  /** A checkpoint has this very table. */
  private shared = false;

  /** @param image is kept and must not be changed */
  constructor(private readonly image: Uint8Array) {
    this.sectors = Math.ceil(image.length / SECTOR_BYTES);
  }

  /** Sectors that differ from the image, or did for a while. */
  get writtenCount(): number {
    return this.written.size;
  }

  /** @returns the bytes of one sector: not to be changed, and possibly shorter at the image's end */
  read(sector: number): Uint8Array {
    const at = sector * SECTOR_BYTES;
    return this.written.get(sector) ?? this.image.subarray(at, at + SECTOR_BYTES);
  }

  /** @param bytes one sector; copied */
  write(sector: number, bytes: Uint8Array): void {
    if (this.shared) {
      this.written = new Map(this.written);
      this.shared = false;
    }
    this.written.set(sector, bytes.slice());
  }

  save(): WrittenSectors {
    this.shared = true;
    return this.written;
  }

  restore(written: WrittenSectors): void {
    // Nobody else writes to a saved table: the next write here copies it.
    this.written = written as Map<number, Uint8Array>;
    this.shared = true;
  }
}
