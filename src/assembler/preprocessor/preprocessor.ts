/**
 * Source text to lines of tokens with every `%` directive carried out: %define, %macro, %if, %rep, %include, %push.
 *
 * Lines are handed out one at a time, so that `%if` and `%assign` can use `equ` constants the parser has already seen.
 * Macro parameters are replaced in the text before it is tokenized, so `isr%1` pastes as in NASM.
 * Here is the way of a line; what it works on is in `workspace.ts`, and what directives do in `directives.ts`.
 */
import { SourceError } from '../errors';
import { render, type Token, tokenize } from '../lexer';
import { type Line, type Origin, toAsmError } from '../origin';
import type { DirectiveLine } from './directive-line';
import { carryOutDirective } from './directives';
import { Invocations } from './invocations';
import { type Invocation, substitute } from './macros';
import { MAX_LINES } from './reader';
import { Rewrite } from './rewrite';
import { STANDARD } from './standard';
import { placeOf, type RawLine, rawLines } from './text';
import { isTrue } from './truth';
import { type PreprocessorHost, Workspace } from './workspace';

/** Lines handed out. */
const MAX_PRODUCED = 100_000;
/** A macro's line with its parameters in place. */
const MAX_LINE_LENGTH = 100_000;
/** More are told by nobody. */
const MAX_ERRORS = 1000;
/** `%[…]` in one line, with those that come out of others. */
const MAX_EXPANSIONS = 200;

export class Preprocessor {
  private readonly workspace: Workspace;
  private readonly invocations: Invocations;
  private produced = 0;
  private linesRead = 0;
  private readonly tokenized = new WeakMap<RawLine, readonly Token[]>();
  private errors = 0;

  constructor(
    name: string,
    source: string,
    private readonly host: PreprocessorHost,
  ) {
    this.workspace = new Workspace(host);
    this.invocations = new Invocations(this.workspace);
    this.workspace.reader.openFile(rawLines(name, source));
  }

  /** The names `%define` and `%macro` made, for near-miss suggestions and completion. */
  get names(): { readonly defines: readonly string[]; readonly macros: readonly string[] } {
    // Names that belong to a context or a macro's invocation are nobody else's.
    const open = (name: string): boolean =>
      !name.startsWith('..@') && !Object.hasOwn(STANDARD, name);
    const { defines, macros } = this.workspace;
    return { defines: defines.names.filter(open), macros: macros.names.filter(open) };
  }

  /** The next line with at least one token, or null at the end of the source. */
  next(): Line | null {
    const { reader } = this.workspace;
    for (;;) {
      const read = reader.next();
      if (!read) return null;
      const [raw, invocation] = read;
      let origin: Origin = placeOf(raw);
      if (invocation) {
        const macro = { name: invocation.macro.name, file: raw.file, line: raw.line };
        origin = { ...invocation.origin, expansion: raw.text.trim(), macro };
      }
      this.workspace.origin = origin;
      try {
        const replaced = invocation ? substitute(raw.text, invocation) : raw.text;
        if (invocation) origin = { ...origin, expansion: replaced.trim() };
        this.workspace.origin = origin;
        if (replaced.length > Math.max(MAX_LINE_LENGTH, raw.text.length)) {
          throw new SourceError(`a line of more than ${MAX_LINE_LENGTH} characters`, 0);
        }
        if (++this.linesRead > MAX_LINES || this.produced > MAX_PRODUCED) {
          reader.stop();
          const most = this.produced > MAX_PRODUCED ? MAX_PRODUCED : MAX_LINES;
          throw new SourceError(`more than ${most} lines after expansion`, 0, raw.text.length);
        }
        const line = this.process(replaced, raw, origin, invocation);
        if (line) {
          this.produced++;
          return line;
        }
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        this.host.report(toAsmError(error, origin));
        if (++this.errors > MAX_ERRORS) reader.stop();
      }
    }
  }

  private process(
    given: string,
    raw: RawLine,
    origin: Origin,
    invocation: Invocation | null,
  ): Line | null {
    const { conditions, defines } = this.workspace;
    const directive = /^\s*%([A-Za-z]+)/.exec(given);
    if (!directive && !conditions.active) return null;
    const rewritten = new Rewrite(given);
    if (conditions.active) this.resolve(rewritten, origin);
    const { text } = rewritten;
    if (directive) {
      const name = directive[1]!.toLowerCase();
      const at = directive[0].length;
      const percent = given.indexOf('%');
      const line: DirectiveLine = { name, text, raw, origin, invocation, percent, at };
      atOriginal(rewritten, () => this.carryOut(line));
      return null;
    }
    // The lines of a %rep are read many times.
    const isRaw = text === raw.text;
    const tokens = atOriginal(rewritten, () => {
      const read = isRaw ? (this.tokenized.get(raw) ?? tokenize(text)) : tokenize(text);
      if (isRaw) this.tokenized.set(raw, read);
      return defines.expand(read, origin);
    });
    if (tokens.length === 0) return null;
    const placed = rewritten.isChanged
      ? tokens.map((token) => ({ ...token, at: rewritten.originalOf(token.at) }))
      : tokens;
    return this.invocations.carryOut(placed, origin, given.length);
  }

  /** Conditions are followed where lines do not count, too; other directives are not. */
  private carryOut(line: DirectiveLine): void {
    const { name, raw, percent } = line;
    const { conditions, reader } = this.workspace;
    const test = (kind: string) => (): boolean => isTrue(kind, line, this.workspace);
    if (/^if/.test(name)) conditions.open(raw, test(name.slice(2)));
    else if (/^(elif|else|endif)/.test(name)) {
      conditions.next(name, reader.floor, percent, test(name.slice(4)));
    } else if (conditions.active) carryOutDirective(line, this.workspace);
  }

  /** Carries out what works on text: names of contexts, and `%[…]`, which is expanded at once. */
  private resolve(line: Rewrite, origin: Origin): void {
    const { contexts, defines } = this.workspace;
    contexts.resolve(line);
    for (let rounds = 0; line.text.includes('%['); rounds++) {
      const found = /%\[([^[\]]*)\]/.exec(line.text);
      const at = line.text.indexOf('%[');
      if (!found) throw new SourceError("'%[' has no ']'", line.originalOf(at), 2);
      if (rounds > MAX_EXPANSIONS) {
        throw new SourceError("too many '%[…]' in one line", line.originalOf(at), 2);
      }
      const inner = render(defines.expand(tokenize(found[1]!), origin));
      line.replace(found.index, found[0].length, inner);
    }
  }
}

/** Errors are told where the source has what they are about. */
function atOriginal<T>(line: Rewrite, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SourceError) || !line.isChanged || error.position < 0) throw error;
    const { message, length, suggestion } = error;
    throw new SourceError(message, line.originalOf(error.position), length, suggestion);
  }
}
