/**
 * The translation cache as a map. One tab stop; arrow keys move between blocks, Enter shows the block. Pointing at a
 * block, or choosing one, draws what its exits are chained to.
 */
import {
  type KeyboardEvent,
  memo,
  type SyntheticEvent,
  useId,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react';
import type { CacheBlockView, CacheView, MachineView } from '../../session/view';
import { chainArcs, type Direction, layoutCacheMap, neighbour } from '../../viz/cache-map/layout';
import { blockWords, cacheSummary, happenedWords } from '../../viz/cache-map/words';
import { hitRate } from '../../viz/rings/content';
import { cx } from '../shared/cx';
import { useWidth } from '../shared/use-width';
import './CacheMap.css';
import { CacheText } from './CacheText';

export interface CacheMapProps {
  readonly view: MachineView;
  /** Id of the block shown in the block panel, null when it follows the machine. */
  readonly selected: number | null;
  readonly onSelect: (id: number) => void;
}

interface CellProps {
  readonly block: CacheBlockView;
  readonly domId: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shade: number;
  readonly current: boolean;
  readonly chosen: boolean;
}

/** Views are fresh copies: blocks are compared by what is drawn of them, or every step would redraw hundreds. */
function looksSame(a: CellProps, b: CellProps): boolean {
  const [p, q] = [a.block, b.block];
  return (
    a.domId === b.domId &&
    a.x === b.x &&
    a.y === b.y &&
    a.width === b.width &&
    a.height === b.height &&
    a.shade === b.shade &&
    a.current === b.current &&
    a.chosen === b.chosen &&
    p.state === q.state &&
    p.executions === q.executions &&
    p.bytes === q.bytes &&
    p.tcAddress === q.tcAddress &&
    p.guestAddress === q.guestAddress &&
    p.label === q.label &&
    p.chainedTo.length === q.chainedTo.length &&
    p.chainedTo.every((id, i) => id === q.chainedTo[i])
  );
}

/** One block. Memoised: a step changes a few of hundreds. */
const Cell = memo(function Cell(props: CellProps) {
  const { block, domId, x, y, width, height, shade, current, chosen } = props;
  const words = blockWords(block, current);
  return (
    // The list box has the focus, handles Enter and points here (aria-activedescendant).
    <g
      id={domId}
      className={cx('cell', block.state)}
      role="option"
      aria-selected={chosen}
      aria-label={words}
      data-block={block.id}
    >
      <title>{words}</title>
      <rect
        className="cell-ground"
        x={x}
        y={y}
        width={width}
        height={height}
        rx={Math.min(5, width / 3)}
      />
      <rect
        className="cell-shade"
        x={x}
        y={y}
        width={width}
        height={height}
        rx={Math.min(5, width / 3)}
        fillOpacity={0.12 + 0.8 * shade}
      />
      {block.state === 'invalid' && (
        <path
          className="cell-cross"
          d={`M${x + 2},${y + 3}L${x + width - 2},${y + height - 3}M${x + width - 2},${y + 3}L${x + 2},${y + height - 3}`}
        />
      )}
    </g>
  );
}, looksSame);

/** Id of the block an event happened on, null beside all of them. */
function blockAt(event: SyntheticEvent): number | null {
  const cell = event.target instanceof Element ? event.target.closest('[data-block]') : null;
  const id = cell?.getAttribute('data-block');
  return id == null ? null : Number(id);
}

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};

export function CacheMap({ view, selected, onSelect }: CacheMapProps) {
  const cache = view.cache;
  if (!cache) {
    return (
      <section className="cache-map">
        <h3 className="panel-title">Translation cache map</h3>
        <p className="panel-note">
          No translation cache: nothing is translated without a hypervisor.
        </p>
      </section>
    );
  }
  return <Blocks cache={cache} selected={selected} onSelect={onSelect} />;
}

interface BlocksProps {
  readonly cache: CacheView;
  readonly selected: number | null;
  readonly onSelect: (id: number) => void;
}

