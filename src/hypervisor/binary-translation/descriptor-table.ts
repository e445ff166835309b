/**
 * The real GDT: truncated copies (*shadow descriptors*) of the guest's segments under the guest's own indices, so that
 * user code can load them by itself, then the monitor's own descriptors, then six *cached descriptors* for
 * segments whose contents the guest's table no longer tells.
 *
 * A guest descriptor is copied only when it is a present segment, already accessed (so that silicon need not set the
 * bit in the copy alone) and can be truncated. Everything else is left empty: its first use faults, and the virtual
 * CPU does it on the guest's own table.
 */
import type { SegmentState } from '../core/system';
import {
  type Descriptor,
  pack,
  packGate,
  type RawDescriptor,
  RIGHTS_ACCESSED,
  RIGHTS_BIG,
  RIGHTS_CODE,
  RIGHTS_DPL,
  RIGHTS_GRANULAR,
  RIGHTS_PRESENT,
  RIGHTS_SEGMENT,
  RIGHTS_WRITABLE,
  truncate,
  unpack,
} from '../memory/descriptors';
import {
  CALLOUTS,
  GDT_BASE,
  IDT_BASE,
  MONITOR_BASE,
  MONITOR_BYTES,
  MONITOR_FIRST_INDEX,
  SELECTOR,
  STACK_TOP,
  TSS_BASE,
  VCPU,
} from '../memory/layout';
import type { MonitorMemory } from '../memory/monitor-memory';
import { calloutStub, vectorStub } from './entry-code';

export const GDT_LIMIT = 0xffff;
export const IDT_LIMIT = 256 * 8 - 1;
export const TSS_LIMIT = 0x67;

const FLAT_LIMIT = 0xffffffff;
const BIG = RIGHTS_BIG | RIGHTS_GRANULAR;
const DATA = RIGHTS_PRESENT | RIGHTS_SEGMENT | RIGHTS_WRITABLE | RIGHTS_ACCESSED;
const CODE = RIGHTS_PRESENT | RIGHTS_SEGMENT | RIGHTS_CODE | RIGHTS_WRITABLE | RIGHTS_ACCESSED;
const ring = (dpl: number): number => dpl << 5;
const TSS_AVAILABLE = 0x9;
const TSS_BUSY = 0xb;

export const CODE0: Descriptor = { base: 0, limit: FLAT_LIMIT, rights: CODE | BIG };
export const DATA0: Descriptor = { base: 0, limit: FLAT_LIMIT, rights: DATA | BIG };
export const CACHE_CODE: Descriptor = { base: 0, limit: FLAT_LIMIT, rights: CODE | BIG | ring(1) };
export const CACHE_GS: Descriptor = {
  base: MONITOR_BASE,
  limit: MONITOR_BYTES - 1,
  rights: DATA | BIG | ring(1),
};
export const TSS: Descriptor = {
  base: TSS_BASE,
  limit: TSS_LIMIT,
  rights: RIGHTS_PRESENT | TSS_BUSY,
};

/** First interrupt vector of devices and of software: below are exceptions, which software must not raise. */
export const FIRST_IRQ = 0x20;
export const FIRST_SOFTWARE = 0x30;

export class DescriptorTables {
  /** Guest indices that may be non-empty in the real table. */
  private filled = 0;

  constructor(private readonly memory: MonitorMemory) {}

