/**
 * Source text to lines of tokens with every `%` directive carried out: %define, %macro, %if, %rep, %include, %push.
 *
 * Lines are handed out one at a time, so that `%if` and `%assign` can use `equ` constants the parser has already seen.
 * Macro parameters are replaced in the text before it is tokenized, so `isr%1` pastes as in NASM.
 */
import { registerNamed } from '../../machine/codec/opcode-forms';
import { type AsmError, SourceError } from '../errors';
import { evaluate, parseExpression, type Scope, TokenReader } from '../expression';
import { render, type Token, tokenize } from '../lexer';
import { formsNamed } from '../mnemonics';
import { nearMiss } from '../near-miss';
import { type Line, type Origin, toAsmError } from '../origin';
import { Conditions } from './conditions';
import { Contexts } from './contexts';
import { Defines, parametersIn } from './defines';
import { argumentTexts, type Invocation, type Macro, Macros, substitute } from './macros';
import { OTHER_PACKAGES, PACKAGES } from './packages';
import { Rewrite } from './rewrite';
import { StackFrames } from './stack-frames';
import { STRING_DIRECTIVES, stringDirective } from './strings';
import { numberTokens, type RawLine, rawLines, splitArguments } from './text';
import { PREPROCESSOR_DIRECTIVES } from './words';

/** Lines still to be read: a file, a macro body or one turn of a `%rep`. */
interface Frame {
  readonly kind: 'file' | 'macro' | 'repeat';
  readonly lines: readonly RawLine[];
  next: number;
  readonly invocation: Invocation | null;
  /** Turns still to come, for `%rep`. */
  turns: number;
  /** Height of the `%if` stack when the frame began. */
  readonly conditions: number;
}

/** A line being processed. */
interface Current {
  readonly text: string;
  readonly raw: RawLine;
  readonly origin: Origin;
  readonly invocation: Invocation | null;
  /** Position of the directive's `%`, and just behind its name. */
  readonly percent: number;
  readonly at: number;
}

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

/** Lines read, those of macros and repetitions included, and how many of them are handed out. */
const MAX_LINES = 500_000;
const MAX_PRODUCED = 100_000;
/** A macro's line with its parameters in place. */
const MAX_LINE_LENGTH = 100_000;
/** More are told by nobody. */
const MAX_ERRORS = 1000;
const MAX_DEPTH = 200;
/** A file may include itself, as long as it stops by itself. */
const MAX_SELF_INCLUSION = 4;
const NAME = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)/;

/** What NASM 2.16 defines by itself, as far as sources ask for it. */
const VERSION: Readonly<Record<string, string>> = {
  NASM_MAJOR: '2',
  NASM_MINOR: '16',
  NASM_SUBMINOR: '1',
  NASM_PATCHLEVEL: '0',
  NASM_VER: '"2.16.01"',
  NASM_VERSION_ID: '0x02100100',
  OUTPUT_FORMAT: 'bin',
};

/** Old and new spelling: `__NASM_MAJOR__` and `__?NASM_MAJOR?__`. */
const STANDARD: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(VERSION).flatMap(([name, value]) => [
    [`__${name}__`, value],
    [`__?${name}?__`, value],
  ]),
);

export class Preprocessor {
  private readonly defines: Defines;
  private readonly macros = new Macros();
  private readonly contexts = new Contexts();
  private readonly conditions = new Conditions();
  private readonly stackFrames = new StackFrames();
  private readonly packages = new Set<string>();
  private readonly frames: Frame[] = [];
  /** Of the line being read: where values that need addresses are asked for. */
  private origin!: Origin;
  private invocations = 0;
  private produced = 0;
  private linesRead = 0;
  private readonly tokenized = new WeakMap<RawLine, readonly Token[]>();
  private errors = 0;

  constructor(
    name: string,
    source: string,
    private readonly host: PreprocessorHost,
  ) {
    this.defines = new Defines({
      bits: host.bits,
      section: host.section,
      constant: (tokens) => this.constant(tokens, tokens.at(-1)?.at ?? 0),
    });
    for (const [key, value] of Object.entries(STANDARD)) {
      this.defines.set(key, { parameters: null, body: tokenize(value) });
    }
    this.pushFrame('file', rawLines(name, source), null, 1);
  }

