/** Expressions evaluated at every moment; a value that the last move changed is marked with what it was. */
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { hex32 } from '../../base/hex';
import type { Evaluation } from '../../session/debug';
import { useInspection } from '../../store/use-inspection';
import { useActions, useApp } from '../../store/use-store';
import { Button, IconButton } from '../shared/Button';
import { cx } from '../shared/cx';
import './debug.css';

export function WatchPanel() {
  const watches = useApp((s) => s.watches);
  const { setWatches, revealMemory } = useActions();
  const { reply } = useInspection('evaluate', watches.length > 0 ? { expressions: watches } : null);
  const before = usePrevious(reply);
  return (
    <section className="debug-panel" aria-label="Watched expressions">
      <NewWatch onAdd={(expression) => setWatches([...watches, expression])} />
      {watches.length === 0 ? (
        <p className="debug-empty">
          Type an expression and press Enter. Registers, labels, flags and memory work:{' '}
          <code>eax</code>, <code>ticks</code>, <code>[esp+4]</code>, <code>byte [esi]</code>,{' '}
          <code>eax &gt; 5 &amp;&amp; zf</code>.
        </p>
      ) : (
        <table className="debug-table">
          <thead>
            <tr>
              <th scope="col">Expression</th>
              <th scope="col">Hexadecimal</th>
              <th scope="col">Decimal</th>
              <th scope="col">Points at</th>
              <th scope="col">
                <span className="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {watches.map((expression, i) => {
              const value = reply?.length === watches.length ? reply[i] : undefined;
              const was = before?.length === watches.length ? before[i] : undefined;
              const changed = value?.ok && was?.ok && value.value !== was.value;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same expression may be watched twice
                <tr key={i} className={cx(changed && 'changed')}>
                  <th scope="row" className="code">
                    {expression}
                  </th>
                  {value?.ok === false ? (
                    <td colSpan={3} className="debug-problem">
                      {value.message}
                    </td>
                  ) : (
                    <>
                      <td
                        className="code"
                        title={changed && was?.ok ? `was ${hex32(was.value)}` : undefined}
                      >
                        {value?.ok ? hex32(value.value) : '…'}
                        {changed && was?.ok && (
                          <span className="visually-hidden">, changed from {hex32(was.value)}</span>
                        )}
                        {changed && <span aria-hidden="true"> •</span>}
                      </td>
                      <td className="code">{value?.ok ? decimals(value.value) : ''}</td>
                      <td>
                        {value?.ok && value.label && (
                          <button
                            type="button"
                            className="link-button code"
                            onClick={() => revealMemory({ space: 'virtual', address: value.value })}
                          >
                            {value.label}
                          </button>
                        )}
                      </td>
                    </>
                  )}
                  <td>
                    <IconButton
                      label={`Remove ${expression}`}
                      className="quiet small"
                      tipSide="end"
                      onClick={() => setWatches(watches.filter((_, other) => other !== i))}
                    >
                      <X size={14} aria-hidden="true" />
                    </IconButton>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Unsigned, and signed too where that is another number. */
const decimals = (value: number): string =>
  value > 0x7fffffff ? `${value} (${value | 0})` : `${value}`;

function NewWatch({ onAdd }: { readonly onAdd: (expression: string) => void }) {
  const [draft, setDraft] = useState('');
  return (
    <form
      className="debug-bar-row"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.trim() === '') return;
        onAdd(draft.trim());
        setDraft('');
      }}
    >
      <input
        className="debug-input code"
        style={{ flex: 1 }}
        aria-label="Expression to watch"
        placeholder="[esp+4]"
        value={draft}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button className="small" type="submit" disabled={draft.trim() === ''}>
        Watch
      </Button>
    </form>
  );
}

/** The reply before the present one. */
function usePrevious(reply: readonly Evaluation[] | null): readonly Evaluation[] | null {
  const [pair, setPair] = useState<{ now: typeof reply; before: typeof reply }>({
    now: reply,
    before: null,
  });
  const last = useRef(reply);
  useEffect(() => {
    if (last.current === reply) return;
    last.current = reply;
    setPair(({ now }) => ({ now: reply, before: now }));
  }, [reply]);
  return pair.now === reply ? pair.before : pair.now;
}
