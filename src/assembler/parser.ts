/** Lines of tokens to statements. Keeps what later lines depend on: bitness, the last label, structures. */
import type { Bitness } from '../machine/codec/instruction';
import { registerNamed, registerNames } from '../machine/codec/opcode-forms';
import { parseCpu } from './cpu-directive';
import { DECLARATIONS, Declarations } from './declarations';
import { SourceError } from './errors';
import {
  type Expression,
  evaluate,
  parseExpression,
  type Scope,
  TokenReader,
  type Value,
} from './expression';
import { foreignSyntax } from './foreign-syntax';
import { render, type Token } from './lexer';
import {
  DATA_UNITS,
  DIRECTIVES,
  formsNamed,
  mnemonicNames,
  PREFIXES,
  RESERVE_UNITS,
  SIZE_KEYWORDS,
} from './mnemonics';
import { nearMiss } from './near-miss';
import { type ConstantScope, parseOperands } from './operands';
import type { Line, Origin } from './origin';
import { parseData } from './parse-data';
import { parsePrefixes } from './parse-prefixes';
import { parseSectionHeading, powerOfTwo } from './parse-section';
import { matchForms } from './select-form';
import type { Body, Operand, Statement, StatementPart } from './statements';
import { STRUCTURE_WORDS, Structures } from './structures';
import { type Table, table } from './table';

export interface ParserHost {
  readonly binary: (name: string) => Uint8Array | undefined;
  /** Names that macros and defines made, for near-miss suggestions. */
  readonly extraNames: () => readonly string[];
  /** Told, and assembled all the same. */
  readonly warn: (warning: SourceError, origin: Origin) => void;
  /** What the layout made of a value that was asked for while reading, in the round before; undefined in the first. */
  readonly answer: (index: number) => bigint | undefined;
  /** The value of an expression here, as far as addresses are known. */
  readonly estimate: (expression: Expression, scope: string) => Value;
}

export class Parser {
  readonly statements: Statement[] = [];
  /** `equ` constants known so far, for addresses' scales and the preprocessor's `%if`. */
  readonly constants = new Map<string, bigint>();
  readonly declarations = new Declarations();
  /** Values that were asked for while reading and need addresses, as they were answered. */
  readonly answered: bigint[] = [];
  private readonly names = new Set<string>();
  /** Words alone on a line, and whether they are much like an instruction. */
  private readonly mistyped = new Map<string, boolean>();
  private bits: Bitness;
  private scope = '';
  /** The section the program is in by its own directives; those in brackets leave it. */
  private section: StatementPart = { kind: 'section', name: '.text', attributes: {} };
  private sectionText = '[section .text]';
  private readonly structures = new Structures({
    add: (part, token) => this.add(part, token),
    label: (token) => this.label(token),
    parseBody: (reader) => this.parseBody(reader),
    backToSection: (token) => this.add(this.section, token),
  });
  private line!: Line;
  private isPrimitive = false;
  /** Whether `align` raises the alignment of the section too. */
  private alignsSection = true;
  /** The word the present statement begins with. */
  private start!: Token;

  constructor(
    private readonly host: ParserHost,
    bits: Bitness = 16,
  ) {
    this.bits = bits;
  }

  /** Of the code that comes next. */
  get bitness(): Bitness {
    return this.bits;
  }

  /** What `__SECT__` stands for: the directive that leads back to the program's own section. */
  get currentSection(): string {
    return this.sectionText;
  }

  /** @throws SourceError at the first thing in the line that makes no sense */
  parse(line: Line): void {
    const from = this.statements.length;
    try {
      this.parseLine(line);
    } catch (error) {
      // What decides where the following lines lie is not half done: that would be one mistake, and many errors.
      const added = this.statements.splice(from);
      this.statements.push(...added.filter(({ kind }) => !/^(absolute|section|org)$/.test(kind)));
      throw error;
    }
  }