  /** The names `%define` and `%macro` made, for near-miss suggestions and completion. */
  get names(): { readonly defines: readonly string[]; readonly macros: readonly string[] } {
    // Names that belong to a context or a macro's invocation are nobody else's.
    const open = (name: string): boolean =>
      !name.startsWith('..@') && !Object.hasOwn(STANDARD, name);
    return { defines: this.defines.names.filter(open), macros: this.macros.names.filter(open) };
  }

  /** The next line with at least one token, or null at the end of the source. */
  next(): Line | null {
    for (;;) {
      const read = this.readRaw();
      if (!read) return null;
      const [raw, invocation] = read;
      let origin: Origin = originOf(raw);
      if (invocation) {
        const macro = { name: invocation.macro.name, file: raw.file, line: raw.line };
        origin = { ...invocation.origin, expansion: raw.text.trim(), macro };
      }
      this.origin = origin;
      try {
        const replaced = invocation ? substitute(raw.text, invocation) : raw.text;
        if (invocation) origin = { ...origin, expansion: replaced.trim() };
        this.origin = origin;
        if (replaced.length > Math.max(MAX_LINE_LENGTH, raw.text.length)) {
          throw new SourceError(`a line of more than ${MAX_LINE_LENGTH} characters`, 0);
        }
        if (++this.linesRead > MAX_LINES || this.produced > MAX_PRODUCED) {
          this.frames.length = 0;
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
        if (++this.errors > MAX_ERRORS) this.frames.length = 0;
      }
    }
  }

  // --- lines --------------------------------------------------------------------------------------------------------

  private pushFrame(
    kind: Frame['kind'],
    lines: readonly RawLine[],
    invocation: Invocation | null,
    turns: number,
  ): void {
    const { depth } = this.conditions;
    this.frames.push({ kind, lines, next: 0, invocation, turns, conditions: depth });
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
      this.reportUnclosed(frame);
      frame.turns--;
      if (frame.turns > 0 && frame.lines.length > 0) frame.next = 0;
      else this.frames.pop();
    }
  }

  /** An `%if` must end in the file, macro or repetition it began in. */
  private reportUnclosed(frame: Frame): void {
    for (const { file, line, source } of this.conditions.unclosed(frame.conditions)) {
      const error = new SourceError('%if has no %endif', source.search(/\S/), source.trim().length);
      this.host.report(toAsmError(error, { file, line, source }));
    }
  }

  /** Leaves the innermost frame of that kind at once, with all that it opened. */
  private leave(kind: 'macro' | 'repeat', { text, percent }: Current): void {
    const index = this.frames.findLastIndex((frame) => frame.kind === kind);
    if (index < 0) {
      const [name, outside] = kind === 'macro' ? ['%exitmacro', 'a macro'] : ['%exitrep', '%rep'];
      throw new SourceError(`${name} outside ${outside}`, percent, text.trim().length);
    }
    this.conditions.cutTo(this.frames[index]!.conditions);
    this.frames.length = index;
  }

  private process(
    given: string,
    raw: RawLine,
    origin: Origin,
    invocation: Invocation | null,
  ): Line | null {
    const directive = /^\s*%([A-Za-z]+)/.exec(given);
    if (!directive && !this.conditions.active) return null;
    const rewritten = new Rewrite(given);
    if (this.conditions.active) this.resolve(rewritten, origin);
    const { text } = rewritten;
    if (directive) {
      const name = directive[1]!.toLowerCase();
      const at = directive[0].length;
      const line: Current = { text, raw, origin, invocation, percent: given.indexOf('%'), at };
      atOriginal(rewritten, () => this.carryOut(name, line));
      return null;
    }
    // The lines of a %rep are read many times.
    const isRaw = text === raw.text;
    const tokens = atOriginal(rewritten, () => {
      const read = isRaw ? (this.tokenized.get(raw) ?? tokenize(text)) : tokenize(text);
      if (isRaw) this.tokenized.set(raw, read);
      return this.defines.expand(read, origin);
    });
    if (tokens.length === 0) return null;
    const placed = rewritten.isChanged
      ? tokens.map((token) => ({ ...token, at: rewritten.originalOf(token.at) }))
      : tokens;
    return this.invokeMacro(placed, origin, given.length);
  }

