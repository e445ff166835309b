/**
 * Source text to lines of tokens with every `%` directive carried out: %define, %macro, %if, %rep, %include.
 *
 * Lines are handed out one at a time, so that `%if` and `%assign` can use `equ` constants the parser has already seen.
 * Macro parameters are replaced in the text before it is tokenized, so `isr%1` pastes as in NASM.
 */
import { registerNamed } from '../machine/codec/opcode-forms';
import { type AsmError, SourceError } from './errors';
import { evaluate, parseExpression, type Scope, TokenReader } from './expression';
import { render, type Token, tokenize } from './lexer';
import { nearMiss } from './near-miss';
import { PREPROCESSOR_DIRECTIVES } from './preprocessor-words';

/** Where a line came from: for errors, the source map and the listing. */
export interface Origin {
  readonly file: string;
  /** 1-based line in `file`; for a macro's lines the line that invoked it. */
  readonly line: number;
  /** That line as written. */
  readonly source: string;
  /** Set when the tokens are not those of `source`: a macro's line after replacing its parameters. */
  readonly expansion?: string;
}

export interface Line {
  readonly tokens: readonly Token[];
  readonly origin: Origin;
  /** Length of the tokenized text: where "the end of the line" is. */
  readonly end: number;
}

interface Define {
  readonly parameters: readonly string[] | null;
  readonly body: readonly Token[];
}

interface Macro {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly greedy: boolean;
  readonly defaults: readonly string[];
  readonly body: readonly RawLine[];
}

interface RawLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly source: string;
}

/** The parameters of one macro invocation. */
interface Invocation {
  readonly id: number;
  readonly arguments: string[];
  readonly origin: Origin;
}

/** Lines still to be read: a file, a macro body or one turn of a `%rep`. */
interface Frame {
  readonly lines: readonly RawLine[];
  next: number;
  readonly invocation: Invocation | null;
  /** Turns still to come, for `%rep`. */
  turns: number;
  readonly isRepeat: boolean;
  /** Height of the `%if` stack when the frame began. */
  readonly conditions: number;
}

interface Condition {
  /** Lines are being assembled. */
  active: boolean;
  /** Some branch of it was taken. */
  taken: boolean;
  /** The surrounding lines are being assembled. */
  readonly outer: boolean;
  readonly line: RawLine;
}

export interface PreprocessorHost {
  /** Text of an included file, or undefined. */
  readonly file: (name: string) => string | undefined;
  /** Value of an `equ` constant seen so far, or undefined. */
  readonly constant: (name: string) => bigint | undefined;
  readonly report: (error: AsmError) => void;
}

const MAX_LINES = 2_000_000;
const MAX_DEPTH = 200;

export class Preprocessor {
  private readonly defines = new Map<string, Define>();
  private readonly macros = new Map<string, Macro[]>();
  private readonly frames: Frame[] = [];
  private readonly conditions: Condition[] = [];
  private invocations = 0;
  private produced = 0;

  constructor(
    name: string,
    source: string,
    private readonly host: PreprocessorHost,
  ) {
    this.pushFrame(rawLines(name, source), null, 1, false);
  }

  /** The names `%define` and `%macro` made, for near-miss suggestions and completion. */
  get names(): { readonly defines: readonly string[]; readonly macros: readonly string[] } {
    return { defines: [...this.defines.keys()], macros: [...this.macros.keys()] };
  }

  /** The next line with at least one token, or null at the end of the source. */
  next(): Line | null {
    for (;;) {
      const read = this.readRaw();
      if (!read) return this.finish();
      const [raw, invocation] = read;
      const text = invocation ? substitute(raw.text, invocation) : raw.text;
      const origin: Origin = invocation
        ? { ...invocation.origin, expansion: text.trim() }
        : { file: raw.file, line: raw.line, source: raw.source };
      try {
        if (++this.produced > MAX_LINES) {
          this.frames.length = 0;
          throw new SourceError(`more than ${MAX_LINES} lines after expansion`, -1);
        }
        const line = this.process(text, raw, origin, invocation);
        if (line) return line;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        this.host.report(toAsmError(error, origin));
      }
    }
  }

