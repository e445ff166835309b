/**
 * The MMU of one CPU: 32-bit paging and a TLB that stays stale until flushed, as silicon's does.
 *
 * The TLB is an array indexed by linear page number, one 32-bit word each (0 = nothing cached):
 *
 * ```text
 * 31..12 physical page (of RAM, after `physical`)
 *  8 G   7 D (entry known dirty)   6 RW   5 US   4 VALID            what the walk found
 * 10 writes stay slow   9 part of a 4 MiB page
 *  3 write user  2 write supervisor  1 read user  0 read supervisor  "no need to ask": the fast path
 * ```
 *
 * A fast-write bit is there only while the page is dirty for the checkpoint and holds no decoded code; see memory.ts.
 *
 * @see Intel SDM vol. 3, "Paging": "32-Bit Paging", "Access Rights", "Caching Translation Information"
 */
import type { Clock } from '../clock';
import { raisePageFault } from '../cpu/fault';
import type { SlowPages } from '../cpu/observer';
import {
  CR0_PG,
  CR0_WP,
  CR4_PGE,
  CR4_PSE,
  PF_PRESENT,
  PF_RESERVED,
  PF_USER,
  PF_WRITE,
  WORD,
} from '../cpu/state';
import { PAGE_FREE_TO_WRITE, type PhysicalMemory } from '../memory';

export const TLB_READ_SUPERVISOR = 1;
export const TLB_READ_USER = 2;
export const TLB_WRITE_SUPERVISOR = 4;
export const TLB_WRITE_USER = 8;
const VALID = 16;
const US = 32;
const RW = 64;
const DIRTY = 128;
const GLOBAL = 256;
const FAST_WRITE = TLB_WRITE_SUPERVISOR | TLB_WRITE_USER;
const FAST = 15;

export const PTE_P = 1;
export const PTE_RW = 2;
export const PTE_US = 4;
export const PTE_A = 32;
export const PTE_D = 64;
export const PDE_PS = 128;
export const PTE_G = 256;

/** With 4 MiB pages and without PSE-36 or PAT, bits 21:12 of the PDE must be zero. */
const LARGE_RESERVED = 0x003ff000;
const FRAME = ~0xfff;
const PAGES = 1 << 20;

/** Linear page and TLB word, in filling order. */
export type TlbContents = readonly (readonly [number, number])[];

export class Mmu {
  readonly tlb: Int32Array;
  /** The fast bits that apply at the current CPL; set through `Access.setUser`, which keeps copies. */
  readBit = TLB_READ_SUPERVISOR;
  writeBit = TLB_WRITE_SUPERVISOR;
  /** True at CPL 3. */
  user = false;
  /** Called after a walk charged cycles: a deadline may have moved into the running block. */
  onCharge: (cycles: number) => void = () => {};
  /**
   * Counts what may make a remembered translation wrong: changed entries, and (from outside) another CPL or code segment.
   */
  epoch = 0;

  /** Called after a walk has set accessed or dirty bits in the entry at this RAM address. */
  onBitsSet: ((address: number) => void) | null = null;
  /** Called after `flush`. */
  onFlush: (() => void) | null = null;

  /** Pages with breakpoints or watches on their data: nothing there is fast. */
  private slow: SlowPages | null = null;

  private filled = new Int32Array(1024);
  private filledCount = 0;

  constructor(
    private readonly memory: PhysicalMemory,
    private readonly state: Int32Array,
    private readonly clock: Clock,
    private readonly physical: ((page: number) => number) | null,
  ) {
    this.tlb = new Int32Array(memory.memory.buffer, memory.allocateControl(PAGES * 4), PAGES);
    memory.onWritesRevoked((page) => this.revokeWrites(page));
  }

  setUser(user: boolean): void {
    if (user !== this.user) this.epoch++;
    this.user = user;
    this.readBit = user ? TLB_READ_USER : TLB_READ_SUPERVISOR;
    this.writeBit = user ? TLB_WRITE_USER : TLB_WRITE_SUPERVISOR;
  }

  /**
   * Physical address for one access inside a page; walks and fills on a miss.
   * @returns unsigned; may lie beyond RAM
   * @throws FaultSignal #PF
   */
  translate(linear: number, write: boolean, user: boolean): number {
    const entry = this.tlb[linear >>> 12]!;
    if (entry & VALID && this.allows(entry, write, user) && (!write || entry & DIRTY)) {
      if (write && (entry & SLOW_WRITE) === 0) this.grant(linear >>> 12, entry);
      return ((entry & FRAME) | (linear & 0xfff)) >>> 0;
    }
    return this.walk(linear, write, user);
  }