  private parseLine(line: Line): void {
    this.line = line;
    const { tokens } = line;
    const bracketed = tokens[0]?.text === '[' && tokens.at(-1)?.text === ']';
    if (tokens[0]?.text === '[' && !bracketed) {
      throw new SourceError("a directive in brackets needs ']' at its end", tokens[0].at);
    }
    this.isPrimitive = bracketed;
    const reader = new TokenReader(bracketed ? tokens.slice(1, -1) : tokens, line.end);
    this.start = reader.current ?? tokens[0]!;
    if (bracketed) this.requireDirective(reader);
    else this.parseLabels(reader);
    this.start = reader.current ?? this.start;
    if (!reader.done) this.parseStatement(reader);
    if (!reader.done) reader.fail(`expected the end of the line, found ${reader.found()}`);
  }

  /** What is still open at the end of the source, if anything. */
  finish(): { readonly error: SourceError; readonly origin: Origin } | null {
    return this.structures.open;
  }

  private requireDirective(reader: TokenReader): void {
    const token = reader.current;
    const word = reader.word() ?? '';
    if (BRACKETED.has(word)) return;
    const near = nearMiss(word, BRACKETED);
    const message = `expected a directive in the brackets, found ${reader.found()}`;
    throw new SourceError(message, token?.at ?? 0, token?.text.length ?? 1, near);
  }

  private add(part: StatementPart, token: Token = this.start): void {
    const { origin } = this.line;
    if (part.kind === 'label' || part.kind === 'equ') this.names.add(part.name);
    this.statements.push({ ...part, origin, token, scope: this.scope } as Statement);
  }

  /** Names known without laying anything out. */
  private get knownScope(): Scope {
    return this.scopeOf((_expression, token) => this.unknown(token));
  }

  /** Names known here, those included whose values need addresses: for what must be known while reading. */
  private get constantScope(): Scope {
    const { origin } = this.line;
    return this.valueScope(origin, this.start);
  }

  private get operandScopes(): ConstantScope {
    return { known: this.knownScope, value: this.constantScope };
  }

  /**
   * As `constantScope`, for the preprocessor's expressions. Values that need addresses are asked for at the layout, which
   * answers as well as it can at once, and truly at the end; if that is not the same, all is read again.
   */
  valueScope(origin: Origin, token: Token): Scope {
    return this.scopeOf((expression, at) => {
      const { kind } = expression;
      if (kind === 'symbol' && !this.names.has(this.qualify(expression.name))) this.unknown(at);
      return this.probe(expression, origin, at ?? token);
    });
  }

  private scopeOf(otherwise: (expression: Expression, token?: Token) => Value): Scope {
    return {
      symbol: (name, token) => {
        const value = this.constants.get(this.qualify(name));
        return value === undefined
          ? otherwise({ kind: 'symbol', name, token }, token)
          : { value, section: null };
      },
      here: () => otherwise({ kind: 'here' }),
      sectionStart: () => otherwise({ kind: 'section-start' }),
    };
  }

  private unknown(token?: Token): never {
    const what = token ? `'${token.text}' is not known here` : "'$' is not known here";
    throw new SourceError(
      `${what}: expected a number, a constant or a label of the lines above`,
      token?.at ?? this.line?.tokens[0]?.at ?? 0,
      token?.text.length ?? 1,
      token && nearMiss(token.text, this.names),
    );
  }

  private probe(expression: Expression, origin: Origin, token: Token): Value {
    const index = this.answered.length;
    const answer = this.host.answer(index);
    // The section is left away: nobody can tell where it will lie, and a plain number will do.
    const value = answer ?? this.host.estimate(expression, this.scope).value;
    this.answered.push(value);
    this.statements.push({ kind: 'probe', index, expression, origin, token, scope: this.scope });
    return { value, section: null };
  }

  private qualify(name: string): string {
    return name.startsWith('.') && !name.startsWith('..') ? this.scope + name : name;
  }

  private warn(warning: SourceError): void {
    this.host.warn(warning, this.line.origin);
  }

  private parseLabels(reader: TokenReader): void {
    const first = reader.current;
    if (first?.kind !== 'word') return;
    const second = reader.tokens[reader.position + 1];
    const colon = second?.kind === 'punctuation' && second.text === ':';
    const word = first.text.toLowerCase();
    if (!colon) {
      if (isStatementStart(word)) return;
      const next = second?.kind === 'word' ? second.text.toLowerCase() : null;
      if (next === 'equ') {
        this.parseEqu(reader, first);
        return;
      }
      if (next === null && second) return; // `foo [x]`: reported as an unknown instruction
      if (next !== null && !isStatementStart(next)) return;
      if (next === null && this.looksMistyped(first)) return;
    } else if (reader.tokens[reader.position + 2]?.text.toLowerCase() === 'equ') {
      this.parseEqu(reader, first);
      return;
    }
    rejectReserved(first);
    reader.position += colon ? 2 : 1;
    this.label(first);
    if (!colon && reader.done && !this.line.origin.expansion) {
      const message = `'${first.text}' alone on a line is taken as a label: with a ':' behind it that is clear`;
      this.warn(new SourceError(message, first.at, first.text.length, `${first.text}:`));
    }
  }

