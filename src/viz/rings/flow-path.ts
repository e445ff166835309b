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
  /** The first it stands for. */
  readonly waypoint: Waypoint;
  /** Number of the last it stands for: its own, or a later one where there is no room for each. */
  readonly through: number;
  readonly radius: number;
  /** Half its width: more than `radius` where it names a range. */
  readonly halfWidth: number;
  /** All it stands for are behind. */
  readonly reached: boolean;
  /** Large enough for its number. */
  readonly numbered: boolean;
  readonly current: boolean;
  readonly label: string;
}

/** The line from one waypoint to the next. */
export interface Hop {
  /** Index of the (last) waypoint of the mark it leads to. */
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
/** Between two marks: the halo of the current one needs some of it. */
const MIN_GAP = 5;
/** How far before a mark its arrow head is. */
const HEAD_BEFORE = 8;
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

/** In the middle of the longest upright part, or, where that part ends at the mark, just before the mark. */
function arrowOf(points: readonly Point[], crosses: boolean): Hop['arrow'] {
  if (!crosses) return null;
  let best: Hop['arrow'] = null;
  let longest = 0;
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!;
    const b = points[i]!;
    const length = a.x === b.x ? Math.abs(b.y - a.y) : 0;
    if (length <= longest) continue;
    longest = length;
    const down = b.y > a.y;
    const intoMark = i === points.length - 1 && length > 2 * (RADIUS + HEAD_BEFORE);
    const y = intoMark ? b.y + (down ? -1 : 1) * (RADIUS + HEAD_BEFORE) : (a.y + b.y) / 2;
    best = { at: { x: a.x, y }, down };
  }
  return longest > 14 ? best : null;
}

