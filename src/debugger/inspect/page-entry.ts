/**
 * Entries of page directories and page tables, field by field.
 *
 * ```text
 *  31                 12 11  9 8  7  6 5  4   3   2   1   0
 * +---------------------+-----+-+---+-+-+---+---+---+---+-+
 * | frame               | AVL |G|PAT|D|A|PCD|PWT|U/S|R/W|P|   page-table entry
 * | page table          | AVL |-| 0 |-|A|PCD|PWT|U/S|R/W|P|   directory entry
 * | frame 31:22   (0)   | AVL |G| 1 |D|A|PCD|PWT|U/S|R/W|P|   directory entry of a 4 MiB page
 * +---------------------+-----+-+---+-+-+---+---+---+---+-+
 * ```
 *
 * @see Intel SDM vol. 3, "Paging": "32-Bit Paging"
 */
import { address as hex } from '../../base/hex';
import { CR4_PGE, CR4_PSE } from '../../machine/cpu/state';
import { PDE_PS, PTE_A, PTE_D, PTE_P, PTE_RW, PTE_US } from '../../machine/mmu/mmu';
import type { BitField, PageEntryView } from '../../session/debug';
import { bit, bits, cutFields, type FieldSpec } from './bit-fields';

export type PageLevel = 'directory' | 'table';

export function pageEntry(
  level: PageLevel,
  place: { readonly index: number; readonly entryAddress: number; readonly linear: number },
  entry: number,
  cr4: number,
): PageEntryView {
  const large = level === 'directory' && isLarge(entry, cr4);
  return {
    ...place,
    entry: entry >>> 0,
    target: (entry & (large ? 0xffc00000 : 0xfffff000)) >>> 0,
    present: (entry & PTE_P) !== 0,
    large,
    writable: (entry & PTE_RW) !== 0,
    user: (entry & PTE_US) !== 0,
    accessed: (entry & PTE_A) !== 0,
    dirty: (level === 'table' || large) && (entry & PTE_D) !== 0,
    fields: entryFields(level, entry, large, cr4),
  };
}

/** PS counts only in a present entry of the directory, and only with CR4.PSE set. */
export const isLarge = (pde: number, cr4: number): boolean =>
  (pde & PTE_P) !== 0 && (pde & PDE_PS) !== 0 && (cr4 & CR4_PSE) !== 0;

function entryFields(level: PageLevel, entry: number, large: boolean, cr4: number): BitField[] {
  if ((entry & PTE_P) === 0) return cutFields(NOT_PRESENT, entry);
  if (large) return cutFields([...LARGE, ...leafBits(cr4), ...COMMON], entry);
  if (level === 'table') return cutFields([...TABLE, ...leafBits(cr4), ...COMMON], entry);
  return cutFields([...directoryBits(cr4), ...COMMON], entry);
}

const NOT_PRESENT: readonly FieldSpec[] = [
  bits('free', 31, 1, 'the processor ignores these bits: the kernel may keep what it likes here'),
  bit('P', 0, 'present', 'not present: any access is a page fault'),
];

const COMMON: readonly FieldSpec[] = [
  bit('A', 5, 'accessed: used since it was last cleared', 'not used since it was last cleared'),
  bit('PCD', 4, 'not cached', 'cached'),
  bit('PWT', 3, 'write-through', 'write-back'),
  bit('U/S', 2, 'user: ring 3 may use it', 'supervisor: rings 0 to 2 only'),
  bit('R/W', 1, 'writable', 'read-only'),
  bit('P', 0, 'present', 'not present'),
];

const AVAILABLE = bits('AVL', 11, 9, 'free for the kernel');

const leafBits = (cr4: number): readonly FieldSpec[] => [
  bit(
    'G',
    8,
    cr4 & CR4_PGE ? 'global: survives a load of CR3 in the TLB' : 'global, ignored: CR4.PGE is 0',
    'not global',
  ),
  bit('D', 6, 'dirty: written since it was last cleared', 'not written since it was last cleared'),
];

const TABLE: readonly FieldSpec[] = [
  bits('frame', 31, 12, (value) => `the page lies at physical ${hex(value * 0x1000)}`),
  AVAILABLE,
  bit('PAT', 7, 'memory type: ignored here', 'memory type: as PCD and PWT say'),
];

const LARGE: readonly FieldSpec[] = [
  bits('frame', 31, 22, (value) => `the 4 MiB page lies at physical ${hex(value * 0x400000)}`),
  bits('reserved', 21, 12, (value) =>
    value === 0 ? 'must be 0' : 'must be 0: any access is a page fault with RSVD set',
  ),
  AVAILABLE,
  bit('PS', 7, 'a 4 MiB page, no page table', ''),
];

const directoryBits = (cr4: number): readonly FieldSpec[] => [
  bits('table', 31, 12, (value) => `the page table lies at physical ${hex(value * 0x1000)}`),
  AVAILABLE,
  bits('ignored', 8, 8, 'ignored'),
  bit(
    'PS',
    7,
    cr4 & CR4_PSE ? 'a 4 MiB page' : 'ignored: CR4.PSE is 0, so this names a page table',
    'names a page table',
  ),
  bits('ignored', 6, 6, 'ignored'),
];
