/**
 * Memory as instructions see it: `segment:offset`, checked against the segment, then translated, then RAM.
 *
 * The fast path is a compare against a precomputed bound and one TLB word. Bounds are *exclusive* and biased by
 * 2^31 so that an unsigned compare is a signed one; a segment that needs a closer look (null, expand-down, not
 * writable ...) has the bound no offset is below. Everything else happens in the `slow` functions, which are exact.
 *
 * @see Intel SDM vol. 3, "Protection": "Limit Checking", "Type Checking"
 */
import type { PhysicalMemory } from '../memory';
import { type Mmu, TLB_READ_SUPERVISOR, TLB_WRITE_SUPERVISOR } from '../mmu/mmu';
import { raise } from './fault';
import { type AccessBy, NO_PAGES, type ObservedAccess, type ObservedPages } from './observer';
import { CR0_PE, SEG, VECTOR, WORD } from './state';

const BIAS = 0x80000000 | 0;
const NEVER = BIAS;

export const RIGHTS_PRESENT = 0x80;
/** S: code or data, not a system segment. */
export const RIGHTS_S = 0x10;
export const RIGHTS_CODE = 0x08;
/** Data: expand-down. Code: conforming. */
export const RIGHTS_EXPAND_DOWN = 0x04;
export const RIGHTS_CONFORMING = 0x04;
/** Data: writable. Code: readable. */
export const RIGHTS_RW = 0x02;
export const RIGHTS_ACCESSED = 0x01;
/** Default operation size (code), stack and upper bound size (data): the D/B bit. */
export const RIGHTS_BIG = 0x4000;
export const RIGHTS_GRANULAR = 0x8000;

/** Data breakpoints: the pages they are on, and who is told of accesses there. */
export interface Watch {
  /** Linear page numbers. */
  readonly pages: ReadonlySet<number>;
  note(linear: number, size: number, write: boolean): void;
}

export class Access {
  /** Biased exclusive bounds for reads and writes of 1, 2 and 4 bytes, by segment register. */
  readonly read1 = new Int32Array(8);
  readonly read2 = new Int32Array(8);
  readonly read4 = new Int32Array(8);
  readonly write1 = new Int32Array(8);
  readonly write2 = new Int32Array(8);
  readonly write4 = new Int32Array(8);
  /** The TLB's fast bits that apply at the current CPL. */
  private readBit = TLB_READ_SUPERVISOR;
  private writeBit = TLB_WRITE_SUPERVISOR;
  /** EFLAGS.AC, CR0.AM and CPL 3: every access takes the slow path, where alignment is checked. */
  aligning = false;
  /** Told of every data access on watched pages; see breakpoints.ts. */
  private watch: Watch | null = null;
  /** Told of every access on the slow path; see observer.ts. */
  private observe: ((access: Omit<ObservedAccess, 'settled'>) => void) | null = null;
  private observed: ObservedPages | null = null;
  /** Who accesses memory now. */
  by: AccessBy = 'instruction';
  /** -1, or 0xffff while SS is a 16-bit stack. */
  stackMask = -1;

  private readonly u8: Uint8Array;
  private readonly view: DataView;
  private readonly tlb: Int32Array;
  /** Where a read-modify-write goes back to: physical address of the first byte and of the part on a second page. */
  private pendingFirst = 0;
  private pendingSecond = 0;
  private pendingFast = false;
  private pendingLinear = 0;

  constructor(
    readonly memory: PhysicalMemory,
    readonly mmu: Mmu,
    private readonly state: Int32Array,
  ) {
    this.u8 = memory.u8;
    this.view = memory.view;
    this.tlb = mmu.tlb;
  }

  /** CPL 3 or not: for the MMU and for the fast paths here. */
  setUser(user: boolean): void {
    this.mmu.setUser(user);
    this.setAligning(this.aligning);
  }

  setAligning(aligning: boolean): void {
    this.aligning = aligning;
    this.readBit = aligning ? 0 : this.mmu.readBit;
    this.writeBit = aligning ? 0 : this.mmu.writeBit;
  }

  setWatch(watch: Watch | null): void {
    this.watch = watch;
    this.refreshSlow();
  }

  setObserver(
    observe: ((access: Omit<ObservedAccess, 'settled'>) => void) | null,
    pages: ObservedPages | null,
  ): void {
    this.observe = observe;
    this.observed = pages;
    this.refreshSlow();
  }

