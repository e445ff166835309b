/** The assembler's problems as a list: a click goes to the place, a suggestion can be taken. */
import { TriangleAlert } from 'lucide-react';
import { useEditorActions } from '../../store/editor/use-editor';
import type { Diagnostic } from '../../toolchain/api';
import { Button } from '../shared/Button';
import './problems.css';

export interface ProblemsListProps {
  readonly diagnostics: readonly Diagnostic[];
  /** The text was changed since: places may be a little off, and suggestions wait. */
  readonly stale: boolean;
  readonly readOnly: boolean;
}

/** More are named by their number: a wrong word at the top can spoil every line below it. */
const SHOWN = 100;

const inWords = (diagnostics: readonly Diagnostic[]): string => {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const count = (n: number, word: string) => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`]);
  return [...count(errors, 'error'), ...count(warnings, 'warning')].join(', ');
};

export function ProblemsList({ diagnostics, stale, readOnly }: ProblemsListProps) {
  const { revealPlace, applySuggestion } = useEditorActions();
  return (
    <section className="problems" aria-label="Problems" data-stale={stale}>
      <p role="status" className="problems-count">
        {diagnostics.length === 0 ? null : (
          <>
            <TriangleAlert size={14} aria-hidden="true" /> {inWords(diagnostics)}{' '}
            <small>
              <kbd>F8</kbd> goes to the next
            </small>
          </>
        )}
      </p>
      {diagnostics.length > 0 ? (
        <ol>
          {diagnostics.slice(0, SHOWN).map((d, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a loop can make the same problem at the same place twice
            <li key={i} data-severity={d.severity}>
              <button type="button" className="problem-place" onClick={() => revealPlace(d)}>
                <code>
                  {d.file}:{d.line}:{d.column}
                </code>{' '}
                <b className="problem-severity">{d.severity}</b> {d.message}
              </button>
              {d.suggestion !== null && !readOnly ? (
                <Button disabled={stale} onClick={() => applySuggestion(d)}>
                  Write <code>{d.suggestion}</code>
                </Button>
              ) : null}
            </li>
          ))}
          {diagnostics.length > SHOWN ? <li>… and {diagnostics.length - SHOWN} more</li> : null}
        </ol>
      ) : null}
    </section>
  );
}
