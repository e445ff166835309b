/**
 * Expressions: tokens to a tree once, and the tree to a value in every layout pass.
 *
 * Values are 64-bit integers as in NASM. A value may carry a *section*: it then moves with that section, so it gets a
 * full-size field, as NASM gives it. The difference of two addresses of one section is a plain number again.
 */
import { SourceError } from './errors';
import { FLOAT_FORMATS, floatBits } from './float';
import type { Token } from './lexer';
import { stringFunction } from './string-functions';

export type Expression =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'symbol'; readonly name: string; readonly token: Token }
  | { readonly kind: 'here' }
  | { readonly kind: 'section-start' }
  | {
      readonly kind: 'unary';
      readonly operator: string;
      readonly operand: Expression;
      readonly token?: Token;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly token: Token;
    }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    };

export interface Value {
  readonly value: bigint;
  /** Name of the section the value moves with, null for a plain number. */
  readonly section: string | null;
  /** A label of the lines below, in the first walk: nothing is known of it yet. */
  readonly ahead?: true;
}

/** What names and `$` mean at one point of one pass. */
export interface Scope {
  /** @throws SourceError when the name is unknown */
  symbol(name: string, token: Token): Value;
  here(): Value;
  sectionStart(): Value;
}

/** Brackets in brackets, and operators in one expression: more are no expression that anybody wrote. */
const MAX_DEPTH = 200;
const MAX_OPERATORS = 2_000;
const MAX_SHOWN = 40;

/** A cursor over the tokens of one line. */
export class TokenReader {
  position = 0;
  private depth = 0;
  private operators = 0;
  constructor(
    readonly tokens: readonly Token[],
    /** 0-based offset just past the line's last token, for errors at the end. */
    private readonly end: number,
  ) {}

  get current(): Token | undefined {
    return this.tokens[this.position];
  }

  get done(): boolean {
    return this.position >= this.tokens.length;
  }

  is(text: string): boolean {
    const token = this.current;
    return token !== undefined && token.kind !== 'string' && token.text === text;
  }

