/**
 * Memory as hexadecimal and characters, from any address or expression on. One byte is chosen at a time: by a click or the
 * arrow keys. Digits typed over it make an edit, Enter applies it, and that starts a branch.
 */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { hex32 } from '../../base/hex';
import type { Space } from '../../session/debug';
import { useActions, useApp } from '../../store/use-store';
import { memoryRows } from '../../viz/memory/rows';
import { Button } from '../shared/Button';
import { Switch } from '../shared/Switch';
import { useWidth } from '../shared/use-width';
import { MemoryByte } from './MemoryByte';
import { MemoryGrid } from './MemoryGrid';
import { ExpressionField, expressionText, numberOrExpression } from './parts/ExpressionField';
import { useReading } from './use-reading';
import './debug.css';
import './MemoryPanel.css';

/** Below this width 16 bytes with their characters have no room. */
const WIDE = 610;
const ROWS = 16;

const SPACES: readonly { readonly value: Space; readonly label: string }[] = [
  { value: 'virtual', label: 'Virtual' },
  { value: 'physical', label: 'Physical' },
  { value: 'machine', label: 'Machine' },
];

/** Bytes typed but not applied: they begin at the chosen byte. */
interface Draft {
  readonly address: number;
  readonly digits: string;
}

export function MemoryPanel() {
  const place = useApp((s) => s.memoryPlace);
  const technique = useApp((s) => s.world?.technique ?? 'bare');
  const { revealMemory, edit } = useActions();
  const [ref, width] = useWidth<HTMLDivElement>(700);
  const perRow = width >= WIDE ? 16 : 8;
  const { space } = place;
  const start =
    typeof place.address === 'number' ? place.address - (place.address % perRow) : place.address;
  const { reply, problem } = useReading('memory', { space, address: start, length: perRow * ROWS });
  const rows = useMemo(() => (reply ? memoryRows(reply, perRow) : []), [reply, perRow]);
  const [chosen, setChosen] = useState<number | null>(null);
  const [draft, setDraft] = useState<Draft | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const focusNext = useRef(false);

  const first = reply?.address ?? 0;
  const goTo = (address: number | string) => revealMemory({ space, address });
  const page = (by: number) => {
    const target = Math.max(0, Math.min(0x100000000 - perRow * ROWS, first + by * perRow));
    goTo(target);
  };

  const choose = (address: number) => {
    const target = Math.max(0, Math.min(0xffffffff, address));
    focusNext.current = true;
    setDraft(null);
    setChosen(target);
    const below = first + perRow * ROWS;
    if (target < first) goTo(target - (target % perRow));
    else if (target >= below) page(Math.floor((target - below) / perRow) + 1);
  };

  // The chosen byte keeps the focus while rows move under it.
  useEffect(() => {
    if (!focusNext.current || !rows.length) return;
    const cell = grid.current?.querySelector<HTMLElement>(`[data-address="${chosen}"]`);
    if (!cell) return;
    focusNext.current = false;
    cell.focus();
  }, [chosen, rows]);

  const apply = async () => {
    if (!draft || draft.digits.length % 2 !== 0 || space === 'machine') return;
    const bytes = (draft.digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
    if (bytes.length === 0) return;
    setDraft(null);
    await edit({ kind: 'memory', space, address: draft.address, bytes });
  };

  const onKey = (event: KeyboardEvent) => {
    if (chosen === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -perRow,
      ArrowDown: perRow,
      PageUp: -perRow * ROWS,
      PageDown: perRow * ROWS,
    };
    const move = moves[event.key];
    if (move !== undefined) choose(chosen + move);
    else if (event.key === 'Escape' && (draft || chosen !== null)) {
      if (draft) setDraft(null);
      else setChosen(null);
    } else if (event.key === 'Enter' && draft) void apply();
    else if (event.key === 'Backspace' && draft) {
      const digits = draft.digits.slice(0, -1);
      setDraft(digits === '' ? null : { ...draft, digits });
    } else if (/^[0-9a-f]$/i.test(event.key) && space !== 'machine') {
      setDraft({
        address: draft?.address ?? chosen,
        digits: ((draft?.digits ?? '') + event.key.toLowerCase()).slice(0, 32),
      });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section ref={ref} className="debug-panel memory-panel" aria-label="Memory">
      <div className="debug-bar-row">
        <ExpressionField
          label="Go to"
          value={expressionText(place.address)}
          placeholder="esp, label, 0x100000"
          problem={problem}
          onApply={(text) => goTo(numberOrExpression(text))}
        />
        <Switch
          label="Which memory"
          value={space}
          options={technique === 'bare' ? SPACES.slice(0, 2) : SPACES}
          onChange={(value) => revealMemory({ space: value, address: place.address })}
        />
        <div className="debug-buttons">
          <Button className="small" onClick={() => page(-ROWS)} aria-label="Page up">
            ▲
          </Button>
          <Button className="small" onClick={() => page(ROWS)} aria-label="Page down">
            ▼
          </Button>
        </div>
      </div>
      <p className="debug-note">{SPACE_NOTES[space]}</p>
      {reply && (
        <MemoryGrid
          ref={grid}
          rows={rows}
          perRow={perRow}
          chosen={chosen}
          draft={draft}
          onChoose={choose}
          onKey={onKey}
          onWheel={(lines) => page(lines)}
        />
      )}
      {draft && (
        <div className="memory-draft" role="status">
          <span>
            Write <code>{draft.digits.replace(/(..)(?=.)/g, '$1 ')}</code> at{' '}
            <code>0x{hex32(draft.address)}</code>: Enter applies it and starts a branch, Escape
            drops it.
          </span>
          <Button
            className="small"
            tone="primary"
            disabled={draft.digits.length % 2 !== 0}
            onClick={() => void apply()}
          >
            Apply
          </Button>
        </div>
      )}
      {reply && chosen !== null && chosen >= first && chosen < first + reply.bytes.length && (
        <MemoryByte
          view={reply}
          address={chosen}
          onClose={() => setChosen(null)}
          onFollow={(target) => revealMemory({ space: 'virtual', address: target })}
        />
      )}
    </section>
  );
}

const SPACE_NOTES: Readonly<Record<Space, string>> = {
  virtual: 'Guest-virtual addresses, through the guest’s own page tables.',
  physical: 'Guest-physical addresses: what the guest believes its memory chips hold.',
  machine:
    'The real machine’s memory. The hypervisor scatters the guest’s pages over it. To be read only.',
};
