/** The cache map in words: a table of all blocks that can be sorted by any column. Its rows exist while it is open. */
import { useState } from 'react';
import { hex32 } from '../../base/hex';
import type { CacheBlockView, CacheView } from '../../session/view';
import { TextTwin } from '../shared/TextTwin';

type Column = 'id' | 'guestAddress' | 'tcAddress' | 'bytes' | 'executions' | 'chained' | 'state';

const COLUMNS: readonly { readonly id: Column; readonly title: string }[] = [
  { id: 'id', title: 'Block' },
  { id: 'guestAddress', title: 'Guest' },
  { id: 'tcAddress', title: 'Cache' },
  { id: 'bytes', title: 'Bytes' },
  { id: 'executions', title: 'Ran' },
  { id: 'chained', title: 'Chained to' },
  { id: 'state', title: 'State' },
];

const key = (block: CacheBlockView, column: Column): number =>
  column === 'chained'
    ? block.chainedTo.length
    : column === 'state'
      ? Number(block.state === 'invalid')
      : block[column];

/** Blocks ordered by a column; equal ones stay in address order. */
export function sortBlocks(
  blocks: readonly CacheBlockView[],
  column: Column,
  descending: boolean,
): CacheBlockView[] {
  const sign = descending ? -1 : 1;
  return [...blocks].sort(
    (a, b) => sign * (key(a, column) - key(b, column)) || a.tcAddress - b.tcAddress,
  );
}

export interface CacheTextProps {
  readonly cache: CacheView;
  readonly onSelect: (id: number) => void;
}

export function CacheTable({ cache, onSelect }: CacheTextProps) {
  const [sort, setSort] = useState<{ column: Column; descending: boolean }>({
    column: 'tcAddress',
    descending: false,
  });
  return (
    <table className="cache-table">
      <caption className="visually-hidden">Blocks of the translation cache</caption>
      <thead>
        <tr>
          {COLUMNS.map(({ id, title }) => {
            const by = sort.column === id;
            return (
              <th
                key={id}
                scope="col"
                aria-sort={by ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  onClick={() => setSort({ column: id, descending: by && !sort.descending })}
                >
                  {title}
                  <span aria-hidden="true">{by ? (sort.descending ? ' ▾' : ' ▴') : ''}</span>
                </button>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {sortBlocks(cache.blocks, sort.column, sort.descending).map((block) => (
          <tr key={block.id} aria-current={block.id === cache.current ? 'true' : undefined}>
            <th scope="row">
              <button type="button" onClick={() => onSelect(block.id)}>
                {block.id}
              </button>
            </th>
            <td title={block.label ?? undefined}>{hex32(block.guestAddress)}</td>
            <td>{hex32(block.tcAddress)}</td>
            <td>{block.bytes}</td>
            <td>{block.executions.toLocaleString('en')}</td>
            <td>{block.chainedTo.join(', ')}</td>
            <td>
              {block.state}
              {block.id === cache.current ? ', current' : ''}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function CacheText(props: CacheTextProps) {
  const [open, setOpen] = useState(false);
  return (
    <TextTwin of="translation cache" onToggle={setOpen}>
      {open && <CacheTable {...props} />}
    </TextTwin>
  );
}