  private looksMistyped(token: Token): boolean {
    // `.loop` is a label that is near an instruction; `.data` is another assembler's.
    if (token.text.startsWith('.')) return foreignSyntax([token]) !== null;
    const word = token.text.toLowerCase();
    const known = this.mistyped.get(word);
    if (known !== undefined) return known;
    const found =
      word.length > 1 &&
      nearMiss(
        word,
        mnemonicNames().filter((name) => name.length > 2),
      ) !== undefined;
    this.mistyped.set(word, found);
    return found;
  }

  private label(token: Token): void {
    const text = plainName(token);
    const name = this.qualify(text);
    // `..@name` belongs to nobody: local labels go on belonging to the label before.
    if (!text.startsWith('.')) this.scope = text;
    this.add({ kind: 'label', name }, token);
  }

  private parseEqu(reader: TokenReader, token: Token): void {
    rejectReserved(token);
    reader.position += reader.tokens[reader.position + 1]?.text === ':' ? 3 : 2;
    const name = this.qualify(plainName(token));
    const expression = parseExpression(reader);
    this.add({ kind: 'equ', name, expression }, token);
    try {
      this.constants.set(name, evaluate(expression, this.knownScope).value);
    } catch {
      // It needs addresses: known after layout only.
    }
  }

  private parseStatement(reader: TokenReader): void {
    const token = reader.current!;
    const word = reader.word();
    if (word === null) {
      reader.fail(`expected an instruction or a label, found '${token.text}'`);
      return;
    }
    if (this.parseDirective(word, reader)) return;
    if (word !== 'times') {
      this.add({ kind: 'body', times: null, body: this.parseBody(reader) });
      return;
    }
    reader.position++;
    const first = reader.current;
    const times = parseExpression(reader);
    if (reader.done && first && formsNamed(first.text.toLowerCase())) {
      const message = `'times' needs a count: 'times 4 ${first.text}'`;
      throw new SourceError(message, first.at, first.text.length, `4 ${first.text}`);
    }
    this.add({ kind: 'body', times, body: this.parseBody(reader) });
  }

  private parseDirective(word: string, reader: TokenReader): boolean {
    const token = reader.current!;
    const { origin } = this.line;
    if (DECLARATIONS.has(word)) {
      reader.position++;
      this.declarations.parse(word, reader, token, origin);
      return true;
    }
    if (STRUCTURE_WORDS.has(word)) {
      reader.position++;
      this.structures.parse(word, reader, token, origin);
      return true;
    }
    switch (word) {
      case 'bits':
      case 'use16':
      case 'use32': {
        reader.position++;
        const value = word === 'bits' ? this.constant(reader) : BigInt(word.slice(3));
        if (value !== 16n && value !== 32n) {
          throw new SourceError(`bits takes 16 or 32, found ${value}`, token.at, token.text.length);
        }
        this.bits = value === 16n ? 16 : 32;
        return true;
      }
      case 'org':
        reader.position++;
        this.add({ kind: 'org', origin0: parseExpression(reader) });
        return true;
      case 'section':
      case 'segment': {
        reader.position++;
        const heading = reader.current;
        const { name, attributes } = parseSectionHeading(reader, () => this.constant(reader));
        if (heading && /^(text|data|rodata|bss)$/.test(name)) {
          const message = `section '${name}' is another one than '.${name}', and its name means nothing`;
          this.warn(new SourceError(message, heading.at, heading.text.length, `.${name}`));
        }
        this.enter({ kind: 'section', name, attributes });
        return true;
      }
      case 'absolute':
        reader.position++;
        this.enter({ kind: 'absolute', start: parseExpression(reader) });
        return true;
      case 'sectalign':
        reader.position++;
        this.parseSectionAlignment(reader);
        return true;
      case 'cpu':
        reader.position++;
        parseCpu(reader);
        return true;
      case 'default':
      case 'float':
        reader.position = reader.tokens.length;
        return true;
      case 'align':
      case 'alignb':
        reader.position++;
        this.parseAlign(word, reader);
        return true;
      default:
        // What they say concerns NASM's own messages and lists.
        if (!this.isPrimitive || !BRACKETED.has(word)) return false;
        reader.position = reader.tokens.length;
        return true;
    }
  }

