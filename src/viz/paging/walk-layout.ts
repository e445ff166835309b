/**
 * The picture of a page walk: the address cut into its parts on top, and below it the structures the parts index, with
 * the entry that was read in each, arrows from table to table, and a stop where the walk ends in a fault.
 *
 * ```text
 *  [ directory 10 | table 10 | offset 12 ]
 *        |             |           |
 *        v             v           v
 *  +-----------+  +----------+  +--------+
 *  | directory |->| table    |->| page   |
 *  +-----------+  +----------+  +--------+
 * ```
 */
import { hex32 } from '../../base/hex';
import type { PageEntryView, WalkView } from '../../session/debug';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WalkPart extends Box {
  readonly name: string;
  /** `31:22`. */
  readonly bits: string;
  /** Decimal index, or hexadecimal offset. */
  readonly value: string;
}

export type EntryState = 'passed' | 'fault' | 'unread';

export interface WalkTable extends Box {
  readonly id: 'directory' | 'table' | 'page';
  readonly title: string;
  /** Physical address of the structure; empty when the walk never came so far. */
  readonly base: string;
  readonly state: EntryState;
  /** The row in it that the part of the address picks. */
  readonly entry: Box & { readonly text: string; readonly rights: string };
}

export interface WalkArrow {
  readonly id: string;
  readonly path: string;
  readonly reached: boolean;
}

export interface WalkLayout {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly WalkPart[];
  readonly tables: readonly WalkTable[];
  readonly arrows: readonly WalkArrow[];
}

const PART_HEIGHT = 40;
const GAP = 26;
const TABLE_TOP = PART_HEIGHT + 26;
const HEAD = 40;
const BODY = 76;
const ENTRY = 36;
const MIN_WIDTH = 360;

/** Null without paging: there is nothing to walk. */
export function layoutWalk(view: WalkView, available: number): WalkLayout | null {
  const { directoryEntry, tableEntry } = view;
  if (!view.enabled || !directoryEntry) return null;
  const width = Math.max(MIN_WIDTH, Math.floor(available));
  const columns = directoryEntry.large ? 2 : 3;
  const columnWidth = Math.floor((width - GAP * (columns - 1)) / columns);
  const column = (index: number): Box => ({
    x: index * (columnWidth + GAP),
    y: TABLE_TOP,
    width: columnWidth,
    height: HEAD + BODY,
  });
  const mapped = view.outcome.kind === 'mapped';
  const { directory, table, offset } = view.parts;

  const parts: WalkPart[] = [part(column(0), 'directory', '31:22', `${directory}`)];
  const tables: WalkTable[] = [];
  const lastEntry = tableEntry ?? directoryEntry;
  const passed = (entry: PageEntryView): EntryState =>
    mapped || (entry !== lastEntry && entry.present) ? 'passed' : 'fault';
  tables.push(
    structure('directory', 'Page directory', column(0), (view.cr3 & ~0xfff) >>> 0, {
      index: directory / 1024,
      state: passed(directoryEntry),
      entry: directoryEntry,
    }),
  );
  if (!directoryEntry.large) {
    parts.push(part(column(1), 'table', '21:12', `${table}`));
    tables.push(
      structure('table', 'Page table', column(1), tableEntry ? directoryEntry.target : null, {
        index: table / 1024,
        state: tableEntry ? passed(tableEntry) : 'unread',
        entry: tableEntry,
      }),
    );
  }
  const bytes = directoryEntry.large ? 0x400000 : 0x1000;
  const within = directoryEntry.large ? ((table << 12) | offset) >>> 0 : offset;
  const last = column(columns - 1);
  parts.push(
    part(last, 'offset', directoryEntry.large ? '21:0' : '11:0', `0x${within.toString(16)}`),
  );
  tables.push(page(last, view, bytes, within));
  return {
    width,
    height: TABLE_TOP + HEAD + BODY + 2,
    parts,
    tables,
    arrows: arrowsOf(parts, tables),
  };
}

const part = (under: Box, name: string, bits: string, value: string): WalkPart => ({
  x: under.x,
  y: 0,
  width: under.width,
  height: PART_HEIGHT,
  name,
  bits,
  value,
});

function structure(
  id: 'directory' | 'table',
  title: string,
  box: Box,
  base: number | null,
  read: {
    readonly index: number;
    readonly state: EntryState;
    readonly entry: PageEntryView | null;
  },
): WalkTable {
  return {
    ...box,
    id,
    title,
    base: base === null ? '' : hex32(base),
    state: read.state,
    entry: {
      ...entryBox(box, read.index),
      text: read.entry ? hex32(read.entry.entry) : 'not read',
      rights: read.entry ? rightsOf(read.entry) : '',
    },
  };
}

function page(box: Box, view: WalkView, bytes: number, within: number): WalkTable {
  const { outcome } = view;
  const physical = outcome.kind === 'mapped' ? outcome.physical : null;
  const byte = outcome.kind === 'mapped' ? outcome.byte : null;
  return {
    ...box,
    id: 'page',
    title: bytes > 0x1000 ? '4 MiB page' : 'Page',
    base: physical === null ? '' : hex32(physical - within),
    state: physical === null ? 'unread' : 'passed',
    entry: {
      ...entryBox(box, within / bytes),
      text: physical === null ? 'not reached' : hex32(physical),
      rights: physical === null ? '' : byte === null ? 'no memory' : `byte ${hex2(byte)}`,
    },
  };
}

const hex2 = (byte: number): string => byte.toString(16).padStart(2, '0');

/** Entries stand at their height in the structure: entry 0 at the top, the last one at the bottom. */
const entryBox = (box: Box, fraction: number): Box => ({
  x: box.x,
  y: box.y + HEAD + Math.round((BODY - ENTRY) * Math.min(1, fraction)),
  width: box.width,
  height: ENTRY,
});

/** `P W U`, with a dash for what is not set: readable without colour. */
export const rightsOf = (entry: PageEntryView): string =>
  [
    entry.present ? 'P' : '–',
    entry.writable ? 'W' : '–',
    entry.user ? 'U' : '–',
    ...(entry.accessed ? ['A'] : []),
    ...(entry.dirty ? ['D'] : []),
  ].join(' ');

function arrowsOf(parts: readonly WalkPart[], tables: readonly WalkTable[]): WalkArrow[] {
  const arrows: WalkArrow[] = [];
  tables.forEach((table, i) => {
    const above = parts[i];
    const reached = table.state !== 'unread';
    if (above) {
      const x = above.x + above.width / 2;
      arrows.push({
        id: `part-${table.id}`,
        path: `M ${x} ${PART_HEIGHT} V ${table.y - 5}`,
        reached,
      });
    }
    const before = tables[i - 1];
    if (!before) return;
    const from = before.entry.y + ENTRY / 2;
    const to = table.y + HEAD / 2;
    const left = before.x + before.width;
    const middle = left + GAP / 2;
    arrows.push({
      id: `to-${table.id}`,
      path: `M ${left} ${from} H ${middle} V ${to} H ${table.x - 5}`,
      reached,
    });
  });
  return arrows;
}
