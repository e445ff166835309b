/**
 * The guest's memory as the monitor keeps it: shadow page tables and the mirrored descriptor table, both made from the
 * guest's own tables, and the write traces that tell when those (or translated code) change.
 */
import { WORD } from '../../machine/cpu/state';
import { PAGE_BYTES } from '../../machine/memory';
import type { Pc } from '../../machine/pc';
import type { Snapshotable } from '../../machine/snapshot';
import type { RawDescriptor } from '../memory/descriptors';
import { type GuestPaging, GuestTables } from '../memory/guest-walk';
import { MONITOR_BASE } from '../memory/layout';
import type { MonitorMemory } from '../memory/monitor-memory';
import { type Pmap, ROM_END } from '../memory/pmap';
import { ShadowTables } from '../memory/shadow-tables';
import { DescriptorTables } from './descriptor-table';
import type { VirtualCpu } from './virtual-cpu';

/** Why writes to a guest frame are traced. */
export type Traced = 'code' | 'gdt' | 'rom';

export class GuestMemory implements Snapshotable<ReturnType<GuestMemory['save']>> {
  readonly shadow: ShadowTables;
  readonly descriptors: DescriptorTables;
  readonly tables: GuestTables;
  /** Guest frames with write traces, and why. */
  private traces = new Map<number, Set<Traced>>();
  /** The guest frames whose traced bytes a write may have changed, not yet looked at. */
  private readonly touched = new Set<number>();
  private descriptorsStale = true;

  constructor(
    private readonly pc: Pc,
    private readonly pmap: Pmap,
    private readonly virtual: VirtualCpu,
    memory: MonitorMemory,
  ) {
    this.shadow = new ShadowTables(pc.memory, memory.base);
    this.descriptors = new DescriptorTables(memory);
    this.tables = new GuestTables(pc.memory, pmap);
    pc.memory.onWatchedWrite((page) => {
      const frame = this.pmap.guestFrame(page);
      if (frame !== null) this.touched.add(frame);
    });
  }

  paging(): GuestPaging {
    return {
      cr0: this.virtual.word(WORD.CR0),
      cr3: this.virtual.word(WORD.CR3),
      cr4: this.virtual.word(WORD.CR4),
    };
  }

  /**
   * Maps one guest page in the shadow, with no more rights than the guest gives and traces allow.
   * @returns false where the guest's tables forbid the access or the address is the monitor's
   */
  fill(
    linear: number,
    access: { readonly write: boolean; readonly user: boolean; readonly commit: boolean },
  ): boolean {
    if (linear >= MONITOR_BASE) return false;
    const walk = this.tables.walk(this.paging(), linear, access);
    if (walk.kind === 'fault') return false;
    const guestFrame = walk.address >>> 12;
    const machinePage = this.pmap.physical((guestFrame << 12) >>> 0);
    // A read-only page that a kernel without WP writes to becomes writable for the kernel alone.
    const bypass = access.write && !walk.writable;
    const write = (bypass || (walk.writable && walk.dirty)) && !this.traces.has(guestFrame);
    const rights = { write, user: walk.user && !bypass };
    let entry = this.shadow.map(linear, machinePage, rights);
    if (entry === null) {
      this.flush('the pool of shadow tables is used up');
      entry = this.shadow.map(linear, machinePage, rights);
    }
    this.pc.cpu.flushPage(linear);
    this.pc.events.emit({
      kind: 'shadow-fill',
      address: linear,
      entry: entry ?? 0,
      guestFrame,
      machineFrame: machinePage >>> 12,
    });
    return true;
  }

  flush(reason: string): void {
    this.shadow.flush();
    this.pc.cpu.flushTlb();
    this.pc.events.emit({ kind: 'shadow-flush', reason });
  }

  /** Begins to hear of every write to a guest frame. */
  trace(frame: number, why: Traced): void {
    const reasons = this.traces.get(frame);
    if (reasons) {
      reasons.add(why);
      return;
    }
    this.traces.set(frame, new Set([why]));
    const machineFrame = this.pmap.machineFrame(frame);
    if (machineFrame === null) return;
    this.pc.memory.watch(machineFrame, true);
    for (const linear of this.shadow.protect((machineFrame << 12) >>> 0)) {
      this.pc.cpu.flushPage(linear);
    }
  }

