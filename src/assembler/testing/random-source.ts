/** Random source lines from a seed: expressions with all operators, instructions from the opcode tables. */
import {
  type OpcodeForm,
  type OperandPattern,
  opcodeForms,
  type RegisterClass,
  registerByNumber,
} from '../../machine/codec/opcode-forms';
import { writtenOperands } from '../form-text';
import { SIZE_NAMES } from '../mismatch';

/** A 32-bit generator with the same numbers for the same seed everywhere (xorshift). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** 0 to 0xffffffff. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const NUMBERS = [
  ...['0', '1', '2', '3', '7', '8', '15', '16', '127', '128', '129', '255', '256', '257'],
  ...['-1', '-2', '-127', '-128', '-129', '-256', '0x7fff', '0x8000', '0xffff', '0x10000', '65537'],
  ...['0x7fffffff', '0x80000000', '0xfffffffe', '0xffffffff', '0xffffff80', '0xffffff7f', '0xff80'],
  ...["'a'", "'ab'", '1fh', '0b1011', '17q', '1_000', 'FIVE', 'BIG', 'end - begin', '$ - begin'],
];

export const CONSTANTS = 'FIVE equ 5\nBIG equ 0x12345678\n';

/**
 * An expression over numbers, constants and differences of addresses; no divisor is 0. Left out is `<=>`: where the left
 * side is less, NASM 2.16 gives 0, and its manual -1, which we follow.
 */
