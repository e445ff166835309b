import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Registers } from '../../hypervisor/core/system';
import { compileExpression, type Labels, type Readable } from './index';
import type { BinaryOperator, Tree } from './tree';

const SEGMENT = { selector: 0x10, base: 0, limit: 0xffffffff, rights: 0xc093 };
const REGISTERS: Registers = {
  gpr: [0x12345678, 5, 0xffffffff, 0x80, 0x9000, 0x9010, 0x100, 0x200],
  eip: 0x100004,
  // CF, ZF, IF, IOPL 3
  eflags: 0x3243,
  cpl: 3,
  cr0: 0x80000011,
  cr2: 0xdead,
  cr3: 0x5000,
  cr4: 0x10,
  gdtr: { base: 0x7000, limit: 47 },
  idtr: { base: 0x7100, limit: 2047 },
  segments: Array.from({ length: 8 }, (_, i) => (i === 0 ? { ...SEGMENT, base: 0x400 } : SEGMENT)),
  halted: false,
};

const PAGE = 4096;
/** Sixteen pages; the virtual address is the physical one plus 0x100000. */
const RAM = Uint8Array.from({ length: 16 * PAGE }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const machine: Readable = {
  guest: () => REGISTERS,
  readGuest: (linear, length) =>
    linear >= 0x100000 && linear + length <= 0x100000 + RAM.length
      ? RAM.slice(linear - 0x100000, linear - 0x100000 + length)
      : null,
  guestPage: (page) => RAM.slice(page * PAGE, (page + 1) * PAGE),
  machinePage: (page) => (page < 16 ? page : null),
};

const ADDRESSES: Readonly<Record<string, number>> = {
  start: 0x100000,
  'start.loop': 0x100010,
  'other.loop': 0x100020,
  'other.end': 0x100024,
  counter: 0x101000,
  eax: 0x102000,
};
const labels: Labels = {
  symbols: Object.keys(ADDRESSES).map((name) => ({ name })),
  addressOf: (name) => ADDRESSES[name] ?? null,
};

function value(text: string): number | string {
  const compiled = compileExpression(text, labels);
  const result = compiled.ok ? compiled.value.evaluate(machine) : compiled;
  return result.ok ? result.value : `${result.error.column}: ${result.error.message}`;
}

const dword = (at: number) => new DataView(RAM.buffer).getUint32(at, true);

describe('expressions', () => {
  it.each([
    ['31', 31],
    ['0x1f', 31],
    ['1Fh', 31],
    ['0FFh', 255],
    ['$1F', 31],
    ['0b101', 5],
    ['101b', 5],
    ['0b1h', 0xb1],
    ['0o17', 15],
    ['17q', 15],
    ['1_000', 1000],
    ["'a'", 97],
    ["'ab'", 0x6261],
    ['0xffffffff', 0xffffffff],
  ])('reads the number %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['eax', 0x12345678],
    ['AX', 0x5678],
    ['al', 0x78],
    ['ah', 0x56],
    ['esp', 0x9000],
    ['eip', 0x100004],
    ['cf', 1],
    ['zf', 1],
    ['sf', 0],
    ['if', 1],
    ['iopl', 3],
    ['cpl', 3],
    ['cr0', 0x80000011],
    ['cs', 0x10],
    ['es.base', 0x400],
    ['gdtr', 0x7000],
    ['gdt + 8', 0x7008],
    ['idtr.limit', 2047],
  ])('reads the register %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['counter', 0x101000],
    ['start.loop', 0x100010],
    ['.end', 0x100024],
    ['$eax', 0x102000],
  ])('reads the label %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['[counter]', dword(0x1000)],
    ['dword [counter + 4]', dword(0x1004)],
    ['word [counter]', dword(0x1000) & 0xffff],
    ['byte [counter+1]', (dword(0x1000) >>> 8) & 0xff],
    ['phys dword [0x1000]', dword(0x1000)],
    ['dword phys [0x1ffe]', dword(0x1ffe)],
    ['[es:counter]', dword(0x1400)],
    ['[[counter] * 0 + start]', dword(0)],
  ])('reads memory: %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['6 & 2 == 2', 1],
    ['1 | 2 ^ 3 & 1', 1 | (2 ^ (3 & 1))],
    ['1 << 4 + 1', 32],
    ['10 - 3 - 2', 5],
    ['7 / 2 % 2', 1],
    ['-1', 0xffffffff],
    ['~0 >> 28', 15],
    ['1 << 32', 0],
    ['!zf or cf', 1],
    ['not eax == 5 and zf', 1],
    ['1 = 1 && 1 <> 2', 1],
    ['edx > 5', 1],
    ['signed(edx) > 5', 0],
    ['signed(bl) == -128', 1],
    ['signed(edx) / 2', 0],
    ['signed(edx - 3) / 2', 0xfffffffe],
    ['-7 // 2', 0xfffffffd],
    ['-7 %% 2', 0xffffffff],
    ['signed(edx) >> 4', 0xffffffff],
    ['0 && [0]', 0],
    ['1 || [0]', 1],
  ])('computes %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['', /^1: The expression is empty/],
    ['eax ==', /^7: Expected a register, label, number or \[memory\], found the end\.$/],
    ['(eax', /^5: Expected '\)' to close the '\(' at column 1, found the end\.$/],
    ['[counter', /^9: Expected '\]' to close the '\[' at column 1, found the end\.$/],
    ['eax ebx', /^5: Expected an operator or the end, found 'ebx'\.$/],
    ['cuonter + 1', /^1: There is no register or label 'cuonter'; did you mean 'counter'\?$/],
    ['2 + exa', /^5: .*did you mean 'eax'\?$/],
    ['.loop', /^1: Several labels are called '\.loop': write 'start\.loop' or 'other\.loop'\.$/],
    ['dword counter', /^7: Expected '\[' after dword, found 'counter'/],
    ['eax # 3', /^5: Nothing is written with '#' here/],
    ["'a", /^1: The quote ' is not closed/],
    ['5f', /^1: '5f' is no number: in hexadecimal it is 0x5f\.$/],
    ['0x123456789', /^1: 0x123456789 does not fit in 32 bits\.$/],
    ['[0]', /^1: Nothing is mapped at virtual address 0x00000000\.$/],
    ['1 + phys [0x10000]', /^5: Nothing is mapped at physical address 0x00010000\.$/],
    ['5 / (ecx - 5)', /^3: The number behind '\/' is 0/],
    ['[xs:0]', /^2: Expected a segment register before ':', found 'xs'\.$/],
    ['phys [ds:0]', /A physical address has no segment/],
  ])('says what is wrong with "%s"', (text, expected) => {
    expect(value(text)).toMatch(expected);
  });
});

