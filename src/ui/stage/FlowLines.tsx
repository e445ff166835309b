/** The lines of a flow: solid where it has been, dashed where it will go. Decoration: the marks carry the words. */
import type { FlowGeometry } from '../../viz/rings/flow-path';
import { cx } from '../shared/cx';

export interface FlowLinesProps {
  readonly flow: FlowGeometry;
  readonly width: number;
  readonly height: number;
}

export function FlowLines({ flow, width, height }: FlowLinesProps) {
  return (
    <svg className="flow-lines" width={width} height={height} aria-hidden="true">
      {flow.stubs.map((stub) => (
        <path key={stub.path} className={cx('hop', stub.reached && 'reached')} d={stub.path} />
      ))}
      {flow.hops.map((hop, i) => (
        // A hop is known by its number: two may share their shape.
        // biome-ignore lint/suspicious/noArrayIndexKey: hops never change places
        <g key={i} className={cx('hop', hop.reached && 'reached')}>
          <path d={hop.path} />
          {hop.arrow && (
            <path
              className="hop-head"
              d={hop.arrow.down ? 'M-6,-4H6L0,6Z' : 'M-6,4H6L0,-6Z'}
              transform={`translate(${hop.arrow.at.x},${hop.arrow.at.y})`}
            />
          )}
        </g>
      ))}
    </svg>
  );
}
