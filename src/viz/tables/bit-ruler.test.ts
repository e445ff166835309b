import { describe, expect, it } from 'vitest';
import type { BitField } from '../../session/debug';
import { bitRange, rulerRows } from './bit-ruler';

const field = (name: string, high: number, low: number, value: number): BitField => ({
  name,
  high,
  low,
  value,
  meaning: name,
});

describe('the bit ruler', () => {
  it('puts high bits left, and 32 bits in a row', () => {
    const rows = rulerRows([field('low', 31, 0, 5), field('b', 47, 32, 3), field('a', 63, 48, 1)]);
    expect(rows.map(({ high, low }) => [high, low])).toEqual([
      [63, 32],
      [31, 0],
    ]);
    expect(rows[0]?.parts.map((p) => [p.field.name, p.column, p.columns])).toEqual([
      ['a', 0, 16],
      ['b', 16, 16],
    ]);
    expect(rows[1]?.parts[0]?.bits).toBe('00000000000000000000000000000101');
  });

  it('fills a row exactly when its fields do', () => {
    const parts = rulerRows([field('x', 2, 0, 7), field('y', 31, 3, 0)])[0]?.parts ?? [];
    expect(parts.map((p) => p.column)).toEqual([0, 29]);
    expect(parts.reduce((sum, p) => sum + p.columns, 0)).toBe(32);
  });

  it('names a field as far as there is room', () => {
    const fields = [
      field('limit 19:16', 19, 16, 0),
      field('R/W', 1, 1, 0),
      field('long name', 2, 2, 0),
    ];
    const parts = rulerRows(fields)[0]?.parts ?? [];
    expect(parts.map(({ label, tight }) => [label, tight])).toEqual([
      ['limit', false],
      ['', false],
      ['R/W', true],
    ]);
  });

  it('names a range, or one bit', () => {
    expect([bitRange(field('', 31, 12, 0)), bitRange(field('', 5, 5, 0))]).toEqual(['31:12', '5']);
  });
});