  /** Where a linear address leads now, without filling, setting bits or charging; -1 if the access would fault. */
  probe(linear: number, write: boolean, user: boolean): number {
    const entry = this.tlb[linear >>> 12]!;
    if (entry & VALID && this.allows(entry, write, user)) {
      return ((entry & FRAME) | (linear & 0xfff)) >>> 0;
    }
    if ((this.state[WORD.CR0]! & CR0_PG) === 0) return (this.map(linear) | (linear & 0xfff)) >>> 0;
    const pde = this.readEntry(this.pdeAddress(linear));
    if ((pde & PTE_P) === 0) return -1;
    if (this.isLarge(pde)) {
      if (pde & LARGE_RESERVED) return -1;
      const found = this.describe(pde, pde);
      if (!this.allows(found, write, user)) return -1;
      return (this.map((pde & 0xffc00000) | (linear & 0x3ff000)) | (linear & 0xfff)) >>> 0;
    }
    const pte = this.readEntry((pde & FRAME) + ((linear >>> 10) & 0xffc));
    if ((pte & PTE_P) === 0 || !this.allows(this.describe(pde, pte), write, user)) return -1;
    return (this.map(pte & FRAME) | (linear & 0xfff)) >>> 0;
  }

  /** Pages whose accesses all take the slow path. What the TLB holds stays, stale entries too. */
  setSlow(pages: SlowPages | null): void {
    if (pages === null && this.slow === null) return;
    this.slow = pages;
    for (let i = 0; i < this.filledCount; i++) {
      const page = this.filled[i]!;
      this.grant(page, this.tlb[page]!);
    }
  }

  /** Forgets translations; global ones stay unless `includeGlobal`. */
  flush(includeGlobal: boolean): void {
    let kept = 0;
    for (let i = 0; i < this.filledCount; i++) {
      const page = this.filled[i]!;
      if (!includeGlobal && this.tlb[page]! & GLOBAL) this.filled[kept++] = page;
      else this.tlb[page] = 0;
    }
    this.filledCount = kept;
    this.epoch++;
    this.onFlush?.();
  }

  /** Whether code may be fetched through a TLB word, fast or not. */
  allowsFetch(entry: number): boolean {
    if ((entry & VALID) === 0 || (this.user && (entry & US) === 0)) return false;
    return entry >>> 12 < this.memory.pageFlags.length;
  }

  /** What a TLB word says of a page; null: nothing is cached. `frame`: page of RAM. */
  entry(linear: number): { frame: number; writable: boolean; user: boolean } | null {
    const entry = this.tlb[linear >>> 12]!;
    if ((entry & VALID) === 0) return null;
    return { frame: entry >>> 12, writable: (entry & RW) !== 0, user: (entry & US) !== 0 };
  }

  /** INVLPG: forgets one page, global or not. (A 4 MiB page is cached as 4 KiB pieces, all of which go.) */
  flushPage(linear: number): void {
    const page = linear >>> 12;
    this.epoch++;
    this.forget(
      (other) => other === page || ((other ^ page) < 0x400 && (this.tlb[other]! & LARGE) !== 0),
    );
  }

  /** CR0.WP changed: what supervisors may write fast is decided anew. */
  revokeWrites(physicalPage: number): void {
    for (let i = 0; i < this.filledCount; i++) {
      const page = this.filled[i]!;
      const entry = this.tlb[page]!;
      if (physicalPage < 0 || entry >>> 12 === physicalPage) this.tlb[page] = entry & ~FAST_WRITE;
    }
  }

  save(): TlbContents {
    const contents: [number, number][] = [];
    for (let i = 0; i < this.filledCount; i++) {
      const page = this.filled[i]!;
      contents.push([page, this.tlb[page]! & ~(FAST | SLOW_WRITE)]);
    }
    return contents;
  }

  restore(contents: TlbContents): void {
    this.flush(true);
    for (const [page, entry] of contents) this.insert(page, entry);
  }

  private walk(linear: number, write: boolean, user: boolean): number {
    const page = linear >>> 12;
    if ((this.state[WORD.CR0]! & CR0_PG) === 0) {
      this.insert(page, this.map(linear) | VALID | US | RW | DIRTY);
      return this.at(page, linear);
    }
    const access = (write ? PF_WRITE : 0) | (user ? PF_USER : 0);
    const pdeAddress = this.pdeAddress(linear);
    const pde = this.readEntry(pdeAddress);
    const large = this.isLarge(pde);
    const cycles = this.clock.costs.walkRef * (large || !(pde & PTE_P) ? 1 : 2);
    this.clock.charge('tlb-walks', cycles);
    this.onCharge(cycles);
    if ((pde & PTE_P) === 0) raisePageFault(linear, access);
    if (large) {
      if (pde & LARGE_RESERVED) raisePageFault(linear, access | PF_PRESENT | PF_RESERVED);
      const found = this.describe(pde, pde);
      if (!this.allows(found, write, user)) raisePageFault(linear, access | PF_PRESENT);
      this.setBits(pdeAddress, pde, write ? PTE_A | PTE_D : PTE_A);
      const frame = this.map((pde & 0xffc00000) | (linear & 0x3ff000));
      this.insert(page, frame | found | LARGE | (write ? DIRTY : 0));
      return this.at(page, linear);
    }
    const pteAddress = ((pde & FRAME) + ((linear >>> 10) & 0xffc)) >>> 0;
    const pte = this.readEntry(pteAddress);
    if ((pte & PTE_P) === 0) raisePageFault(linear, access);
    const found = this.describe(pde, pte);
    if (!this.allows(found, write, user)) raisePageFault(linear, access | PF_PRESENT);
    this.setBits(pdeAddress, pde, PTE_A);
    this.setBits(pteAddress, pte, write ? PTE_A | PTE_D : PTE_A);
    this.insert(page, this.map(pte & FRAME) | found | (write ? DIRTY : 0));
    return this.at(page, linear);
  }

