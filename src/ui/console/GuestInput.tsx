/**
 * Ways into the guest: a field whose key strokes go to its keyboard, and a line for its serial port. What is typed
 * becomes part of the run, so stepping back takes it away and stepping forward brings it again.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { GuestInput } from '../../session/world';

export interface GuestInputProps {
  readonly onInput: (input: GuestInput) => void;
  /** The keyboard is to go to the guest now; `onKeyboardGiven` says that it does. */
  readonly keyboardWanted?: boolean;
  readonly onKeyboardGiven?: () => void;
}

/** Tab leaves the field, as everywhere on the page; chords belong to the browser. */
const belongsToPage = (event: KeyboardEvent): boolean =>
  event.key === 'Tab' || event.metaKey || event.nativeEvent.isComposing;

export function KeyboardField({ onInput, keyboardWanted, onKeyboardGiven }: GuestInputProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!keyboardWanted) return;
    field.current?.focus({ preventScroll: true });
    field.current?.scrollIntoView({ block: 'nearest' });
    onKeyboardGiven?.();
  }, [keyboardWanted, onKeyboardGiven]);
  const send = (event: KeyboardEvent, down: boolean): void => {
    if (belongsToPage(event) || event.code === '') return;
    event.preventDefault();
    onInput({ strokes: [{ code: event.code, down }] });
  };
  return (
    <input
      ref={field}
      className="guest-input"
      type="text"
      aria-label="Keyboard of the guest"
      placeholder="Type here: keys go to the guest"
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      value=""
      onKeyDown={(event) => send(event, true)}
      onKeyUp={(event) => send(event, false)}
      // Screen keyboards give text without key codes.
      onChange={(event) => event.target.value && onInput({ text: event.target.value })}
    />
  );
}

export function SerialField({ onInput }: GuestInputProps) {
  const [line, setLine] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onInput({ serial: `${line}\r` });
        setLine('');
      }}
    >
      <input
        className="guest-input"
        type="text"
        aria-label="Send a line over the serial port"
        placeholder="Send a line over the serial port"
        autoComplete="off"
        spellCheck={false}
        value={line}
        onChange={(event) => setLine(event.target.value)}
      />
    </form>
  );
}
