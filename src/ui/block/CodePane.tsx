/** One side of the block pair: a table of lines with one tab stop. It keeps the next line in sight by scrolling itself. */
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { hex32, hexBytes } from '../../base/hex';
import { cx } from '../shared/cx';

export interface CodeRow {
  readonly address: number;
  readonly bytes: readonly number[];
  readonly text: string;
  readonly tag: string;
  /** Where there is no room for `tag`. */
  readonly tagShort: string;
  readonly tagClass: string;
  readonly tagMeaning: string;
  readonly executed: boolean;
  readonly next: boolean;
  /** Corresponds to the line pointed at. */
  readonly linked: boolean;
  /** In words: what it corresponds to. */
  readonly relation: string;
  /** Where it stands in the source: `hello.asm:12`, or null. */
  readonly source: string | null;
  readonly breakpoint: boolean;
}

export interface CodePaneProps {
  readonly side: 'guest' | 'translation';
  readonly title: string;
  readonly note: string;
  readonly rows: readonly CodeRow[];
  /** Shown instead of rows. */
  readonly empty: string | null;
  readonly bytes: boolean;
  readonly action?: ReactNode;
  readonly onKey: (event: KeyboardEvent, index: number) => void;
  /** Shows a line in the source; absent: not offered. */
  readonly onSource?: (index: number) => void;
  /** Sets or takes away a breakpoint at a line; absent: not offered. */
  readonly onBreakpoint?: (index: number) => void;
  /** The line under the pointer or the focus; null: none. */
  readonly onSpot: (index: number | null) => void;
}

/** Address and bytes, and what can be done with the line. */
function tipOf(row: CodeRow, canBreak: boolean): string {
  const what = `${hex32(row.address)}: ${hexBytes(row.bytes)}`;
  const source = row.source ? `\n${row.source} (double click or Enter: show it)` : '';
  return `${what}${source}${canBreak ? '\nClick at the left edge, or b: breakpoint' : ''}`;
}

export function CodePane(props: CodePaneProps) {
  const { side, title, note, rows, empty, bytes, action, onKey, onSpot } = props;
  const { onSource, onBreakpoint } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [tabStop, setTabStop] = useState(0);
  const next = rows.findIndex((row) => row.next);
  const shown = next >= 0 ? next : rows.findIndex((row) => row.executed);
  const first = rows[0]?.address ?? null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another block (its first address) scrolls as well
  useLayoutEffect(() => {
    const box = scroller.current;
    const row = box?.querySelector<HTMLElement>(`[data-row="${shown}"]`);
    if (!box) return;
    if (!row) {
      box.scrollTop = 0;
      return;
    }
    const margin = row.offsetHeight;
    if (row.offsetTop - margin < box.scrollTop) box.scrollTop = row.offsetTop - margin;
    const below = row.offsetTop + row.offsetHeight + margin - box.clientHeight;
    if (below > box.scrollTop) box.scrollTop = below;
  }, [shown, first]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another block starts at its left edge
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollLeft = 0;
  }, [first]);

  return (
    <div className="code-pane" data-side={side}>
      <header className="code-head">
        <h3 className="panel-title">{title}</h3>
        <span className="panel-note" title={note}>
          {note}
        </span>
        {action}
      </header>
      {empty !== null && <p className="code-empty">{empty}</p>}
      <div ref={scroller} className="code-scroll">
        {rows.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose rows take the focus (WAI-ARIA)
          <table role="grid" aria-label={title} aria-readonly="true">
            <tbody>
              {rows.map((row, i) => (
                <tr
                  key={row.address}
                  data-row={i}
                  className={cx(
                    row.executed && 'executed',
                    row.next && 'next',
                    row.linked && 'linked',
                    `is-${row.tagClass}`,
                  )}
                  aria-current={row.next ? 'step' : undefined}
                  tabIndex={i === Math.min(tabStop, rows.length - 1) ? 0 : -1}
                  title={tipOf(row, onBreakpoint !== undefined)}
                  onDoubleClick={() => row.source && onSource?.(i)}
                  onKeyDown={(event) => {
                    const chord = event.ctrlKey || event.metaKey || event.altKey;
                    if (event.key === 'Enter' && row.source && onSource) onSource(i);
                    else if (event.key === 'b' && !chord && onBreakpoint) onBreakpoint(i);
                    else onKey(event, i);
                  }}
                  onPointerEnter={() => onSpot(i)}
                  onPointerLeave={() => onSpot(null)}
                  onFocus={() => {
                    setTabStop(i);
                    onSpot(i);
                  }}
                  onBlur={() => onSpot(null)}
                >
                  {/* biome-ignore lint/a11y/useKeyWithClickEvents: the row answers to the key b */}
                  <td
                    className={cx('mark', onBreakpoint && 'can-break')}
                    onClick={() => onBreakpoint?.(i)}
                  >
                    {row.breakpoint && (
                      <span className="breakpoint-dot">
                        <span className="visually-hidden">breakpoint </span>
                      </span>
                    )}
                    {row.executed && <span className="visually-hidden">just executed </span>}
                    {row.next && (
                      <>
                        <span aria-hidden="true">▶</span>
                        <span className="visually-hidden">next </span>
                      </>
                    )}
                  </td>
                  <td className="address">{hex32(row.address)}</td>
                  {bytes && <td className="bytes">{hexBytes(row.bytes)}</td>}
                  <td className="text">{row.text}</td>
                  <td className="tag-cell">
                    {row.tag && (
                      <span
                        className={cx('tag', row.tagClass)}
                        title={row.tagMeaning ? `${row.tag}: ${row.tagMeaning}` : undefined}
                      >
                        <span className="tag-long">{row.tag}</span>
                        <span className="tag-short" aria-hidden="true">
                          {row.tagShort}
                        </span>
                      </span>
                    )}
                    {row.relation && <span className="visually-hidden">, {row.relation}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </div>
  );
}
