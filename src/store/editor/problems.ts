/** The assembler's problems in the order a person goes through them, and what a suggestion changes. */
import type { Problem } from '../../session/view';
import type { Diagnostic } from '../../toolchain/api';
import type { SourcePlace } from './editor-state';

const order = (a: SourcePlace, b: SourcePlace, files: readonly string[]): number =>
  files.indexOf(a.file) - files.indexOf(b.file) ||
  a.line - b.line ||
  (a.column ?? 0) - (b.column ?? 0);

/** The next problem after a place, or before it; round the end it starts again. Null: there is none. */
export function nextProblem(
  diagnostics: readonly Diagnostic[],
  from: SourcePlace,
  direction: 'forward' | 'backward',
  files: readonly string[],
): Diagnostic | null {
  const sorted = [...diagnostics].sort((a, b) => order(a, b, files));
  if (direction === 'forward') {
    return sorted.find((d) => order(d, from, files) > 0) ?? sorted[0] ?? null;
  }
  return sorted.findLast((d) => order(d, from, files) < 0) ?? sorted.at(-1) ?? null;
}

/** The text with the suggestion in place of what is marked; null when the text has changed too much for it. */
export function withSuggestion(text: string, diagnostic: Diagnostic): string | null {
  const { line, column, length, suggestion } = diagnostic;
  const lines = text.split('\n');
  const old = lines[line - 1];
  if (suggestion === null || old === undefined || column - 1 + length > old.length) return null;
  lines[line - 1] = old.slice(0, column - 1) + suggestion + old.slice(column - 1 + length);
  return lines.join('\n');
}

/** What the loader found and advises; what it accepts is for the form to say. */
export function reasonOf({ message, hint = '' }: Problem): string {
  const advice = hint.replace(/\bAccepted:.*$/s, '').trim();
  return advice === '' ? message : `${message} ${advice}`;
}
