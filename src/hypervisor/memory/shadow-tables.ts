/**
 * Shadow page tables: guest-linear to machine addresses, walked by the silicon. They are a cache of the guest's tables
 * composed with the pmap (a software TLB): empty at every CR3 load, filled by hidden faults.
 *
 * The tables themselves are bytes in the monitor's 4 MiB. Entry 1023 of every directory maps those 4 MiB.
 *
 * @see Intel SDM vol. 3, "Virtualization of System Resources": "Memory Virtualization"
 */
import { invariant } from '../../base/assert';
import type { PhysicalMemory } from '../../machine/memory';
import type { Snapshotable } from '../../machine/snapshot';
import { PTE_A, PTE_D, PTE_P, PTE_U, PTE_W } from './guest-walk';
import { MONITOR_BASE, SHADOW_BASE, SHADOW_PAGES } from './layout';

const MONITOR_PDE = 1023;
/** The directory and the monitor's own table come before the pool. */
const POOL_FIRST = 2;

export interface ShadowState {
  readonly used: number;
}

export class ShadowTables implements Snapshotable<ShadowState> {
  /** Pool pages handed out since the last flush. */
  private used = 0;

  /** @param base machine-physical address that MONITOR_BASE maps to */
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly base: number,
  ) {}

  /** Machine-physical address of the directory: the real CR3. */
  get root(): number {
    return this.page(0);
  }

  /** Builds the directory and the mapping of the monitor's own 4 MiB: present, writable, supervisor. */
  build(): void {
    for (let i = 0; i < 1024; i++) {
      this.memory.write32(this.root + i * 4, 0);
      const frame = (this.base + i * 0x1000) | PTE_P | PTE_W | PTE_A | PTE_D;
      this.memory.write32(this.page(1) + i * 4, frame >>> 0);
    }
    this.memory.write32(this.root + MONITOR_PDE * 4, (this.page(1) | PTE_P | PTE_W | PTE_A) >>> 0);
    this.used = 0;
  }

  /** Forgets every guest mapping. The caller flushes the TLB, as a CR3 load would. */
  flush(): void {
    for (let i = 0; i < MONITOR_PDE; i++) {
      if (this.memory.read32(this.root + i * 4) !== 0) this.memory.write32(this.root + i * 4, 0);
    }
    this.used = 0;
  }

  /** Address of the entry that maps `linear`, or null while its table does not exist. */
  private entryAddress(linear: number): number | null {
    const pde = this.memory.read32(this.root + (linear >>> 22) * 4);
    if ((pde & PTE_P) === 0) return null;
    return ((pde & 0xfffff000) >>> 0) + ((linear >>> 12) & 0x3ff) * 4;
  }

  /**
   * Maps the page of `linear` to a machine page address.
   * @returns the entry written, or null when the pool of tables is used up: flush, then map again
   */
  map(
    linear: number,
    machinePage: number,
    rights: { write: boolean; user: boolean },
  ): number | null {
    invariant(linear >>> 0 < MONITOR_BASE, 'the guest never maps the monitor');
    let address = this.entryAddress(linear);
    if (address === null) {
      if (POOL_FIRST + this.used >= SHADOW_PAGES) return null;
      const table = this.page(POOL_FIRST + this.used++);
      for (let i = 0; i < 1024; i++) this.memory.write32(table + i * 4, 0);
      const pde = (table | PTE_P | PTE_W | PTE_U | PTE_A) >>> 0;
      this.memory.write32(this.root + (linear >>> 22) * 4, pde);
      address = table + ((linear >>> 12) & 0x3ff) * 4;
    }
    const entry =
      (machinePage |
        PTE_P |
        PTE_A |
        PTE_D |
        (rights.write ? PTE_W : 0) |
        (rights.user ? PTE_U : 0)) >>>
      0;
    this.memory.write32(address, entry);
    return entry;
  }

  /** Drops the mapping of one page. */
  clear(linear: number): void {
    const address = this.entryAddress(linear);
    if (address !== null) this.memory.write32(address, 0);
  }

  /**
   * Takes write permission from every mapping of a machine page: how a write trace begins.
   * @returns linear page addresses that were changed, for the caller to drop from the TLB
   */
  protect(machinePage: number): number[] {
    const changed: number[] = [];
    for (let directory = 0; directory < MONITOR_PDE; directory++) {
      const pde = this.memory.read32(this.root + directory * 4);
      if ((pde & PTE_P) === 0) continue;
      const table = (pde & 0xfffff000) >>> 0;
      for (let i = 0; i < 1024; i++) {
        const entry = this.memory.read32(table + i * 4);
        if ((entry & PTE_P) === 0 || (entry & PTE_W) === 0) continue;
        if ((entry & 0xfffff000) >>> 0 !== machinePage) continue;
        this.memory.write32(table + i * 4, (entry & ~PTE_W) >>> 0);
        changed.push(((directory << 22) | (i << 12)) >>> 0);
      }
    }
    return changed;
  }

  save(): ShadowState {
    return { used: this.used };
  }

  restore(state: ShadowState): void {
    this.used = state.used;
  }

  private page(index: number): number {
    return this.base + (SHADOW_BASE - MONITOR_BASE) + index * 0x1000;
  }
}
