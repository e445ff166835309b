/** Operands of an instruction: registers, `[memory]`, immediates and `selector:offset`. */
import type { Bitness } from '../machine/codec/instruction';
import { type RegisterInfo, registerNamed } from '../machine/codec/opcode-forms';
import { SourceError } from './errors';
import {
  type Expression,
  evaluate,
  parseExpression,
  type Scope,
  type TokenReader,
} from './expression';
import type { Token } from './lexer';
import { SIZE_KEYWORDS } from './mnemonics';
import type { MemoryOperand, Operand, RegisterTerm, Size } from './statements';

/** Values needed while parsing. */
export interface ConstantScope {
  /** Constants only. */
  readonly known: Scope;
  /** All names above, addresses as well as they are known: scales in addresses need them at once. */
  readonly value: Scope;
}

export function parseOperands(reader: TokenReader, constants: ConstantScope): Operand[] {
  const operands: Operand[] = [];
  if (reader.done) return operands;
  for (;;) {
    operands.push(parseOperand(reader, constants));
    if (reader.done) return operands;
    if (reader.is('[')) {
      reader.fail(
        "expected ',' between operands, found '[': an address is one sum in one pair of brackets, '[table + ebx]'",
      );
    }
    reader.expect(',', 'between operands');
  }
}

function parseOperand(reader: TokenReader, constants: ConstantScope): Operand {
  const token = reader.current;
  if (!token) return reader.fail('expected an operand, found the end of the line');
  let size: Size | null = null;
  let strict = false;
  let to = false;
  let distance = null as 'short' | 'near' | 'far' | null;
  for (;;) {
    const word = reader.word();
    if (word === null) break;
    if (SIZE_KEYWORDS[word]) size = SIZE_KEYWORDS[word];
    else if (word === 'strict') strict = true;
    else if (word === 'to') to = true;
    else if (word === 'short' || word === 'near' || word === 'far') distance = word;
    else break;
    reader.position++;
  }
  if (reader.is('[')) return parseMemory(reader, constants, token, size, distance === 'far');
  const start = reader.current;
  const info = start?.kind === 'word' ? registerNamed(start.text.toLowerCase()) : undefined;
  if (info) {
    reader.position++;
    if (reader.is(':')) {
      throw new SourceError(
        `a segment goes inside the brackets: '[${info.name}:…]'`,
        start!.at,
        start!.text.length,
      );
    }
    const next = reader.current;
    if (next?.kind === 'punctuation' && /^[-+*]$/.test(next.text)) {
      const message = `a register stands alone, or in brackets: 'lea' computes, as in 'lea eax, [ebx + 4*ecx]'`;
      throw new SourceError(message, next.at, next.text.length);
    }
    const bytes = { r8: 1, r16: 2, r32: 4 }[info.class as 'r8' | 'r16' | 'r32'];
    if (size !== null && bytes !== undefined && bytes !== size) {
      const message = `'${info.name}' has ${bytes * 8} bits, and the word before it says ${size * 8}`;
      throw new SourceError(message, token.at, token.text.length);
    }
    return { kind: 'register', token: start!, info, to };
  }
  const expression = parseExpression(reader);
  if (reader.accept(':')) {
    const offset = parseExpression(reader);
    return { kind: 'far', token, selector: expression, offset, size };
  }
  if (distance === 'far') {
    throw new SourceError("a far target is written 'selector:offset'", token.at, token.text.length);
  }
  return { kind: 'immediate', token: start ?? token, expression, size, strict, distance };
}

function parseMemory(
  reader: TokenReader,
  constants: ConstantScope,
  token: Token,
  size: Size | null,
  far: boolean,
): MemoryOperand {
  const open = reader.current!;
  reader.expect('[', 'to open an address');
  let displacementSize: 1 | 2 | 4 | null = null;
  let addressSize: Bitness | null = null;
  let split = true;
  for (;;) {
    const word = reader.word();
    if (word === 'byte') displacementSize = 1;
    else if (word === 'word') displacementSize = 2;
    else if (word === 'dword') displacementSize = 4;
    else if (word === 'a16') addressSize = 16;
    else if (word === 'a32') addressSize = 32;
    else if (word === 'nosplit') split = false;
    else if (word !== 'strict' && word !== 'abs' && word !== 'rel') break;
    reader.position++;
  }
  let segment: RegisterInfo | null = null;
  const first = reader.current;
  const named = first?.kind === 'word' ? registerNamed(first.text.toLowerCase()) : undefined;
  if (named?.class === 'segment') {
    segment = named;
    reader.position++;
    reader.expect(':', `after segment register '${named.name}'`);
  }
  const terms: RegisterTerm[] = [];
  const displacement = collect(parseExpression(reader), 1, terms, constants);
  reader.expect(']', 'to close the address');
  const merged = merge(terms);
  const ordered = isSum(displacement, constants) ? inRegisterOrder(merged) : merged;
  const address = arrange(ordered, split, open);
  const registerBits = address.base ?? address.index;
  if (registerBits) {
    const bits: Bitness = registerBits.class === 'r16' ? 16 : 32;
    if (addressSize !== null && addressSize !== bits) {
      throw new SourceError(`a${addressSize} does not fit these registers`, open.at);
    }
    addressSize = bits;
  } else if (displacementSize === 2 || displacementSize === 4) {
    addressSize = displacementSize === 2 ? 16 : 32;
    displacementSize = null;
  }
  return {
    kind: 'memory',
    token,
    size,
    far,
    segment,
    ...address,
    displacement,
    displacementSize,
    addressSize,
  };
}

