/**
 * The token: where the real CPU is. When the view changes it travels the way just taken (CSS motion path, under 400 ms)
 * and ends where the view says; a newer view starts over from there, so it never lags behind.
 */
import { type CSSProperties, useState } from 'react';
import type { MachineView, Place } from '../../session/view';
import { type FlowGeometry, tokenPoint, travelPath } from '../../viz/rings/flow-path';
import type { StageLayout } from '../../viz/rings/layout';

export interface TokenProps {
  readonly view: MachineView;
  readonly here: Place;
  readonly layout: StageLayout;
  readonly flow: FlowGeometry | null;
  readonly motion: boolean;
}

/** What the last view showed, kept to know where the token comes from. */
interface Stand {
  readonly view: MachineView;
  readonly here: Place;
  readonly came: { readonly place: Place; readonly right: boolean } | null;
  /** Waypoint the token was on before, in the flow of `view`; -1: it had not left yet. */
  readonly from: number | null;
}

const flowKey = (view: MachineView) => {
  const first = view.flow?.waypoints[0];
  return first ? `${first.moment.retired}/${first.moment.phase}/${view.flow?.title}` : null;
};

const isLater = (a: MachineView, b: MachineView) =>
  a.moment.retired > b.moment.retired ||
  (a.moment.retired === b.moment.retired && a.moment.phase > b.moment.phase);

function nextStand(old: Stand, view: MachineView, here: Place): Stand {
  const sameFlow = view.flow !== null && flowKey(view) === flowKey(old.view);
  const atEnd =
    old.view.flow !== null && old.view.flow.current === old.view.flow.waypoints.length - 1;
  return {
    view,
    here,
    came: { place: old.here, right: atEnd },
    from: sameFlow
      ? (old.view.flow?.current ?? null)
      : view.flow && isLater(view, old.view)
        ? -1
        : null,
  };
}

function wayTaken(stand: Stand, props: TokenProps): string | null {
  const { layout, flow, here, view } = props;
  if (flow && view.flow) {
    const path = stand.from === null ? '' : travelPath(flow, stand.from, view.flow.current);
    const to = tokenPoint(layout, here, flow);
    const mark = flow.marks.find((m) => m.current);
    const beyond = mark && (mark.x !== to.x || mark.y !== to.y) ? `L${to.x},${to.y}` : '';
    return path === '' ? null : path + beyond;
  }
  if (!stand.came || flow) return null;
  const x = stand.came.right ? layout.gutters.right : layout.gutters.left;
  const y = layout.lanes[stand.came.place].gutterY;
  const to = tokenPoint(layout, here, null);
  return x === to.x && y === to.y ? null : `M${x},${y}L${to.x},${to.y}`;
}

export function Token(props: TokenProps) {
  const { view, here, layout, flow, motion } = props;
  const [stand, setStand] = useState<Stand>({ view, here, came: null, from: null });
  // State that follows a prop is set while rendering, not in an effect: no frame shows the token in the wrong place.
  if (stand.view !== view) setStand(nextStand(stand, view, here));
  const way = motion ? wayTaken(stand, props) : null;
  const at = tokenPoint(layout, here, flow);
  const mark = flow?.marks.find((m) => m.current);
  const onMark = mark !== undefined && mark.x === at.x && mark.y === at.y;
  // On a waypoint a halo around its number, between two small enough for the lane.
  const size = onMark ? 2 * mark.radius + 8 : mark ? 26 : undefined;
  const style: CSSProperties = way
    ? { width: size, height: size, offsetPath: `path("${way}")` }
    : {
        width: size,
        height: size,
        transform: `translate(${at.x}px, ${at.y}px) translate(-50%, -50%)`,
      };
  return (
    <div
      key={`${view.moment.retired}/${view.moment.phase}`}
      className={way ? 'token travelling' : 'token'}
      style={style}
      role="img"
      aria-label={`The real CPU is in ${here === 'hardware' ? 'the hardware, changing rings' : here.replace('ring', 'ring ')}, at CPL ${view.real.cpl}`}
      data-place={here}
    >
      CPU
    </div>
  );
}
