/**
 * Tokens to a tree, by precedence climbing (Pratt). Operators bind as in NASM, so `eax & 1 == 0` asks whether bit 0 is
 * clear; C would compare first. `and`, `or`, `not` are words for `&&`, `||`, `!`; `not` takes a whole comparison.
 */
import { ExpressionProblem } from './errors';
import { type Token, tokensOf } from './tokens';
import type { BinaryOperator, Size, Tree } from './tree';

/** How tightly each binary operator binds; all group from the left. */
const POWER: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '//': 10,
  '%': 10,
  '%%': 10,
};
const POWER_OF_NOT = 3;
const POWER_OF_UNARY = 11;

/** Other spellings. */
const SAME_AS: Readonly<Record<string, BinaryOperator>> = { '=': '==', '<>': '!=' };
const WORDS: Readonly<Record<string, BinaryOperator>> = { and: '&&', or: '||' };

const SIZES: Readonly<Record<string, Size>> = { byte: 8, word: 16, dword: 32 };
const SEGMENTS: ReadonlySet<string> = new Set(['es', 'cs', 'ss', 'ds', 'fs', 'gs']);

/** Words that are no names. */
export const KEYWORDS: readonly string[] = [
  ...['byte', 'word', 'dword', 'phys', 'signed', 'and', 'or', 'not'],
];

/** @throws ExpressionProblem */
export function parse(text: string): Tree {
  const parser = new Parser(tokensOf(text));
  return parser.whole();
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Tree {
    if (this.tokens.length === 1) {
      throw new ExpressionProblem(
        'The expression is empty: write for example eax == 5 or [counter] > 0.',
        1,
      );
    }
    const tree = this.expression(0);
    const rest = this.current;
    if (rest.kind === 'end') return tree;
    throw new ExpressionProblem(
      `Expected an operator or the end, found ${this.found()}.`,
      rest.column,
    );
  }

  private get current(): Token {
    // The last token is `end`, and nothing reads past it.
    return this.tokens[Math.min(this.position, this.tokens.length - 1)]!;
  }

  private expression(power: number): Tree {
    let left = this.operand();
    for (;;) {
      const operator = this.binaryOperator();
      if (operator === null || POWER[operator] <= power) return left;
      const { column } = this.current;
      this.position++;
      left = { kind: 'binary', operator, left, right: this.expression(POWER[operator]), column };
    }
  }

  private binaryOperator(): BinaryOperator | null {
    const token = this.current;
    if (token.kind === 'name' && !token.escaped) return WORDS[token.text.toLowerCase()] ?? null;
    if (token.kind !== 'operator') return null;
    const operator = SAME_AS[token.text] ?? token.text;
    return Object.hasOwn(POWER, operator) ? (operator as BinaryOperator) : null;
  }

  private operand(): Tree {
    const token = this.current;
    const { column } = token;
    switch (token.kind) {
      case 'number':
        this.position++;
        return { kind: 'number', value: token.value, column };
      case 'name':
        return this.named(token);
      case 'operator':
        return this.operatorFirst(token.text, column);
      case 'end':
        throw this.missingOperand();
    }
  }

  private operatorFirst(text: string, column: number): Tree {
    switch (text) {
      case '(': {
        this.position++;
        const inside = this.expression(0);
        this.expect(')', `to close the '(' at column ${column}`);
        return inside;
      }
      case '[':
        return this.memory(32, 'virtual', column);
      case '-':
      case '+':
      case '~':
      case '!':
        this.position++;
        return {
          kind: 'unary',
          operator: text,
          operand: this.expression(POWER_OF_UNARY),
          column,
        };
      default:
        throw this.missingOperand();
    }
  }

  private named(token: Extract<Token, { kind: 'name' }>): Tree {
    const { column } = token;
    const word = token.escaped ? '' : token.text.toLowerCase();
    if (word === 'not') {
      this.position++;
      return { kind: 'unary', operator: '!', operand: this.expression(POWER_OF_NOT), column };
    }
    if (word === 'signed') {
      this.position++;
      this.expect('(', 'after signed: signed(eax) < 0');
      const operand = this.expression(0);
      this.expect(')', 'to close signed(');
      return { kind: 'signed', operand, column };
    }
    if (word === 'and' || word === 'or') throw this.missingOperand();
    if (Object.hasOwn(SIZES, word) || word === 'phys') return this.sizedMemory(column);
    this.position++;
    return { kind: 'name', name: token.text, escaped: token.escaped, column };
  }

  /** `byte [x]`, `phys dword [x]`, `dword phys [x]`. */
  private sizedMemory(column: number): Tree {
    let size: Size | null = null;
    let physical = false;
    let last = '';
    for (;;) {
      const token = this.current;
      const word = token.kind === 'name' && !token.escaped ? token.text.toLowerCase() : '';
      if (word === 'phys' && !physical) physical = true;
      else if (Object.hasOwn(SIZES, word) && size === null) size = SIZES[word]!;
      else break;
      last = word;
      this.position++;
    }
    if (this.current.text !== '[') {
      throw new ExpressionProblem(
        `Expected '[' after ${last}, found ${this.found()}: memory is written ${last} [address].`,
        this.current.column,
      );
    }
    return this.memory(size ?? 32, physical ? 'physical' : 'virtual', column);
  }

  private memory(size: Size, space: 'virtual' | 'physical', column: number): Tree {
    const open = this.current.column;
    this.position++;
    const segment = this.segment();
    if (segment !== null && space === 'physical') {
      throw new ExpressionProblem('A physical address has no segment.', open + 1);
    }
    const address = this.expression(0);
    this.expect(']', `to close the '[' at column ${open}`);
    return { kind: 'memory', size, space, segment, address, column };
  }

  private segment(): string | null {
    const name = this.current;
    const next = this.tokens[this.position + 1];
    if (name.kind !== 'name' || name.escaped || next?.text !== ':') return null;
    const segment = name.text.toLowerCase();
    if (!SEGMENTS.has(segment)) {
      throw new ExpressionProblem(
        `Expected a segment register before ':', found '${name.text}'.`,
        name.column,
      );
    }
    this.position += 2;
    return segment;
  }

  private expect(text: string, why: string): void {
    if (this.current.kind === 'operator' && this.current.text === text) {
      this.position++;
      return;
    }
    throw new ExpressionProblem(
      `Expected '${text}' ${why}, found ${this.found()}.`,
      this.current.column,
    );
  }

  private missingOperand(): ExpressionProblem {
    return new ExpressionProblem(
      `Expected a register, label, number or [memory], found ${this.found()}.`,
      this.current.column,
    );
  }

  private found(): string {
    return this.current.kind === 'end' ? 'the end' : `'${this.current.text}'`;
  }
}