  private enter(part: StatementPart): void {
    if (!this.isPrimitive) {
      const [first] = this.line.tokens;
      this.section = part.kind === 'section' ? { ...part, attributes: {} } : part;
      this.sectionText = `[${render(this.line.tokens.filter(({ at }) => at >= (first?.at ?? 0)))}]`;
    }
    this.add(part);
  }

  /** `sectalign 16`, `sectalign off`. */
  private parseSectionAlignment(reader: TokenReader): void {
    const word = reader.word();
    const token = reader.current;
    if (word === 'on' || word === 'off') {
      reader.position++;
      this.alignsSection = word === 'on';
      return;
    }
    const align = powerOfTwo(Number(this.constant(reader)), token ?? this.start);
    this.add({ kind: 'sectalign', align });
  }

  private constant(reader: TokenReader): bigint {
    return evaluate(parseExpression(reader), this.constantScope).value;
  }

  private parseAlign(word: string, reader: TokenReader): void {
    const boundary = parseExpression(reader);
    let fill: Body | null = null;
    if (!reader.done) {
      reader.expect(',', `before what '${word}' fills with`);
      fill = this.parseBody(reader);
    } else if (word === 'alignb') {
      fill = { kind: 'reserve', unit: 1, count: { kind: 'constant', value: 1n } };
    }
    this.add({ kind: 'align', boundary, fill, section: this.alignsSection });
  }

  private parseBody(reader: TokenReader): Body {
    const word = reader.word();
    if (word === null) return reader.fail(`expected an instruction, found ${reader.found()}`);
    const unit = DATA_UNITS[word];
    if (unit !== undefined) {
      reader.position++;
      return { kind: 'data', unit, items: parseData(reader) };
    }
    const reserved = RESERVE_UNITS[word];
    if (reserved !== undefined) {
      reader.position++;
      return { kind: 'reserve', unit: reserved, count: parseExpression(reader) };
    }
    if (word === 'incbin') return this.parseIncbin(reader);
    if (word === 'times') reader.fail("one 'times' is enough for a line: multiply the counts");
    const foreign = FOREIGN_PREFIXES[word];
    if (foreign !== undefined)
      reader.fail(`'${word}' is a prefix of ${foreign}, which this machine does not have`);
    return this.parseInstruction(reader);
  }

  private parseIncbin(reader: TokenReader): Body {
    reader.position++;
    const token = reader.current;
    if (token?.kind !== 'string') return reader.fail('incbin needs a file name in quotes');
    reader.position++;
    const name = token.text.slice(1, -1);
    const bytes = this.host.binary(name);
    if (!bytes) throw new SourceError(`no file '${name}' to include`, token.at, token.text.length);
    const skip = reader.accept(',') ? Number(this.constant(reader)) : 0;
    const most = reader.accept(',') ? Number(this.constant(reader)) : bytes.length;
    return { kind: 'binary', bytes: bytes.slice(skip, skip + most) };
  }

