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
  /** Large enough for its number. */
  readonly numbered: boolean;
  readonly current: boolean;
  readonly label: string;
}

/** The line from one waypoint to the next. */
export interface Hop {
  /** Index of the waypoint it leads to. */
  readonly to: number;
  readonly points: readonly Point[];
  /** SVG path data. */
  readonly path: string;
  readonly reached: boolean;
  /** Head in the middle of the part that changes the ring; null for a hop within one. */
  readonly arrow: { readonly at: Point; readonly down: boolean } | null;
}

export interface FlowGeometry {
  /** Where the CPU left its code, when that is not the first waypoint itself. */
  readonly origin: Point | null;
  readonly marks: readonly WaypointMark[];
  readonly hops: readonly Hop[];
  /** From the first card into its waypoint, and from the last waypoint into its card. */
  readonly stubs: readonly { readonly path: string; readonly reached: boolean }[];
  /** The whole way's cost, e.g. `216 cycles in all`; null when nothing was charged yet. */
  readonly cost: string | null;
}

const RADIUS = 11;
/** How far before the next waypoint the token stands between two. */
const BEFORE_NEXT = 28;
const SMALLEST = 3;
const NUMBERED_FROM = 7.5;
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

/** Stop `index` of `count` along a lane: the first in the left gutter, the last in the right one. */
function standing(layout: StageLayout, place: Place, index: number, count: number): Point {
  const lane = layout.lanes[place];
  if (index === 0) return { x: layout.gutters.left, y: lane.gutterY };
  if (index === count - 1) return { x: layout.gutters.right, y: lane.gutterY };
  const { from, to } = layout.track;
  return { x: from + ((to - from) * index) / (count - 1), y: lane.y };
}

/** Corners between two waypoints. Down the left gutter first, up the right gutter last, else along the lane. */
function route(layout: StageLayout, a: Place, b: Place, from: Point, to: Point): Point[] {
  const first = from.x === layout.gutters.left;
  const last = to.x === layout.gutters.right;
  if (a === b) {
    const y = layout.lanes[a].y;
    return [from, { x: from.x, y }, { x: to.x, y }, to];
  }
  if (first && last) {
    const y = layout.lanes[b].y;
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
  const cost = w.cycles !== null ? ` ${cyclesText(w.cycles)}.` : '';
  return `Phase ${w.number} of ${flow.waypoints.length}, ${state}: ${w.label}. ${w.detail}${cost}`;
}

/** Places a flow on a laid-out stage. */
export function flowGeometry(flow: Flow, layout: StageLayout): FlowGeometry {
  const { waypoints } = flow;
  const leaves = waypoints[0] !== undefined && waypoints[0].place !== flow.from;
  const before = leaves ? 1 : 0;
  const count = waypoints.length + before;
  const spacing = (layout.track.to - layout.track.from) / Math.max(1, count - 1);
  const radius = Math.max(SMALLEST, Math.min(RADIUS, spacing / 2 - 1));
  const origin = leaves ? standing(layout, flow.from, 0, count) : null;
  const points = waypoints.map((w, i) => standing(layout, w.place, i + before, count));
  const marks = waypoints.map((waypoint, i): WaypointMark => {
    const current = i === flow.current && waypoint.reached;
    const inGutter = i + before === 0 || i === waypoints.length - 1;
    return {
      ...points[i]!,
      waypoint,
      // Among dots too small for numbers the current one stands out, over its neighbours.
      radius: inGutter || (current && radius < NUMBERED_FROM) ? RADIUS : radius,
      numbered: inGutter || current || radius >= NUMBERED_FROM,
      current,
      label: waypointLabel(flow, i),
    };
  });
  const hops: Hop[] = [];
  for (const [i, waypoint] of waypoints.entries()) {
    const from = i === 0 ? origin : points[i - 1]!;
    if (!from) continue;
    const place = i === 0 ? flow.from : waypoints[i - 1]!.place;
    const corners = route(layout, place, waypoint.place, from, points[i]!);
    hops.push({
      to: i,
      points: corners,
      path: roundedPath(corners),
      reached: waypoint.reached,
      arrow: arrowOf(corners, place !== waypoint.place),
    });
  }
  const first = origin ?? points[0];
  const last = points.at(-1);
  const stubs: FlowGeometry['stubs'][number][] = [];
  if (first) {
    stubs.push({
      path: `M${fixed(layout.track.from)},${fixed(first.y)}H${fixed(first.x)}`,
      reached: true,
    });
  }
  if (last && count > 1) {
    stubs.push({
      path: `M${fixed(last.x - RADIUS)},${fixed(last.y)}H${fixed(layout.track.to)}`,
      reached: waypoints.at(-1)!.reached,
    });
  }
  return {
    origin,
    marks,
    hops,
    stubs,
    cost: flow.totalCycles > 0 ? `${cyclesText(flow.totalCycles)} in all` : null,
  };
}

/**
 * Where the token stands: on the current waypoint, else beside the card of whoever runs. When the silicon has brought
 * the CPU into ring 0 and the next waypoint is not reached yet, it stands before that one.
 */
export function tokenPoint(layout: StageLayout, here: Place, flow: FlowGeometry | null): Point {
  const mark = flow?.marks.find((m) => m.current);
  if (mark && mark.waypoint.place === 'hardware' && here === 'ring0') {
    const next = flow?.marks[flow.marks.indexOf(mark) + 1];
    const before = (next?.x ?? mark.x) - BEFORE_NEXT;
    return { x: Math.max(layout.track.from + BEFORE_NEXT, before), y: layout.lanes.ring0.y };
  }
  if (mark) return { x: mark.x, y: mark.y };
  if (flow?.origin) return flow.origin;
  return { x: layout.gutters.left, y: layout.lanes[here].gutterY };
}

/**
 * The way the token takes from waypoint `from` (-1: from where the flow left) to waypoint `to`, either direction, as
 * SVG path data; the empty string when there is no way to go.
 */
export function travelPath(flow: FlowGeometry, from: number, to: number): string {
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  const points = flow.hops
    .filter((hop) => hop.to > low && hop.to <= high)
    .flatMap((hop) => hop.points);
  return roundedPath(from <= to ? points : points.reverse());
}
