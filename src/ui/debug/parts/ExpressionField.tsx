/** A field for an address or an expression: Enter applies, Escape puts back what was applied last. */
import { useEffect, useId, useState } from 'react';
import { cx } from '../../shared/cx';

export interface ExpressionFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onApply: (text: string) => void;
  /** What is wrong with the value applied; null: nothing. */
  readonly problem?: string | null;
  readonly placeholder?: string;
  readonly className?: string;
  /** The label is for screen readers only. */
  readonly quiet?: boolean;
}

export function ExpressionField(props: ExpressionFieldProps) {
  const { label, value, onApply, problem = null, placeholder, className, quiet = false } = props;
  const [draft, setDraft] = useState(value);
  const id = useId();
  useEffect(() => setDraft(value), [value]);
  return (
    <form
      className={cx('debug-field', className)}
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.trim() !== '') onApply(draft.trim());
      }}
    >
      <label htmlFor={id} className={quiet ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <input
        id={id}
        className="debug-input code"
        value={draft}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(value);
        }}
      />
      {problem !== null && (
        <p id={`${id}-problem`} className="debug-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

/** A number shows as `0x00105004`, an expression as it was typed. */
export const expressionText = (address: number | string): string =>
  typeof address === 'string' ? address : `0x${(address >>> 0).toString(16).padStart(8, '0')}`;

/** Decimal or hexadecimal text as a number; anything else is an expression, for the session to evaluate. */
export const numberOrExpression = (text: string): number | string =>
  /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) >>> 0 : text;