  private parseInstruction(reader: TokenReader): Body {
    const prefixes = parsePrefixes(reader);
    const token = reader.current;
    const mnemonic = reader.word();
    if (!token || mnemonic === null)
      return reader.fail(`expected an instruction, found ${reader.found()}`);
    if (!formsNamed(mnemonic)) throw this.unknownInstruction(token);
    reader.position++;
    const operands = parseOperands(reader, this.operandScopes);
    // `fadd` alone is NASM's other name for `faddp`.
    const bare = operands.length === 0 && /^f(add|mul|subr?|divr?)$/.test(mnemonic);
    const bits = prefixes.operandSize ?? this.bits;
    const name = bare ? `${mnemonic}p` : mnemonic;
    rejectMistypedRegister(mnemonic, operands);
    const candidates = matchForms(name, token, operands, formsNamed(name)!, bits);
    if (prefixes.lock && !operands.some(({ kind }) => kind === 'memory')) {
      const message = `'lock' is for memory: without it the processor refuses '${mnemonic}' with #UD`;
      this.warn(new SourceError(message, token.at, token.text.length));
    }
    if (prefixes.repeat && !REPEATED.test(mnemonic)) {
      const message = `'rep' repeats string instructions: before '${mnemonic}' it does nothing`;
      this.warn(new SourceError(message, token.at, token.text.length));
    }
    if (prefixes.lock && !candidates.some(({ form }) => form.lockable)) {
      throw new SourceError(`'${mnemonic}' cannot be locked`, token.at, token.text.length);
    }
    return {
      kind: 'instruction',
      mnemonic,
      token,
      operands,
      prefixes,
      bits: this.bits,
      candidates,
    };
  }

  private unknownInstruction(token: Token): SourceError {
    const known = [...mnemonicNames(), ...DIRECTIVES, ...PREFIXES, ...this.host.extraNames()];
    const word = token.text.toLowerCase();
    const fail = (message: string, suggestion?: string): SourceError =>
      new SourceError(message, token.at, token.text.length, suggestion);
    if (registerNamed(word)) return fail(`expected an instruction, found register '${token.text}'`);
    if (word === 'equ') return fail("'equ' needs a name before it: 'name equ value'");
    const near = nearMiss(token.text, known);
    const hint =
      near === undefined ? ": expected an instruction, a directive or a label with ':'" : '';
    return fail(`unknown instruction '${token.text}'${hint}`, near);
  }
}

/** String instructions; and what others write as REP with another: `rep ret`, `rep nop`. */
const REPEATED = /^((ins|outs|movs|lods|stos|cmps|scas)[bwd]|ret|nop)$/;

/** A first operand that can only be a register or memory, and is a word much like a register: `mov exa, 1`. */
function rejectMistypedRegister(mnemonic: string, operands: readonly Operand[]): void {
  const [first] = operands;
  if (operands.length < 2 || first?.kind !== 'immediate' || mnemonic === 'out') return;
  if (/^(loop|enter$)/.test(mnemonic) || first.expression.kind !== 'symbol') return;
  const { name, token } = first.expression;
  const near = nearMiss(name, registerNames());
  if (near === undefined) return;
  throw new SourceError(`'${name}' is not a register`, token.at, token.text.length, near);
}

/** The name without the `$` that keeps it from being a register or an instruction. */
const plainName = ({ text }: Token): string => (text.startsWith('$') ? text.slice(1) : text);

const FOREIGN_PREFIXES: Table<string> = table({
  bnd: 'the MPX extension',
  xacquire: 'the TSX extension',
  xrelease: 'the TSX extension',
});

/** Directives that may stand in square brackets; the last line is for NASM's messages, listing and map. */
const BRACKETED: ReadonlySet<string> = new Set([
  ...['bits', 'use16', 'use32', 'org', 'section', 'segment', 'absolute', 'sectalign', 'cpu'],
  ...['default', 'float', ...DECLARATIONS],
  ...['warning', 'list', 'map', 'debug', 'pragma', 'dollarhex'],
]);

const STARTS = new Set([...DIRECTIVES, ...PREFIXES, ...Object.keys(FOREIGN_PREFIXES)]);

/** Words that mean something inside operands; with a `$` before it any of them is a name. */
const RESERVED: ReadonlySet<string> = new Set([
  ...Object.keys(SIZE_KEYWORDS),
  ...['short', 'near', 'far', 'strict', 'nosplit', 'to', 'rel', 'abs', 'seg', 'wrt', 'dup'],
]);

/** @throws SourceError when the word cannot be a label's name */
function rejectReserved(token: Token): void {
  const word = token.text.toLowerCase();
  const what = registerNamed(word)
    ? 'a register'
    : RESERVED.has(word)
      ? "one of NASM's own words"
      : null;
  if (what === null) return;
  const message = `'${token.text}' is ${what} and cannot be a label`;
  throw new SourceError(message, token.at, token.text.length);
}

function isStatementStart(word: string): boolean {
  return (
    STARTS.has(word) || formsNamed(word) !== undefined || registerNamed(word)?.class === 'segment'
  );
}
