/**
 * From text to a function that reads the machine. Values are unsigned 32-bit numbers; comparisons, `/`, `%` and `>>` are
 * unsigned unless a side is `signed(...)`, which also extends the sign of a byte or a word. `//` and `%%` are NASM's
 * signed division. `&&` and `||` look at their right side only when they must, so `ebx && [ebx] == 1` never reads [0].
 */
import { nearMiss } from '../../assembler/near-miss';
import { address } from '../../base/hex';
import { err, ok, type Result } from '../../base/result';
import type { Registers, System } from '../../hypervisor/core/system';
import { type ExpressionError, ExpressionProblem } from './errors';
import { KEYWORDS, parse } from './parser';
import { REGISTER_NAMES, segmentBase } from './registers';
import type { BinaryOperator, Size, Tree } from './tree';

/** What an expression reads of a machine. */
export type Readable = Pick<System, 'guest' | 'readGuest' | 'guestPage' | 'machinePage'>;

/** The labels of the guest: what a name may be besides a register. */
export interface Labels {
  readonly symbols: readonly { readonly name: string }[];
  addressOf(name: string): number | null;
}

export interface Expression {
  readonly text: string;
  /** Its value now, unsigned 32-bit; an error where memory is not mapped or a divisor is 0. */
  evaluate(machine: Readable): Result<number, ExpressionError>;
}

/** One evaluation: registers are copied out once, and only if asked for. */
class Reading {
  private known: Registers | null = null;

  constructor(readonly machine: Readable) {}

  get registers(): Registers {
    this.known ??= this.machine.guest();
    return this.known;
  }
}

interface Code {
  readonly run: (reading: Reading) => number;
  /** Comparisons, divisions and shifts with it are signed. */
  readonly signed: boolean;
  /** Bits of what was read: where its sign would be. */
  readonly size: Size;
}

/** Fails with what was found, what was expected, and at which column. */
export function compileExpression(
  text: string,
  labels: Labels,
): Result<Expression, ExpressionError> {
  return guarded(() => {
    const { run } = compile(parse(text), labels);
    return { text, evaluate: (machine) => guarded(() => run(new Reading(machine))) };
  });
}

function guarded<T>(work: () => T): Result<T, ExpressionError> {
  try {
    return ok(work());
  } catch (thrown) {
    if (!(thrown instanceof ExpressionProblem)) throw thrown;
    return err({ message: thrown.message, column: thrown.column });
  }
}

const plain = (run: Code['run'], size: Size = 32): Code => ({ run, signed: false, size });

function compile(tree: Tree, labels: Labels): Code {
  switch (tree.kind) {
    case 'number': {
      const { value } = tree;
      return plain(() => value);
    }
    case 'name':
      return nameCode(tree, labels);
    case 'memory':
      return memoryCode(tree, compile(tree.address, labels));
    case 'signed': {
      const { run, size } = compile(tree.operand, labels);
      const unused = 32 - size;
      return {
        run: (reading) => ((run(reading) << unused) >> unused) >>> 0,
        signed: true,
        size: 32,
      };
    }
    case 'unary': {
      const { run, signed } = compile(tree.operand, labels);
      switch (tree.operator) {
        case '-':
          return { run: (reading) => -run(reading) >>> 0, signed, size: 32 };
        case '+':
          return { run, signed, size: 32 };
        case '~':
          return { run: (reading) => ~run(reading) >>> 0, signed, size: 32 };
        case '!':
          return plain((reading) => (run(reading) === 0 ? 1 : 0));
      }
      break;
    }
    case 'binary':
      return binaryCode(tree, compile(tree.left, labels), compile(tree.right, labels));
  }
}

function nameCode(
  { name, escaped, column }: Extract<Tree, { kind: 'name' }>,
  labels: Labels,
): Code {
  const register = escaped ? undefined : REGISTER_NAMES.get(name.toLowerCase());
  if (register) return plain(({ registers }) => register.read(registers), register.size);
  const value = labelAddress(name, column, labels);
  if (value !== null) return plain(() => value);
  // Unless the guest has labels of these names, they stand for the tables in use.
  const table = { gdt: 'gdtr', idt: 'idtr' }[name.toLowerCase()];
  if (table && !escaped)
    return plain(({ registers }) => REGISTER_NAMES.get(table)!.read(registers));
  const known = [...REGISTER_NAMES.keys(), ...KEYWORDS, ...labels.symbols.map((s) => s.name)];
  const meant = nearMiss(name, known);
  throw new ExpressionProblem(
    `There is no register or label '${name}'${meant === undefined ? '' : `; did you mean '${meant}'?`}`,
    column,
  );
}

