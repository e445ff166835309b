import { describe, expect, it } from 'vitest';
import type { MemoryView } from '../../session/debug';
import { MOST_PAIRS, memoryRows, valuesAt } from './rows';

const view = (change: Partial<MemoryView> = {}): MemoryView => ({
  space: 'virtual',
  address: 0x1000,
  bytes: [0x48, 0x69, 0x00, 0xff, null, null, 0x7f, 0x20, 0x08, 0x10, 0, 0],
  changed: [1],
  symbols: [{ offset: 8, name: 'next' }],
  pointers: [{ offset: 8, target: 0x1001, kind: 'data', label: 'text+0x1' }],
  registers: [{ offset: 8, name: 'esp' }],
  ...change,
});

describe('rows of memory', () => {
  it('are hexadecimal and characters, with -- for what is not mapped', () => {
    const [first] = memoryRows(view(), 8);
    expect(first?.cells.map(({ text }) => text).join(' ')).toBe('48 69 00 ff -- -- 7f 20');
    expect(first?.cells.map(({ character }) => character).join('')).toBe('Hi..  . ');
    expect(first?.cells.map(({ changed }) => changed).indexOf(true)).toBe(1);
  });

  it('carry labels and registers where they point', () => {
    const rows = memoryRows(view(), 8);
    expect(rows.map(({ address, labels }) => [address, labels.length])).toEqual([
      [0x1000, 0],
      [0x1008, 1],
    ]);
    expect(rows[1]?.cells[0]?.registers).toEqual(['esp']);
  });

  it('give a pointer and its target the same number', () => {
    const cells = memoryRows(view(), 16)[0]?.cells ?? [];
    expect(cells.map(({ pair }) => pair)).toEqual([
      ...[null, 1, null, null, null, null, null, null],
      ...[1, 1, 1, 1],
    ]);
    expect(cells.filter(({ isTarget }) => isTarget).map(({ offset }) => offset)).toEqual([1]);
  });

  it('give no number to pointers out of the picture, and to no more than can be told apart', () => {
    const away = view({ pointers: [{ offset: 8, target: 0x2000, kind: 'code', label: null }] });
    expect(memoryRows(away, 16)[0]?.cells.every(({ pair }) => pair === null)).toBe(true);
    const bytes = Array(64).fill(0);
    const pointers = Array.from({ length: 16 }, (_, i) => ({
      ...{ offset: i * 4, target: 0x1000 + i, kind: 'data' as const, label: null },
    }));
    const pairs = memoryRows(view({ bytes, pointers, symbols: [], registers: [] }), 64)[0]?.cells;
    expect(Math.max(...(pairs ?? []).map(({ pair }) => pair ?? 0))).toBe(MOST_PAIRS);
  });
});

describe('values at an offset', () => {
  it('are little-endian, and missing where a byte is', () => {
    expect(valuesAt(view(), 0)).toEqual({ byte: 0x48, word: 0x6948, dword: 0xff006948 });
    expect(valuesAt(view(), 3)).toEqual({ byte: 0xff, word: null, dword: null });
    expect(valuesAt(view(), 10)).toEqual({ byte: 0, word: 0, dword: null });
  });
});