export function randomExpression(random: Random, depth = 4): string {
  const blank = random.chance(50) ? ' ' : '';
  const sub = (): string => randomExpression(random, depth - 1);
  if (depth === 0 || random.chance(15)) {
    const number = random.pick(NUMBERS);
    return /[ '-]/.test(number) ? `(${number})` : number;
  }
  switch (random.below(12)) {
    case 0:
    case 1:
      return `${random.pick(['-', '~', '+', '!'])}${blank}${depth === 1 ? `(${sub()})` : sub()}`;
    case 2:
      return `(${blank}${sub()}${blank})`;
    case 3:
      return `${sub()} ${random.pick(['/', '//', '%', '%%'])} ((${sub()}) & 0xff | 1)`;
    case 4:
      return `(${sub()}) ${random.pick(['<<', '>>', '>>>'])} ((${sub()}) & 31)`;
    case 5:
      return `${sub()} ${random.pick(['&&', '||', '^^', '<', '<=', '>', '>=', '=', '==', '!=', '<>'])} ${sub()}`;
    case 6:
      return `(${sub()} ? ${sub()} : ${sub()})`;
    default:
      return `${sub()}${blank}${random.pick(['+', '-', '*', '&', '|', '^'])}${blank || ' '}${sub()}`;
  }
}

const REGISTERS: Readonly<Record<RegisterClass, readonly string[]>> = {
  r8: ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'],
  r16: ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'],
  r32: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'],
  segment: ['es', 'cs', 'ss', 'ds', 'fs', 'gs'],
  control: ['cr0', 'cr2', 'cr3', 'cr4'],
  debug: ['dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7'],
  fpu: ['st0', 'st1', 'st5', 'st7'],
  mmx: ['mm0', 'mm3', 'mm7'],
  xmm: ['xmm0', 'xmm4', 'xmm7'],
};

/** ESP cannot be one. */
const INDEXES = REGISTERS.r32.filter((name) => name !== 'esp');

const DISPLACEMENTS = [
  ...['', '', ' + 1', ' - 1', ' + 127', ' - 128', ' + 128', ' - 129', ' + 0x7fff', ' + 0x8000'],
  ...[
    ' + 0x12345678',
    ' - 0x80000000',
    ' + 0xffffffff',
    ' + 0',
    ' + FIVE * 2',
    ' + begin',
    ' + end - begin',
  ],
];

/** `[…]` with 16- or 32-bit registers, scales, displacements of all widths, segments and width words. */
export function randomAddress(random: Random): string {
  const inside = ((): string => {
    const displacement = random.pick(DISPLACEMENTS);
    switch (random.below(8)) {
      case 0:
        return random.pick(['begin', 'end', '0x1234', '0x12345678', '0', 'end - 1', 'begin + 4']);
      case 1: {
        const pair = random.pick([
          'bx + si',
          'bx + di',
          'bp + si',
          'bp + di',
          'si',
          'di',
          'bp',
          'bx',
          'si + bx',
          'di + bp',
        ]);
        return (
          pair + random.pick(DISPLACEMENTS.filter((d) => !/begin|5678|80000000|ffffffff/.test(d)))
        );
      }
      case 2:
        return random.pick(REGISTERS.r32) + displacement;
      case 3:
        return `${random.pick(INDEXES)} * ${random.pick(['1', '2', '3', '4', '5', '8', '9'])}${displacement}`;
      case 4:
        return `${random.pick(['2', '4', '8'])} * ${random.pick(INDEXES)} + ${random.pick(REGISTERS.r32)}${displacement}`;
      case 5:
        return `${random.pick(REGISTERS.r32)} + ${random.pick(REGISTERS.r32)}${displacement}`;
      default:
        return `${random.pick(REGISTERS.r32)} + ${random.pick(INDEXES)} * ${random.pick(['1', '2', '4', '8'])}${displacement}`;
    }
  })();
  // What does not fit is an error of ours, and cut off by NASM.
  const fits = /^e[a-ds][xip]( \+ e[a-ds][xip]( \* \d)?)?( [+-] (1|127))?$/.test(inside);
  const width = fits && random.chance(30) ? random.pick(['byte ', 'dword ']) : '';
  const segment = random.chance(15) ? `${random.pick(REGISTERS.segment)}:` : '';
  return `[${width}${segment}${inside}]`;
}

function randomOperand(random: Random, pattern: OperandPattern, form: OpcodeForm): string {
  const memory = (): string => {
    const name = SIZE_NAMES[form.memorySize];
    const far = form.mnemonic === 'call' || form.mnemonic === 'jmp' ? 'far ' : '';
    const size = far ? (form.operandSize === 16 ? 'word ' : 'dword ') : name ? `${name} ` : '';
    return `${size}${far}${randomAddress(random)}`;
  };
  switch (pattern.kind) {
    case 'register':
      // NASM writes MOV CS, which is #UD; we say so instead.
      if (pattern.class === 'segment' && form.name === 'Mov_Sreg_rm16') {
        return random.pick(REGISTERS.segment.filter((name) => name !== 'cs'));
      }
      return pattern.memory && random.chance(60) ? memory() : random.pick(REGISTERS[pattern.class]);
    case 'fixed':
      return fixedName(form, pattern);
    case 'memory':
      return memory();
    case 'offset':
      return `[${random.pick(['begin', '0x1234', '0x12345678'])}]`;
    case 'immediate': {
      const fits = NUMBERS.filter((text) =>
        fitsIn(text, form.mnemonic === 'push' ? 16 : pattern.extended),
      );
      const size = random.chance(10) ? `${SIZE_NAMES[pattern.extended / 8]} ` : '';
      return size + random.pick(fits);
    }
    case 'one':
      return '1';
    case 'relative':
      return random.pick(
        // LOOP and JCXZ reach no further.
        /^(loop|j.?cxz)/.test(form.mnemonic)
          ? ['$', '$ + 5', '$ - 100']
          : [
              'begin',
              'end',
              '$',
              '$ + 5',
              '$ - 100',
              ...(/^j/.test(form.mnemonic) ? ['short $ + 9', 'near $ - 9'] : []),
            ],
      );
    case 'far':
      return `${pattern.offsetBits === 16 ? 'word' : 'dword'} ${random.pick(['8', '0x1b', '0xffff'])}:${random.pick(['begin', '0x1234', 'end'])}`;
    case 'implied':
      return '';
  }
}

const fixedName = (form: OpcodeForm, pattern: OperandPattern & { kind: 'fixed' }): string =>
  registerByNumber(pattern.register)?.name ?? form.mnemonic;

const fitsIn = (text: string, bits: number): boolean => {
  const value = Number(text.replace('_', ''));
  if (Number.isNaN(value))
    return (
      text === 'FIVE' || text === "'a'" || text === '17q' || (bits === 32 && text !== 'BIG - ')
    );
  return value >= -(2 ** (bits - 1)) && value < 2 ** bits;
};

/** Instructions of this machine: what came later has its own forms in NASM's tables. */
function machineForms(): OpcodeForm[] {
  const later =
    /^(nop|ud[01]|int1|salc|pause|ffreep|fstpnce|fn?(eni|disi|setpm)|fisttp|xabort|xend)$/;
  return [...opcodeForms().values()].flat().filter((form) => {
    if (later.test(form.mnemonic)) return false;
    return form.operands.every((p) => p.kind !== 'register' || !/^(mmx|xmm)$/.test(p.class));
  });
}

/** The forms of which random instructions are made. */
export const randomForms = (accepts: (form: OpcodeForm) => boolean): OpcodeForm[] =>
  machineForms().filter(accepts);

/** One instruction of a random form with random operands; whether it assembles is not promised. */
export function randomInstruction(random: Random, forms: readonly OpcodeForm[]): string {
  const form = random.pick(forms);
  const operands = writtenOperands(form).map((pattern) => randomOperand(random, pattern, form));
  const lock = form.lockable && random.chance(10) ? 'lock ' : '';
  return `${lock}${form.mnemonic} ${operands.join(', ')}`.trim();
}
