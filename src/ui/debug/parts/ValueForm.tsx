/** A field for a new value in hexadecimal. What it changes is the caller's business; that it starts a branch is said. */
import { useState } from 'react';
import { Button } from '../../shared/Button';

export interface ValueFormProps {
  /** Accessible name of the field. */
  readonly label: string;
  /** Shown while the field is empty: the value now. */
  readonly now: string;
  readonly digits: number;
  /** False when the text is no such value. */
  readonly onWrite: (text: string) => boolean;
}

export function ValueForm({ label, now, digits, onWrite }: ValueFormProps) {
  const [draft, setDraft] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="debug-field"
      onSubmit={(event) => {
        event.preventDefault();
        const written = draft.trim() !== '' && onWrite(draft.trim());
        setWrong(!written);
        if (written) setDraft('');
      }}
    >
      <input
        className="debug-input short code"
        aria-label={label}
        placeholder={now}
        value={draft}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={wrong}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button
        className="small"
        type="submit"
        title="Changes the guest and starts a branch: the old future stays"
      >
        Write
      </Button>
      {wrong && (
        <p className="debug-problem" role="alert">
          Give up to {digits} hexadecimal digits.
        </p>
      )}
    </form>
  );
}
