/** What was wrong with a source file, as plain data, and how it is printed. */

export interface AsmError {
  /** A warning leaves the program as it is: `%warning` makes one. */
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units; 0 when only the line is known. */
  readonly column: number;
  /** Length of the offending text, at least 1. */
  readonly length: number;
  /** What was found and what was expected. */
  readonly message: string;
  /** A replacement for the offending text that would be accepted: a mnemonic, register or label near it. */
  readonly suggestion?: string;
  /** Inside a macro: the expanded text the column refers to nothing in; else absent. */
  readonly expansion?: string;
  /** Inside a macro: which one, and the line of its body. */
  readonly macro?: { readonly name: string; readonly file: string; readonly line: number };
  /** The source line itself, without its line end. */
  readonly source: string;
}

/** `file:line:column: error: message`, the source line, and a caret under the offending text. */
export function formatAsmError(error: AsmError): string {
  const place = `${error.file}:${error.line}${error.column > 0 ? `:${error.column}` : ''}`;
  const hint = error.suggestion === undefined ? '' : ` (did you mean '${error.suggestion}'?)`;
  const lines = [`${place}: ${error.severity}: ${error.message}${hint}`, `    ${error.source}`];
  if (error.column > 0) {
    // Tabs are kept so that the caret lands under the text whatever the tab width.
    const before = error.source.slice(0, error.column - 1).replace(/[^\t]/g, ' ');
    lines.push(`    ${before}${'^'.repeat(Math.max(1, error.length))}`);
  }
  if (error.expansion !== undefined) {
    const { macro } = error;
    const where = macro ? `macro '${macro.name}' (${macro.file}:${macro.line})` : 'the macro';
    lines.push(`    in ${where}: ${error.expansion}`);
  }
  return lines.join('\n');
}

/** Thrown inside the assembler where a statement cannot go on; always caught per line, never seen outside. */
export class SourceError extends Error {
  constructor(
    message: string,
    /** 0-based position in the line's text, or -1. */
    readonly position: number,
    readonly length: number = 1,
    readonly suggestion?: string,
  ) {
    super(message);
  }
}

/** The message for a value too large for its field, with the range that fits: signed or unsigned. */
export function misfit(value: bigint, bits: number): string {
  if (bits === 1) return `${value} does not fit here: only 1 does`;
  const range = bits > 16 ? '' : ` (${-(2 ** (bits - 1))} to ${2 ** bits - 1})`;
  return `${value} does not fit in ${bits} bits${range}`;
}
