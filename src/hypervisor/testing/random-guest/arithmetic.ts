/** Random instructions that any ring may execute: arithmetic of all kinds on registers and a scratch area. */
import { CONDITION_NAMES } from '../../../machine/codec/conditions';
import type { Random } from './random';

const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'ebp', 'esi', 'edi'] as const;
const WORDS = ['ax', 'cx', 'dx', 'bx', 'bp', 'si', 'di'] as const;
const BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'] as const;

type Size = 8 | 16 | 32;
const KEYWORD = { 8: 'byte', 16: 'word', 32: 'dword' } as const;

export const register32 = (random: Random): string => random.pick(REGISTERS);
const register = (random: Random, size: Size): string =>
  random.pick<string>(size === 8 ? BYTES : size === 16 ? WORDS : REGISTERS);

/** Values at the edges turn up more often than others. */
export function value(random: Random, size: Size = 32): string {
  const mask = size === 32 ? 0xffffffff : (1 << size) - 1;
  const edge = [
    0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
  ];
  const number = random.oneIn(2) ? random.pick(edge) : random.next();
  return `0x${((number & mask) >>> 0).toString(16)}`;
}

/** `area`: a label with 1,000 writable bytes behind it. */
const memory = (random: Random, size: Size, area: string): string =>
  `${KEYWORD[size]} [${area} + ${random.below(240) * 4 + (random.oneIn(4) ? random.below(4) : 0)}]`;

const size = (random: Random): Size => random.pick([8, 16, 32, 32, 32] as const);

type Maker = (random: Random, area: string) => string;

const place = (random: Random, of: Size, area: string): string =>
  random.oneIn(3) ? memory(random, of, area) : register(random, of);

const MAKERS: readonly Maker[] = [
  (r, area) => {
    const s = size(r);
    const op = r.pick(['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp', 'test']);
    return `${op} ${place(r, s, area)}, ${r.oneIn(2) ? register(r, s) : value(r, s)}`;
  },
  (r, area) => {
    const s = size(r);
    const op = r.pick(['add', 'adc', 'sbb', 'sub', 'xor', 'cmp', 'mov']);
    return `${op} ${register(r, s)}, ${memory(r, s, area)}`;
  },
  (r, area) => `${r.pick(['inc', 'dec', 'neg', 'not'])} ${sized(r, area)}`,
  (r, area) => {
    const op = r.pick(['shl', 'shr', 'sar', 'rol', 'ror', 'rcl', 'rcr']);
    return `${op} ${sized(r, area)}, ${r.oneIn(3) ? 'cl' : r.below(40)}`;
  },
  (r, area) => {
    const s = r.pick([16, 32] as const);
    const op = r.pick(['shld', 'shrd']);
    return `${op} ${place(r, s, area)}, ${register(r, s)}, ${r.oneIn(2) ? 'cl' : r.below(32)}`;
  },
  (r, area) => `${r.pick(['mul', 'imul'])} ${sized(r, area)}`,
  (r, area) => `imul ${register(r, 32)}, ${place(r, 32, area)}, ${value(r)}`,
  (r, area) => `${r.pick(['div', 'idiv'])} ${sized(r, area)}`,
  (r, area) => `${r.pick(['bt', 'bts', 'btr', 'btc'])} ${place(r, 32, area)}, ${r.below(32)}`,
  (r) => `${r.pick(['bsf', 'bsr'])} ${register(r, 32)}, ${register(r, 32)}`,
  (r, area) => {
    const s = size(r);
    return `${r.pick(['xchg', 'xadd', 'cmpxchg'])} ${place(r, s, area)}, ${register(r, s)}`;
  },
  (r, area) =>
    `${r.pick(['movzx', 'movsx'])} ${register(r, 32)}, ${place(r, r.pick([8, 16] as const), area)}`,
  (r) => `bswap ${register(r, 32)}`,
  (r) =>
    r.pick([
      'cbw',
      'cwde',
      'cwd',
      'cdq',
      'lahf',
      'sahf',
      'clc',
      'stc',
      'cmc',
      'daa',
      'das',
      'aaa',
      'aas',
    ]),
  (r) => r.pick(['aad', 'aam', 'aam 7', 'aam 0', 'cld', 'nop', 'salc', 'cpuid']),
  (r, area) => `set${r.pick(CONDITION_NAMES)} ${place(r, 8, area)}`,
  (r, area) => `cmov${r.pick(CONDITION_NAMES)} ${register(r, 32)}, ${place(r, 32, area)}`,
  (r) =>
    `lea ${register(r, 32)}, [${register(r, 32)} + ${register(r, 32)}*${r.pick([1, 2, 4, 8])} + ${r.below(4096)}]`,
  (r) => `lea ${register(r, 32)}, [bx + si + ${r.below(200)}]`,
  (r, area) => `mov ${place(r, 32, area)}, ${value(r)}`,
  (r, area) => `mov ${memory(r, 32, area)}, ${register(r, 32)}`,
  (r, area) =>
    `push ${r.oneIn(2) ? register(r, 32) : memory(r, 32, area)}\n        pop ${place(r, 32, area)}`,
  (r) => `push ${register(r, 16)}\n        pop ${register(r, 16)}`,
  (r) => `pusha\n        add ${register(r, 32)}, ${value(r)}\n        popa`,
  (_r, area) => `pushf\n        pop dword [${area} + 960]`,
  (_r, area) => `pushf\n        pop eax\n        add [${area} + 964], eax`,
  (r) => `enter ${r.below(64)}, ${r.below(3)}\n        leave`,
];

function sized(random: Random, area: string): string {
  const s = size(random);
  return random.oneIn(2) ? memory(random, s, area) : `${register(random, s)}`;
}

/** So many random instructions, one a line. `area` keeps its registers' contents arbitrary but ESP's. */
export function arithmetic(random: Random, count: number, area: string): string {
  let text = '';
  for (let i = 0; i < count; i++) text += `        ${random.pick(MAKERS)(random, area)}\n`;
  return text;
}
