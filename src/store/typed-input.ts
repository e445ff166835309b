/**
 * What is typed while the session is busy, gathered: each input makes a new future of the run, which costs more than
 * any number of keys in it.
 */
import type { GuestInput } from '../session/world';

const isStrokesOnly = ({ text, serial }: GuestInput): boolean =>
  text === undefined && serial === undefined;

/** The same keys in the same order, in as few inputs as can hold them. */
export function gathered(typed: readonly GuestInput[]): GuestInput[] {
  const inputs: GuestInput[] = [];
  for (const input of typed) {
    const last = inputs.at(-1);
    if (last && isStrokesOnly(last) && isStrokesOnly(input)) {
      inputs[inputs.length - 1] = {
        strokes: [...(last.strokes ?? []), ...(input.strokes ?? [])],
      };
    } else {
      inputs.push(input);
    }
  }
  return inputs;
}