const cyclesText = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'cycle' : 'cycles'}`;

/** What a waypoint is called aloud: `Phase 2 of 9, reached: gate looked up. IDT entry ... 24 cycles.` */
export function waypointLabel(flow: Flow, index: number, through = index): string {
  const w = flow.waypoints[index]!;
  const state = index === flow.current ? 'current' : w.reached ? 'reached' : 'to come';
  if (through > index) {
    const labels = flow.waypoints.slice(index, through + 1).map((each) => each.label);
    return `Phases ${w.number} to ${flow.waypoints[through]!.number} of ${flow.waypoints.length}, ${state}: ${labels.join(', ')}.`;
  }
  const cost = w.cycles !== null ? ` ${cyclesText(w.cycles)}.` : '';
  return `Phase ${w.number} of ${flow.waypoints.length}, ${state}: ${w.label}. ${w.detail}${cost}`;
}

/** Waypoints drawn as one mark: `from` to `to`, indices into the flow's waypoints. */
export interface Group {
  readonly from: number;
  readonly to: number;
}

/**
 * One group per waypoint where `keep` is null. Else neighbours in the same ring are drawn together, but for `keep` of
 * them at either end of a run; the first, the last and the current waypoint always stand alone.
 */
export function groupWaypoints(flow: Flow, keep: number | null): readonly Group[] {
  const { waypoints, current } = flow;
  const last = waypoints.length - 1;
  const groups: Group[] = [];
  const alone = (i: number) => i === 0 || i === last || i === current;
  let i = 0;
  while (i <= last) {
    let end = i;
    while (!alone(i) && !alone(end + 1) && waypoints[end + 1]?.place === waypoints[i]!.place) end++;
    const low = i + (keep ?? 0);
    const high = end - (keep ?? 0);
    for (let k = i; k <= end; k++) {
      if (keep !== null && k === low && high > low) {
        groups.push({ from: low, to: high });
        k = high;
      } else groups.push({ from: k, to: k });
    }
    i = end + 1;
  }
  return groups;
}

interface Placed extends Group {
  readonly x: number;
  readonly halfWidth: number;
  readonly radius: number;
}

/** Half of the room of a mark that names a range. */
const RANGE_HALF = 21;

/** Stands the marks between the first and the last along the track; null when they do not fit at this `scale`. */
function alongTrack(
  flow: Flow,
  inner: readonly Group[],
  layout: StageLayout,
  scale: number,
  forced: boolean,
): Placed[] | null {
  const { from, to } = layout.track;
  const half = (g: Group) => Math.max(SMALLEST, (g.to > g.from ? RANGE_HALF : RADIUS) * scale);
  // Between the silicon's last phase and ring 0 the token needs a place of its own.
  const lead = (g: Group) =>
    flow.waypoints[g.from]!.place === 'ring0' && flow.waypoints[g.from - 1]?.place === 'hardware'
      ? BEFORE_NEXT
      : 0;
  const used = inner.reduce((sum, g) => sum + 2 * half(g) + lead(g), 0);
  const gap = (to - from - used) / (inner.length + 1);
  if (!forced && gap < MIN_GAP) return null;
  let x = from;
  return inner.map((g) => {
    x += gap + lead(g) + half(g);
    const placed = { ...g, x, halfWidth: half(g), radius: Math.max(SMALLEST, RADIUS * scale) };
    x += half(g);
    return placed;
  });
}

/** The least grouping, then the least shrinking, that keeps marks apart. */
function placeInner(flow: Flow, layout: StageLayout, leaves: boolean): Placed[] {
  const last = flow.waypoints.length - 1;
  const innerOf = (keep: number | null) =>
    groupWaypoints(flow, keep).filter((g) => (g.from > 0 || leaves) && g.to < last);
  for (const [keep, scale] of [
    [null, 1],
    [1, 1],
    [0, 1],
    [0, 0.85],
    [0, 0.7],
    [0, 0.5],
  ] as const) {
    const placed = alongTrack(flow, innerOf(keep), layout, scale, false);
    if (placed) return placed;
  }
  return alongTrack(flow, innerOf(0), layout, 0.3, true) ?? [];
}

/** Places a flow on a laid-out stage. */
export function flowGeometry(flow: Flow, layout: StageLayout): FlowGeometry {
  const { waypoints } = flow;
  const last = waypoints.length - 1;
  const leaves = waypoints[0] !== undefined && waypoints[0].place !== flow.from;
  const { lanes, gutters } = layout;
  const origin = leaves ? { x: gutters.left, y: lanes[flow.from].gutterY } : null;
  const inGutter = (index: number): Placed => ({
    from: index,
    to: index,
    x: index === last && (leaves || index > 0) ? gutters.right : gutters.left,
    halfWidth: RADIUS,
    radius: RADIUS,
  });
  const placed = [
    ...(leaves || last < 0 ? [] : [inGutter(0)]),
    ...placeInner(flow, layout, leaves),
    ...(last > 0 || (leaves && last === 0) ? [inGutter(last)] : []),
  ];
  const marks = placed.map((at, i): WaypointMark => {
    const waypoint = waypoints[at.from]!;
    const current = flow.current === at.from && waypoint.reached;
    const lane = lanes[waypoint.place];
    const edge = (i === 0 && !leaves) || at.from === last;
    const numbered = current || at.radius >= NUMBERED_FROM;
    const radius = current ? Math.max(at.radius, NUMBERED_FROM + 1) : at.radius;
    return {
      x: at.x,
      y: edge ? lane.gutterY : lane.y,
      waypoint,
      through: waypoints[at.to]!.number,
      radius,
      halfWidth: at.to > at.from ? at.halfWidth : radius,
      numbered,
      reached: waypoints[at.to]!.reached,
      current,
      label: waypointLabel(flow, at.from, at.to),
    };
  });
  const hops: Hop[] = [];
  for (const [i, mark] of marks.entries()) {
    const before = marks[i - 1];
    const from = before ?? origin;
    if (!from) continue;
    const place = before ? before.waypoint.place : flow.from;
    const corners = route(layout, place, mark.waypoint.place, from, mark);
    hops.push({
      to: placed[i]!.to,
      points: corners,
      path: roundedPath(corners),
      reached: mark.waypoint.reached,
      arrow: arrowOf(corners, place !== mark.waypoint.place),
    });
  }
  const first = origin ?? marks[0];
  const end = marks.at(-1);
  const stubs: FlowGeometry['stubs'][number][] = [];
  if (first) {
    stubs.push({
      path: `M${fixed(layout.track.from)},${fixed(first.y)}H${fixed(first.x)}`,
      reached: true,
    });
  }
  if (end && last + (leaves ? 1 : 0) > 0) {
    stubs.push({
      path: `M${fixed(end.x - RADIUS)},${fixed(end.y)}H${fixed(layout.track.to)}`,
      reached: end.reached,
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
