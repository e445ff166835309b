/** What a person types or sends, as key strokes and bytes, or a problem to mend. */
import { err, ok, type Result } from '../base/result';
import type { OutsideInput } from '../machine/board';
import { isKey, strokesOf } from '../machine/devices/keys';
import type { Problem } from './view';
import type { GuestInput } from './world';

export function outsideInput(input: GuestInput): Result<OutsideInput, Problem> {
  const typed = strokesOf(input.text ?? '');
  if ('untypable' in typed) {
    return err({
      message: `No key types the character '${typed.untypable}'.`,
      hint: 'The keyboard has a US layout: ASCII characters, tab and line feed. The serial line takes any byte.',
    });
  }
  const strokes = input.strokes ?? [];
  const unknown = strokes.find(({ code }) => !isKey(code));
  if (unknown) {
    return err({
      message: `The keyboard has no key '${unknown.code}'.`,
      hint: 'Keys are named as in KeyboardEvent.code: KeyA, Digit1, Enter, ArrowUp.',
    });
  }
  const serial = Array.from(input.serial ?? '', (character) => character.charCodeAt(0));
  const wide = serial.find((code) => code > 0xff);
  if (wide !== undefined) {
    return err({
      message: `The serial line carries bytes; '${String.fromCharCode(wide)}' is none.`,
      hint: 'Characters up to U+00FF can be sent.',
    });
  }
  return ok({ keys: [...typed.strokes, ...strokes], serial });
}