  private carryOut(name: string, line: Current): void {
    if (/^if/.test(name)) this.conditions.open(line.raw, () => this.test(name.slice(2), line));
    else if (/^(elif|else|endif)/.test(name)) {
      const floor = this.frames.at(-1)?.conditions ?? 0;
      this.conditions.next(name, floor, line.percent, () => this.test(name.slice(4), line));
    } else if (this.conditions.active) this.directive(name, line);
  }

  /** Carries out what works on text: names of contexts, and `%[…]`, which is expanded at once. */
  private resolve(line: Rewrite, origin: Origin): void {
    this.contexts.resolve(line);
    for (let rounds = 0; line.text.includes('%['); rounds++) {
      const found = /%\[([^[\]]*)\]/.exec(line.text);
      const at = line.text.indexOf('%[');
      if (!found) throw new SourceError("'%[' has no ']'", line.originalOf(at), 2);
      if (rounds > MAX_DEPTH) {
        throw new SourceError("too many '%[…]' in one line", line.originalOf(at), 2);
      }
      const inner = render(this.defines.expand(tokenize(found[1]!), origin));
      line.replace(found.index, found[0].length, inner);
    }
  }

  // --- conditions ---------------------------------------------------------------------------------------------------

  /** The truth of `%if<kind> …`; `kind` is what follows "if", with a leading n for "not". */
  private test(kind: string, line: Current): boolean {
    const negated = kind.startsWith('n') && kind !== 'num';
    const found = this.holds(negated ? kind.slice(1) : kind, kind, line);
    return negated ? !found : found;
  }

  private holds(plain: string, kind: string, { text, at, origin, percent }: Current): boolean {
    const rest = text.slice(at);
    if (plain === '') return this.constantAt(text, at);
    const raw = tokenize(rest);
    if (/^(def|macro|ctx|env|using|usable)$/.test(plain) && raw.length === 0) {
      throw new SourceError(`%if${kind} needs a name`, text.length);
    }
    if (plain === 'def') return raw.some((token) => this.defines.has(token.text));
    if (plain === 'macro') return this.macros.matches(rest);
    if (plain === 'ctx') return raw.some((token) => this.contexts.isInnermost(token.text));
    // A guest knows no environment.
    if (plain === 'env') return false;
    if (plain === 'using') return raw.some((token) => this.packages.has(token.text.toLowerCase()));
    if (plain === 'usable') {
      return raw.some((token) => Object.hasOwn(PACKAGES, token.text.toLowerCase()));
    }
    const tokens = this.defines.expand(raw, origin);
    switch (plain) {
      case 'idn':
      case 'idni': {
        const comma = tokens.findIndex((token) => token.text === ',');
        if (comma < 0) throw new SourceError(`%if${kind} needs two texts and a comma`, at);
        const [left, right] = [tokens.slice(0, comma), tokens.slice(comma + 1)].map((side) => {
          const joined = side.map((token) => token.text).join(' ');
          return plain === 'idni' ? joined.toLowerCase() : joined;
        });
        return left === right;
      }
      // As NASM does: only the beginning is looked at.
      case 'num': {
        const isSigned = tokens[0]?.text === '-' || tokens[0]?.text === '+';
        return tokens[isSigned ? 1 : 0]?.kind === 'number';
      }
      case 'str':
        return tokens[0]?.kind === 'string';
      case 'id':
        return tokens[0]?.kind === 'word';
      case 'empty':
        return tokens.length === 0;
      case 'token':
        return tokens.length === 1;
      default:
        throw new SourceError(`unknown condition '%if${kind}'`, percent, kind.length + 3);
    }
  }

  /** Whether the expression in `text` from `at` on is not 0. */
  private constantAt(text: string, at: number): boolean {
    return this.constant(tokenize(' '.repeat(at) + text.slice(at)), text.length, at) !== 0n;
  }

  /** Evaluates tokens with what is known now. */
  private constant(tokens: readonly Token[], end: number, at = end): bigint {
    const reader = new TokenReader(this.defines.expand(tokens, null), end);
    const expression = parseExpression(reader);
    if (!reader.done) reader.fail(`expected the end of the expression, found ${reader.found()}`);
    const first = tokens[0] ?? { kind: 'punctuation', text: '%', at, spaced: false };
    return evaluate(expression, this.host.scope(this.origin, first)).value;
  }

  // --- directives ---------------------------------------------------------------------------------------------------