// --- random expressions against an obvious evaluator ------------------------------------------------------------

/** Groups of operators from the loosest to the tightest, as NASM's manual lists them. */
const GROUPS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '%%'],
];
const groupOf = (operator: BinaryOperator) => GROUPS.findIndex((group) => group.includes(operator));

interface Known {
  /** As an unsigned number of arbitrary precision, cut to 32 bits. */
  readonly value: bigint;
  readonly signed: boolean;
}

const MASK = 0xffffffffn;
const asSigned = (n: bigint) => BigInt.asIntN(32, n);

/** Null: no value (division by zero somewhere that counts). */
function obvious(tree: Tree): Known | null {
  const plain = (n: bigint): Known => ({ value: n & MASK, signed: false });
  const bool = (b: boolean): Known => plain(b ? 1n : 0n);
  switch (tree.kind) {
    case 'number':
      return plain(BigInt(tree.value));
    case 'name':
      return plain(BigInt(tree.name === 'edx' ? 0xffffffff : 5));
    case 'memory':
      throw new Error('not generated');
    case 'signed': {
      const inside = obvious(tree.operand);
      return inside && { ...inside, signed: true };
    }
    case 'unary': {
      const inside = obvious(tree.operand);
      if (!inside) return null;
      const { value: n, signed } = inside;
      if (tree.operator === '!') return bool(n === 0n);
      const result = tree.operator === '-' ? -n : tree.operator === '~' ? ~n : n;
      return { value: result & MASK, signed };
    }
    case 'binary': {
      const { operator } = tree;
      const left = obvious(tree.left);
      if (!left) return null;
      if (operator === '&&' && left.value === 0n) return bool(false);
      if (operator === '||' && left.value !== 0n) return bool(true);
      const right = obvious(tree.right);
      if (!right) return null;
      const shift = operator === '>>' || operator === '<<';
      const signed = left.signed || (right.signed && !shift);
      const a = signed ? asSigned(left.value) : left.value;
      const b = signed ? asSigned(right.value) : right.value;
      const number = (n: bigint): Known => ({ value: n & MASK, signed });
      switch (operator) {
        case '&&':
        case '||':
          return bool(right.value !== 0n);
        case '==':
          return bool(a === b);
        case '!=':
          return bool(a !== b);
        case '<':
          return bool(a < b);
        case '<=':
          return bool(a <= b);
        case '>':
          return bool(a > b);
        case '>=':
          return bool(a >= b);
        case '|':
          return number(a | b);
        case '^':
          return number(a ^ b);
        case '&':
          return number(a & b);
        case '<<':
          return number(right.value > 31n ? 0n : a << right.value);
        case '>>':
          return number(a >> (right.value > 64n ? 64n : right.value));
        case '+':
          return number(a + b);
        case '-':
          return number(a - b);
        case '*':
          return number(a * b);
        case '/':
          return b === 0n ? null : number(a / b);
        case '%':
          return b === 0n ? null : number(a % b);
        case '//':
          return b === 0n ? null : number(asSigned(left.value) / asSigned(right.value));
        case '%%':
          return b === 0n ? null : number(asSigned(left.value) % asSigned(right.value));
      }
    }
  }
}