  /** Consumes the token when it is this punctuation or (lower-case) word. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.position++;
    return true;
  }

  word(): string | null {
    const token = this.current;
    return token?.kind === 'word' ? token.text.toLowerCase() : null;
  }

  expect(text: string, context: string): void {
    if (!this.accept(text)) this.fail(`expected '${text}' ${context}, found ${this.found()}`);
  }

  found(): string {
    if (!this.current) return 'the end of the line';
    const { text } = this.current;
    return `'${text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}'`;
  }

  /** Reads what stands inside something else. @throws SourceError when that is nested endlessly */
  nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} things inside each other`);
    const result = read();
    this.depth--;
    return result;
  }

  /** Notes an operator of the present expression. */
  countOperator(): void {
    if (++this.operators > MAX_OPERATORS) {
      this.fail(`more than ${MAX_OPERATORS} operators in one expression`);
    }
  }

  /** An expression begins that belongs to no other. */
  beginExpression(): void {
    if (this.depth === 0) this.operators = 0;
  }

  fail(message: string, suggestion?: string): never {
    const token = this.current;
    throw new SourceError(message, token?.at ?? this.end, token?.text.length ?? 1, suggestion);
  }
}

/** Binary operators by precedence, loosest first (NASM manual, "Expressions"). */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['^^'],
  ['&&'],
  ['=', '==', '!=', '<>', '<', '<=', '>', '>=', '<=>'],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>', '<<<', '>>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '%%'],
];

/** Parses one expression; stops before the first token that cannot continue it. */
export function parseExpression(reader: TokenReader): Expression {
  reader.beginExpression();
  const condition = parseLevel(reader, 0);
  if (!reader.accept('?')) return condition;
  return reader.nested(() => {
    const yes = parseExpression(reader);
    reader.expect(':', "between the two results of '?'");
    return { kind: 'choice', condition, yes, no: parseExpression(reader) };
  });
}

function parseLevel(reader: TokenReader, level: number): Expression {
  const operators = LEVELS[level];
  if (!operators) return parseUnary(reader);
  let left = parseLevel(reader, level + 1);
  for (;;) {
    const token = reader.current;
    if (token?.kind !== 'punctuation' || !operators.includes(token.text)) return left;
    reader.position++;
    reader.countOperator();
    const right = parseLevel(reader, level + 1);
    left = { kind: 'binary', operator: token.text, left, right, token };
  }
}

function parseUnary(reader: TokenReader): Expression {
  const token = reader.current;
  if (!token) return reader.fail('expected a value, found the end of the line');
  if (token.kind === 'punctuation') {
    if (['-', '+', '~', '!'].includes(token.text)) {
      reader.position++;
      const operand = reader.nested(() => parseUnary(reader));
      return { kind: 'unary', operator: token.text, operand };
    }
    if (token.text === '(') {
      reader.position++;
      const inner = reader.nested(() => parseExpression(reader));
      reader.expect(')', 'to close the bracket');
      return inner;
    }
    return reader.fail(`expected a value, found '${token.text}'`);
  }
  reader.position++;
  if (token.kind === 'number') {
    if (token.value === undefined) {
      throw new SourceError(
        'a floating-point number stands in data (dd, dq …) or in __?float32?__(…)',
        token.at,
        token.text.length,
      );
    }
    return { kind: 'constant', value: token.value };
  }
  if (token.kind === 'string') {
    return { kind: 'constant', value: characterConstant(token, token.bytes ?? []) };
  }
  if (token.kind === 'preprocessor') {
    throw new SourceError(
      `'${token.text}' means nothing outside a macro`,
      token.at,
      token.text.length,
    );
  }
  if (token.text === '$') return { kind: 'here' };
  if (token.text === '$$') return { kind: 'section-start' };
  const special = functionValue(reader, token);
  if (special) return special;
  // `$name` is how NASM spells a symbol that is also a register or mnemonic.
  const name = token.text.startsWith('$') ? token.text.slice(1) : token.text;
  return { kind: 'symbol', name, token };
}

const FUNCTION = /^__\?(ilog2\w*|\w*float\d+\w*)\?__$|^__(\w*float\d+\w*)__$|^__\??utf/;

/** `__?ilog2e?__(8)`, `__?float32?__(1.5)`, `__?utf16?__('a')`; null for any other name. */
function functionValue(reader: TokenReader, token: Token): Expression | null {
  const found = FUNCTION.exec(token.text);
  if (!found) return null;
  const name = found[1] ?? found[2] ?? '';
  const format = FLOAT_FORMATS[name];
  if (format) {
    const bracket = reader.accept('(');
    const negative = reader.accept('-');
    if (!negative) reader.accept('+');
    const literal = reader.current?.float;
    if (literal === undefined) {
      reader.fail(`expected a floating-point number, as 1.0, found ${reader.found()}`);
    }
    reader.position++;
    if (bracket) reader.expect(')', 'to close the bracket');
    const value = BigInt.asIntN(64, floatBits(literal, negative, format));
    return { kind: 'constant', value };
  }
  if (name.startsWith('ilog2')) {
    return {
      kind: 'unary',
      operator: name,
      operand: reader.nested(() => parseUnary(reader)),
      token,
    };
  }
  reader.position--;
  const bytes = stringFunction(reader);
  if (bytes) return { kind: 'constant', value: characterConstant(token, bytes) };
  reader.position++;
  return null;
}

/** `'abcd'` as a number: the first character is the lowest byte. */
function characterConstant(token: Token, bytes: readonly number[]): bigint {
  if (bytes.length > 8) {
    throw new SourceError(
      'a character constant holds at most 8 bytes',
      token.at,
      token.text.length,
    );
  }
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return BigInt.asIntN(64, value);
}

const number = (value: bigint): Value => ({ value: BigInt.asIntN(64, value), section: null });
const truth = (value: boolean): Value => number(value ? 1n : 0n);

export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'constant':
      return { value: expression.value, section: null };
    case 'symbol':
      return scope.symbol(expression.name, expression.token);
    case 'here':
      return scope.here();
    case 'section-start':
      return scope.sectionStart();
    case 'unary': {
      const operand = evaluate(expression.operand, scope);
      if (expression.operator === '+') return operand;
      if (expression.operator === '-') return number(-operand.value);
      if (expression.operator.startsWith('ilog2')) {
        return number(logarithm(operand.value, expression.operator, expression.token));
      }
      return expression.operator === '~' ? number(~operand.value) : truth(operand.value === 0n);
    }
    case 'binary':
      return applyBinary(
        expression.operator,
        evaluate(expression.left, scope),
        evaluate(expression.right, scope),
        expression.token,
      );
    case 'choice':
      return evaluate(expression.condition, scope).value !== 0n
        ? evaluate(expression.yes, scope)
        : evaluate(expression.no, scope);
  }
}

/** How often 2 is multiplied to make the number: `f` rounds down, `c` up, `w` down as well, and plain takes exact ones only. */
function logarithm(value: bigint, name: string, token?: Token): bigint {
  const unsigned = BigInt.asUintN(64, value);
  if (unsigned === 0n && /[fcw]/.test(name.slice(5))) return 0n;
  const down = BigInt(unsigned.toString(2).length - 1);
  const exact = unsigned !== 0n && 1n << down === unsigned;
  if (exact || /^ilog2[fw]/.test(name)) return down;
  if (name.startsWith('ilog2c')) return down + 1n;
  throw new SourceError(`${unsigned} is no power of two`, token?.at ?? -1, token?.text.length ?? 1);
}

function applyBinary(operator: string, left: Value, right: Value, token: Token): Value {
  const a = left.value;
  const b = right.value;
  const ua = BigInt.asUintN(64, a);
  const ub = BigInt.asUintN(64, b);
  // As the CPU shifts 64-bit numbers, and NASM with it.
  const count = ub & 63n;
  const divisor = (): void => {
    if (b === 0n) throw new SourceError('division by zero', token.at, token.text.length);
  };
  // Any other use of addresses gives a value that still depends on where sections land (`handler >> 16`).
  const moves = left.section ?? right.section;
  const mixed = (value: bigint): Value => ({ value: BigInt.asIntN(64, value), section: moves });
  switch (operator) {
    case '+':
      return mixed(a + b);
    case '-':
      return left.section === right.section ? number(a - b) : mixed(a - b);
    case '*':
      return mixed(a * b);
    case '/':
      divisor();
      return mixed(ua / ub);
    case '//':
      divisor();
      return mixed(a / b);
    case '%':
      divisor();
      return mixed(ua % ub);
    case '%%':
      divisor();
      return mixed(a % b);
    case '<<':
    case '<<<':
      return mixed(a << count);
    case '>>':
      return mixed(ua >> count);
    case '>>>':
      return mixed(a >> count);
    case '&':
      return mixed(a & b);
    case '|':
      return mixed(a | b);
    case '^':
      return mixed(a ^ b);
    case '&&':
      return truth(a !== 0n && b !== 0n);
    case '||':
      return truth(a !== 0n || b !== 0n);
    case '^^':
      return truth((a !== 0n) !== (b !== 0n));
    case '=':
    case '==':
      return truth(a === b);
    case '!=':
    case '<>':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
    default:
      return number(a < b ? -1n : a > b ? 1n : 0n);
  }
}

/** Visits every symbol named in an expression. */
export function symbolsOf(
  expression: Expression,
  visit: (name: string, token: Token) => void,
): void {
  switch (expression.kind) {
    case 'symbol':
      visit(expression.name, expression.token);
      return;
    case 'unary':
      symbolsOf(expression.operand, visit);
      return;
    case 'binary':
      symbolsOf(expression.left, visit);
      symbolsOf(expression.right, visit);
      return;
    case 'choice':
      symbolsOf(expression.condition, visit);
      symbolsOf(expression.yes, visit);
      symbolsOf(expression.no, visit);
      return;
    default:
  }
}
