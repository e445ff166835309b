/**
 * The monitor's own 4 MiB: linear 0xFFC00000 up to the end of the address space, mapped in every shadow page
 * directory and backed by the machine's last 4 MiB of RAM, in the same order.
 *
 * ```text
 * 0xFFC00000  GDT            64 KiB  shadow copies of the guest's descriptors, the monitor's own at the end
 * 0xFFC10000  IDT             4 KiB  256 gates
 * 0xFFC11000  TSS             4 KiB  ring-0 stack pointer; I/O bitmap beyond the limit, so every port traps
 * 0xFFC12000  vector stubs    4 KiB  16 bytes for each of 256 vectors
 * 0xFFC13000  common stubs    4 KiB  entry, exit, callouts, idle, interpret
 * 0xFFC14000  vcpu            4 KiB  the virtual CPU: state block, then the fields translated code uses
 * 0xFFC15000  lookup table    4 KiB  256 x { -guest EIP, cache address }
 * 0xFFC16000  ring-0 stack    8 KiB
 * 0xFFC20000  shadow tables 384 KiB  page directory, the monitor's own page table, pool of page tables
 * 0xFFD00000  translation cache, 1 MiB
 * ```
 */
import { STATE_BYTES } from '../../machine/cpu/state';

export const MONITOR_BASE = 0xffc00000;
export const MONITOR_BYTES = 0x400000;

export const GDT_BASE = MONITOR_BASE;
export const IDT_BASE = MONITOR_BASE + 0x10000;
export const TSS_BASE = MONITOR_BASE + 0x11000;
export const VECTOR_STUBS = MONITOR_BASE + 0x12000;
export const COMMON_STUBS = MONITOR_BASE + 0x13000;
export const STUBS_END = MONITOR_BASE + 0x14000;
export const VCPU_BASE = MONITOR_BASE + 0x14000;
export const LOOKUP_BASE = MONITOR_BASE + 0x15000;
export const STACK_TOP = MONITOR_BASE + 0x18000;
export const SHADOW_BASE = MONITOR_BASE + 0x20000;
export const SHADOW_PAGES = 0x60;
export const CACHE_BASE = MONITOR_BASE + 0x100000;
export const CACHE_BYTES = 0x100000;

/** `%gs` in the cache: a data segment from MONITOR_BASE, so displacements below are small. */
const gs = (linear: number): number => linear - MONITOR_BASE;

/**
 * Fields of the vcpu page that translated code reaches through `%gs`: displacement from MONITOR_BASE.
 * The state block (machine/cpu/state.ts) fills the first STATE_BYTES of the page.
 */
export const VCPU_STATE = gs(VCPU_BASE);
export const VCPU = {
  /** Virtual IF: 0 or 0x200. A dword of its own, so `cli` is one MOV and leaves the arithmetic flags alone. */
  IF: VCPU_STATE + STATE_BYTES,
  /** Virtual IOPL, in its EFLAGS position. */
  IOPL: VCPU_STATE + STATE_BYTES + 4,
  /** 1 while a virtual interrupt waits for the virtual IF. */
  PENDING: VCPU_STATE + STATE_BYTES + 8,
  /** Spill slots of inserted sequences. */
  EAX: VCPU_STATE + STATE_BYTES + 12,
  ECX: VCPU_STATE + STATE_BYTES + 16,
  FLAGS: VCPU_STATE + STATE_BYTES + 20,
  /** The image POPF took from the guest's stack, for the callout to look at. */
  POPPED: VCPU_STATE + STATE_BYTES + 24,
  /** Cache address an indirect jump goes to. */
  TARGET: VCPU_STATE + STATE_BYTES + 28,
  /** Far pointers (offset, selector) to the call gates, 8 bytes each, in the order of CALLOUTS. */
  CALLOUTS: VCPU_STATE + STATE_BYTES + 64,
} as const;

export const LOOKUP_KEY = gs(LOOKUP_BASE);
export const LOOKUP_TARGET = LOOKUP_KEY + 4;
export const LOOKUP_ENTRIES = 256;

/** Why translated code calls the monitor: each has its own gate and entry stub. */
export const CALLOUTS = [
  'dispatch',
  'lookup-miss',
  'interrupts',
  'popf',
  'iret',
  'port',
  'halt',
  'system',
  'segment',
  'far-transfer',
  'emulate',
] as const;
export type Callout = (typeof CALLOUTS)[number];

/** Descriptors of the monitor: the last GDT entries. Lower indices mirror the guest's table. */
export const MONITOR_FIRST_INDEX = 8160;
const at = (offset: number): number => (MONITOR_FIRST_INDEX + offset) << 3;
export const SELECTOR = {
  /** Ring 0 code and data, flat, for the entry stubs. */
  CODE0: at(0),
  DATA0: at(1),
  /** Ring 1 code over the whole space: what the translation cache executes with. */
  CACHE_CODE: at(2) | 1,
  /** `%gs` in the cache: data, base MONITOR_BASE. */
  GS: at(3) | 1,
  TSS: at(4),
  /** Cached descriptors for ES CS SS DS FS GS where the guest's table no longer tells their contents. */
  CACHED: at(5),
  /** Call gates, one per callout. */
  GATES: at(11),
} as const;

/** Guest segments end below the monitor. */
export const GUEST_LINEAR_END = MONITOR_BASE - 1;
