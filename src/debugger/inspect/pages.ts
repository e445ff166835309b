/**
 * A page directory, or one page table of it, as a list of its present entries and as runs of entries that go on in the
 * same way, so that a table of 1024 fits a screen.
 */
import { address as hex } from '../../base/hex';
import { CR0_PG, CR0_WP } from '../../machine/cpu/state';
import type { PageEntryView, PagesRequest, PagesView } from '../../session/debug';
import type { InspectContext } from './context';
import { lookAt } from './cpu';
import { type PageLevel, pageEntry } from './page-entry';
import type { PhysicalReader } from './physical-reader';

const ENTRIES = 1024;

export function pages(context: InspectContext, request: PagesRequest): PagesView {
  const { cpu, directoryIndex } = request;
  const { registers, physical } = lookAt(context.system, cpu);
  const { cr0, cr3, cr4 } = registers;
  const enabled = (cr0 & CR0_PG) !== 0;
  const level: PageLevel = directoryIndex === undefined ? 'directory' : 'table';
  const shown = { cpu, enabled, cr3, writeProtect: (cr0 & CR0_WP) !== 0, level };
  const nothing = (problem: string): PagesView => ({ ...shown, entries: [], runs: [], problem });
  if (!enabled) {
    return nothing('Paging is off (CR0.PG = 0): a linear address is the physical address.');
  }
  const root = (cr3 & ~0xfff) >>> 0;
  if (directoryIndex === undefined) {
    if (physical.byte(root) === null) {
      return nothing(`CR3 names a page directory at ${hex(root)}, where there is no memory.`);
    }
    const entries = readEntries(physical, 'directory', root, 0, cr4);
    return { ...shown, entries, runs: runsOf(entries, null), problem: null };
  }
  const index = directoryIndex & (ENTRIES - 1);
  const [entry] = readSome(physical, 'directory', root, 0, cr4, index, 1);
  if (!entry?.present) return nothing(`The directory entry ${index} is not present.`);
  if (entry.large) {
    return nothing(`The directory entry ${index} maps a 4 MiB page: it has no page table.`);
  }
  if (physical.byte(entry.target) === null) {
    const where = hex(entry.target);
    return nothing(
      `The directory entry ${index} names a page table at ${where}, where there is no memory.`,
    );
  }
  const entries = readEntries(physical, 'table', entry.target, entry.linear, cr4);
  return { ...shown, entries, runs: runsOf(entries, entry), problem: null };
}

const readEntries = (
  memory: PhysicalReader,
  level: PageLevel,
  table: number,
  linear: number,
  cr4: number,
): PageEntryView[] =>
  readSome(memory, level, table, linear, cr4, 0, ENTRIES).filter(({ present }) => present);

function readSome(
  memory: PhysicalReader,
  level: PageLevel,
  table: number,
  linear: number,
  cr4: number,
  from: number,
  count: number,
): PageEntryView[] {
  const found: PageEntryView[] = [];
  for (let index = from; index < from + count; index++) {
    const entryAddress = (table + index * 4) >>> 0;
    const at = (linear + index * bytesOf(level)) >>> 0;
    const place = { index, entryAddress, linear: at };
    // A thousand entries with ten fields each would be slow to send: a walk has the fields of the two it reads.
    found.push({ ...pageEntry(level, place, memory.dword(entryAddress), cr4), fields: [] });
  }
  return found;
}

const bytesOf = (level: PageLevel): number => (level === 'directory' ? 0x400000 : 0x1000);

type RunView = PagesView['runs'][number];

/**
 * @param above the directory entry of the table: both levels must allow an access, so rights are those of both
 */
export function runsOf(
  entries: readonly PageEntryView[],
  above: PageEntryView | null,
): readonly RunView[] {
  const level: PageLevel = above ? 'table' : 'directory';
  const runs: RunView[] = [];
  let last: { readonly entry: PageEntryView; readonly rights: string } | null = null;
  for (const entry of entries) {
    const rights = rightsOf(entry, above);
    const leaf = level === 'table' || entry.large;
    const step = bytesOf(level);
    const run = runs.at(-1);
    const goesOn =
      run !== undefined &&
      last !== null &&
      last.entry.index + 1 === entry.index &&
      last.rights === rights &&
      last.entry.large === entry.large &&
      (!leaf || (last.entry.target + step) >>> 0 === entry.target);
    if (goesOn) runs[runs.length - 1] = { ...run, to: entry.index, bytes: run.bytes + step };
    else {
      runs.push({
        from: entry.index,
        to: entry.index,
        linear: entry.linear,
        bytes: step,
        physical: leaf ? entry.target : null,
        rights,
      });
    }
    last = { entry, rights };
  }
  return runs;
}

function rightsOf(entry: PageEntryView, above: PageEntryView | null): string {
  const user = entry.user && (above?.user ?? true);
  const writable = entry.writable && (above?.writable ?? true);
  const size = entry.large ? ', 4 MiB pages' : '';
  return `${user ? 'user' : 'supervisor'}, ${writable ? 'writable' : 'read-only'}${size}`;
}