  private directive(name: string, line: Current): void {
    const { text, at, percent, raw, origin, invocation } = line;
    const rest = text.slice(at);
    const first = tokenize(rest)[0]?.text ?? '';
    const values = (): Token[] => tokenize(' '.repeat(at) + rest);
    if (STRING_DIRECTIVES.has(name.replace(/^i/, ''))) {
      this.defineString(name, line);
      return;
    }
    switch (name) {
      case 'define':
      case 'idefine':
      case 'xdefine':
      case 'ixdefine':
        this.define(name, line);
        return;
      case 'undef':
        for (const token of tokenize(rest)) this.defines.delete(token.text);
        return;
      case 'assign':
      case 'iassign': {
        const found = NAME.exec(rest);
        if (!found) throw new SourceError('%assign needs a name and a value', at);
        const from = at + found[0].length;
        const tokens = tokenize(' '.repeat(from) + text.slice(from));
        const body = numberTokens(this.constant(tokens, text.length));
        this.defines.set(found[1]!, { parameters: null, body }, name[0] === 'i');
        return;
      }
      case 'macro':
      case 'imacro':
      case 'rmacro':
      case 'irmacro':
        // The body is taken first: a wrong heading must not let it leak into the program.
        this.macros.define(text, at, this.collect('macro', 'endmacro', raw), {
          anyCase: name.startsWith('i'),
          recursive: name.endsWith('rmacro'),
        });
        return;
      case 'unmacro':
      case 'unimacro':
        this.macros.remove(rest);
        return;
      case 'rep': {
        // As with a macro: the body is taken before its count can be wrong.
        const body = this.collect('rep', 'endrep', raw);
        const count = this.constant(values().filter(isNoListOption), text.length);
        if (count > BigInt(MAX_LINES)) throw new SourceError(`%rep ${count} is too much`, at);
        if (count > 0n) this.pushFrame('repeat', body, invocation, Number(count));
        return;
      }
      case 'exitrep':
        this.leave('repeat', line);
        return;
      case 'exitmacro':
        this.leave('macro', line);
        return;
      case 'rotate': {
        if (!invocation) throw new SourceError('%rotate outside a macro', percent, 7);
        const { arguments: list } = invocation;
        if (list.length === 0) return;
        const by = Number(this.constant(values(), text.length)) % list.length;
        list.push(...list.splice(0, (by + list.length) % list.length));
        return;
      }
      case 'push':
        this.contexts.push(first);
        return;
      case 'pop':
        this.contexts.pop(first, percent);
        return;
      case 'repl':
        this.contexts.rename(first, percent);
        return;
      case 'include':
        this.include(line);
        return;
      case 'error':
      case 'fatal':
      case 'warning': {
        if (name === 'fatal') this.frames.length = 0;
        const tokens = this.defines.expand(tokenize(rest), origin);
        const words = tokens.map((t) => (t.kind === 'string' ? t.text.slice(1, -1) : t.text));
        const said = new SourceError(words.join(' ') || `%${name}`, percent, name.length + 1);
        if (name !== 'warning') throw said;
        this.warn(said, origin);
        return;
      }
      case 'use':
        this.use(line);
        return;
      case 'line': {
        const message = '%line does nothing here: errors and __LINE__ tell the places of this file';
        this.warn(new SourceError(message, percent, text.trim().length), origin);
        return;
      }
      case 'defalias': {
        const found = /^\s*(\S+)\s+(\S+)/.exec(rest);
        if (!found) throw new SourceError('%defalias needs two names', at);
        this.defines.set(found[1]!, { parameters: null, body: tokenize(found[2]!) });
        return;
      }
      case 'undefalias':
        for (const token of tokenize(rest)) this.defines.delete(token.text);
        return;
      case 'clear':
        if (!/^\s*(all\s+)?i?(m|r)/.test(rest)) this.defines.clear();
        if (!/^\s*(all\s+)?i?d/.test(rest)) this.macros.clear();
        return;
      case 'pathsearch': {
        const found = NAME.exec(rest);
        const file = tokenize(rest.slice(found?.[0].length ?? 0)).find(({ text: t }) => t !== ',');
        if (!found || !file) throw new SourceError('%pathsearch needs a name and a file', at);
        this.defines.set(found[1]!, { parameters: null, body: [file] });
        return;
      }
      case 'stacksize':
        this.stackFrames.choose(values()[0], at);
        return;
      case 'arg':
      case 'local':
        this.stackNames(name, values(), at);
        return;
      // What they say concerns NASM's own options, and makefiles.
      case 'pragma':
      case 'depend':
      case 'note':
        return;
      case 'endm':
      case 'endmacro':
      case 'endrep': {
        const begin = name === 'endrep' ? 'rep' : 'macro';
        throw new SourceError(`%${name} without %${begin}`, percent, name.length + 1);
      }
      default:
        throw unknownDirective(name, percent);
    }
  }

