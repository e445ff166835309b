/** All breakpoints: where each stands, its condition, what is wrong with it; runs to the next one either way. */
import { StepBack, StepForward, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Breakpoint, ResolvedBreakpoint } from '../../session/debug';
import { useActions, useApp } from '../../store/use-store';
import { placeWords } from '../../viz/tables/breakpoint-words';
import { Button, IconButton } from '../shared/Button';
import { cx } from '../shared/cx';
import { NewBreakpoint } from './NewBreakpoint';
import './debug.css';
import './BreakpointsPanel.css';

export function BreakpointsPanel() {
  const breakpoints = useApp((s) => s.breakpoints);
  const resolved = useApp((s) => s.resolved);
  const stop = useApp((s) => s.view?.stop ?? null);
  const { resume } = useActions();
  const none = !breakpoints.some(({ enabled }) => enabled);
  return (
    <section className="debug-panel" aria-label="Breakpoints">
      <div className="debug-bar-row">
        <Button className="small" disabled={none} onClick={() => void resume('backward')}>
          <StepBack size={14} aria-hidden="true" /> Back to the one before
        </Button>
        <Button className="small" disabled={none} onClick={() => void resume('forward')}>
          On to the next <StepForward size={14} aria-hidden="true" />
        </Button>
      </div>
      {stop && (
        <p className="breakpoint-stop" role="status">
          {stop.reason}
        </p>
      )}
      {breakpoints.length === 0 ? (
        <p className="debug-empty">
          No breakpoints. Click beside a source line, or add one here: a label or address, bytes of
          memory, or something that happens. All of them work forwards and backwards.
        </p>
      ) : (
        <ul className="breakpoints">
          {breakpoints.map((breakpoint) => (
            <Item
              key={breakpoint.id}
              breakpoint={breakpoint}
              resolved={resolved.find(({ id }) => id === breakpoint.id) ?? null}
              hit={stop?.breakpoint === breakpoint.id}
            />
          ))}
        </ul>
      )}
      <NewBreakpoint />
    </section>
  );
}

interface ItemProps {
  readonly breakpoint: Breakpoint;
  readonly resolved: ResolvedBreakpoint | null;
  readonly hit: boolean;
}

function Item({ breakpoint, resolved, hit }: ItemProps) {
  const { changeBreakpoint, removeBreakpoint, runTo, revealSource } = useActions();
  const { id, enabled, place, condition } = breakpoint;
  const words = placeWords(place);
  const [first] = resolved?.addresses ?? [];
  const source = resolved?.source ?? null;
  return (
    <li className={cx('breakpoint', !enabled && 'off', hit && 'hit')}>
      <div className="breakpoint-head">
        <label className="breakpoint-what">
          <input
            type="checkbox"
            checked={enabled}
            onChange={(event) =>
              void changeBreakpoint(id, { enabled: event.currentTarget.checked })
            }
          />
          <span className="breakpoint-kind">{words.kind}</span>
          <span className="code">{words.where}</span>
          {hit && <span className="breakpoint-here">stopped here</span>}
        </label>
        <IconButton
          label={`Delete the breakpoint ${words.where}`}
          className="quiet small"
          tipSide="end"
          onClick={() => void removeBreakpoint(id)}
        >
          <Trash2 size={14} aria-hidden="true" />
        </IconButton>
      </div>
      <div className="breakpoint-body">
        {resolved?.problem && <p className="debug-problem">{resolved.problem}</p>}
        {source && (
          <button
            type="button"
            className="link-button"
            onClick={() => revealSource(source.file, source.line)}
          >
            {source.file}:{source.line}
          </button>
        )}
        {first !== undefined && (
          <>
            <button
              type="button"
              className="link-button"
              onClick={() => void runTo(first, 'backward')}
            >
              run back to it
            </button>
            <button
              type="button"
              className="link-button"
              onClick={() => void runTo(first, 'forward')}
            >
              run to it
            </button>
          </>
        )}
        <Condition
          key={condition ?? ''}
          condition={condition}
          onChange={(text) => void changeBreakpoint(id, { condition: text })}
        />
      </div>
    </li>
  );
}

interface ConditionProps {
  readonly condition: string | null;
  readonly onChange: (condition: string | null) => void;
}

function Condition({ condition, onChange }: ConditionProps) {
  const [draft, setDraft] = useState(condition ?? '');
  const applied = draft.trim() === (condition ?? '');
  return (
    <form
      className="debug-field breakpoint-condition"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(draft.trim() === '' ? null : draft.trim());
      }}
    >
      <label>
        only if{' '}
        <input
          className="debug-input code"
          placeholder="eax == 5 && !zf"
          value={draft}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setDraft(condition ?? '');
          }}
        />
      </label>
      {!applied && (
        <Button className="small" type="submit">
          Apply
        </Button>
      )}
    </form>
  );
}
