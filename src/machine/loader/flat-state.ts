/** 32-bit protected mode with segments over all 4 GiB and no tables: how Multiboot and flat images start. */
import { CR0_ET, CR0_PE, EFLAGS_FIXED } from '../cpu/state';
import type { BootState } from './machine-image';

/** @see Multiboot Specification 0.6.96, "Machine state" */
export function flatState(entry: number): BootState {
  const flat = { base: 0, limit: 0xffffffff };
  return {
    eip: entry,
    eax: 0,
    ebx: 0,
    eflags: EFLAGS_FIXED,
    cr0: CR0_PE | CR0_ET,
    // 32-bit, 4 KiB granular, present, DPL 0, accessed: execute/read and read/write. No table holds them; the
    // selectors say what a loader's own would.
    code: { ...flat, selector: 0x08, rights: 0xc09b },
    data: { ...flat, selector: 0x10, rights: 0xc093 },
  };
}
