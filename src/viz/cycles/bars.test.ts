import { describe, expect, it } from 'vitest';
import { cycles } from '../../ui/testing/fixture-panels';
import { cycleBars, shortCount } from './bars';

describe('cycle bars', () => {
  it('are in proportion to cycles and leave out what cost nothing', () => {
    const bars = cycleBars(cycles);
    expect(bars.map((b) => b.id)).toEqual([
      'instructions',
      'traps',
      'returns',
      'translating',
      'callouts',
    ]);
    expect(bars[0]?.length).toBe(1);
    expect(bars[3]?.length).toBeCloseTo(15_400 / 61_200, 9);
    expect(bars.reduce((sum, b) => sum + b.share, 0)).toBeCloseTo(1, 9);
  });
  it('tell whose time it was', () => {
    expect(cycleBars(cycles).map((b) => b.payer)).toEqual([
      'guest',
      'silicon',
      'silicon',
      'hypervisor',
      'hypervisor',
    ]);
  });
  it('are none before the first instruction', () => {
    expect(cycleBars({ total: 0, causes: [] })).toEqual([]);
  });
});

describe('short counts', () => {
  it('round at the unit', () => {
    expect(
      [0, 999, 1000, 61_234, 99_960, 999_400, 3_400_000, 2_500_000_000].map(shortCount),
    ).toEqual(['0', '999', '1.0k', '61.2k', '100k', '999k', '3.40M', '2.50G']);
  });
});
