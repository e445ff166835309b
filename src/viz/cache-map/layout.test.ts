import { describe, expect, it } from 'vitest';
import { cacheOf } from '../../ui/testing/fixture-panels';
import { chainArcs, layoutCacheMap, neighbour, shadeScale } from './layout';
import { blockWords, cacheSummary, happenedWords } from './words';

describe('the cache map', () => {
  it.each([
    [41, 752],
    [41, 340],
    [500, 752],
    [500, 340],
    [1, 752],
  ])('keeps %i blocks apart, in address order and inside %i px', (count, width) => {
    const layout = layoutCacheMap(cacheOf(count), width);
    expect(layout.cells).toHaveLength(count);
    for (const row of layout.rows) {
      for (const [i, cell] of row.entries()) {
        expect(cell.x + cell.width).toBeLessThanOrEqual(width);
        const after = row[i + 1];
        if (after) expect(after.x).toBeGreaterThan(cell.x + cell.width);
      }
    }
    const addresses = layout.cells.map((c) => c.block.tcAddress);
    expect(addresses).toEqual([...addresses].sort((a, b) => a - b));
  });

  it('makes area proportional to bytes', () => {
    const layout = layoutCacheMap(cacheOf(41), 752);
    for (const cell of layout.cells) {
      expect(cell.width / cell.block.bytes).toBeCloseTo(layout.pixelsPerByte, 9);
    }
  });

  it('shades by the logarithm of executions', () => {
    const shade = shadeScale(
      cacheOf(3).blocks.map((b, i) => ({ ...b, executions: [1, 100, 10_000][i]! })),
    );
    expect([shade(0), shade(1), shade(100), shade(10_000)]).toEqual([0, 0, 0.5, 1]);
  });

  it('is empty, not broken, before the first translation', () => {
    expect(layoutCacheMap(cacheOf(0), 752).cells).toEqual([]);
    expect(neighbour(layoutCacheMap(cacheOf(0), 752), null, 'right')).toBeNull();
  });
});

describe('arrow keys', () => {
  const layout = layoutCacheMap(cacheOf(41), 400);
  const second = layout.rows[1]![2]!;
  it('follow the address order sideways', () => {
    const first = layout.rows[0]!.at(-1)!;
    expect(neighbour(layout, first.id, 'right')).toBe(layout.rows[1]![0]!.id);
    expect(neighbour(layout, layout.cells[0]!.id, 'left')).toBe(layout.cells[0]!.id);
  });
  it('find the nearest block in the next row', () => {
    const up = layout.cells.find((c) => c.id === neighbour(layout, second.id, 'up'))!;
    expect(up.row).toBe(0);
    const middle = second.x + second.width / 2;
    for (const cell of layout.rows[0]!) {
      expect(Math.abs(up.x + up.width / 2 - middle)).toBeLessThanOrEqual(
        Math.abs(cell.x + cell.width / 2 - middle),
      );
    }
  });
});

describe('chains', () => {
  it('are drawn to every block an exit is chained to', () => {
    const cache = cacheOf(41);
    const from = cache.blocks.find((b) => b.chainedTo.length === 2)!;
    expect(chainArcs(layoutCacheMap(cache, 752), from.id).map((a) => a.to)).toEqual(from.chainedTo);
    expect(chainArcs(layoutCacheMap(cache, 752), null)).toEqual([]);
  });
});

describe('the words of the map', () => {
  it('sum the cache up', () => {
    expect(cacheSummary(cacheOf(41))).toBe('41 blocks, 13 chained, 1 invalidated');
  });
  it('tell everything about a block', () => {
    const block = { ...cacheOf(41).blocks[28]!, executions: 1, chainedTo: [3], bytes: 40 };
    expect(blockWords(block, false)).toMatch(
      /^Block 28; 0x00100230; at 0xffc0[0-9a-f]{4}; 40 bytes; ran 1 time; invalidated; chained to block 3$/,
    );
  });
  it('say what the step did', () => {
    expect(happenedWords({ ...cacheOf(9), happened: { kind: 'miss', block: 4 } })).toBe(
      'Miss: translated block 4',
    );
    expect(happenedWords({ ...cacheOf(9), happened: null })).toBeNull();
  });
});