/** With only the parentheses that the table above asks for. `outer`: group it stands in; 9: under a unary operator. */
function spell(tree: Tree, outer = -1): string {
  switch (tree.kind) {
    case 'number':
      return tree.value % 2 === 0 ? String(tree.value) : `0x${tree.value.toString(16)}`;
    case 'name':
      return tree.name;
    case 'memory':
      throw new Error('not generated');
    case 'signed':
      return `signed(${spell(tree.operand)})`;
    case 'unary':
      return `${tree.operator}${spell(tree.operand, 9)}`;
    case 'binary': {
      const group = groupOf(tree.operator);
      const left = spell(tree.left, group - 1);
      const text = `${left} ${tree.operator} ${spell(tree.right, group)}`;
      return group <= outer ? `(${text})` : text;
    }
  }
}

const column = 1;
const { tree: anyTree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffffffff })).map((n) => ({
      kind: 'number' as const,
      value: n,
      column,
    })),
    fc
      .constantFrom('ecx', 'edx')
      .map((name) => ({ kind: 'name' as const, name, escaped: false, column })),
    fc.record({
      kind: fc.constant('unary' as const),
      operator: fc.constantFrom('-' as const, '~' as const, '!' as const, '+' as const),
      operand: tie('tree'),
      column: fc.constant(column),
    }),
    fc.record({
      kind: fc.constant('signed' as const),
      operand: tie('tree'),
      column: fc.constant(column),
    }),
    ...[0, 1, 2].map(() =>
      fc.record({
        kind: fc.constant('binary' as const),
        operator: fc.constantFrom(...GROUPS.flat()),
        left: tie('tree'),
        right: tie('tree'),
        column: fc.constant(column),
      }),
    ),
  ),
}));

describe('random expressions', () => {
  it('have the value that an obvious evaluator gives their tree', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const expected = obvious(tree);
        const found = value(spell(tree));
        if (expected === null) expect(found).toMatch(/is 0: nothing is divided/);
        else expect(found).toBe(Number(expected.value));
      }),
      { numRuns: 3000, seed: 8086 },
    );
  });

  it('of arbitrary characters give a value or an error with a column inside the text', () => {
    const alphabet = [
      'e',
      'ax',
      ' ',
      '1',
      '0x',
      '(',
      ')',
      '[',
      ']',
      '+',
      '-',
      '!',
      "'",
      '&&',
      '.',
      '$',
      'é',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const compiled = compileExpression(text, labels);
        if (compiled.ok) return;
        expect(compiled.error.column).toBeGreaterThanOrEqual(1);
        expect(compiled.error.column).toBeLessThanOrEqual(text.length + 1);
      }),
      { numRuns: 2000, seed: 286 },
    );
  });
});