  private finish(): null {
    for (const open of this.conditions.splice(0)) {
      const { file, line, source } = open.line;
      const error = new SourceError('%if has no %endif', source.search(/\S/), source.trim().length);
      this.host.report(toAsmError(error, { file, line, source }));
    }
    return null;
  }

  private pushFrame(
    lines: readonly RawLine[],
    invocation: Invocation | null,
    turns: number,
    isRepeat: boolean,
  ): void {
    this.frames.push({
      lines,
      next: 0,
      invocation,
      turns,
      isRepeat,
      conditions: this.conditions.length,
    });
  }

  private readRaw(): [RawLine, Invocation | null] | null {
    for (;;) {
      const frame = this.frames.at(-1);
      if (!frame) return null;
      const raw = frame.lines[frame.next];
      if (raw) {
        frame.next++;
        return [raw, frame.invocation];
      }
      frame.turns--;
      if (frame.turns > 0 && frame.lines.length > 0) frame.next = 0;
      else this.frames.pop();
    }
  }

  private get active(): boolean {
    return this.conditions.at(-1)?.active ?? true;
  }

  private process(
    text: string,
    raw: RawLine,
    origin: Origin,
    invocation: Invocation | null,
  ): Line | null {
    const directive = /^\s*%([A-Za-z]+)/.exec(text);
    if (directive) {
      const name = directive[1]!.toLowerCase();
      const at = directive[0].length;
      if (this.conditional(name, text, at, raw)) return null;
      if (!this.active) return null;
      this.directive(name, text, at, raw, origin, invocation);
      return null;
    }
    if (!this.active) return null;
    const tokens = this.expand(tokenize(text), origin, new Set());
    if (tokens.length === 0) return null;
    return this.invokeMacro(tokens, origin, text.length);
  }

  // --- conditions ---------------------------------------------------------------------------------------------------

  private conditional(name: string, text: string, at: number, raw: RawLine): boolean {
    if (/^if/.test(name)) {
      const outer = this.active;
      // Pushed first, so that an error in the expression leaves the %endif something to close.
      const entry: Condition = { active: false, taken: true, outer, line: raw };
      this.conditions.push(entry);
      if (outer) {
        entry.active = this.test(name.slice(2), text, at);
        entry.taken = entry.active;
      }
      return true;
    }
    if (!/^(elif|else|endif)/.test(name)) return false;
    const top = this.conditions.at(-1);
    if (!top || this.conditions.length <= (this.frames.at(-1)?.conditions ?? 0)) {
      throw new SourceError(`%${name} without %if`, text.indexOf('%'), name.length + 1);
    }
    if (name === 'endif') {
      this.conditions.pop();
    } else if (name === 'else') {
      top.active = top.outer && !top.taken;
      top.taken = true;
    } else {
      top.active = false;
      if (top.outer && !top.taken) {
        top.active = this.test(name.slice(4), text, at);
        top.taken = top.active;
      }
    }
    return true;
  }

  /** The truth of `%if<kind> …`; `kind` is what follows "if", with a leading n for "not". */
  private test(kind: string, text: string, at: number): boolean {
    const rest = text.slice(at);
    const negated = kind.startsWith('n') && kind !== 'num';
    const plain = negated ? kind.slice(1) : kind;
    const found = ((): boolean => {
      if (plain === '') return this.constantAt(text, at) !== 0n;
      const raw = tokenize(rest);
      if (/^(def|macro)$/.test(plain) && raw.length === 0) {
        throw new SourceError(`%if${kind} needs a name`, text.length);
      }
      if (plain === 'def') return raw.some((t) => this.defines.has(t.text));
      if (plain === 'macro') return raw.some((t) => this.macros.has(t.text));
      const tokens = this.expand(raw, null, new Set());
      switch (plain) {
        case 'idn':
        case 'idni': {
          const comma = tokens.findIndex((t) => t.text === ',');
          if (comma < 0) throw new SourceError(`%if${kind} needs two texts and a comma`, at);
          const sides = [tokens.slice(0, comma), tokens.slice(comma + 1)].map((side) => {
            const joined = side.map((t) => t.text).join(' ');
            return plain === 'idni' ? joined.toLowerCase() : joined;
          });
          return sides[0] === sides[1];
        }
        case 'num':
          return tokens.at(-1)?.kind === 'number' && tokens.length <= 2;
        case 'str':
          return tokens.length === 1 && tokens[0]!.kind === 'string';
        case 'id':
          return tokens.length === 1 && tokens[0]!.kind === 'word';
        case 'empty':
          return tokens.length === 0;
        case 'token':
          return tokens.length === 1;
        default:
          throw new SourceError(
            `unknown condition '%if${kind}'`,
            text.indexOf('%'),
            kind.length + 3,
          );
      }
    })();
    return negated ? !found : found;
  }

