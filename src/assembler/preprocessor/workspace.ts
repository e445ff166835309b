/**
 * What directives work on: the names defined so far, the lines still to be read, and the value of an expression here.
 *
 * One per source. It holds the parts and says what they need of each other; what a directive does with them is in
 * `directives.ts` and its neighbours, and the way from line to line in `preprocessor.ts`.
 */
import { type AsmError, SourceError } from '../errors';
import { evaluate, parseExpression, type Scope, TokenReader } from '../expression';
import { type Token, tokenize } from '../lexer';
import { type Origin, toAsmError } from '../origin';
import { Conditions } from './conditions';
import { Contexts } from './contexts';
import { Defines } from './defines';
import { Macros } from './macros';
import { Reader } from './reader';
import { StackFrames } from './stack-frames';
import { STANDARD } from './standard';
import type { RawLine } from './text';

export interface PreprocessorHost {
  /** Text of an included file, or undefined. */
  readonly file: (name: string) => string | undefined;
  /** Names of all files, for near misses. */
  readonly fileNames: () => readonly string[];
  /** What names and `$` mean at this point. */
  readonly scope: (origin: Origin, token: Token) => Scope;
  /** 16 or 32, for `__BITS__`. */
  readonly bits: () => number;
  /** For `__SECT__`. */
  readonly section: () => string;
  readonly report: (error: AsmError) => void;
}

export class Workspace {
  readonly defines: Defines;
  readonly macros = new Macros();
  readonly contexts = new Contexts();
  readonly conditions = new Conditions();
  readonly reader = new Reader(this.conditions, (line) => this.reportUnclosed(line));
  readonly stackFrames = new StackFrames();
  /** Those that `%use` has named. */
  readonly packages = new Set<string>();
  /** Of the line being read: where values that need addresses are asked for. */
  origin!: Origin;

  constructor(readonly host: PreprocessorHost) {
    this.defines = new Defines({
      bits: host.bits,
      section: host.section,
      constant: (tokens) => this.constant(tokens, tokens.at(-1)?.at ?? 0),
    });
    for (const [key, value] of Object.entries(STANDARD)) {
      this.defines.set(key, { parameters: null, body: tokenize(value) });
    }
  }

  /**
   * Evaluates tokens with what is known now.
   *
   * @param end where the line ends, for errors
   * @param at where the expression begins, for errors if it has no token
   * @throws SourceError when they are no expression, or one whose value is not known yet
   */
  constant(tokens: readonly Token[], end: number, at = end): bigint {
    const reader = new TokenReader(this.defines.expand(tokens, null), end);
    const expression = parseExpression(reader);
    if (!reader.done) reader.fail(`expected the end of the expression, found ${reader.found()}`);
    const first = tokens[0] ?? { kind: 'punctuation', text: '%', at, spaced: false };
    return evaluate(expression, this.host.scope(this.origin, first)).value;
  }

  /** Tells of something that leaves the program as it is. */
  warn(warning: SourceError, origin: Origin): void {
    this.host.report(toAsmError(warning, origin, 'warning'));
  }

  /** An `%if` must end in the file, macro or repetition it began in. */
  private reportUnclosed({ file, line, source }: RawLine): void {
    const error = new SourceError('%if has no %endif', source.search(/\S/), source.trim().length);
    this.host.report(toAsmError(error, { file, line, source }));
  }
}