  /** Pages of breakpoints and of the observer, together. */
  private refreshSlow(): void {
    const { watch, observed } = this;
    if (!watch || !observed) {
      const armed = watch && {
        readPages: watch.pages,
        writePages: watch.pages,
        readFrames: NO_PAGES,
        writeFrames: NO_PAGES,
      };
      this.mmu.setSlow(observed ?? armed);
      return;
    }
    this.mmu.setSlow({
      ...observed,
      readPages: new Set([...watch.pages, ...observed.readPages]),
      writePages: new Set([...watch.pages, ...observed.writePages]),
    });
  }

  // --- segments --------------------------------------------------------------------------------------------

  /** Recomputes the bounds of a segment register after its hidden part changed. */
  refreshSegment(segment: number): void {
    const rights = this.state[WORD.RIGHTS + segment]!;
    const limit = this.state[WORD.LIMIT + segment]! >>> 0;
    const present = (rights & (RIGHTS_PRESENT | RIGHTS_S)) === (RIGHTS_PRESENT | RIGHTS_S);
    const code = (rights & RIGHTS_CODE) !== 0;
    const plain = present && (code || (rights & RIGHTS_EXPAND_DOWN) === 0);
    const readable = plain && (!code || (rights & RIGHTS_RW) !== 0);
    const writable = plain && this.isWritable(rights);
    const bound = (allowed: boolean, size: number): number => {
      const exclusive = Math.min(limit - size + 2, 0xffffffff);
      return allowed && exclusive > 0 ? (exclusive ^ BIAS) | 0 : NEVER;
    };
    this.read1[segment] = bound(readable, 1);
    this.read2[segment] = bound(readable, 2);
    this.read4[segment] = bound(readable, 4);
    this.write1[segment] = bound(writable, 1);
    this.write2[segment] = bound(writable, 2);
    this.write4[segment] = bound(writable, 4);
    if (segment === SEG.SS) this.stackMask = rights & RIGHTS_BIG ? -1 : 0xffff;
  }

  /**
   * Checks an access against the segment and gives its linear address, unsigned.
   * @throws FaultSignal #GP(0), or #SS(0) through SS
   */
  linear(segment: number, offset: number, size: number, write: boolean): number {
    if (!this.segmentAllows(segment, offset >>> 0, size, write)) {
      raise(segment === SEG.SS ? VECTOR.SS : VECTOR.GP, 0);
    }
    return (offset + this.state[WORD.BASE + segment]!) >>> 0;
  }

  /** Outside protected mode the type is not looked at: programs store through CS. */
  private isWritable(rights: number): boolean {
    if ((this.state[WORD.CR0]! & CR0_PE) === 0) return true;
    return (rights & (RIGHTS_CODE | RIGHTS_RW)) === RIGHTS_RW;
  }

  private segmentAllows(segment: number, offset: number, size: number, write: boolean): boolean {
    const rights = this.state[WORD.RIGHTS + segment]!;
    if ((rights & (RIGHTS_PRESENT | RIGHTS_S)) !== (RIGHTS_PRESENT | RIGHTS_S)) return false;
    const code = (rights & RIGHTS_CODE) !== 0;
    if (write && !this.isWritable(rights)) return false;
    if (code && (rights & RIGHTS_RW) === 0) return false;
    const limit = this.state[WORD.LIMIT + segment]! >>> 0;
    const last = offset + size - 1;
    if (!code && rights & RIGHTS_EXPAND_DOWN) {
      return offset > limit && last <= (rights & RIGHTS_BIG ? 0xffffffff : 0xffff);
    }
    // Silicon does not check a 4 GiB segment at all: an access may wrap around its end.
    return last <= limit || limit === 0xffffffff;
  }

  // --- reads -----------------------------------------------------------------------------------------------