  private warn(warning: SourceError, origin: Origin): void {
    this.host.report(toAsmError(warning, origin, 'warning'));
  }

  /** `%use fp`: the package's own lines are read next. */
  private use({ text, at, percent, origin }: Current): void {
    const [token] = tokenize(' '.repeat(at) + text.slice(at));
    const name = (
      token?.kind === 'string' ? token.text.slice(1, -1) : (token?.text ?? '')
    ).toLowerCase();
    const lines = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined;
    if (lines && !this.packages.has(name)) {
      this.packages.add(name);
      this.pushFrame('file', rawLines(`%use ${name}`, lines.join('\n')), null, 1);
    }
    if (lines) return;
    if (!OTHER_PACKAGES.includes(name)) {
      const known = [...Object.keys(PACKAGES), ...OTHER_PACKAGES];
      const message = `unknown package '${name}': there are ${known.join(', ')}`;
      throw new SourceError(
        message,
        token?.at ?? at,
        token?.text.length ?? 1,
        nearMiss(name, known),
      );
    }
    const message =
      name === 'smartalign'
        ? "%use smartalign: 'align' fills with one-byte 'nop' here, and takes no other way"
        : `%use ${name}: this package of NASM is not there, so this line does nothing`;
    this.warn(new SourceError(message, percent, text.trim().length), origin);
    if (name === 'smartalign') {
      this.pushFrame('file', rawLines(name, '%imacro alignmode 1-2\n%endmacro'), null, 1);
    }
  }

  private stackNames(directive: 'arg' | 'local', tokens: readonly Token[], at: number): void {
    const found =
      directive === 'arg'
        ? this.stackFrames.arguments(tokens, at)
        : this.stackFrames.variables(tokens, at);
    for (const { name, address } of found) {
      this.defines.set(name, { parameters: null, body: tokenize(address) });
    }
    const size = this.contexts.inner('localsize');
    if (directive !== 'local' || size === undefined) return;
    const body = numberTokens(BigInt(this.stackFrames.localBytes));
    this.defines.set(size, { parameters: null, body });
  }

