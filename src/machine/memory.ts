/**
 * Physical memory: one `WebAssembly.Memory` holding a control area (state blocks, TLBs, counters) and then RAM.
 *
 * ```text
 * byte 0 ............ control area ............ ramOffset ............ RAM ............
 *      entryCounts | state blocks, TLBs (allocateControl)    index = physical address
 * ```
 *
 * Every page of RAM has two flags. *Dirty*: written since `takeDirtyPages()` was last called. *Code*: some CPU
 * holds decoded instructions of it. A CPU may store without asking only to pages that are dirty and hold no code;
 * all other writes come through here, which is what makes self-modifying code and checkpoints exact.
 */
import { invariant } from '../base/assert';

export const PAGE_BYTES = 4096;

/** Room for two CPUs (a TLB is 4 MiB each) and the counters. */
const CONTROL_BYTES = 8.5 * 1024 * 1024;
const ENTRY_COUNTS = 65536;

const DIRTY = 1;
const CODE = 2;
const WATCHED = 4;
/** ROM: writes are lost. Never free to write, so every store comes through here. */
const READ_ONLY = 8;
/** A page to which CPUs may store without telling: dirty, and no code. */
export const PAGE_FREE_TO_WRITE = DIRTY;

/** One page's content, copied out. */
export interface PageCopy {
  readonly page: number;
  readonly bytes: Uint8Array;
}

export class PhysicalMemory {
  readonly memory: WebAssembly.Memory;
  readonly ramBytes: number;
  /** Byte offset of RAM in the WebAssembly memory. */
  readonly ramOffset = CONTROL_BYTES;
  /** RAM alone: index = physical address. Writing through these two bypasses the page flags: CPU use only. */
  readonly u8: Uint8Array;
  readonly view: DataView;
  /** How often each annotated entry retired (see `Cpu.annotate`). */
  readonly entryCounts: Int32Array;
  /** Per page: `DIRTY | CODE | WATCHED`. Read by CPUs when they grant themselves fast writes. */
  readonly pageFlags: Uint8Array;

  private allocated = ENTRY_COUNTS * 4;
  /** Per code page, one byte per byte: 1 where it belongs to a decoded instruction. */
  private readonly codeMarks: (Uint8Array | undefined)[] = [];
  /** How many of them are 1. */
  private readonly markedBytes: number[] = [];
  private readonly codeListeners: ((page: number, from: number, to: number) => void)[] = [];
  private readonly revokeListeners: ((page: number) => void)[] = [];
  private readonly watchListeners: ((page: number) => void)[] = [];
  private readonly alwaysDirty = new Set<number>();

