/** ModRM operands in all addressing forms, aimed at the program's pages more often than not. */
import { FS_BASE, GS_BASE, LOW_WINDOW, WINDOW } from './layout';
import type { Random } from './random';

export type Bytes = readonly number[];

export interface Context {
  readonly random: Random;
  readonly ring: 0 | 3;
  /** Linear address of the slot; the next one begins 64 bytes on. */
  readonly slot: number;
  /** A stack pointer with room on both sides. */
  readonly stack: number;
}

/** `setup` is executed first; prefixes come before the opcode, `modrm` after it. */
export interface Operand {
  readonly setup: Bytes;
  readonly prefixes: Bytes;
  readonly modrm: Bytes;
}

export const word = (value: number): Bytes => [value & 0xff, (value >>> 8) & 0xff];
export const dword = (value: number): Bytes => [...word(value), ...word(value >>> 16)];
export const movImmediate = (register: number, value: number): Bytes => [
  0xb8 + register,
  ...dword(value),
];

const PAGES = [0, 0, 0, 1, 1, 2, 3, 4, 5, 5, 6, 7];

/** A linear address in the window, often across the end of a page. */
export function place(random: Random): number {
  const offset = random.oneIn(3) ? 0xff8 + random.below(12) : random.below(0xff0);
  return WINDOW + random.pick(PAGES.slice(0, -1)) * 0x1000 + offset;
}

const lowPlace = (random: Random): number =>
  random.oneIn(4) ? LOW_WINDOW + 0xff8 + random.below(10) : LOW_WINDOW + random.below(0x1ff0);

/** A general register as destination; the kernel's stack pointer is left alone. */
export function register({ random, ring }: Context): number {
  const found = random.below(8);
  return found === 4 && (ring === 0 || random.below(8) > 0) ? 5 : found;
}

export function registerOperand(context: Context, field: number, isByte: boolean): Operand {
  const rm = isByte ? context.random.below(8) : register(context);
  return { setup: [], prefixes: [], modrm: [0xc0 | (field << 3) | rm] };
}

export function memoryOperand(context: Context, field: number): Operand {
  const { random } = context;
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return { setup: [], prefixes: [], modrm: [(field << 3) | 5, ...dword(place(random))] };
    case 3: {
      const [prefix, base] = random.pick([
        [0x64, FS_BASE],
        [0x65, GS_BASE],
        [0x36, 0],
        [0x26, 0],
        [0x3e, 0],
      ] as const);
      const displacement = dword(place(random) - base);
      return { setup: [], prefixes: [prefix], modrm: [(field << 3) | 5, ...displacement] };
    }
    case 4:
    case 5:
    case 6:
      return based(context, field);
    case 7:
    case 8:
      return indexed(context, field);
    case 9:
    case 10:
      return shortAddress(context, field);
    default:
      return random.oneIn(3)
        ? // Whatever the registers hold.
          { setup: [], prefixes: [], modrm: [(field << 3) | random.pick([0, 1, 2, 3, 6, 7])] }
        : // The stack.
          { setup: [], prefixes: [], modrm: [0x44 | (field << 3), 0x24, random.below(16) * 4] };
  }
}

/** A register, or memory as often. */
export const anyOperand = (context: Context, field: number, isByte: boolean): Operand =>
  context.random.oneIn(2) ? memoryOperand(context, field) : registerOperand(context, field, isByte);

const BASES = [0, 1, 2, 3, 5, 6, 7];

function based({ random }: Context, field: number): Operand {
  const base = random.pick(BASES);
  const address = place(random);
  if (random.oneIn(2)) {
    const displacement = random.below(256);
    const setup = movImmediate(base, address - ((displacement << 24) >> 24));
    return { setup, prefixes: [], modrm: [0x40 | (field << 3) | base, displacement] };
  }
  const displacement = random.next();
  const setup = movImmediate(base, (address - displacement) >>> 0);
  return { setup, prefixes: [], modrm: [0x80 | (field << 3) | base, ...dword(displacement)] };
}

function indexed({ random }: Context, field: number): Operand {
  const base = random.pick(BASES);
  const index = random.pick(BASES.filter((candidate) => candidate !== base));
  const scale = random.below(4);
  const steps = random.oneIn(4) ? random.next() : random.below(64);
  const displacement = random.below(256);
  const start = place(random) - Math.imul(steps, 1 << scale) - ((displacement << 24) >> 24);
  return {
    setup: [...movImmediate(base, start >>> 0), ...movImmediate(index, steps)],
    prefixes: [],
    modrm: [0x44 | (field << 3), (scale << 6) | (index << 3) | base, displacement],
  };
}

/** 16-bit address arithmetic: [BX+SI] and its kin, wrapping at 64 KiB. */
function shortAddress({ random }: Context, field: number): Operand {
  const address = lowPlace(random);
  const prefixes = [0x67];
  if (random.oneIn(3)) return { setup: [], prefixes, modrm: [(field << 3) | 6, ...word(address)] };
  const rm = random.below(8);
  const displacement = random.next() & 0xffff;
  const [base, index] = SHORT_FORMS[rm]!;
  const upper = random.next() & 0xffff0000;
  const steps = index === null ? 0 : random.below(0x10000);
  const start = (address - displacement - steps) & 0xffff;
  return {
    setup: [
      ...movImmediate(base, (upper | start) >>> 0),
      ...(index === null ? [] : movImmediate(index, (upper ^ 0x5a5a0000) | steps)),
    ],
    prefixes,
    modrm: [0x80 | (field << 3) | rm, ...word(displacement)],
  };
}

/** Base and index register of each r/m value. */
const SHORT_FORMS: readonly (readonly [number, number | null])[] = [
  [3, 6],
  [3, 7],
  [5, 6],
  [5, 7],
  [6, null],
  [7, null],
  [5, null],
  [3, null],
];