/** Takes the registers out of an address expression, each as often as `factor` says; what is left is the displacement. */
function collect(
  expression: Expression,
  factor: number,
  terms: RegisterTerm[],
  constants: ConstantScope,
): Expression | null {
  const register = registerIn(expression);
  if (register) {
    terms.push({ ...register, scale: factor, multiplied: factor !== 1 });
    return null;
  }
  if (!anyRegister(expression)) return expression;
  if (expression.kind === 'unary' && (expression.operator === '-' || expression.operator === '+')) {
    const { operator, operand } = expression;
    const rest = collect(operand, operator === '-' ? -factor : factor, terms, constants);
    return rest && { kind: 'unary', operator, operand: rest };
  }
  if (expression.kind === 'binary') {
    const { operator, token } = expression;
    if (operator === '+' || operator === '-') {
      const left = collect(expression.left, factor, terms, constants);
      const second = operator === '-' ? -factor : factor;
      const right = collect(expression.right, second, terms, constants);
      if (right === null) return left;
      if (left !== null) return { kind: 'binary', operator, left, right, token };
      return operator === '-' ? { kind: 'unary', operator, operand: right } : right;
    }
    if (operator === '*') return collectProduct(expression, factor, terms, constants);
  }
  const { at, text } = anyRegister(expression)!;
  const message = `register '${text}' can only be added, or multiplied by 1, 2, 4 or 8`;
  throw new SourceError(message, at, text.length);
}

/** `reg * 4`, `4 * reg`, and a sum in brackets times a constant. */
function collectProduct(
  product: Expression & { kind: 'binary' },
  factor: number,
  terms: RegisterTerm[],
  constants: ConstantScope,
): Expression | null {
  const { left, right, operator, token } = product;
  const [sum, times] = anyRegister(left) ? [left, right] : [right, left];
  const second = anyRegister(times);
  if (second) {
    const message = `a register is multiplied by 1, 2, 4 or 8, found '${second.text}'`;
    throw new SourceError(message, second.at, second.text.length);
  }
  const by = Number(evaluate(times, constants.value).value);
  const from = terms.length;
  const rest = collect(sum, factor * by, terms, constants);
  if (registerIn(sum)) terms.push({ ...terms.splice(from)[0]!, multiplied: true });
  return rest && { kind: 'binary', operator, left: rest, right: times, token };
}

interface Found {
  readonly info: RegisterInfo;
  readonly token: Token;
}

function registerIn(expression: Expression): Found | null {
  if (expression.kind !== 'symbol') return null;
  const info = registerNamed(expression.name.toLowerCase());
  if (!info || expression.token.text.startsWith('$')) return null;
  if (info.class !== 'r16' && info.class !== 'r32') {
    const text = expression.token.text;
    throw new SourceError(
      `'${text}' cannot be part of an address`,
      expression.token.at,
      text.length,
    );
  }
  return { info, token: expression.token };
}

function anyRegister(expression: Expression): Token | null {
  if (expression.kind === 'unary') return anyRegister(expression.operand);
  if (expression.kind === 'binary')
    return anyRegister(expression.left) ?? anyRegister(expression.right);
  if (expression.kind === 'choice') {
    const { condition, yes, no } = expression;
    return anyRegister(condition) ?? anyRegister(yes) ?? anyRegister(no);
  }
  return registerIn(expression)?.token ?? null;
}

