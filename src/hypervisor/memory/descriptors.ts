/**
 * Segment and gate descriptors: packing, unpacking, and *truncation*, which keeps guest segments below the monitor.
 *
 * ```text
 *  31        24 23 22 21 20 19   16 15 14 13 12 11   8 7         0
 * +------------+--+--+--+--+-------+--+-----+--+------+-----------+
 * | base 31:24 | G|DB| L|AV|lim19:16| P| DPL | S| type | base 23:16|  + 4
 * +------------+--+--+--+--+-------+--+-----+--+------+-----------+
 * |          base 15:0             |         limit 15:0           |  + 0
 * +--------------------------------+------------------------------+
 * ```
 *
 * @see Intel SDM vol. 3, "Protected-Mode Memory Management": "Segment Descriptors"
 */
import { GUEST_LINEAR_END } from './layout';

/** `rights` as in the CPU's state block: descriptor bits 8..23 of the high dword, i.e. type S DPL P … AVL L D G. */
export const RIGHTS_ACCESSED = 1 << 0;
export const RIGHTS_WRITABLE = 1 << 1;
export const RIGHTS_EXPAND_DOWN = 1 << 2;
export const RIGHTS_CODE = 1 << 3;
export const RIGHTS_SEGMENT = 1 << 4;
export const RIGHTS_DPL = 3 << 5;
export const RIGHTS_PRESENT = 1 << 7;
export const RIGHTS_BIG = 1 << 14;
export const RIGHTS_GRANULAR = 1 << 15;

export interface Descriptor {
  readonly base: number;
  /** Last valid offset (expand-down: last invalid one), in bytes. */
  readonly limit: number;
  readonly rights: number;
}

export type RawDescriptor = readonly [low: number, high: number];

export function unpack([low, high]: RawDescriptor): Descriptor {
  const rights = (high >>> 8) & 0xf0ff;
  const limit20 = (low & 0xffff) | (high & 0xf0000);
  const limit = (rights & RIGHTS_GRANULAR) !== 0 ? ((limit20 << 12) | 0xfff) >>> 0 : limit20;
  const base = ((low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000)) >>> 0;
  return { base, limit, rights };
}

export function pack({ base, limit, rights }: Descriptor): RawDescriptor {
  const limit20 = (rights & RIGHTS_GRANULAR) !== 0 ? limit >>> 12 : limit;
  const low = ((base & 0xffff) << 16) | (limit20 & 0xffff);
  const high =
    (base & 0xff000000) | ((base >>> 16) & 0xff) | (limit20 & 0xf0000) | ((rights & 0xf0ff) << 8);
  return [low >>> 0, high >>> 0];
}

/** A 32-bit gate: call (12), interrupt (14) or trap (15). */
export function packGate(
  selector: number,
  offset: number,
  type: 12 | 14 | 15,
  dpl: number,
): RawDescriptor {
  return [
    (((selector & 0xffff) << 16) | (offset & 0xffff)) >>> 0,
    ((offset & 0xffff0000) | 0x8000 | (dpl << 13) | (type << 8)) >>> 0,
  ];
}

/**
 * The descriptor with its limit lowered so that no offset reaches the monitor.
 *
 * @returns null where that is impossible: expand-down segments always reach the top, and one that starts in the
 *   monitor has nothing left. Such a segment is never held by the silicon; the virtual CPU does its accesses.
 */
export function truncate(descriptor: Descriptor): Descriptor | null {
  const { base, limit, rights } = descriptor;
  const isCode = (rights & RIGHTS_CODE) !== 0;
  if (!isCode && (rights & RIGHTS_EXPAND_DOWN) !== 0) return null;
  if (base > GUEST_LINEAR_END) return null;
  const room = GUEST_LINEAR_END - base;
  if (limit <= room) return descriptor;
  if ((rights & RIGHTS_GRANULAR) === 0) return { base, limit: room, rights };
  // With page granularity the limit ends in 0xfff; round down to stay inside.
  const pages = Math.floor((room + 1) / 0x1000);
  if (pages > 0) return { base, limit: pages * 0x1000 - 1, rights };
  return { base, limit: room, rights: rights & ~RIGHTS_GRANULAR };
}
