/**
 * A line that begins with a directive, cut where the directive's name ends, and how its rest is read.
 *
 * The name itself has been looked at by then; what it asks for is done in `directives.ts`.
 */
import { type Token, tokenize } from '../lexer';
import type { Origin } from '../origin';
import type { Invocation } from './macros';
import type { RawLine } from './text';
import type { Workspace } from './workspace';

export interface DirectiveLine {
  /** In lower case, without its `%`. */
  readonly name: string;
  readonly text: string;
  readonly raw: RawLine;
  readonly origin: Origin;
  /** Of the macro whose line it is. */
  readonly invocation: Invocation | null;
  /** Position of the directive's `%`, and just behind its name. */
  readonly percent: number;
  readonly at: number;
}

const NAME = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)/;

/** The tokens of `text` from a position on, with their places in the whole. */
export const tokensFrom = (text: string, at: number): Token[] =>
  tokenize(' '.repeat(at) + text.slice(at));

/** The name that a directive is about and the position behind it, or null where there is none. */
export function subjectOf({
  text,
  at,
}: DirectiveLine): { readonly name: string; readonly end: number } | null {
  const found = NAME.exec(text.slice(at));
  return found && { name: found[1]!, end: at + found[0].length };
}

/**
 * What a directive does.
 *
 * @param words what follows its name, with places counted from there
 * @throws SourceError when the line is wrong
 */
export type Directive = (
  line: DirectiveLine,
  words: readonly Token[],
  workspace: Workspace,
) => void;
