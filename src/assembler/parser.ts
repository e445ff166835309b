/** Lines of tokens to statements. Keeps what later lines depend on: bitness, the last label, structures. */
import type { Bitness } from '../machine/codec/instruction';
import { registerNamed, registerNames } from '../machine/codec/opcode-forms';
import { SourceError } from './errors';
import { type Expression, evaluate, parseExpression, type Scope, TokenReader } from './expression';
import type { Token } from './lexer';
import {
  DATA_UNITS,
  DIRECTIVES,
  formsNamed,
  mnemonicNames,
  PREFIXES,
  RESERVE_UNITS,
} from './mnemonics';
import { nearMiss } from './near-miss';
import { parseOperands } from './operands';
import type { Line, Origin } from './origin';
import { parseData } from './parse-data';
import { parsePrefixes } from './parse-prefixes';
import { matchForms } from './select-form';
import type { Body, Operand, SectionAttributes, Statement } from './statements';

export interface ParserHost {
  readonly binary: (name: string) => Uint8Array | undefined;
  /** Names that macros and defines made, for near-miss suggestions. */
  readonly extraNames: () => readonly string[];
}

const HERE: Expression = { kind: 'here' };

export class Parser {
  readonly statements: Statement[] = [];
  /** `equ` constants known so far, for addresses' scales and the preprocessor's `%if`. */
  readonly constants = new Map<string, bigint>();
  /** Names declared `global`; the entry point is looked for among them. */
  readonly globals = new Map<string, { readonly token: Token; readonly origin: Origin }>();
  private bits: Bitness;
  private scope = '';
  private section = '.text';
  private structure: { name: string; outer: string; token: Token; origin: Origin } | null = null;
  private instance: { start: string; type: string; token: Token; origin: Origin } | null = null;
  private instances = 0;
  private line!: Line;
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

  /** @throws SourceError at the first thing in the line that makes no sense */
  parse(line: Line): void {
    this.line = line;
    const { tokens } = line;
    const bracketed = tokens[0]?.text === '[' && tokens.at(-1)?.text === ']';
    if (tokens[0]?.text === '[' && !bracketed) {
      throw new SourceError("a directive in brackets needs ']' at its end", tokens[0].at);
    }
    const reader = new TokenReader(bracketed ? tokens.slice(1, -1) : tokens, line.end);
    this.start = tokens[0]!;
    this.parseLabels(reader);
    this.start = reader.current ?? this.start;
    if (!reader.done) this.parseStatement(reader);
    if (!reader.done) reader.fail(`expected the end of the line, found ${reader.found()}`);
  }

  /** What is still open at the end of the source, if anything. */
  finish(): { readonly error: SourceError; readonly origin: Origin } | null {
    const open = this.structure ?? this.instance;
    if (!open) return null;
    const { token, origin } = open;
    const message =
      'name' in open ? `struc '${open.name}' has no endstruc` : `istruc '${open.type}' has no iend`;
    return { error: new SourceError(message, token.at, token.text.length), origin };
  }

  private add(
    part: DistributiveOmit<Statement, 'origin' | 'token' | 'scope'>,
    token: Token = this.start,
  ): void {
    const { origin } = this.line;
    this.statements.push({ ...part, origin, token, scope: this.scope } as Statement);
  }

  /** Names known without laying anything out. */
  private get constantScope(): Scope {
    const unknown = (token?: Token): never => {
      throw new SourceError(
        'expected a number or an earlier equ constant',
        token?.at ?? this.line.tokens[0]?.at ?? 0,
        token?.text.length ?? 1,
      );
    };
    return {
      symbol: (name, token) => {
        const value = this.constants.get(this.qualify(name));
        return value === undefined ? unknown(token) : { value, section: null };
      },
      here: () => unknown(),
      sectionStart: () => unknown(),
    };
  }

