/** Where a line of tokens came from, for errors, the source map and the listing. */
import type { AsmError, SourceError } from './errors';
import type { Token } from './lexer';

export interface Origin {
  readonly file: string;
  /** 1-based line in `file`; for a macro's lines the line that invoked it. */
  readonly line: number;
  /** That line as written. */
  readonly source: string;
  /** The lines that a `\` at the end joins to it. */
  readonly continued?: readonly ContinuedLine[];
  /** Set when the tokens are not those of `source`: a macro's line after replacing its parameters. */
  readonly expansion?: string;
  /** The line of the macro's body that it came from. */
  readonly macro?: MacroLine;
}

/** A line joined to the one before, and where it begins in the whole. */
export interface ContinuedLine {
  readonly at: number;
  readonly source: string;
}

export interface MacroLine {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface Line {
  readonly tokens: readonly Token[];
  readonly origin: Origin;
  /** Length of the tokenized text: where "the end of the line" is. */
  readonly end: number;
}

/** A word of the source may be a megabyte, and messages quote words. */
const MAX_MESSAGE = 300;
const shortened = (text: string): string =>
  text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;

/** An error at a position of a line, as plain data. */
export function toAsmError(
  error: SourceError,
  origin: Origin,
  severity: AsmError['severity'] = 'error',
): AsmError {
  const inExpansion = origin.expansion !== undefined;
  const parts = [{ at: 0, source: origin.source }, ...(origin.continued ?? [])];
  const part = inExpansion ? 0 : parts.findLastIndex(({ at }) => at <= Math.max(0, error.position));
  const { at, source } = parts[part]!;
  const column = inExpansion ? source.search(/\S/) + 1 : error.position - at + 1;
  return {
    severity,
    file: origin.file,
    line: origin.line + part,
    column: Math.max(0, column),
    length: inExpansion ? Math.max(1, origin.source.trim().length) : Math.max(1, error.length),
    message: shortened(error.message),
    ...(error.suggestion === undefined ? {} : { suggestion: error.suggestion }),
    ...(origin.expansion === undefined ? {} : { expansion: origin.expansion }),
    ...(origin.macro === undefined ? {} : { macro: origin.macro }),
    source,
  };
}