  /** Evaluates the expression in `text` from `at` with what is known now. */
  private constantAt(text: string, at: number): bigint {
    const tokens = this.expand(tokenize(' '.repeat(at) + text.slice(at)), null, new Set());
    const reader = new TokenReader(tokens, text.length);
    const expression = parseExpression(reader);
    if (!reader.done) reader.fail(`expected the end of the expression, found ${reader.found()}`);
    const unknown = (what: string, token?: Token): never => {
      throw new SourceError(
        `${what} is not known while preprocessing: only numbers, %assign and earlier equ constants are`,
        token?.at ?? at,
        token?.text.length ?? 1,
      );
    };
    const scope: Scope = {
      symbol: (name, token) => {
        const value = this.host.constant(name);
        return value === undefined ? unknown(`'${name}'`, token) : { value, section: null };
      },
      here: () => unknown("'$'"),
      sectionStart: () => unknown("'$$'"),
    };
    return evaluate(expression, scope).value;
  }

  // --- directives ---------------------------------------------------------------------------------------------------

  private directive(
    name: string,
    text: string,
    at: number,
    raw: RawLine,
    origin: Origin,
    invocation: Invocation | null,
  ): void {
    const rest = text.slice(at);
    switch (name) {
      case 'define':
      case 'idefine':
      case 'xdefine':
        this.define(text, at, name === 'xdefine', origin);
        return;
      case 'undef':
        for (const token of tokenize(rest)) this.defines.delete(token.text);
        return;
      case 'assign': {
        const found = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)\s*/.exec(rest);
        if (!found) throw new SourceError('%assign needs a name and a value', at);
        const value = this.constantAt(text, at + found[0].length);
        this.defines.set(found[1]!, { parameters: null, body: numberTokens(value) });
        return;
      }
      case 'strlen': {
        const tokens = this.expand(
          tokenize(rest),
          origin,
          new Set([tokenize(rest)[0]?.text ?? '']),
        );
        const [target, string] = tokens;
        if (target?.kind !== 'word' || string?.kind !== 'string') {
          throw new SourceError('%strlen needs a name and a string', at);
        }
        const length = BigInt(string.bytes?.length ?? 0);
        this.defines.set(target.text, { parameters: null, body: numberTokens(length) });
        return;
      }
      case 'macro':
      case 'imacro':
        this.defineMacro(text, at, raw);
        return;
      case 'unmacro':
        this.macros.delete(tokenize(rest)[0]?.text ?? '');
        return;
      case 'rep': {
        const count = this.constantAt(text, at);
        const body = this.collect('rep', 'endrep', raw);
        if (count > BigInt(MAX_LINES)) throw new SourceError(`%rep ${count} is too much`, at);
        if (count > 0n) this.pushFrame(body, invocation, Number(count), true);
        return;
      }
      case 'exitrep': {
        let index = this.frames.length - 1;
        while (index >= 0 && !this.frames[index]!.isRepeat) index--;
        if (index < 0) throw new SourceError('%exitrep outside %rep', text.indexOf('%'), 8);
        this.conditions.length = this.frames[index]!.conditions;
        this.frames.length = index;
        return;
      }
      case 'rotate': {
        if (!invocation) throw new SourceError('%rotate outside a macro', text.indexOf('%'), 7);
        const { arguments: list } = invocation;
        if (list.length === 0) return;
        const by = Number(this.constantAt(text, at)) % list.length;
        list.push(...list.splice(0, (by + list.length) % list.length));
        return;
      }
      case 'include':
        this.include(text, at);
        return;
      case 'error':
      case 'warning':
      case 'fatal': {
        if (name === 'fatal') this.frames.length = 0;
        const tokens = this.expand(tokenize(rest), origin, new Set());
        const message = tokens.map((t) => (t.kind === 'string' ? t.text.slice(1, -1) : t.text));
        const said = new SourceError(
          message.join(' ') || `%${name}`,
          text.indexOf('%'),
          name.length + 1,
        );
        if (name !== 'warning') throw said;
        this.host.report(toAsmError(said, origin, 'warning'));
        return;
      }
      case 'line':
      case 'pragma':
      case 'use':
        return;
      case 'endm':
      case 'endmacro':
      case 'endrep':
        throw new SourceError(
          `%${name} without %${name === 'endm' ? 'macro' : name.slice(3)}`,
          text.indexOf('%'),
          name.length + 1,
        );
      default:
        throw unknownDirective(name, text.indexOf('%'));
    }
  }

  private define(text: string, at: number, now: boolean, origin: Origin): void {
    const found = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)(\(\s*([^)]*)\))?/.exec(text.slice(at));
    if (!found) throw new SourceError('%define needs a name', at);
    const start = at + found[0].length;
    let body: readonly Token[] = tokenize(' '.repeat(start) + text.slice(start));
    if (now) body = this.expand(body, origin, new Set([found[1]!]));
    const parameters =
      found[2] === undefined
        ? null
        : found[3]!.trim() === ''
          ? []
          : found[3]!.split(',').map((parameter) => parameter.trim());
    this.defines.set(found[1]!, { parameters, body });
  }

  private defineMacro(text: string, at: number, raw: RawLine): void {
    // The body is taken first: a wrong heading must not let it leak into the program.
    const body = this.collect('macro', 'endmacro', raw);
    const found = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)(?:\s+(\d+)(?:-(\d+|\*))?(\+)?)?\s*/.exec(
      text.slice(at),
    );
    if (!found) {
      throw new SourceError(
        "%macro needs a name and a number of parameters, as in '%macro put 1'",
        at,
      );
    }
    const name = found[1]!;
    const least = Number(found[2] ?? 0);
    const greedy = found[4] === '+' || found[3] === '*';
    const most =
      found[3] === '*' || found[4] ? Number.POSITIVE_INFINITY : Number(found[3] ?? least);
    const rest = tokenize(text.slice(at + found[0].length));
    const macro: Macro = {
      name,
      least,
      most,
      greedy: greedy && found[4] === '+',
      defaults: splitArguments(rest).map(render),
      body,
    };
    const others = (this.macros.get(name) ?? []).filter(
      (other) => other.least !== least || other.most !== most,
    );
    this.macros.set(name, [...others, macro]);
  }

  /** Takes the raw lines up to the matching end directive, nested ones included. */
  private collect(begin: string, end: string, opener: RawLine): RawLine[] {
    const lines: RawLine[] = [];
    let depth = 1;
    const frame = this.frames.at(-1)!;
    while (frame.next < frame.lines.length) {
      const raw = frame.lines[frame.next++]!;
      const directive = /^\s*%i?([A-Za-z]+)/.exec(raw.text)?.[1]?.toLowerCase();
      if (directive === begin) depth++;
      else if (directive === end || (end === 'endmacro' && directive === 'endm')) depth--;
      if (depth === 0) return lines;
      lines.push(raw);
    }
    const position = opener.text.indexOf('%');
    throw new SourceError(`%${begin} has no %${end}`, position, begin.length + 1);
  }

  private include(text: string, at: number): void {
    const token = tokenize(text.slice(at))[0];
    const name = token?.kind === 'string' ? token.text.slice(1, -1) : undefined;
    if (name === undefined) throw new SourceError('%include needs a file name in quotes', at);
    const source = this.host.file(name);
    if (source === undefined) {
      throw new SourceError(
        `no file '${name}' to include`,
        at + (token?.at ?? 0),
        token?.text.length,
      );
    }
    if (this.frames.length > MAX_DEPTH)
      throw new SourceError('files include each other endlessly', at);
    this.pushFrame(rawLines(name, source), null, 1, false);
  }

  // --- expansion ----------------------------------------------------------------------------------------------------

  /** Replaces `%define`d names. `hidden` are the names being expanded, which do not expand again. */
  private expand(
    tokens: readonly Token[],
    origin: Origin | null,
    hidden: ReadonlySet<string>,
  ): Token[] {
    const out: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token.kind === 'word' && (token.text === '__LINE__' || token.text === '__?LINE?__')) {
        const line = numberTokens(BigInt(origin?.line ?? 0))[0]!;
        out.push({ ...line, at: token.at, spaced: token.spaced });
        continue;
      }
      const define = token.kind === 'word' ? this.defines.get(token.text) : undefined;
      if (!define || hidden.has(token.text)) {
        out.push(token);
        continue;
      }
      let body = define.body;
      if (define.parameters) {
        if (tokens[i + 1]?.text !== '(') {
          out.push(token);
          continue;
        }
        const [given, next] = parenthesised(tokens, i + 1);
        const needed = define.parameters.length;
        if (given.length !== needed && !(needed === 0 && given.length === 0)) {
          throw new SourceError(
            `'${token.text}' takes ${needed} parameter${needed === 1 ? '' : 's'}, found ${given.length}`,
            token.at,
            token.text.length,
          );
        }
        const values = given.map((argument) => this.expand(argument, origin, hidden));
        const { parameters } = define;
        body = define.body.flatMap((part) => {
          const index = part.kind === 'word' ? parameters.indexOf(part.text) : -1;
          return index < 0 ? [part] : values[index]!;
        });
        i = next;
      }
      const inner = this.expand(body, origin, new Set([...hidden, token.text]));
      inner.forEach((part, k) => {
        out.push({ ...part, at: token.at, spaced: k === 0 ? token.spaced : part.spaced });
      });
    }
    return paste(out);
  }

  /** When the line invokes a macro its body is queued; a label before it is handed out first. */
  private invokeMacro(tokens: readonly Token[], origin: Origin, end: number): Line | null {
    let at = 0;
    if (tokens[1]?.text === ':' && tokens[0]?.kind === 'word') at = 2;
    else if (
      tokens[0]?.kind === 'word' &&
      !this.macros.has(tokens[0].text) &&
      this.isMacro(tokens[1])
    ) {
      at = 1;
    }
    const head = tokens[at];
    if (!head || !this.isMacro(head)) return { tokens, origin, end };
    const list = splitArguments(tokens.slice(at + 1));
    const candidates = this.macros.get(head.text)!;
    const macro = candidates.find((m) => list.length >= m.least && list.length <= m.most);
    if (!macro) {
      const takes = candidates.map((m) =>
        m.most === m.least ? `${m.least}` : `${m.least} or more`,
      );
      throw new SourceError(
        `macro '${head.text}' takes ${takes.join(' or ')} parameters, found ${list.length}`,
        head.at,
        head.text.length,
      );
    }
    if (this.frames.length > MAX_DEPTH) {
      throw new SourceError(
        `macro '${head.text}' invokes itself endlessly`,
        head.at,
        head.text.length,
      );
    }
    let texts = list.map((argument) => render(stripBraces(argument)));
    const finite = Number.isFinite(macro.most) ? macro.most : texts.length;
    for (let i = texts.length; i < finite; i++) texts.push(macro.defaults[i - macro.least] ?? '');
    if (macro.greedy && texts.length > macro.least) {
      const keep = Math.max(0, macro.least - 1);
      texts = [...texts.slice(0, keep), texts.slice(keep).join(', ')];
    }
    const outermost: Origin = { file: origin.file, line: origin.line, source: origin.source };
    this.pushFrame(
      macro.body,
      { id: ++this.invocations, arguments: texts, origin: outermost },
      1,
      false,
    );
    return at > 0 ? { tokens: tokens.slice(0, at), origin, end } : null;
  }

  private isMacro(token: Token | undefined): boolean {
    return token?.kind === 'word' && this.macros.has(token.text);
  }
}

