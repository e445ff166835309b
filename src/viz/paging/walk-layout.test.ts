import { describe, expect, it } from 'vitest';
import type { PageEntryView, WalkView } from '../../session/debug';
import { layoutWalk } from './walk-layout';
import { errorCodeWords, isStale, walkSentences } from './words';

const entry = (change: Partial<PageEntryView> = {}): PageEntryView => ({
  index: 0,
  entryAddress: 0x1000,
  entry: 0x2007,
  linear: 0,
  target: 0x2000,
  present: true,
  large: false,
  writable: true,
  user: true,
  accessed: false,
  dirty: false,
  fields: [],
  ...change,
});

const walk = (change: Partial<WalkView> = {}): WalkView => ({
  cpu: 'guest',
  address: 0x00403123,
  access: 'read',
  user: true,
  enabled: true,
  cr3: 0x1000,
  parts: { directory: 1, table: 3, offset: 0x123 },
  directoryEntry: entry({ index: 1 }),
  tableEntry: entry({ index: 3, entry: 0x5007, target: 0x5000 }),
  outcome: { kind: 'mapped', physical: 0x5123, byte: 0x41 },
  tlb: null,
  machine: null,
  ...change,
});

const fault = { kind: 'fault', errorCode: 4, why: 'The page-table entry is not present.' } as const;

describe('the picture of a walk', () => {
  it.each([360, 440, 480, 660, 1200])(
    'has boxes that neither overlap nor leave it, at %i',
    (width) => {
      for (const large of [false, true]) {
        const shown = walk(large ? { directoryEntry: entry({ large }), tableEntry: null } : {});
        const layout = layoutWalk(shown, width);
        if (!layout) throw new Error('nothing drawn');
        const boxes = [...layout.parts, ...layout.tables];
        for (const box of boxes) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
          expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
        }
        boxes.forEach((a, i) => {
          for (const b of boxes.slice(i + 1)) {
            const apart =
              a.x + a.width <= b.x ||
              b.x + b.width <= a.x ||
              a.y + a.height <= b.y ||
              b.y + b.height <= a.y;
            expect(apart).toBe(true);
          }
        });
        for (const { entry: row, ...table } of layout.tables) {
          expect(row.y).toBeGreaterThanOrEqual(table.y);
          expect(row.y + row.height).toBeLessThanOrEqual(table.y + table.height);
          // Nine characters of code type.
          expect(row.width).toBeGreaterThanOrEqual(9 * 8);
        }
      }
    },
  );

  it('stops at the entry that faults', () => {
    const atDirectory = layoutWalk(walk({ tableEntry: null, outcome: fault }), 480);
    expect(atDirectory?.tables.map(({ state }) => state)).toEqual(['fault', 'unread', 'unread']);
    const atTable = layoutWalk(walk({ outcome: fault }), 480);
    expect(atTable?.tables.map(({ state }) => state)).toEqual(['passed', 'fault', 'unread']);
    expect(layoutWalk(walk(), 480)?.tables.map(({ state }) => state)).toEqual([
      'passed',
      'passed',
      'passed',
    ]);
  });

  it('cuts the address in two for a large page, and is not drawn without paging', () => {
    const large = layoutWalk(
      walk({ directoryEntry: entry({ large: true }), tableEntry: null }),
      480,
    );
    expect(large?.parts.map(({ bits }) => bits)).toEqual(['31:22', '21:0']);
    expect(large?.parts[1]?.value).toBe('0x3123');
    expect(
      layoutWalk(walk({ enabled: false, directoryEntry: null, tableEntry: null }), 480),
    ).toBeNull();
  });
});

describe('a walk in words', () => {
  it('says each step and the outcome', () => {
    expect(walkSentences(walk())).toEqual([
      'Bits 31:22 are 1: entry 1 of the page directory at 0x00001000 is 0x00002007 (P W U).',
      'Bits 21:12 are 3: entry 3 of the page table at 0x00002000 is 0x00005007 (P W U).',
      'It arrives at physical 0x00005123.',
      'The TLB holds nothing for this page.',
    ]);
    expect(walkSentences(walk({ outcome: fault })).join(' ')).toContain(
      'Page fault, error code 4 (P=0 W=0 U=1). The page-table entry is not present.',
    );
  });

  it('knows a stale TLB entry, and that a hypervisor’s TLB holds machine frames', () => {
    const tlb = { frame: 0x5000, writable: true, user: true };
    expect(isStale(walk({ tlb }))).toBe(false);
    expect(isStale(walk({ tlb, outcome: fault }))).toBe(true);
    expect(isStale(walk({ tlb: { ...tlb, frame: 0x9000 } }))).toBe(true);
    expect(isStale(walk({ tlb: { ...tlb, frame: 0x9000 }, machine: 0x9000 }))).toBe(false);
  });

  it('spells an error code', () => {
    expect([4, 7, 9].map(errorCodeWords)).toEqual([
      'P=0 W=0 U=1',
      'P=1 W=1 U=1',
      'P=1 W=0 U=0 RSVD=1',
    ]);
  });
});
