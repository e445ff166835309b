/** The numbered waypoints of a flow as buttons: one tab stop, arrow keys between them, Enter goes there. */
import { type KeyboardEvent, useRef } from 'react';
import type { Moment } from '../../session/world';
import type { WaypointMark } from '../../viz/rings/flow-path';
import { cx } from '../shared/cx';

export interface WaypointMarksProps {
  readonly title: string;
  readonly marks: readonly WaypointMark[];
  readonly onChoose: ((moment: Moment) => void) | undefined;
  /** The mark under the pointer or the focus, null when there is none. */
  readonly onPreview: (index: number | null) => void;
}

export function WaypointMarks({ title, marks, onChoose, onPreview }: WaypointMarksProps) {
  const list = useRef<HTMLOListElement>(null);
  const move = (event: KeyboardEvent, index: number) => {
    const to = {
      ArrowRight: index + 1,
      ArrowDown: index + 1,
      ArrowLeft: index - 1,
      ArrowUp: index - 1,
      Home: 0,
      End: marks.length - 1,
    }[event.key];
    if (to === undefined) return;
    // The page's own arrow keys step the machine: here they move between phases.
    event.preventDefault();
    event.stopPropagation();
    const target = list.current?.querySelectorAll('button')[to];
    target?.focus();
  };
  return (
    <ol ref={list} className="waypoints" aria-label={`Phases: ${title}`}>
      {marks.map((mark, i) => (
        <li key={mark.waypoint.number}>
          <button
            type="button"
            className={cx(
              'waypoint',
              mark.reached && 'reached',
              mark.through > mark.waypoint.number && 'range',
              mark.current && 'current',
              !mark.numbered && 'dot',
            )}
            style={{
              left: mark.x - mark.halfWidth,
              top: mark.y - mark.radius,
              width: 2 * mark.halfWidth,
              height: 2 * mark.radius,
            }}
            aria-label={mark.label}
            aria-current={mark.current ? 'step' : undefined}
            title={
              mark.through > mark.waypoint.number
                ? mark.label
                : `${mark.waypoint.number} ${mark.waypoint.label}`
            }
            tabIndex={mark.current ? 0 : -1}
            data-place={mark.waypoint.place}
            onClick={() => onChoose?.(mark.waypoint.moment)}
            onKeyDown={(event) => move(event, i)}
            onPointerEnter={() => onPreview(mark.waypoint.number - 1)}
            onPointerLeave={() => onPreview(null)}
            onFocus={() => onPreview(mark.waypoint.number - 1)}
            onBlur={() => onPreview(null)}
          >
            {!mark.numbered
              ? null
              : mark.through > mark.waypoint.number
                ? `${mark.waypoint.number}–${mark.through}`
                : mark.waypoint.number}
          </button>
        </li>
      ))}
    </ol>
  );
}
