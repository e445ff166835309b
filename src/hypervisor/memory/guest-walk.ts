/**
 * The monitor's own walk through the guest's page tables (32-bit paging), for filling shadows and reading guest code.
 * It reads and writes guest-physical memory through the pmap, and sets accessed and dirty bits as silicon would.
 *
 * @see Intel SDM vol. 3, "Paging": "32-Bit Paging", "Access Rights" and "Accessed and Dirty Flags"
 */
import { CR0_PG, CR0_WP, CR4_PSE, PF_PRESENT, PF_USER, PF_WRITE } from '../../machine/cpu/state';
import type { PhysicalMemory } from '../../machine/memory';
import type { Pmap } from './pmap';

export const PTE_P = 1 << 0;
export const PTE_W = 1 << 1;
export const PTE_U = 1 << 2;
export const PTE_A = 1 << 5;
export const PTE_D = 1 << 6;
export const PDE_PS = 1 << 7;

/** The guest's paging registers, as it set them. */
export interface GuestPaging {
  readonly cr0: number;
  readonly cr3: number;
  readonly cr4: number;
}

export interface GuestAccess {
  readonly write: boolean;
  /** True for CPL 3 (virtual). */
  readonly user: boolean;
  /** Sets accessed and dirty bits on success, as a real access does; a viewer must not. */
  readonly commit: boolean;
}

export type GuestWalk =
  | {
      readonly kind: 'mapped';
      /** Guest-physical address. */
      readonly address: number;
      /** Rights the guest's two levels give together. */
      readonly writable: boolean;
      readonly user: boolean;
      /** Accessed bits of every level and the leaf's dirty bit, after this access. */
      readonly accessed: boolean;
      readonly dirty: boolean;
    }
  /** `errorCode` is what the guest's #PF handler has to see. */
  | { readonly kind: 'fault'; readonly errorCode: number };

export class GuestTables {
  /** Told of every entry in which a walk has set accessed or dirty bits, by guest-physical address. */
  onBitsSet: ((guestPhysical: number) => void) | null = null;

  constructor(
    private readonly memory: PhysicalMemory,
    private readonly pmap: Pmap,
  ) {}

  /** Walks for one access. `linear` is unsigned; without paging every address maps to itself. */
  walk(paging: GuestPaging, linear: number, access: GuestAccess): GuestWalk {
    if ((paging.cr0 & CR0_PG) === 0) {
      return {
        kind: 'mapped',
        address: linear >>> 0,
        writable: true,
        user: true,
        accessed: true,
        dirty: true,
      };
    }
    const fault = (present: boolean): GuestWalk => ({
      kind: 'fault',
      errorCode:
        (present ? PF_PRESENT : 0) | (access.write ? PF_WRITE : 0) | (access.user ? PF_USER : 0),
    });
    const pdeAddress = ((paging.cr3 & 0xfffff000) + ((linear >>> 22) << 2)) >>> 0;
    const pde = this.read(pdeAddress);
    if ((pde & PTE_P) === 0) return fault(false);
    const large = (pde & PDE_PS) !== 0 && (paging.cr4 & CR4_PSE) !== 0;
    const leafAddress = large
      ? pdeAddress
      : ((pde & 0xfffff000) + (((linear >>> 12) & 0x3ff) << 2)) >>> 0;
    const leaf = large ? pde : this.read(leafAddress);
    if ((leaf & PTE_P) === 0) return fault(false);
    const rights = large ? leaf : pde & leaf;
    const writable = (rights & PTE_W) !== 0;
    const user = (rights & PTE_U) !== 0;
    if (access.user && !user) return fault(true);
    if (access.write && !writable && (access.user || (paging.cr0 & CR0_WP) !== 0))
      return fault(true);
    const dirty = access.write ? leaf | PTE_A | PTE_D : leaf | PTE_A;
    if (access.commit) {
      if (!large && (pde & PTE_A) === 0) this.write(pdeAddress, pde | PTE_A);
      if (dirty !== leaf) this.write(leafAddress, dirty);
    }
    const address = large
      ? ((leaf & 0xffc00000) | (linear & 0x3fffff)) >>> 0
      : ((leaf & 0xfffff000) | (linear & 0xfff)) >>> 0;
    const isDirty = ((access.commit ? dirty : leaf) & PTE_D) !== 0;
    const accessed = access.commit || (pde & leaf & PTE_A) !== 0;
    return { kind: 'mapped', address, writable, user, accessed, dirty: isDirty };
  }

  /** Guest bytes at a linear address without side effects; shorter where the mapping ends, null if it never starts. */
  bytes(paging: GuestPaging, linear: number, length: number): Uint8Array | null {
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const at = (linear + done) >>> 0;
      const walk = this.walk(paging, at, { write: false, user: false, commit: false });
      if (walk.kind === 'fault') break;
      const count = Math.min(length - done, 0x1000 - (at & 0xfff));
      const machine = this.pmap.address(walk.address);
      for (let i = 0; i < count; i++) out[done + i] = this.memory.read8(machine + i);
      done += count;
    }
    return done === 0 ? null : out.subarray(0, done);
  }

  private read(guestPhysical: number): number {
    return this.memory.read32(this.pmap.address(guestPhysical)) >>> 0;
  }

  private write(guestPhysical: number, value: number): void {
    this.memory.write32(this.pmap.address(guestPhysical), value >>> 0);
    this.onBitsSet?.(guestPhysical);
  }
}