  /**
   * The guest's last bytes below 1 MiB become ROM: no shadow lets it write there, and what the virtual CPU writes is lost.
   */
  addRom(bytes: number): void {
    this.pmap.copyRom(bytes);
    for (let at = ROM_END - bytes; at < ROM_END; at += PAGE_BYTES) {
      this.pc.memory.protect(this.pmap.address(at), PAGE_BYTES);
      this.trace(at / PAGE_BYTES, 'rom');
    }
  }

  untrace(frame: number, why: Traced): void {
    const reasons = this.traces.get(frame);
    if (!reasons?.delete(why) || reasons.size > 0) return;
    this.traces.delete(frame);
    this.watchFrame(frame, false);
  }

  readDescriptor(index: number): RawDescriptor | null {
    const { virtual } = this;
    const offset = index * 8;
    if (offset + 7 > virtual.word(WORD.GDTR_LIMIT)) return null;
    const linear = (virtual.word(WORD.GDTR_BASE) + offset) >>> 0;
    const bytes = this.tables.bytes(this.paging(), linear, 8);
    if (bytes?.length !== 8) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
    return [view.getUint32(0, true), view.getUint32(4, true)];
  }

  private mirror(): void {
    const { virtual } = this;
    const base = virtual.word(WORD.GDTR_BASE);
    const count = Math.floor((virtual.word(WORD.GDTR_LIMIT) + 1) / 8);
    this.descriptors.mirror(count, (index) => this.readDescriptor(index));
    const last = (base + virtual.word(WORD.GDTR_LIMIT)) >>> 0;
    const frames = new Set<number>();
    for (let page = base >>> 12; page <= last >>> 12; page++) {
      const access = { write: false, user: false, commit: false };
      const walk = this.tables.walk(this.paging(), (page << 12) >>> 0, access);
      if (walk.kind === 'mapped') frames.add(walk.address >>> 12);
    }
    for (const frame of [...this.traces.keys()]) if (!frames.has(frame)) this.untrace(frame, 'gdt');
    for (const frame of frames) this.trace(frame, 'gdt');
  }

  isTraced(frame: number): boolean {
    return this.traces.has(frame);
  }

  /** Ends all traces that were there for one reason. */
  untraceAll(why: Traced): void {
    for (const frame of [...this.traces.keys()]) this.untrace(frame, why);
  }

  /** The guest dropped one page from its TLB: so does the shadow. */
  forget(linear: number): void {
    if (linear < MONITOR_BASE) {
      this.shadow.clear(linear);
      this.pc.cpu.flushPage(linear);
    }
    this.descriptorsChanged();
  }

  /** The guest's GDT lies elsewhere, or may: it is mirrored anew before the guest goes on. */
  descriptorsChanged(): void {
    this.descriptorsStale = true;
  }

  /**
   * Follows up writes that emulation made to traced frames.
   * @param onCode told of every frame with translated code that was written
   */
  settle(onCode: (frame: number) => void): void {
    for (const frame of this.touched) {
      const why = this.traces.get(frame);
      if (why?.has('code')) onCode(frame);
      if (why?.has('gdt')) this.descriptorsStale = true;
    }
    this.touched.clear();
    if (!this.descriptorsStale) return;
    this.descriptorsStale = false;
    this.mirror();
  }

  private watchFrame(frame: number, watched: boolean): void {
    const machineFrame = this.pmap.machineFrame(frame);
    if (machineFrame !== null) this.pc.memory.watch(machineFrame, watched);
  }

  save() {
    return {
      shadow: this.shadow.save(),
      descriptors: this.descriptors.save(),
      traces: [...this.traces].map(([frame, why]) => [frame, [...why]] as const),
      descriptorsStale: this.descriptorsStale,
    };
  }

  restore(state: ReturnType<GuestMemory['save']>): void {
    this.shadow.restore(state.shadow);
    this.descriptors.restore(state.descriptors);
    for (const frame of this.traces.keys()) this.watchFrame(frame, false);
    this.traces = new Map(state.traces.map(([frame, why]) => [frame, new Set(why)]));
    for (const frame of this.traces.keys()) this.watchFrame(frame, true);
    this.touched.clear();
    this.descriptorsStale = state.descriptorsStale;
  }
}