function Blocks({ cache, selected, onSelect }: BlocksProps) {
  const [ref, width] = useWidth<HTMLDivElement>(752);
  const [pointed, setPointed] = useState<number | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const base = useId();
  const layout = useMemo(() => layoutCacheMap(cache, width), [cache, width]);
  const known = (id: number | null) =>
    id !== null && layout.cells.some((cell) => cell.id === id) ? id : null;
  const here =
    known(active) ?? known(selected) ?? known(cache.current) ?? layout.cells[0]?.id ?? null;
  const telling = known(pointed) ?? (focused ? here : known(selected));
  const currentCell = layout.cells.find((cell) => cell.id === (focused ? here : cache.current));
  const [top, bottom] = [currentCell?.y, (currentCell?.y ?? 0) + layout.rowHeight];

  // The map may be taller than its room: the block in question stays in sight.
  useLayoutEffect(() => {
    const plane = ref.current;
    if (!plane || top === undefined) return;
    if (top < plane.scrollTop) plane.scrollTop = top;
    const below = bottom + 8 - plane.clientHeight;
    if (below > plane.scrollTop) plane.scrollTop = below;
  }, [ref, top, bottom]);

  const arcs = chainArcs(layout, telling);
  const targets = new Set(arcs.map((arc) => arc.to));
  const told = layout.cells.find((cell) => cell.id === telling);
  const happened = happenedWords(cache);
  const outline = (id: number | null) => layout.cells.find((cell) => cell.id === id);
  const rate = hitRate(cache.hits, cache.misses);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ' ') {
      if (here === null) return;
      event.preventDefault();
      event.stopPropagation();
      onSelect(here);
      return;
    }
    const direction = KEYS[event.key];
    if (!direction) return;
    // The page's own arrow keys step the machine: here they move between blocks.
    event.preventDefault();
    event.stopPropagation();
    setActive(neighbour(layout, here, direction));
  };

  const ring = (id: number | null, name: string, by: number) => {
    const cell = outline(id);
    return (
      cell && (
        <rect
          key={`${name}${cell.id}`}
          className={`cell-ring ${name}`}
          x={cell.x - by}
          y={cell.y - by}
          width={cell.width + 2 * by}
          height={layout.rowHeight + 2 * by}
          rx={6}
        />
      )
    );
  };

  return (
    <section className="cache-map">
      <header className="cache-head">
        <h3 className="panel-title">Translation cache map</h3>
        {happened && cache.happened && (
          <span className={`cache-badge ${cache.happened.kind}`}>
            <span aria-hidden="true">
              {{ hit: '✓', miss: '+', chained: '→' }[cache.happened.kind]}
            </span>{' '}
            {happened}
          </span>
        )}
        <span className="panel-note cache-summary">
          {cacheSummary(cache)}; area = bytes, shade = executions
        </span>
      </header>
      <div
        ref={ref}
        className="cache-plane"
        role="listbox"
        aria-label={`Translation cache: ${cacheSummary(cache)}. Arrow keys move, Enter shows a block.`}
        aria-activedescendant={here === null ? undefined : `${base}-${here}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerOver={(event) => setPointed(blockAt(event))}
        onPointerLeave={() => setPointed(null)}
        onClick={(event) => {
          const id = blockAt(event);
          if (id !== null) onSelect(id);
        }}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        {layout.cells.length === 0 && (
          <p className="panel-note">Empty: nothing has been translated yet.</p>
        )}
        <svg
          className="cache-svg"
          width={layout.width}
          height={Math.max(0, layout.height)}
          role="presentation"
        >
          {layout.cells.map((cell) => (
            <Cell
              key={cell.id}
              block={cell.block}
              domId={`${base}-${cell.id}`}
              x={cell.x}
              y={cell.y}
              width={cell.width}
              height={layout.rowHeight}
              shade={cell.shade}
              current={cell.id === cache.current}
              chosen={cell.id === selected}
            />
          ))}
          <g className="cache-over">
            {cache.happened && ring(cache.happened.block, `happened ${cache.happened.kind}`, 2)}
            {[...targets].map((id) => ring(id, 'target', 1.5))}
            {selected !== null && ring(selected, 'chosen', 1.5)}
            {cache.current !== null && ring(cache.current, 'current', 1.5)}
            {focused && ring(here, 'focus', 4)}
            {arcs.map((arc) => (
              <g key={arc.to} className="arc">
                <path d={arc.path} />
                <circle cx={arc.end.x} cy={arc.end.y} r={3} />
              </g>
            ))}
          </g>
        </svg>
      </div>
      <div className="cache-foot">
        <span
          className="cache-told"
          title={told && blockWords(told.block, told.id === cache.current)}
        >
          {told
            ? blockWords(told.block, told.id === cache.current)
            : `${rate ? `Hit rate ${rate}: ` : ''}${cache.hits.toLocaleString('en')} hits, ${cache.misses.toLocaleString('en')} misses`}
        </span>
        <span className="cache-use">
          <meter
            min={0}
            max={cache.capacityBytes}
            value={cache.usedBytes}
            aria-label="Cache used"
          />
          {used(cache)}
        </span>
        <CacheText cache={cache} onSelect={onSelect} />
      </div>
    </section>
  );
}

function used(cache: CacheView): string {
  const share = cache.capacityBytes > 0 ? (cache.usedBytes / cache.capacityBytes) * 100 : 0;
  const kib = (bytes: number) => (bytes / 1024).toFixed(1);
  return `${kib(cache.usedBytes)} of ${kib(cache.capacityBytes)} KiB (${share.toFixed(1)} %)`;
}
