import { describe, expect, it } from 'vitest';
import type { TimelineView } from '../../session/view';
import { layOutTimeline, nearestMark } from './layout';

const VIEW: TimelineView = {
  from: 0,
  to: 1000,
  end: 1000,
  ring: [
    { from: 0, to: 300, ring: 0 },
    { from: 300, to: 700, ring: 1 },
    { from: 700, to: 1000, ring: 3 },
  ],
  traps: [
    { at: 100, kind: 'callout', label: 'callout cli' },
    { at: 104, kind: 'fault', label: '#PF' },
    { at: 500, kind: 'interrupt', label: 'IRQ 0' },
  ],
  blocks: [
    { at: 10, kind: 'translated', label: 'start' },
    { at: 900, kind: 'chained', label: 'loop' },
  ],
};

describe('layOutTimeline', () => {
  it('spreads the run over the width without gaps or overlaps', () => {
    const { rings } = layOutTimeline(VIEW, 500);
    expect(rings.map((r) => [r.x, r.width])).toEqual([
      [0, 150],
      [150, 200],
      [350, 150],
    ]);
  });

  it('turns a place on screen back into the instruction drawn there', () => {
    const geometry = layOutTimeline(VIEW, 500);
    for (const at of [0, 1, 333, 999, 1000]) expect(geometry.at(geometry.x(at))).toBe(at);
  });

  it('clamps places outside the window', () => {
    const geometry = layOutTimeline(VIEW, 500);
    expect(geometry.at(-40)).toBe(0);
    expect(geometry.at(900)).toBe(1000);
  });

  it('draws marks that fall together as one, of the gravest kind, with their number', () => {
    const { traps } = layOutTimeline(VIEW, 500);
    expect(traps.map((t) => [t.kind, t.count, t.at])).toEqual([
      ['fault', 2, 104],
      ['interrupt', 1, 500],
    ]);
  });

  it('draws them apart again when there is room', () => {
    const zoomed = { ...VIEW, from: 90, to: 110 };
    expect(layOutTimeline(zoomed, 500).traps.map((t) => t.kind)).toEqual(['callout', 'fault']);
  });

  it('cuts a stretch that starts before the window', () => {
    const { rings } = layOutTimeline({ ...VIEW, from: 200, to: 400 }, 200);
    expect(rings.slice(0, 2).map((r) => [r.x, r.width])).toEqual([
      [0, 100],
      [100, 100],
    ]);
  });
});

describe('nearestMark', () => {
  it('finds the closest mark in reach and nothing beyond', () => {
    const { traps } = layOutTimeline(VIEW, 500);
    expect(nearestMark(traps, 247, 6)?.kind).toBe('interrupt');
    expect(nearestMark(traps, 200, 6)).toBeNull();
  });
});
