/**
 * What the disk says of itself: the 256 words of IDENTIFY DEVICE, and the geometry it starts with. It offers what is
 * there: programmed I/O with LBA, multiple sectors per interrupt, power management and a write cache to flush; no DMA.
 *
 * @see ANSI X3.298 (ATA-3), "Identify Device"
 */

/** The most sectors of one interrupt that SET MULTIPLE MODE takes. */
export const MAX_MULTIPLE = 16;
/** How every disk of more than a few megabytes described itself, whatever was inside. */
const HEADS = 16;
const SECTORS_PER_TRACK = 63;
/** Beyond this the cylinders of the CHS form do not go. */
const MAX_CYLINDERS = 16383;

export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  /** Counted from 1. */
  readonly sectorsPerTrack: number;
}

/** The geometry of a disk at power-on. A disk smaller than one cylinder still says 1. */
export const firstGeometry = (sectors: number): Geometry =>
  geometryOf(sectors, HEADS, SECTORS_PER_TRACK);

export const geometryOf = (sectors: number, heads: number, sectorsPerTrack: number): Geometry => ({
  cylinders: Math.min(MAX_CYLINDERS, Math.max(1, Math.floor(sectors / (heads * sectorsPerTrack)))),
  heads,
  sectorsPerTrack,
});

/**
 * @param sectors of the whole disk
 * @param current the geometry as INITIALIZE DEVICE PARAMETERS set it
 * @param multiple sectors per interrupt of READ and WRITE MULTIPLE; 0: not set
 * @returns 512 bytes, words little-endian
 */
export function identifyData(sectors: number, current: Geometry, multiple: number): Uint8Array {
  const bytes = new Uint8Array(512);
  const view = new DataView(bytes.buffer);
  const first = firstGeometry(sectors);
  const capacity = current.cylinders * current.heads * current.sectorsPerTrack;
  const words: readonly (readonly [word: number, value: number])[] = [
    [0, 0x0040], // fixed disk
    [1, first.cylinders],
    [3, first.heads],
    [6, first.sectorsPerTrack],
    [47, 0x8000 | MAX_MULTIPLE],
    [49, 0x0200], // LBA, no DMA
    [51, 0x0200], // PIO mode 2
    [53, 0x0003], // words 54 to 58 and 64 to 70 are valid
    [54, current.cylinders],
    [55, current.heads],
    [56, current.sectorsPerTrack],
    [57, capacity & 0xffff],
    [58, capacity >>> 16],
    [59, multiple === 0 ? 0 : 0x0100 | multiple],
    [60, sectors & 0xffff],
    [61, sectors >>> 16],
    [64, 0x0003], // PIO modes 3 and 4
    [67, 120], // nanoseconds of a PIO cycle without flow control
    [68, 120], // and with
    [80, 0x003e], // ATA-1 to ATA-5
    [82, 0x0028], // power management, write cache
    [83, 0x5000], // FLUSH CACHE
    [84, 0x4000],
    [85, 0x0028],
    [86, 0x1000],
    [87, 0x4000],
  ];
  for (const [word, value] of words) view.setUint16(word * 2, value, true);
  text(bytes, 10, 20, 'RS0001');
  text(bytes, 23, 8, '1.0');
  text(bytes, 27, 40, 'Ringside disk');
  return bytes;
}

/** Characters stand in words with the first in the upper byte, filled up with blanks. */
function text(bytes: Uint8Array, word: number, length: number, characters: string): void {
  for (let i = 0; i < length; i++) {
    bytes[word * 2 + (i ^ 1)] = characters.padEnd(length).charCodeAt(i);
  }
}