  private qualify(name: string): string {
    return name.startsWith('.') && !name.startsWith('..') ? this.scope + name : name;
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
      if (next === null && this.looksMistyped(word)) return;
    } else if (reader.tokens[reader.position + 2]?.text.toLowerCase() === 'equ') {
      this.parseEqu(reader, first);
      return;
    }
    if (registerNamed(word) && !first.text.startsWith('$')) {
      throw new SourceError(
        `'${first.text}' is a register and cannot be a label`,
        first.at,
        first.text.length,
      );
    }
    reader.position += colon ? 2 : 1;
    this.label(first);
  }

  private looksMistyped(word: string): boolean {
    return (
      word.length > 1 &&
      nearMiss(
        word,
        mnemonicNames().filter((name) => name.length > 2),
      ) !== undefined
    );
  }

  private label(token: Token): void {
    const text = token.text.startsWith('$') ? token.text.slice(1) : token.text;
    const name = this.qualify(text);
    if (!text.startsWith('.')) this.scope = text;
    this.add({ kind: 'label', name }, token);
  }

  private parseEqu(reader: TokenReader, token: Token): void {
    reader.position += reader.tokens[reader.position + 1]?.text === ':' ? 3 : 2;
    const name = this.qualify(token.text);
    const expression = parseExpression(reader);
    this.add({ kind: 'equ', name, expression }, token);
    try {
      this.constants.set(name, evaluate(expression, this.constantScope).value);
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
    if (word === 'times') {
      reader.position++;
      const times = parseExpression(reader);
      this.add({ kind: 'body', times, body: this.parseBody(reader) });
      return;
    }
    this.add({ kind: 'body', times: null, body: this.parseBody(reader) });
  }

  private parseDirective(word: string, reader: TokenReader): boolean {
    const token = reader.current!;
    const rest = (): void => {
      reader.position = reader.tokens.length;
    };
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
      case 'segment':
        reader.position++;
        this.parseSection(reader);
        return true;
      case 'absolute':
        reader.position++;
        this.add({ kind: 'absolute', start: parseExpression(reader) });
        return true;
      case 'global':
        reader.position++;
        if (reader.done) reader.fail("expected a label's name, found the end of the line");
        while (!reader.done) {
          const name = reader.current!;
          const { origin } = this.line;
          if (name.kind === 'word') this.globals.set(name.text, { token: name, origin });
          reader.position++;
        }
        return true;
      case 'extern':
      case 'common':
        throw new SourceError(
          'a guest is one source file: there is nothing to link other symbols from',
          token.at,
          token.text.length,
        );
      case 'cpu':
      case 'default':
      case 'map':
      case 'warning':
      case 'list':
      case 'debug':
        rest();
        return true;
      case 'align':
      case 'alignb':
        reader.position++;
        this.parseAlign(word, reader);
        return true;
      case 'struc':
      case 'endstruc':
      case 'istruc':
      case 'at':
      case 'iend':
        reader.position++;
        this.parseStructure(word, reader, token);
        return true;
      default:
        return false;
    }
  }

  private constant(reader: TokenReader): bigint {
    return evaluate(parseExpression(reader), this.constantScope).value;
  }

  private parseSection(reader: TokenReader): void {
    const token = reader.current;
    if (token?.kind !== 'word') {
      reader.fail(`expected a section name, found ${reader.found()}`);
      return;
    }
    reader.position++;
    const attributes: { align?: number; nobits?: boolean; vstart?: number } = {};
    while (!reader.done) {
      const name = reader.word();
      const at = reader.current!;
      reader.position++;
      if (name === 'nobits' || name === 'progbits') attributes.nobits = name === 'nobits';
      else if (name === 'align' || name === 'vstart' || name === 'start') {
        reader.expect('=', `after '${name}'`);
        const value = Number(this.constant(reader));
        if (name === 'align') attributes.align = powerOfTwo(value, at);
        else attributes.vstart = value;
      } else if (!['alloc', 'noalloc', 'exec', 'noexec', 'write', 'nowrite'].includes(name ?? '')) {
        throw new SourceError(`unknown section attribute '${at.text}'`, at.at, at.text.length);
      }
    }
    this.section = token.text;
    this.add({ kind: 'section', name: token.text, attributes: attributes as SectionAttributes });
  }

  private parseAlign(word: string, reader: TokenReader): void {
    const boundary = parseExpression(reader);
    let fill: Body | null = null;
    if (reader.accept(',')) fill = this.parseBody(reader);
    else if (word === 'alignb') {
      fill = { kind: 'reserve', unit: 1, count: { kind: 'constant', value: 1n } };
    }
    this.add({ kind: 'align', boundary, fill });
  }

  private parseStructure(word: string, reader: TokenReader, token: Token): void {
    const wrong = (message: string): never => {
      throw new SourceError(message, token.at, token.text.length);
    };
    const name = reader.current;
    if (word === 'struc') {
      if (name?.kind !== 'word') {
        reader.fail("expected the structure's name");
        return;
      }
      if (this.structure) {
        wrong(`struc '${this.structure.name}' is still open`);
        return;
      }
      reader.position++;
      const start = reader.accept(',') ? parseExpression(reader) : constant(0n);
      this.structure = {
        name: name.text,
        outer: this.section,
        token,
        origin: this.line.origin,
      };
      this.add({ kind: 'absolute', start });
      this.label(name);
      return;
    }
    if (word === 'endstruc') {
      const open = this.structure ?? wrong('endstruc without struc');
      this.structure = null;
      const sized = `${open.name}_size`;
      const from: Expression = { kind: 'symbol', name: open.name, token };
      const expression: Expression = {
        kind: 'binary',
        operator: '-',
        left: HERE,
        right: from,
        token,
      };
      this.add({ kind: 'equ', name: sized, expression }, token);
      this.add({ kind: 'section', name: open.outer, attributes: {} });
      return;
    }
    if (word === 'istruc') {
      if (name?.kind !== 'word') {
        reader.fail("expected the structure's name");
        return;
      }
      reader.position++;
      const { origin } = this.line;
      this.instance = { start: `..@istruc.${++this.instances}`, type: name.text, token, origin };
      this.add({ kind: 'label', name: this.instance.start }, token);
      return;
    }
    const instance = this.instance ?? wrong(`${word} without istruc`);
    const symbol = (of: string): Expression => ({ kind: 'symbol', name: of, token });
    const sum = (operator: string, left: Expression, right: Expression): Expression => ({
      kind: 'binary',
      operator,
      left,
      right,
      token,
    });
    if (word === 'iend') {
      const size = symbol(`${instance.type}_size`);
      this.add({ kind: 'goto', target: sum('+', symbol(instance.start), size) });
      this.instance = null;
      return;
    }
    const field = parseExpression(reader);
    const offset = sum('-', field, symbol(instance.type));
    this.add({ kind: 'goto', target: sum('+', symbol(instance.start), offset) });
    reader.expect(',', "after the field's name");
    this.add({ kind: 'body', times: null, body: this.parseBody(reader) });
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
    const operands = parseOperands(reader, this.constantScope);
    // `fadd` alone is NASM's other name for `faddp`.
    const bare = operands.length === 0 && /^f(add|mul|subr?|divr?)$/.test(mnemonic);
    const bits = prefixes.operandSize ?? this.bits;
    const name = bare ? `${mnemonic}p` : mnemonic;
    rejectMistypedRegister(mnemonic, operands);
    const candidates = matchForms(name, token, operands, formsNamed(name)!, bits);
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

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const constant = (value: bigint): Expression => ({ kind: 'constant', value });

function powerOfTwo(value: number, token: Token): number {
  if (value > 0 && (value & (value - 1)) === 0) return value;
  throw new SourceError(
    `alignment must be a power of two, found ${value}`,
    token.at,
    token.text.length,
  );
}

const STARTS = new Set([...DIRECTIVES, ...PREFIXES]);

function isStatementStart(word: string): boolean {
  return (
    STARTS.has(word) || formsNamed(word) !== undefined || registerNamed(word)?.class === 'segment'
  );
}
