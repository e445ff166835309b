/** The bytes themselves: a grid with one tab stop, moved in by the arrow keys and the wheel. */
import { type KeyboardEvent, type Ref, useEffect, useRef } from 'react';
import { hex32 } from '../../base/hex';
import type { MemoryCell, MemoryRow } from '../../viz/memory/rows';
import { cx } from '../shared/cx';

export interface MemoryGridProps {
  readonly ref: Ref<HTMLDivElement>;
  readonly rows: readonly MemoryRow[];
  readonly perRow: number;
  readonly chosen: number | null;
  readonly draft: { readonly address: number; readonly digits: string } | null;
  readonly onChoose: (address: number) => void;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onWheel: (rows: number) => void;
}

/** Rows that one notch of the wheel moves. */
const NOTCH = 3;

export function MemoryGrid(props: MemoryGridProps) {
  const { ref, rows, perRow, chosen, draft, onChoose, onKey, onWheel } = props;
  const box = useRef<HTMLDivElement>(null);
  const wheel = useRef(onWheel);
  wheel.current = onWheel;

  // React listens passively: only an own listener may keep the page from scrolling as well.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const listen = (event: WheelEvent) => {
      if (event.deltaY === 0 || event.ctrlKey) return;
      event.preventDefault();
      wheel.current(Math.sign(event.deltaY) * NOTCH);
    };
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, []);

  const tabStop = chosen ?? rows[0]?.cells[0]?.address ?? null;
  return (
    <div ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: a grid that takes the focus cell by cell (WAI-ARIA) */}
      <div ref={ref} role="grid" aria-label="Bytes" className="memory-grid" onKeyDown={onKey}>
        {rows.map((row) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the cells take the focus, not the rows
          // biome-ignore lint/a11y/useSemanticElements: see the grid
          <div role="row" key={row.address} className="memory-row">
            {row.labels.length > 0 && (
              <span className="memory-labels">
                {row.labels.map(({ name, offset }) => (
                  <span
                    key={name}
                    title={`${name} at 0x${hex32(row.address - row.cells[0]!.offset + offset)}`}
                  >
                    {name}
                  </span>
                ))}
              </span>
            )}
            {/* biome-ignore lint/a11y/useFocusableInteractive: names the row, is not moved into */}
            {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
            <span role="rowheader" className="memory-address">
              {hex32(row.address)}
            </span>
            <span className={cx('memory-cells', `of-${perRow}`)}>
              {row.cells.map((cell) => (
                <Cell
                  key={cell.address}
                  cell={cell}
                  chosen={cell.address === chosen}
                  tabStop={cell.address === tabStop}
                  typed={typedAt(draft, cell.address)}
                  onChoose={onChoose}
                />
              ))}
            </span>
            <span className="memory-characters" aria-hidden="true">
              {row.cells.map((cell) => (
                <span key={cell.address} className={cx(cell.address === chosen && 'chosen')}>
                  {cell.character}
                </span>
              ))}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The digits typed for a byte; null: none. */
function typedAt(draft: MemoryGridProps['draft'], address: number): string | null {
  const at = draft ? (address - draft.address) * 2 : -1;
  if (!draft || at < 0 || at >= draft.digits.length) return null;
  return draft.digits.slice(at, at + 2).padEnd(2, '_');
}

interface CellProps {
  readonly cell: MemoryCell;
  readonly chosen: boolean;
  readonly tabStop: boolean;
  readonly typed: string | null;
  readonly onChoose: (address: number) => void;
}

function Cell({ cell, chosen, tabStop, typed, onChoose }: CellProps) {
  const { pair, pointer, isTarget } = cell;
  const starts = pointer !== null && pointer.offset === cell.offset;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid's arrow keys choose as well
    <span
      role="gridcell"
      tabIndex={tabStop ? 0 : -1}
      data-address={cell.address}
      data-pair={pair ?? undefined}
      aria-selected={chosen}
      aria-label={labelOf(cell)}
      title={titleOf(cell)}
      className={cx(
        'memory-cell',
        cell.value === null && 'unmapped',
        cell.changed && 'changed',
        pointer && 'pointer',
        starts && 'pointer-start',
        isTarget && 'target',
        cell.label !== null && 'labelled',
        chosen && 'chosen',
        typed !== null && 'typed',
      )}
      onClick={() => onChoose(cell.address)}
    >
      {typed ?? cell.text}
      {cell.registers.length > 0 && (
        <span className="memory-register">{cell.registers.join(' ')}</span>
      )}
    </span>
  );
}

function labelOf(cell: MemoryCell): string {
  const facts = [cell.value === null ? 'not mapped' : cell.text];
  if (cell.label) facts.push(`label ${cell.label}`);
  if (cell.changed) facts.push('changed');
  if (cell.pointer)
    facts.push(`part of a pointer to ${cell.pointer.label ?? hex32(cell.pointer.target)}`);
  if (cell.isTarget) facts.push('a pointer leads here');
  if (cell.registers.length > 0) facts.push(`${cell.registers.join(' and ')} points here`);
  return `${hex32(cell.address)}: ${facts.join(', ')}`;
}

function titleOf(cell: MemoryCell): string {
  const { pointer, pair } = cell;
  const lines = [`0x${hex32(cell.address)}${cell.label ? ` ${cell.label}` : ''}`];
  if (pointer)
    lines.push(
      `→ 0x${hex32(pointer.target)}${pointer.label ? ` ${pointer.label}` : ''} (${pointer.kind})`,
    );
  if (pair !== null) lines.push(`pair ${pair}: a pointer and where it leads`);
  if (cell.changed) lines.push('changed by the last step');
  return lines.join('\n');
}
