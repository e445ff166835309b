/**
 * Reading memory by linear address the way a debugger does: through the page tables as they are in memory, setting no
 * accessed bits, asking no rights, leaving the TLB alone.
 *
 * @see Intel SDM vol. 3, "Paging": "32-Bit Paging"
 */
import { CR0_PG, CR4_PSE } from '../../machine/cpu/state';
import { PAGE_BYTES, type PhysicalMemory } from '../../machine/memory';
import { PDE_PS, PTE_P } from '../../machine/mmu/mmu';

export interface PagingRegisters {
  readonly cr0: number;
  readonly cr3: number;
  readonly cr4: number;
}

/** @returns the physical address, or null where the tables map nothing */
export function physicalOf(
  memory: PhysicalMemory,
  paging: PagingRegisters,
  linear: number,
): number | null {
  if ((paging.cr0 & CR0_PG) === 0) return linear >>> 0;
  const pde = memory.read32(((paging.cr3 & ~0xfff) | ((linear >>> 20) & 0xffc)) >>> 0);
  if ((pde & PTE_P) === 0) return null;
  if (pde & PDE_PS && paging.cr4 & CR4_PSE) {
    return ((pde & 0xffc00000) | (linear & 0x3fffff)) >>> 0;
  }
  const pte = memory.read32(((pde & ~0xfff) | ((linear >>> 10) & 0xffc)) >>> 0);
  return pte & PTE_P ? ((pte & ~0xfff) | (linear & 0xfff)) >>> 0 : null;
}

/**
 * Copies bytes at a linear address, page by page.
 * @param translate linear to physical address, null where unmapped
 * @returns null if any of the bytes is unmapped
 */
export function readLinear(
  memory: PhysicalMemory,
  linear: number,
  length: number,
  translate: (linear: number) => number | null,
): Uint8Array | null {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = (linear + done) >>> 0;
    const physical = translate(at);
    if (physical === null) return null;
    const count = Math.min(length - done, PAGE_BYTES - (at & (PAGE_BYTES - 1)));
    for (let i = 0; i < count; i++) bytes[done + i] = memory.read8(physical + i);
    done += count;
  }
  return bytes;
}