function unknownDirective(name: string, at: number): SourceError {
  if (registerNamed(name)) {
    const message = "NASM writes registers without '%', and the destination first: 'mov eax, 5'";
    return new SourceError(message, at, name.length + 1, name);
  }
  const near = nearMiss(name, PREPROCESSOR_DIRECTIVES);
  return new SourceError(
    `unknown directive '%${name}'`,
    at,
    name.length + 1,
    near === undefined ? undefined : `%${near}`,
  );
}

/** An error at a position of a line, as plain data. */
export function toAsmError(
  error: SourceError,
  origin: Origin,
  severity: AsmError['severity'] = 'error',
): AsmError {
  const inExpansion = origin.expansion !== undefined;
  const column = inExpansion ? origin.source.search(/\S/) + 1 : error.position + 1;
  return {
    severity,
    file: origin.file,
    line: origin.line,
    column: Math.max(0, column),
    length: inExpansion ? Math.max(1, origin.source.trim().length) : Math.max(1, error.length),
    message: error.message,
    ...(error.suggestion === undefined ? {} : { suggestion: error.suggestion }),
    ...(origin.expansion === undefined ? {} : { expansion: origin.expansion }),
    source: origin.source,
  };
}

function rawLines(file: string, source: string): RawLine[] {
  const texts = source.split(/\r?\n/);
  const lines: RawLine[] = [];
  for (let i = 0; i < texts.length; i++) {
    const first = i;
    let text = texts[i]!;
    while (text.endsWith('\\') && i + 1 < texts.length) text = text.slice(0, -1) + texts[++i]!;
    lines.push({ text, file, line: first + 1, source: texts[first]! });
  }
  return lines;
}

