import { describe, expect, it } from 'vitest';
import { calloutView, longFlowView, trapView } from '../../ui/testing/fixture-panels';
import { stageContent } from './content';
import { flowGeometry, roundedPath, tokenPoint, travelPath } from './flow-path';
import { layoutStage } from './layout';

const draw = (view: ReturnType<typeof calloutView>) => {
  const layout = layoutStage(stageContent(view), 760);
  return { layout, flow: flowGeometry(view.flow!, layout) };
};

describe('the path of a flow', () => {
  it('is solid up to the current waypoint and dashed after it', () => {
    const { flow } = draw(trapView(4));
    expect(flow.hops.map((hop) => hop.reached)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('runs from the left gutter to the right one, each waypoint further right and in its own band', () => {
    const { flow, layout } = draw(trapView(8));
    const xs = flow.marks.map((m) => m.x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(flow.origin).toEqual({ x: layout.gutters.left, y: layout.lanes.ring3.gutterY });
    expect(xs.at(-1)).toBe(layout.gutters.right);
    for (const mark of flow.marks) {
      const band = layout.bands.find((b) => b.id === mark.waypoint.place)!;
      expect(mark.y).toBeGreaterThan(band.y);
      expect(mark.y).toBeLessThan(band.y + band.height);
    }
  });

  it('draws a head only where the ring changes, pointing the way taken', () => {
    const { flow } = draw(calloutView(3));
    expect(flow.hops.map((hop) => hop.arrow && (hop.arrow.down ? 'down' : 'up'))).toEqual([
      'down',
      null,
      'up',
    ]);
  });

  it('names the whole cost a total, and says nothing of a cost of nothing', () => {
    expect(draw(calloutView(1)).flow.cost).toBe('216 cycles in all');
    const { flow, ...view } = calloutView(1);
    expect(draw({ ...view, flow: flow && { ...flow, totalCycles: 0 } }).flow.cost).toBeNull();
  });

  it('names phase, state, facts and cost of every waypoint', () => {
    const { flow } = draw(calloutView(1));
    expect(flow.marks[1]?.label).toBe(
      'Phase 2 of 4, current: emulate popf. vcpu.IF \u2190 1; pending IRQ? none. 96 cycles.',
    );
    expect(flow.marks[2]?.label).toContain('to come');
  });
});

describe('the token', () => {
  it('stands on the current waypoint, else beside the card of whoever runs', () => {
    const { flow, layout } = draw(calloutView(1));
    expect(tokenPoint(layout, 'ring0', flow)).toEqual({ x: flow.marks[1]!.x, y: flow.marks[1]!.y });
    expect(tokenPoint(layout, 'ring3', null)).toEqual({
      x: layout.gutters.left,
      y: layout.lanes.ring3.gutterY,
    });
  });

  it('is in ring 0 once the silicon is done, before the next waypoint is reached', () => {
    const at = trapView(3);
    const inside = {
      ...at,
      actor: 'monitor' as const,
      moment: { retired: at.flow!.waypoints[3]!.moment.retired + 2, phase: 0 },
    };
    const content = stageContent(inside);
    expect(stageContent(at).here).toBe('hardware');
    expect(content.here).toBe('ring0');
    expect(content.hypervisor?.title).toBe('Hypervisor: running');
    const { layout, flow } = draw(inside);
    const point = tokenPoint(layout, content.here, flow);
    expect(point.y).toBe(layout.lanes.ring0.y);
    expect(point.x).toBeLessThan(flow.marks[4]!.x);
  });

  it('goes back the way it came', () => {
    const { flow } = draw(calloutView(3));
    const start = (path: string) => path.slice(1).split(/[LQ]/)[0];
    const end = (path: string) => path.split('L').at(-1);
    expect(start(travelPath(flow, 3, 0))).toBe(end(travelPath(flow, 0, 3)));
    expect(end(travelPath(flow, 3, 0))).toBe(start(travelPath(flow, 0, 3)));
  });
});

describe('roundedPath', () => {
  it('rounds corners by at most half of the shorter side', () => {
    expect(
      roundedPath([
        { x: 0, y: 0 },
        { x: 0, y: 4 },
        { x: 50, y: 4 },
      ]),
    ).toBe('M0,0L0,2Q0,4 2,4L50,4');
  });
});

describe('a crowded flow', () => {
  const crowded = (current: number, width: number) => {
    const view = longFlowView(15, current);
    return flowGeometry(view.flow!, layoutStage(stageContent(view), width));
  };

  it.each([474, 760, 900])('names ranges, and the current waypoint alone, at %i px', (width) => {
    for (let current = 0; current < 15; current++) {
      const { marks } = crowded(current, width);
      expect(marks[0]?.waypoint.number).toBe(1);
      expect(marks.at(-1)?.through).toBe(15);
      for (const [i, mark] of marks.entries()) {
        expect(mark.waypoint.number).toBe((marks[i - 1]?.through ?? 0) + 1);
        const next = marks[i + 1];
        if (next && next.y === mark.y) {
          expect(next.x - mark.x).toBeGreaterThanOrEqual(mark.halfWidth + next.halfWidth);
        }
      }
      const now = marks.find((m) => m.current);
      expect([now?.waypoint.number, now?.through]).toEqual([current + 1, current + 1]);
    }
  });
});