  /** Writes everything that does not depend on the guest. */
  build(): void {
    this.set(SELECTOR.CODE0, pack(CODE0));
    this.set(SELECTOR.DATA0, pack(DATA0));
    this.set(SELECTOR.CACHE_CODE, pack(CACHE_CODE));
    this.set(SELECTOR.GS, pack(CACHE_GS));
    this.set(SELECTOR.TSS, pack({ ...TSS, rights: RIGHTS_PRESENT | TSS_AVAILABLE }));
    CALLOUTS.forEach((_, index) => {
      const gate = packGate(SELECTOR.CODE0, calloutStub(index), 12, 1);
      this.set(SELECTOR.GATES + index * 8, gate);
      this.memory.write32(MONITOR_BASE + VCPU.CALLOUTS + index * 8, 0);
      this.memory.write32(
        MONITOR_BASE + VCPU.CALLOUTS + index * 8 + 4,
        SELECTOR.GATES + index * 8 + 1,
      );
    });
    for (let vector = 0; vector < 256; vector++) {
      // DPL 3 lets user code's own INT n come in by its gate; exceptions and IRQs cannot be faked.
      const dpl = vector >= FIRST_SOFTWARE ? 3 : 0;
      const [low, high] = packGate(SELECTOR.CODE0, vectorStub(vector), 14, dpl);
      this.memory.write32(IDT_BASE + vector * 8, low);
      this.memory.write32(IDT_BASE + vector * 8 + 4, high);
    }
    for (let offset = 0; offset <= TSS_LIMIT; offset += 4)
      this.memory.write32(TSS_BASE + offset, 0);
    this.memory.write32(TSS_BASE + 4, STACK_TOP);
    this.memory.write32(TSS_BASE + 8, SELECTOR.DATA0);
    // The I/O map starts beyond the limit: every port is denied to CPL > IOPL.
    this.memory.write32(TSS_BASE + 100, (TSS_LIMIT + 1) << 16);
  }

  /** Copies what can be copied of the guest's table. `read` gives a guest descriptor, or null where there is none. */
  mirror(count: number, read: (index: number) => RawDescriptor | null): void {
    const last = Math.min(count, MONITOR_FIRST_INDEX);
    for (let index = 1; index < Math.max(last, this.filled); index++) {
      const raw = index < last ? read(index) : null;
      this.set(index << 3, (raw && shadowOf(raw)) ?? [0, 0]);
    }
    this.filled = last;
  }

  /** True when the real table holds a copy that matches this hidden part. */
  holds(segment: SegmentState): boolean {
    const { selector } = segment;
    if ((selector & 4) !== 0 || selector >>> 3 >= MONITOR_FIRST_INDEX) return false;
    const real = this.get(selector);
    if ((real[1] & (RIGHTS_PRESENT << 8)) === 0) return false;
    const expected = deprivileged(segment);
    if (expected === null) return false;
    const [low, high] = pack(expected);
    return low === real[0] && high === real[1];
  }

  /** Puts a hidden part into its cached descriptor, for CPL 1. @returns its selector, null if not possible */
  cache(register: number, segment: SegmentState): number | null {
    const truncated = truncate(segment);
    if (truncated === null) return null;
    const rights = (truncated.rights & ~RIGHTS_DPL) | ring(1) | RIGHTS_ACCESSED;
    const selector = SELECTOR.CACHED + register * 8;
    this.set(selector, pack({ ...truncated, rights }));
    return selector | 1;
  }

  get(selector: number): RawDescriptor {
    const at = GDT_BASE + (selector & ~7);
    return [this.memory.read32(at), this.memory.read32(at + 4)];
  }

  private set(selector: number, [low, high]: RawDescriptor): void {
    const at = GDT_BASE + (selector & ~7);
    this.memory.write32(at, low);
    this.memory.write32(at + 4, high);
  }

  save(): number {
    return this.filled;
  }

  restore(filled: number): void {
    this.filled = filled;
  }
}

const COPYABLE = RIGHTS_PRESENT | RIGHTS_SEGMENT | RIGHTS_ACCESSED;

function shadowOf(raw: RawDescriptor): RawDescriptor | null {
  const descriptor = unpack(raw);
  if ((descriptor.rights & COPYABLE) !== COPYABLE) return null;
  const shadow = deprivileged(descriptor);
  return shadow && pack(shadow);
}

/** Truncated, and with the guest kernel's DPL 0 turned into DPL 1. */
export function deprivileged(descriptor: Descriptor): Descriptor | null {
  const truncated = truncate(descriptor);
  if (truncated === null) return null;
  const { base, limit, rights } = truncated;
  return { base, limit, rights: (rights & RIGHTS_DPL) === 0 ? rights | ring(1) : rights };
}