/** A local label may stand without its parent where only one parent has such a one. */
function labelAddress(name: string, column: number, labels: Labels): number | null {
  const whole = labels.addressOf(name);
  if (whole !== null || !name.startsWith('.')) return whole;
  const named = labels.symbols.filter((symbol) => symbol.name.endsWith(name));
  if (named.length > 1) {
    const some = named.slice(0, 3).map((symbol) => `'${symbol.name}'`);
    throw new ExpressionProblem(
      `Several labels are called '${name}': write ${some.join(' or ')}.`,
      column,
    );
  }
  return named[0] ? labels.addressOf(named[0].name) : null;
}

function memoryCode(tree: Extract<Tree, { kind: 'memory' }>, at: Code): Code {
  const { size, space, segment, column } = tree;
  const bytes = size / 8;
  const { run } = at;
  const read = space === 'physical' ? readPhysical : readVirtual;
  return plain((reading) => {
    const offset = run(reading);
    const base = segment === null ? 0 : segmentBase(reading.registers, segment);
    const place = (base + offset) >>> 0;
    const found = read(reading.machine, place, bytes);
    if (!found) {
      const kind = space === 'physical' ? 'physical' : 'virtual';
      throw new ExpressionProblem(
        `Nothing is mapped at ${kind} address ${address(place)}.`,
        column,
      );
    }
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = ((value << 8) | found[i]!) >>> 0;
    return value;
  }, size);
}

const readVirtual = (machine: Readable, place: number, bytes: number): Uint8Array | null =>
  machine.readGuest(place, bytes);

const PAGE = 4096;

function readPhysical(machine: Readable, place: number, bytes: number): Uint8Array | null {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) {
    const at = (place + i) >>> 0;
    const page = Math.floor(at / PAGE);
    if (machine.machinePage(page) === null) return null;
    const byte = machine.guestPage(page)[at % PAGE];
    if (byte === undefined) return null;
    out[i] = byte;
  }
  return out;
}

const truth = (holds: boolean): number => (holds ? 1 : 0);

type Operation = (a: number, b: number) => number;

/** On unsigned 32-bit numbers. */
const UNSIGNED: Readonly<Record<Exclude<BinaryOperator, '&&' | '||'>, Operation>> = {
  '+': (a, b) => (a + b) >>> 0,
  '-': (a, b) => (a - b) >>> 0,
  '*': (a, b) => Math.imul(a, b) >>> 0,
  '/': (a, b) => (a / b) >>> 0,
  '%': (a, b) => a % b,
  '//': (a, b) => ((a | 0) / (b | 0)) >>> 0,
  '%%': (a, b) => ((a | 0) % (b | 0)) >>> 0,
  '&': (a, b) => (a & b) >>> 0,
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  '<<': (a, b) => (b > 31 ? 0 : (a << b) >>> 0),
  '>>': (a, b) => (b > 31 ? 0 : a >>> b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
};

/** Where a sign makes a difference. */
const SIGNED: Partial<Record<BinaryOperator, Operation>> = {
  '/': UNSIGNED['//'],
  '%': UNSIGNED['%%'],
  '>>': (a, b) => ((a | 0) >> Math.min(b, 31)) >>> 0,
  '<': (a, b) => truth((a | 0) < (b | 0)),
  '<=': (a, b) => truth((a | 0) <= (b | 0)),
  '>': (a, b) => truth((a | 0) > (b | 0)),
  '>=': (a, b) => truth((a | 0) >= (b | 0)),
};

const DIVIDES: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>(['/', '//', '%', '%%']);
const COMPARES: ReadonlySet<BinaryOperator> = new Set<BinaryOperator>([
  ...(['==', '!=', '<', '<=', '>', '>='] as const),
]);

function binaryCode(
  { operator, column }: Extract<Tree, { kind: 'binary' }>,
  left: Code,
  right: Code,
): Code {
  const a = left.run;
  const b = right.run;
  if (operator === '&&') return plain((r) => truth(a(r) !== 0 && b(r) !== 0));
  if (operator === '||') return plain((r) => truth(a(r) !== 0 || b(r) !== 0));
  // A shift is signed as the number that is shifted is; how far does not matter.
  const signed = left.signed || (right.signed && operator !== '>>' && operator !== '<<');
  const operation = (signed ? SIGNED[operator] : undefined) ?? UNSIGNED[operator];
  const result = { signed: signed && !COMPARES.has(operator), size: 32 } as const;
  if (!DIVIDES.has(operator)) return { run: (r) => operation(a(r), b(r)), ...result };
  const divide = (r: Reading): number => {
    const dividend = a(r);
    const divisor = b(r);
    if (divisor === 0) {
      throw new ExpressionProblem(
        `The number behind '${operator}' is 0: nothing is divided by it.`,
        column,
      );
    }
    return operation(dividend, divisor);
  };
  return { run: divide, ...result };
}