/** `eax + eax*2` is `eax*3`. */
function merge(terms: readonly RegisterTerm[]): RegisterTerm[] {
  const merged: RegisterTerm[] = [];
  for (const term of terms) {
    const at = merged.findIndex((other) => other.info === term.info);
    if (at < 0) merged.push(term);
    else merged[at] = { ...merged[at]!, scale: merged[at]!.scale + term.scale, multiplied: true };
  }
  for (const { scale, token } of merged) {
    if (scale < 0) {
      throw new SourceError('a register cannot be subtracted', token.at, token.text.length);
    }
  }
  return merged.filter((term) => term.scale !== 0);
}

/**
 * Whether the displacement adds numbers up to something other than 0. NASM then forgets in which order the registers
 * were written, and takes them by name; we do too, so that the bytes are the same.
 */
function isSum(displacement: Expression | null, constants: ConstantScope): boolean {
  if (!displacement || !addsNumbers(displacement)) return false;
  try {
    return evaluate(displacement, constants.known).value !== 0n;
  } catch {
    return true; // It needs addresses.
  }
}

function addsNumbers(expression: Expression): boolean {
  switch (expression.kind) {
    case 'unary':
      return addsNumbers(expression.operand);
    case 'binary':
      return (
        expression.operator === '+' ||
        expression.operator === '-' ||
        addsNumbers(expression.left) ||
        addsNumbers(expression.right)
      );
    default:
      return false;
  }
}

const inRegisterOrder = (terms: readonly RegisterTerm[]): RegisterTerm[] =>
  terms
    .map((term) => ({ ...term, multiplied: term.scale !== 1 }))
    .sort((a, b) => (a.info.name < b.info.name ? -1 : 1));

interface Address {
  readonly base: RegisterInfo | null;
  readonly index: RegisterInfo | null;
  readonly scale: 1 | 2 | 4 | 8;
}

/**
 * Which register is base and which index, as NASM decides it: a register written with `*` tends to be the index,
 * ESP can only be the base, and a lone `reg*2` becomes `reg+reg` because that needs no 32-bit displacement.
 */
function arrange(terms: readonly RegisterTerm[], split: boolean, open: Token): Address {
  if (terms.length === 0) return { base: null, index: null, scale: 1 };
  const fail = (message: string, token: Token = open): never => {
    throw new SourceError(message, token.at, token.text.length);
  };
  if (terms.length > 2) return fail('an address has at most two registers', terms[2]!.token);
  if (terms.some((term) => term.info.class !== terms[0]!.info.class)) {
    return fail('16-bit and 32-bit registers cannot be mixed in one address', terms[1]!.token);
  }
  if (terms[0]!.info.class === 'r16') return arrange16(terms, fail);
  let base: RegisterTerm | null =
    terms.find((term) => term.scale === 1 && !term.multiplied) ?? null;
  let index: RegisterTerm | null = terms.find((term) => term !== base) ?? null;
  if (!base && index && terms.length === 2) {
    const second = terms[1]!;
    if (second.scale === 1) [base, index] = [second, terms[0]!];
    else if (index.scale === 1) [base, index] = [index, second];
    else return fail('only one register of an address can be multiplied', second.token);
  }
  let scale = index?.scale ?? 1;
  if (!base && index && scale === 1 && split) [base, index] = [index, null];
  if (!base && index && split && [2, 3, 5, 9].includes(scale) && index.info.number !== 4) {
    base = index;
    scale--;
  } else if (!base && index && [3, 5, 9].includes(scale)) {
    base = index;
    scale--;
  }
  if (index && index.info.number === 4 && scale === 1 && base) [base, index] = [index, base];
  if (index?.info.number === 4) return fail("'esp' cannot be an index", index.token);
  if (index && ![1, 2, 4, 8].includes(scale)) {
    return fail(`a register can be multiplied by 1, 2, 4 or 8, found ${scale}`, index.token);
  }
  return {
    base: base?.info ?? null,
    index: index?.info ?? null,
    scale: (index ? scale : 1) as 1 | 2 | 4 | 8,
  };
}

function arrange16(
  terms: readonly RegisterTerm[],
  fail: (message: string, token?: Token) => never,
): Address {
  const scaled = terms.find((term) => term.scale !== 1);
  if (scaled) return fail('16-bit addresses cannot multiply a register', scaled.token);
  const base = terms.find((term) => term.info.name === 'bx' || term.info.name === 'bp');
  const index = terms.find((term) => term.info.name === 'si' || term.info.name === 'di');
  const stranger = terms.find((term) => term !== base && term !== index);
  if (stranger) {
    return fail('16-bit addresses use bx or bp, and si or di, at most one of each', stranger.token);
  }
  // A lone SI or DI counts as the base: 16-bit addressing has no scaled index.
  const first = base ?? index;
  return { base: first?.info ?? null, index: base && index ? index.info : null, scale: 1 };
}