  /** Zero-extended. */
  read8(segment: number, offset: number): number {
    if ((offset ^ BIAS) < this.read1[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      if (entry & this.readBit) return this.u8[(entry & ~0xfff) | (linear & 0xfff)]!;
    }
    return this.slowRead(segment, offset, 1);
  }

  /** Zero-extended. */
  read16(segment: number, offset: number): number {
    if ((offset ^ BIAS) < this.read2[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      const at = linear & 0xfff;
      if (entry & this.readBit && at < 0xfff) {
        return this.view.getUint16((entry & ~0xfff) | at, true);
      }
    }
    return this.slowRead(segment, offset, 2);
  }

  /** As a signed 32-bit number. */
  read32(segment: number, offset: number): number {
    if ((offset ^ BIAS) < this.read4[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      const at = linear & 0xfff;
      if (entry & this.readBit && at < 0xffd) {
        return this.view.getInt32((entry & ~0xfff) | at, true);
      }
    }
    return this.slowRead(segment, offset, 4);
  }

  private slowRead(segment: number, offset: number, size: number): number {
    const linear = this.linear(segment, offset, size, false);
    const value = this.readLinear(linear, size, this.mmu.user);
    if (this.aligning || this.watch) this.inspect(linear, size, false);
    return value;
  }

  private slowWrite(segment: number, offset: number, value: number, size: number): void {
    const linear = this.linear(segment, offset, size, true);
    if (this.aligning || this.watch) {
      this.translateAll(linear, size);
      this.inspect(linear, size, true);
    }
    this.writeLinear(linear, value, size, this.mmu.user);
  }

  /** What comes after a page fault: alignment, then data breakpoints. @throws FaultSignal #AC(0) */
  private inspect(linear: number, size: number, write: boolean): void {
    if (this.aligning && linear & (size - 1)) raise(VECTOR.AC, 0);
    this.watch?.note(linear, size, write);
  }

  /** @throws FaultSignal #PF as a write of these bytes would */
  private translateAll(linear: number, size: number): void {
    this.mmu.translate(linear, true, this.mmu.user);
    const last = (linear + size - 1) >>> 0;
    if ((linear ^ last) >>> 12) this.mmu.translate((last & ~0xfff) >>> 0, true, this.mmu.user);
  }

  /** Any size up to 4 at a linear address; 32-bit values are signed. */
  readLinear(linear: number, size: number, user: boolean): number {
    return this.load(linear, size, user, false);
  }

  private load(linear: number, size: number, user: boolean, modifying: boolean): number {
    const first = this.mmu.translate(linear, false, user);
    const inPage = 0x1000 - (linear & 0xfff);
    const memory = this.memory;
    if (size <= inPage) {
      if (this.observe !== null) this.tell('read', linear, size, first, -1, modifying);
      if (size === 4) return memory.read32(first) | 0;
      return size === 2 ? memory.read16(first) : memory.read8(first);
    }
    const second = this.mmu.translate((linear + inPage) >>> 0, false, user);
    let value = 0;
    for (let i = 0; i < size; i++) {
      const byte = memory.read8(i < inPage ? first + i : second + i - inPage);
      value |= byte << (8 * i);
    }
    if (this.observe !== null) this.tell('read', linear, size, first, second, modifying);
    return value;
  }

  private tell(
    kind: 'read' | 'write',
    linear: number,
    size: number,
    first: number,
    second: number,
    modifying: boolean,
  ): void {
    if (!this.observed?.meets(linear, size, first, second)) return;
    this.observe?.({ kind, linear, size, first, second, by: this.by, modifying });
  }

  // --- writes ----------------------------------------------------------------------------------------------

  write8(segment: number, offset: number, value: number): void {
    if ((offset ^ BIAS) < this.write1[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      if (entry & this.writeBit) {
        this.u8[(entry & ~0xfff) | (linear & 0xfff)] = value;
        return;
      }
    }
    this.slowWrite(segment, offset, value, 1);
  }

  write16(segment: number, offset: number, value: number): void {
    if ((offset ^ BIAS) < this.write2[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      const at = linear & 0xfff;
      if (entry & this.writeBit && at < 0xfff) {
        this.view.setInt16((entry & ~0xfff) | at, value, true);
        return;
      }
    }
    this.slowWrite(segment, offset, value, 2);
  }

  write32(segment: number, offset: number, value: number): void {
    if ((offset ^ BIAS) < this.write4[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      const at = linear & 0xfff;
      if (entry & this.writeBit && at < 0xffd) {
        this.view.setInt32((entry & ~0xfff) | at, value, true);
        return;
      }
    }
    this.slowWrite(segment, offset, value, 4);
  }

  writeLinear(linear: number, value: number, size: number, user: boolean): void {
    const first = this.mmu.translate(linear, true, user);
    const inPage = 0x1000 - (linear & 0xfff);
    const memory = this.memory;
    if (size <= inPage) {
      if (size === 4) memory.write32(first, value);
      else if (size === 2) memory.write16(first, value);
      else memory.write8(first, value);
      if (this.observe !== null) this.tell('write', linear, size, first, -1, false);
      return;
    }
    const second = this.mmu.translate((linear + inPage) >>> 0, true, user);
    this.writeSplit(first, second, inPage, value, size);
    if (this.observe !== null) this.tell('write', linear, size, first, second, false);
  }

  private writeSplit(
    first: number,
    second: number,
    inPage: number,
    value: number,
    size: number,
  ): void {
    for (let i = 0; i < size; i++) {
      this.memory.write8(i < inPage ? first + i : second + i - inPage, (value >>> (8 * i)) & 0xff);
    }
  }

  /**
   * Makes sure a later write of these bytes cannot fault (several pages allowed).
   * @throws FaultSignal as the write would
   */
  probeWrite(segment: number, offset: number, size: number): void {
    this.translateAll(this.linear(segment, offset, size, true), size);
  }

  /**
   * RAM index of `bytes` bytes that may be read without asking (one page, inside the segment), or -1.
   * For string instructions that move many at once.
   */
  fastRange(segment: number, offset: number, bytes: number, write: boolean): number {
    const last = (offset + bytes - 1) | 0;
    const bound = write ? this.write1[segment]! : this.read1[segment]!;
    if ((offset ^ BIAS) >= bound || (last ^ BIAS) >= bound || last >>> 0 < offset >>> 0) return -1;
    const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
    if ((linear & 0xfff) + bytes > 0x1000) return -1;
    const entry = this.tlb[linear >>> 12]!;
    if ((entry & (write ? this.writeBit : this.readBit)) === 0) return -1;
    return (entry & ~0xfff) | (linear & 0xfff);
  }

  // --- read-modify-write: one write permission check, before anything is read ----------------------------------

  modify8(segment: number, offset: number): number {
    return this.modify(segment, offset, 1);
  }

  modify16(segment: number, offset: number): number {
    return this.modify(segment, offset, 2);
  }

  /** Signed. Exactly one `store32` must follow, before any other access. */
  modify32(segment: number, offset: number): number {
    if ((offset ^ BIAS) < this.write4[segment]!) {
      const linear = (offset + this.state[WORD.BASE + segment]!) | 0;
      const entry = this.tlb[linear >>> 12]!;
      const at = linear & 0xfff;
      if (entry & this.writeBit && at < 0xffd) {
        const physical = (entry & ~0xfff) | at;
        this.pendingFirst = physical;
        this.pendingFast = true;
        return this.view.getInt32(physical, true);
      }
    }
    return this.modify(segment, offset, 4);
  }

  store8(value: number): void {
    this.memory.write8(this.pendingFirst, value);
    if (this.observe !== null) this.tellStore(1);
  }

  store16(value: number): void {
    this.store(value, 2);
  }

  store32(value: number): void {
    if (this.pendingFast) this.view.setInt32(this.pendingFirst, value, true);
    else this.store(value, 4);
  }

  private modify(segment: number, offset: number, size: number): number {
    const linear = this.linear(segment, offset, size, true);
    const user = this.mmu.user;
    this.pendingFast = false;
    this.pendingFirst = this.mmu.translate(linear, true, user);
    this.pendingSecond = -1;
    this.pendingLinear = linear;
    const inPage = 0x1000 - (linear & 0xfff);
    if (size > inPage) {
      this.pendingSecond = this.mmu.translate((linear + inPage) >>> 0, true, user);
    }
    if (this.aligning || this.watch) this.inspect(linear, size, true);
    return this.load(linear, size, user, true);
  }

  private tellStore(size: number): void {
    this.tell('write', this.pendingLinear, size, this.pendingFirst, this.pendingSecond, true);
  }

  private store(value: number, size: number): void {
    const first = this.pendingFirst;
    if (this.pendingSecond >= 0) {
      this.writeSplit(first, this.pendingSecond, 0x1000 - (first & 0xfff), value, size);
    } else if (size === 4) this.memory.write32(first, value);
    else this.memory.write16(first, value);
    if (this.observe !== null) this.tellStore(size);
  }
}