/** Cuts the comment off and replaces `%1`, `%{1}`, `%0` and `%%label`, all outside strings. */
function substitute(text: string, invocation: Invocation): string {
  return text.replace(
    /"[^"]*"|'[^']*'|`(?:\\.|[^`\\])*`|;.*$|%\{?(\d+)\}?|%\{?%([\w.?@$#~]+)\}?/g,
    (all: string, index: string | undefined, label: string | undefined) => {
      if (label !== undefined) return `..@${invocation.id}.${label}`;
      if (index === undefined) return all[0] === ';' ? '' : all;
      if (index === '0') return String(invocation.arguments.length);
      return invocation.arguments[Number(index) - 1] ?? '';
    },
  );
}

function numberTokens(value: bigint): Token[] {
  const digits: Token = {
    kind: 'number',
    text: String(value < 0n ? -value : value),
    at: 0,
    spaced: false,
    value: value < 0n ? -value : value,
  };
  return value < 0n ? [{ kind: 'punctuation', text: '-', at: 0, spaced: false }, digits] : [digits];
}

/** Splits at commas outside braces; an empty list has no arguments. */
function splitArguments(tokens: readonly Token[]): Token[][] {
  if (tokens.length === 0) return [];
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '{' && token.kind !== 'string') depth++;
    if (token.text === '}' && token.kind !== 'string') depth--;
    if (token.kind === 'punctuation' && token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

function stripBraces(tokens: readonly Token[]): readonly Token[] {
  return tokens[0]?.text === '{' && tokens.at(-1)?.text === '}' ? tokens.slice(1, -1) : tokens;
}

/** The arguments between the brackets that open at `open`, and the index of the closing bracket. */
function parenthesised(tokens: readonly Token[], open: number): [Token[][], number] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i]!;
    const plain = token.kind === 'punctuation';
    if (plain && (token.text === '(' || token.text === '{')) depth++;
    if (plain && (token.text === ')' || token.text === '}')) depth--;
    if (depth === 0) {
      const empty = parts.length === 1 && parts[0]!.length === 0;
      return [empty ? [] : parts.map((part) => [...stripBraces(part)]), i];
    }
    if (plain && token.text === ',' && depth === 1) parts.push([]);
    else if (i > open) parts.at(-1)!.push(token);
  }
  const from = tokens[open]!;
  throw new SourceError("expected ')' to close the parameters", from.at);
}

/** `a %+ b` becomes one word. */
function paste(tokens: readonly Token[]): Token[] {
  if (!tokens.some((token) => token.text === '%+')) return [...tokens];
  let text = '';
  tokens.forEach((token, i) => {
    const glue = token.text === '%+' || tokens[i - 1]?.text === '%+';
    text += (i > 0 && token.spaced && !glue ? ' ' : '') + (token.text === '%+' ? '' : token.text);
  });
  const at = tokens[0]?.at ?? 0;
  return tokenize(text).map((token) => ({ ...token, at }));
}