  private at(page: number, linear: number): number {
    return ((this.tlb[page]! & FRAME) | (linear & 0xfff)) >>> 0;
  }

  /** Rights of a translation: both levels must allow. D counts only from the leaf. */
  private describe(pde: number, leaf: number): number {
    const both = pde & leaf;
    let found = VALID;
    if (both & PTE_US) found |= US;
    if (both & PTE_RW) found |= RW;
    if (leaf & PTE_D) found |= DIRTY;
    if (leaf & PTE_G && this.state[WORD.CR4]! & CR4_PGE) found |= GLOBAL;
    return found;
  }

  private allows(entry: number, write: boolean, user: boolean): boolean {
    if (user) return (entry & US) !== 0 && (!write || (entry & RW) !== 0);
    return !write || (entry & RW) !== 0 || (this.state[WORD.CR0]! & CR0_WP) === 0;
  }

  private insert(page: number, entry: number): void {
    if (this.tlb[page] === 0) {
      if (this.filledCount === this.filled.length) {
        const larger = new Int32Array(this.filled.length * 2);
        larger.set(this.filled);
        this.filled = larger;
      }
      this.filled[this.filledCount++] = page;
    } else {
      this.epoch++;
    }
    this.tlb[page] = entry;
    this.grant(page, entry);
  }

  /** Sets the fast bits an entry deserves now. Beyond RAM there are none: such accesses stay slow. */
  private grant(page: number, entry: number): void {
    const frame = entry >>> 12;
    if (frame >= this.memory.pageFlags.length) return;
    const { slow } = this;
    let fast = 0;
    if (slow === null || !(slow.readPages.has(page) || slow.readFrames.has(frame))) {
      fast = TLB_READ_SUPERVISOR;
      if (entry & US) fast |= TLB_READ_USER;
    }
    if (slow !== null && (slow.writePages.has(page) || slow.writeFrames.has(frame))) {
      fast |= SLOW_WRITE;
    } else if (entry & DIRTY && this.memory.pageFlags[frame] === PAGE_FREE_TO_WRITE) {
      if (this.allows(entry, true, false)) fast |= TLB_WRITE_SUPERVISOR;
      if (this.allows(entry, true, true)) fast |= TLB_WRITE_USER;
    }
    this.tlb[page] = (entry & ~(FAST | SLOW_WRITE)) | fast;
  }

  private forget(drop: (page: number) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.filledCount; i++) {
      const page = this.filled[i]!;
      if (drop(page)) this.tlb[page] = 0;
      else this.filled[kept++] = page;
    }
    this.filledCount = kept;
  }

  private isLarge(pde: number): boolean {
    return (pde & (PDE_PS | PTE_P)) === (PDE_PS | PTE_P) && (this.state[WORD.CR4]! & CR4_PSE) !== 0;
  }

  private pdeAddress(linear: number): number {
    return ((this.state[WORD.CR3]! & FRAME) + ((linear >>> 20) & 0xffc)) >>> 0;
  }

  /** This CPU's physical page to a page of RAM, as a signed frame address. */
  private map(address: number): number {
    return (this.physical ? this.physical((address & FRAME) >>> 0) : address) & FRAME;
  }

  private readEntry(address: number): number {
    const at = (this.map(address) | (address & 0xfff)) >>> 0;
    return this.memory.read32(at) | 0;
  }

  private setBits(address: number, entry: number, bits: number): void {
    if ((entry & bits) === bits) return;
    const at = (this.map(address) | (address & 0xfff)) >>> 0;
    this.memory.write32(at, entry | bits);
    this.onBitsSet?.(at);
  }
}

/** Bit 9 of a TLB word: part of a 4 MiB page. */
const LARGE = 512;
/** Bit 10: writes stay slow whatever the page's flags. Not part of what the TLB holds. */
const SLOW_WRITE = 1024;
