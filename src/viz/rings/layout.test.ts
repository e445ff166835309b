import { describe, expect, it } from 'vitest';
import type { MachineView } from '../../session/view';
import {
  bareView,
  bootView,
  calloutView,
  directView,
  longFlowView,
  translatedView,
  trapView,
} from '../../ui/testing/fixture-panels';
import { chipsThatFit, stageContent } from './content';
import { flowGeometry } from './flow-path';
import { countLines, layoutStage, type Rect } from './layout';

const MOMENTS: Record<string, MachineView> = {
  translated: translatedView,
  callout: calloutView(1),
  trap: trapView(3),
  'a flow of 15 phases': longFlowView(15, 8),
  direct: directView,
  bare: bareView,
  boot: bootView,
};
const WIDTHS = [320, 366, 390, 449, 450, 474, 539, 540, 560, 640, 700, 780, 900, 1000, 1400];

const overlaps = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const inside = (a: Rect, b: Rect) =>
  a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;

describe.each(Object.entries(MOMENTS))('the stage at "%s"', (_, view) => {
  it.each(WIDTHS)('overlaps and clips nothing at %i px', (width) => {
    const layout = layoutStage(stageContent(view), width);
    const whole = { x: 0, y: 0, width: layout.width, height: layout.height };
    for (const band of layout.bands) expect(inside(band, whole)).toBe(true);
    for (const [i, band] of layout.bands.entries()) {
      for (const other of layout.bands.slice(i + 1)) expect(overlaps(band, other)).toBe(false);
    }
    for (const [i, card] of layout.cards.entries()) {
      const band = layout.bands.find((b) => b.id === card.band)!;
      expect(inside(card, band)).toBe(true);
      expect(overlaps(card, band.heading)).toBe(false);
      for (const other of layout.cards.slice(i + 1)) expect(overlaps(card, other)).toBe(false);
      expect(overlaps(card, layout.costLabel)).toBe(false);
    }
  });

  it.each(WIDTHS)('keeps waypoints apart and lines off side cards at %i px', (width) => {
    if (!view.flow) return;
    const layout = layoutStage(stageContent(view), width);
    const flow = flowGeometry(view.flow, layout);
    for (const [i, mark] of flow.marks.entries()) {
      for (const other of flow.marks.slice(i + 1)) {
        // A crowded flow's current waypoint stands over its neighbours on purpose.
        if ((mark.current || other.current) && flow.marks.some((m) => !m.numbered)) continue;
        const distance = Math.hypot(mark.x - other.x, mark.y - other.y);
        expect(distance).toBeGreaterThanOrEqual(mark.radius + other.radius);
      }
    }
    // Narrow stages have side cards in the same column: there a line may pass under their words.
    if (layout.narrow && view.flow.waypoints.length > 9) return;
    const lines = flow.hops.flatMap((hop) =>
      hop.points.slice(1).map((b, i): Rect => {
        const a = hop.points[i]!;
        return {
          x: Math.min(a.x, b.x),
          y: Math.min(a.y, b.y),
          width: Math.abs(a.x - b.x) + 0.1,
          height: Math.abs(a.y - b.y) + 0.1,
        };
      }),
    );
    for (const card of layout.cards.filter((c) => c.id === 'what-if' || c.id === 'cache')) {
      for (const line of lines) expect(overlaps(line, card)).toBe(false);
    }
  });
});

describe('the bare machine', () => {
  it('has the guest kernel in ring 0, nothing in ring 1 and no hypervisor', () => {
    const content = stageContent(bareView);
    const { cards } = layoutStage(content, 760);
    expect(content.bands.ring1.used).toBe(false);
    expect(cards.map((c) => [c.id, c.band])).toEqual([
      ['user', 'ring3'],
      ['kernel', 'ring0'],
      ['hardware', 'hardware'],
    ]);
    expect(content.here).toBe('ring0');
  });
});

describe('chips', () => {
  const chips = stageContent(translatedView).kernel.chips;
  it('keep the current one, then the next, then the one before, as room allows', () => {
    const shown = (room: number) => chipsThatFit(chips, room).map((chip) => chip.state);
    expect(shown(100)).toEqual(['current']);
    expect(shown(290)).toEqual(['current', 'after']);
    expect(shown(600)).toEqual(['before', 'current', 'after']);
  });
});

describe('countLines', () => {
  it('breaks at blanks, and inside a word that is wider than the line', () => {
    expect(countLines('one two', 70, 10)).toBe(1);
    expect(countLines('one two', 60, 10)).toBe(2);
    expect(countLines('abcdefghij', 40, 10)).toBe(3);
  });
});
