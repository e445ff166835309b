/**
 * From a guest linear to a guest-physical address, the way a debugger looks: through the tables in memory, with no rights
 * asked and no bits set.
 *
 * @see Intel SDM vol. 3, "Paging": "32-Bit Paging"
 */
import type { System } from '../hypervisor/core/system';
import { CR0_PG, CR4_PSE } from '../machine/cpu/state';

const PRESENT = 1 << 0;
const LARGE = 1 << 7;
const PAGE = 4096;

/** Null where the guest's tables map nothing. */
export function guestPhysicalOf(
  system: Pick<System, 'guest' | 'guestPage' | 'machinePage'>,
  linear: number,
): number | null {
  const { cr0, cr3, cr4 } = system.guest();
  if ((cr0 & CR0_PG) === 0) return linear >>> 0;
  const entryAt = (physical: number): number => {
    const page = Math.floor(physical / PAGE);
    if (system.machinePage(page) === null) return 0;
    const bytes = system.guestPage(page);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(physical % PAGE, true);
  };
  const directory = entryAt(((cr3 & ~0xfff) | ((linear >>> 20) & 0xffc)) >>> 0);
  if ((directory & PRESENT) === 0) return null;
  if (directory & LARGE && cr4 & CR4_PSE) {
    return ((directory & 0xffc00000) | (linear & 0x3fffff)) >>> 0;
  }
  const entry = entryAt(((directory & ~0xfff) | ((linear >>> 10) & 0xffc)) >>> 0);
  return entry & PRESENT ? ((entry & ~0xfff) | (linear & 0xfff)) >>> 0 : null;
}
