/** A page walk drawn: see `viz/paging/walk-layout.ts` for the geometry. Its text twin is the list of sentences. */
import type { WalkView } from '../../session/debug';
import { layoutWalk, type WalkTable } from '../../viz/paging/walk-layout';
import { cx } from '../shared/cx';

export interface WalkPictureProps {
  readonly view: WalkView;
  readonly width: number;
  readonly chosen: 'directory' | 'table' | null;
  readonly onChoose: (entry: 'directory' | 'table') => void;
}

export function WalkPicture({ view, width, chosen, onChoose }: WalkPictureProps) {
  const layout = layoutWalk(view, width);
  if (!layout) return null;
  const marker = `walk-arrow-${view.cpu}`;
  return (
    <svg
      className="walk-picture"
      width={layout.width}
      height={layout.height}
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
    >
      <title>Page walk</title>
      <defs>
        {['reached', 'unreached'].map((kind) => (
          <marker
            key={kind}
            id={`${marker}-${kind}`}
            className={kind}
            viewBox="0 0 8 8"
            refX="6"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M 0 0 L 8 4 L 0 8 z" />
          </marker>
        ))}
      </defs>
      {layout.parts.map((part) => (
        <g key={part.bits}>
          <rect
            className="walk-part"
            x={part.x}
            y={part.y}
            width={part.width}
            height={part.height}
            rx={6}
          />
          <text className="walk-small" x={part.x + 8} y={part.y + 15}>
            {part.name} {part.bits}
          </text>
          <text className="walk-code" x={part.x + 8} y={part.y + 31}>
            {part.value}
          </text>
        </g>
      ))}
      {layout.tables.map((table) => (
        <Structure
          key={table.id}
          table={table}
          chosen={table.id === chosen}
          onChoose={table.id === 'page' || table.state === 'unread' ? null : onChoose}
        />
      ))}
      {layout.arrows.map((arrow) => (
        <path
          key={arrow.id}
          className={cx('walk-arrow', !arrow.reached && 'unreached')}
          d={arrow.path}
          markerEnd={`url(#${marker}-${arrow.reached ? 'reached' : 'unreached'})`}
        />
      ))}
    </svg>
  );
}

interface StructureProps {
  readonly table: WalkTable;
  readonly chosen: boolean;
  readonly onChoose: ((entry: 'directory' | 'table') => void) | null;
}

function Structure({ table, chosen, onChoose }: StructureProps) {
  const { entry, id } = table;
  const choose = () => {
    if (id !== 'page') onChoose?.(id);
  };
  return (
    <g className={cx('walk-table', `is-${table.state}`, chosen && 'chosen')}>
      <rect
        className="walk-box"
        x={table.x}
        y={table.y}
        width={table.width}
        height={table.height}
        rx={6}
      />
      <text className="walk-title" x={table.x + 8} y={table.y + 16}>
        {table.title}
      </text>
      <text className="walk-small code" x={table.x + 8} y={table.y + 31}>
        {table.base}
      </text>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below the picture do the same */}
      <g className={cx('walk-entry', onChoose && 'can-choose')} onClick={choose}>
        <rect x={entry.x + 1} y={entry.y} width={entry.width - 2} height={entry.height} />
        <text className="walk-code" x={entry.x + 8} y={entry.y + 15}>
          {entry.text}
        </text>
        <text className="walk-small code" x={entry.x + 8} y={entry.y + 30}>
          {entry.rights}
        </text>
        {table.state === 'fault' && (
          <g className="walk-stop">
            <circle cx={entry.x + entry.width - 16} cy={entry.y + entry.height / 2} r={10} />
            <path
              d={`M ${entry.x + entry.width - 20} ${entry.y + entry.height / 2 - 4} l 8 8 m 0 -8 l -8 8`}
            />
          </g>
        )}
      </g>
    </g>
  );
}