  constructor(options: { readonly ramBytes: number }) {
    invariant(
      options.ramBytes > 0 && options.ramBytes % 65536 === 0 && options.ramBytes <= 0x7fff0000,
      'RAM is a positive multiple of 64 KiB below 2 GiB',
    );
    this.ramBytes = options.ramBytes;
    const pages = (CONTROL_BYTES + this.ramBytes) / 65536;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer, CONTROL_BYTES, this.ramBytes);
    this.view = new DataView(buffer, CONTROL_BYTES, this.ramBytes);
    this.entryCounts = new Int32Array(buffer, 0, ENTRY_COUNTS);
    this.pageFlags = new Uint8Array(this.ramBytes / PAGE_BYTES);
  }

  /** Zeroed bytes outside RAM; returns their byte offset in the WebAssembly memory, 64-byte aligned. */
  allocateControl(bytes: number): number {
    const offset = this.allocated;
    this.allocated += (bytes + 63) & ~63;
    invariant(this.allocated <= CONTROL_BYTES, 'the control area has room for what is allocated');
    return offset;
  }

  /** Beyond RAM nothing drives the bus: all ones. */
  read8(physical: number): number {
    return physical < this.ramBytes ? this.u8[physical]! : 0xff;
  }

  /** Unsigned. */
  read16(physical: number): number {
    return physical + 2 <= this.ramBytes
      ? this.view.getUint16(physical, true)
      : this.read8(physical) | (this.read8(physical + 1) << 8);
  }

  /** Unsigned. */
  read32(physical: number): number {
    return physical + 4 <= this.ramBytes
      ? this.view.getUint32(physical, true)
      : (this.read16(physical) | (this.read16(physical + 2) << 16)) >>> 0;
  }

  /** Beyond RAM a write is lost. */
  write8(physical: number, value: number): void {
    if (physical >= this.ramBytes || this.pageFlags[physical >>> 12]! & READ_ONLY) return;
    this.u8[physical] = value;
    this.noteWrite(physical, 1);
  }

  write16(physical: number, value: number): void {
    if ((physical & 0xfff) === 0xfff || physical + 2 > this.ramBytes) {
      this.write8(physical, value);
      this.write8(physical + 1, value >>> 8);
      return;
    }
    if (this.pageFlags[physical >>> 12]! & READ_ONLY) return;
    this.view.setUint16(physical, value, true);
    this.noteWrite(physical, 2);
  }

  write32(physical: number, value: number): void {
    if ((physical & 0xfff) > 0xffc || physical + 4 > this.ramBytes) {
      this.write16(physical, value);
      this.write16(physical + 2, value >>> 16);
      return;
    }
    if (this.pageFlags[physical >>> 12]! & READ_ONLY) return;
    this.view.setInt32(physical, value, true);
    this.noteWrite(physical, 4);
  }

  /** For loaders, monitors and devices. */
  writeBytes(physical: number, bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length && physical + from < this.ramBytes) {
      const at = physical + from;
      const count = Math.min(bytes.length - from, PAGE_BYTES - (at & 0xfff));
      this.u8.set(bytes.subarray(from, from + count), at);
      this.noteWrite(at, count);
      from += count;
    }
  }

  /** Whole pages become ROM, with the bytes they have: the CPU's writes are lost from now on. */
  protect(physical: number, bytes: number): void {
    for (let page = physical >>> 12; page << 12 < physical + bytes; page++) {
      this.pageFlags[page]! |= READ_ONLY;
      for (const revoke of this.revokeListeners) revoke(page);
    }
  }

  /** The CPU's writes to this page of RAM are lost. */
  isReadOnly(page: number): boolean {
    return (this.pageFlags[page]! & READ_ONLY) !== 0;
  }

  /** Bookkeeping for bytes just written inside one page of RAM. */
  noteWrite(physical: number, size: number): void {
    const page = physical >>> 12;
    const flags = this.pageFlags[page]!;
    if (flags === PAGE_FREE_TO_WRITE) return;
    this.pageFlags[page] = flags | DIRTY;
    if (flags & WATCHED) for (const listener of this.watchListeners) listener(page);
    if ((flags & CODE) === 0) return;
    const marks = this.codeMarks[page];
    if (!marks) return;
    const from = physical & 0xfff;
    let hit = 0;
    for (let i = from; i < from + size; i++) {
      hit += marks[i]!;
      marks[i] = 0;
    }
    if (hit > 0) this.forgetCode(page, from, from + size, hit);
  }

  /** A CPU decoded an instruction from these bytes of one page. */
  markCode(physical: number, size: number): void {
    const page = physical >>> 12;
    let marks = this.codeMarks[page];
    if (!marks) {
      marks = new Uint8Array(PAGE_BYTES);
      this.codeMarks[page] = marks;
    }
    const from = physical & 0xfff;
    for (let i = from; i < from + size; i++) {
      if (marks[i] === 1) continue;
      marks[i] = 1;
      this.markedBytes[page] = (this.markedBytes[page] ?? 0) + 1;
    }
    const flags = this.pageFlags[page]!;
    if (flags & CODE) return;
    this.pageFlags[page] = flags | CODE;
    for (const revoke of this.revokeListeners) revoke(page);
  }

  /**
   * Called after bytes of decoded instructions changed: forget every decoded instruction that has one of the bytes
   * `from` to `to - 1` (offsets in the page).
   */
  onCodeWritten(listener: (page: number, from: number, to: number) => void): void {
    this.codeListeners.push(listener);
  }

  /**
   * Tells `onWatchedWrite` of every write to a page, by whichever CPU or device: how a monitor hears of writes it
   * makes on the guest's behalf. (Writes of the guest's own it learns from page faults, as on silicon.)
   */
  watch(page: number, watched: boolean): void {
    const flags = this.pageFlags[page]!;
    this.pageFlags[page] = watched ? flags | WATCHED : flags & ~WATCHED;
    if (watched) for (const revoke of this.revokeListeners) revoke(page);
  }

  /** Called after a write to a watched page. */
  onWatchedWrite(listener: (page: number) => void): void {
    this.watchListeners.push(listener);
  }

  /** Called when fast writes to a page are no longer allowed; -1: to any page. */
  onWritesRevoked(listener: (page: number) => void): void {
    this.revokeListeners.push(listener);
  }

  /** Pages written since the last call, in ascending order, with copies of their bytes. */
  takeDirtyPages(): PageCopy[] {
    const taken: PageCopy[] = [];
    for (let page = 0; page < this.pageFlags.length; page++) {
      const flags = this.pageFlags[page]!;
      if ((flags & DIRTY) === 0 && !this.alwaysDirty.has(page)) continue;
      this.pageFlags[page] = flags & ~DIRTY;
      taken.push({ page, bytes: this.u8.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES) });
    }
    for (const revoke of this.revokeListeners) revoke(-1);
    return taken;
  }

  /** Puts pages back; decoded code of them is forgotten, and they count as dirty. */
  restorePages(pages: Iterable<PageCopy>): void {
    for (const { page, bytes } of pages) {
      this.u8.set(bytes, page * PAGE_BYTES);
      const flags = this.pageFlags[page]!;
      this.pageFlags[page] = flags | DIRTY;
      if (flags & CODE) {
        this.codeMarks[page]?.fill(0);
        this.forgetCode(page, 0, PAGE_BYTES, this.markedBytes[page] ?? 0);
      }
    }
  }

  /** True if the page may have been written since `takeDirtyPages()`. */
  isDirty(page: number): boolean {
    return (this.pageFlags[page]! & DIRTY) !== 0 || this.alwaysDirty.has(page);
  }

  markAllDirty(): void {
    for (let page = 0; page < this.pageFlags.length; page++) this.pageFlags[page]! |= DIRTY;
  }

  /** The page holds a state block, whose registers change without a store: it is in every checkpoint. */
  keepDirty(page: number): void {
    this.alwaysDirty.add(page);
  }

  /** `count` marks of these bytes were just cleared: no decoded instruction has them any more. */
  private forgetCode(page: number, from: number, to: number, count: number): void {
    const left = (this.markedBytes[page] ?? 0) - count;
    this.markedBytes[page] = left;
    if (left === 0) {
      this.codeMarks[page] = undefined;
      this.pageFlags[page]! &= ~CODE;
    }
    for (const listener of this.codeListeners) listener(page, from, to);
  }
}
