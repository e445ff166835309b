/**
 * The path of one flow through the bands: a place for every waypoint and right-angled, rounded lines between them.
 * Time runs from left to right: the first waypoint stands in the left gutter, the last in the right one.
 */
import type { Flow, Place, Waypoint } from '../../session/view';
import type { StageLayout } from './layout';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface WaypointMark extends Point {
  readonly waypoint: Waypoint;
  readonly radius: number;
  readonly current: boolean;
  readonly label: string;
}

/** The line from one waypoint to the next. */
export interface Hop {
  readonly points: readonly Point[];
  /** SVG path data. */
  readonly path: string;
  readonly reached: boolean;
  /** Head in the middle of the part that changes the ring; null for a hop within one. */
  readonly arrow: { readonly at: Point; readonly down: boolean } | null;
}

export interface FlowGeometry {
  readonly marks: readonly WaypointMark[];
  readonly hops: readonly Hop[];
  /** From the first card into its waypoint, and from the last waypoint into its card. */
  readonly stubs: readonly { readonly path: string; readonly reached: boolean }[];
  /** Words for the way back, e.g. `return, 216 cycles`; null while there is only one waypoint. */
  readonly cost: string | null;
}

const RADIUS = 11;
const ROUND = 8;

const fixed = (n: number) => String(Math.round(n * 10) / 10);

/** SVG path data along `points`, with rounded corners. Repeated points are dropped. */
export function roundedPath(points: readonly Point[], radius = ROUND): string {
  const route = points.filter(
    (p, i) => i === 0 || p.x !== points[i - 1]!.x || p.y !== points[i - 1]!.y,
  );
  const first = route[0];
  if (!first) return '';
  let path = `M${fixed(first.x)},${fixed(first.y)}`;
  for (let i = 1; i < route.length; i++) {
    const here = route[i]!;
    const before = route[i - 1]!;
    const after = route[i + 1];
    if (!after) {
      path += `L${fixed(here.x)},${fixed(here.y)}`;
      continue;
    }
    const inLength = Math.hypot(here.x - before.x, here.y - before.y);
    const outLength = Math.hypot(after.x - here.x, after.y - here.y);
    const r = Math.min(radius, inLength / 2, outLength / 2);
    const from = {
      x: here.x - ((here.x - before.x) / inLength) * r,
      y: here.y - ((here.y - before.y) / inLength) * r,
    };
    const to = {
      x: here.x + ((after.x - here.x) / outLength) * r,
      y: here.y + ((after.y - here.y) / outLength) * r,
    };
    path += `L${fixed(from.x)},${fixed(from.y)}Q${fixed(here.x)},${fixed(here.y)} ${fixed(to.x)},${fixed(to.y)}`;
  }
  return path;
}

function standing(layout: StageLayout, place: Place, index: number, count: number): Point {
  const lane = layout.lanes[place];
  if (index === 0) return { x: layout.gutters.left, y: lane.gutterY };
  if (index === count - 1) return { x: layout.gutters.right, y: lane.gutterY };
  const { from, to } = layout.track;
  return { x: from + ((to - from) * index) / (count - 1), y: lane.y };
}

/** Corners between two waypoints. Down the left gutter first, up the right gutter last, else along the lane. */
function route(layout: StageLayout, a: Waypoint, b: Waypoint, from: Point, to: Point): Point[] {
  const first = from.x === layout.gutters.left;
  const last = to.x === layout.gutters.right;
  if (a.place === b.place) {
    const y = layout.lanes[a.place].y;
    return [from, { x: from.x, y }, { x: to.x, y }, to];
  }
  if (first && last) {
    const y = layout.lanes[b.place].y;
    return [from, { x: from.x, y }, { x: to.x, y }, to];
  }
  return first ? [from, { x: from.x, y: to.y }, to] : [from, { x: to.x, y: from.y }, to];
}

function arrowOf(points: readonly Point[], crosses: boolean): Hop['arrow'] {
  if (!crosses) return null;
  let best: Hop['arrow'] = null;
  let longest = 0;
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!;
    const b = points[i]!;
    const length = a.x === b.x ? Math.abs(b.y - a.y) : 0;
    if (length > longest) {
      longest = length;
      best = { at: { x: a.x, y: (a.y + b.y) / 2 }, down: b.y > a.y };
    }
  }
  return longest > 14 ? best : null;
}

const cyclesText = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'cycle' : 'cycles'}`;

/** What a waypoint is called aloud: `Phase 2 of 9, reached: gate looked up. IDT entry ... 24 cycles.` */
export function waypointLabel(flow: Flow, index: number): string {
  const w = flow.waypoints[index]!;
  const state = index === flow.current ? 'current' : w.reached ? 'reached' : 'to come';
  const cost = w.cycles > 0 ? ` ${cyclesText(w.cycles)}.` : '';
  return `Phase ${w.number} of ${flow.waypoints.length}, ${state}: ${w.label}. ${w.detail}${cost}`;
}

/** Places a flow on a laid-out stage. */
export function flowGeometry(flow: Flow, layout: StageLayout): FlowGeometry {
  const { waypoints } = flow;
  const count = waypoints.length;
  const spacing = (layout.track.to - layout.track.from) / Math.max(1, count - 1);
  const radius = Math.max(6, Math.min(RADIUS, spacing / 2 - 1));
  const points = waypoints.map((w, i) => standing(layout, w.place, i, count));
  const marks = waypoints.map(
    (waypoint, i): WaypointMark => ({
      ...points[i]!,
      waypoint,
      radius: i === 0 || i === count - 1 ? RADIUS : radius,
      current: i === flow.current,
      label: waypointLabel(flow, i),
    }),
  );
  const hops = waypoints.slice(1).map((b, i): Hop => {
    const a = waypoints[i]!;
    const corners = route(layout, a, b, points[i]!, points[i + 1]!);
    return {
      points: corners,
      path: roundedPath(corners),
      reached: b.reached,
      arrow: arrowOf(corners, a.place !== b.place),
    };
  });
  const stubs: FlowGeometry['stubs'][number][] = [];
  const first = points[0];
  const last = points[count - 1];
  if (first) {
    stubs.push({
      path: `M${fixed(layout.track.from)},${fixed(first.y)}H${fixed(first.x + RADIUS)}`,
      reached: true,
    });
  }
  if (last && count > 1) {
    const { reached } = waypoints[count - 1]!;
    stubs.push({
      path: `M${fixed(last.x - RADIUS)},${fixed(last.y)}H${fixed(layout.track.to)}`,
      reached,
    });
  }
  return {
    marks,
    hops,
    stubs,
    cost: count > 1 ? `${waypoints[count - 1]!.label}, ${cyclesText(flow.totalCycles)}` : null,
  };
}

/** Where the token stands: on the current waypoint, else beside the card of whoever runs. */
export function tokenPoint(layout: StageLayout, here: Place, flow: FlowGeometry | null): Point {
  const mark = flow?.marks.find((m) => m.current);
  if (mark) return { x: mark.x, y: mark.y };
  return { x: layout.gutters.left, y: layout.lanes[here].gutterY };
}

/**
 * The way the token takes from waypoint `from` to waypoint `to`, either direction, as SVG path data; `M` to the
 * start alone when they are the same.
 */
export function travelPath(flow: FlowGeometry, from: number, to: number): string {
  const forward = from <= to;
  const hops = flow.hops.slice(Math.min(from, to), Math.max(from, to));
  const points = hops.flatMap((hop) => hop.points);
  const way = forward ? points : points.reverse();
  const mark = flow.marks[to];
  return roundedPath(way.length > 0 ? way : mark ? [mark] : []);
}