  private define(name: string, { text, at, origin }: Current): void {
    const found = /^\s*([A-Za-z_.?@$][\w.?@$#~]*)(\(\s*([^)]*)\))?/.exec(text.slice(at));
    if (!found) throw new SourceError(`%${name} needs a name`, at);
    const start = at + found[0].length;
    let body: readonly Token[] = tokenize(' '.repeat(start) + text.slice(start));
    if (name.endsWith('xdefine')) body = this.defines.expand(body, origin);
    const takes = found[2] === undefined ? null : parametersIn(found[3] ?? '');
    this.defines.set(found[1]!, { parameters: takes, body }, name[0] === 'i');
  }

  private defineString(name: string, { text, at, origin }: Current): void {
    const found = NAME.exec(text.slice(at));
    if (!found) throw new SourceError(`%${name} needs a name`, at);
    const start = at + found[0].length;
    const operands = this.defines.expand(
      tokenize(' '.repeat(start) + text.slice(start)).filter(
        (token, i) => i > 0 || token.text !== ',',
      ),
      origin,
    );
    const constant = (tokens: readonly Token[]): bigint => this.constant(tokens, text.length);
    const body = stringDirective(name.replace(/^i/, ''), operands, start, constant);
    this.defines.set(found[1]!, { parameters: null, body }, name[0] === 'i');
  }

  /** Takes the raw lines up to the matching end directive, nested ones included. */
  private collect(begin: string, end: string, opener: RawLine): RawLine[] {
    const lines: RawLine[] = [];
    let depth = 1;
    const frame = this.frames.at(-1)!;
    while (frame.next < frame.lines.length) {
      const raw = frame.lines[frame.next++]!;
      const directive = /^\s*%([A-Za-z]+)/.exec(raw.text)?.[1]?.toLowerCase();
      if (directive?.replace(/^i?r?(?=macro$)/, '') === begin) depth++;
      else if (directive === end || (end === 'endmacro' && directive === 'endm')) depth--;
      if (depth === 0) return lines;
      lines.push(raw);
    }
    const position = opener.text.indexOf('%');
    throw new SourceError(`%${begin} has no %${end}`, position, begin.length + 1);
  }

  private include({ text, at, origin }: Current): void {
    const token = this.defines.expand(tokenize(' '.repeat(at) + text.slice(at)), origin)[0];
    if (token?.kind !== 'string') {
      throw new SourceError(
        '%include needs a file name in quotes',
        token?.at ?? at,
        token?.text.length,
      );
    }
    const name = token.text.slice(1, -1);
    const source = this.host.file(name);
    if (source === undefined) {
      const near = nearMiss(name, this.host.fileNames());
      const suggestion = near === undefined ? undefined : `"${near}"`;
      const message = `no file '${name}' to include`;
      throw new SourceError(message, token.at, token.text.length, suggestion);
    }
    const open = this.frames.filter(
      ({ kind, lines }) => kind === 'file' && lines[0]?.file === name,
    );
    if (open.length >= MAX_SELF_INCLUSION || this.frames.length > MAX_DEPTH) {
      // There would be as many errors as there are ways to include them.
      this.frames.length = 0;
      throw new SourceError('files include each other endlessly', token.at, token.text.length);
    }
    this.pushFrame('file', rawLines(name, source), null, 1);
  }

  // --- macros -------------------------------------------------------------------------------------------------------

  /** When the line invokes a macro its body is queued; a label before it is handed out first. */
  private invokeMacro(tokens: readonly Token[], origin: Origin, end: number): Line | null {
    let at = 0;
    if (tokens[1]?.text === ':' && tokens[0]?.kind === 'word') at = 2;
    else if (tokens[0]?.kind === 'word' && !this.isMacro(tokens[0]) && this.isMacro(tokens[1])) {
      at = 1;
    }
    const head = tokens[at];
    if (!head || !this.isMacro(head)) return { tokens, origin, end };
    const list = splitArguments(tokens.slice(at + 1));
    // `%macro push 2` leaves `push eax` alone, and inside itself a name means the instruction it hides.
    const isHidden = formsNamed(head.text.toLowerCase()) !== undefined;
    const fitting = this.macros.withCount(head.text, list.length);
    if (isHidden && (!fitting || this.isBeingInvoked(fitting))) return { tokens, origin, end };
    const macro = this.macros.choose(head, list.length);
    if (this.isBeingInvoked(macro)) {
      const message = `macro '${head.text}' invokes itself: only %rmacro may`;
      throw new SourceError(message, head.at, head.text.length);
    }
    if (this.frames.length > MAX_DEPTH) {
      const message = `macro '${head.text}' invokes itself endlessly`;
      throw new SourceError(message, head.at, head.text.length);
    }
    const invocation: Invocation = {
      id: ++this.invocations,
      macro,
      name: head.text,
      arguments: argumentTexts(macro, list),
      label: at > 0 ? tokens[0]!.text : '',
      origin: withoutExpansion(origin),
    };
    this.pushFrame('macro', macro.body, invocation, 1);
    return at > 0 && !macro.takesLabel ? { tokens: tokens.slice(0, at), origin, end } : null;
  }

  private isBeingInvoked(macro: Macro): boolean {
    if (macro.recursive) return false;
    return this.frames.some(
      ({ kind, invocation }) => kind === 'macro' && invocation?.macro === macro,
    );
  }

  private isMacro(token: Token | undefined): boolean {
    return token?.kind === 'word' && this.macros.named(token.text) !== undefined;
  }
}

function withoutExpansion({ file, line, source, continued }: Origin): Origin {
  return continued ? { file, line, source, continued } : { file, line, source };
}

const originOf = ({ file, line, source, continued }: RawLine): Origin =>
  continued ? { file, line, source, continued } : { file, line, source };

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

/** Everything but `.nolist`, which says how NASM prints its listing. */
const isNoListOption = (token: Token): boolean => token.text !== '.nolist';

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
