/**
 * Random slots about segmentation: selectors of every kind are loaded, and memory is reached through them around
 * their limits. The local table of such a program is random, too.
 */
import { SELECTOR, WINDOW } from './layout';
import { type Bytes, type Context, dword, movImmediate, word } from './operands';
import type { Random } from './random';

export const LOCAL_DESCRIPTORS = 16;

/** Present, DPL 3 mostly; data, expand-down, code, conforming, system; limits in bytes and pages. */
export function randomDescriptor(random: Random): readonly [low: number, high: number] {
  const dpl = random.oneIn(4) ? random.below(4) : 3;
  const present = random.oneIn(8) ? 0 : 0x80;
  // Data down and up, read-only and writable; code; accessed or not yet. Seldom a system type.
  const type = random.oneIn(12) ? random.below(16) : 0x10 | random.below(16);
  const pages = random.oneIn(4);
  const limit = random.pick([0, 1, 3, 0xf, 0xfff, 0x1000, 0x1fff, 0x7fff]) >>> (pages ? 12 : 0);
  const flags = (pages ? 0x80 : 0) | (random.oneIn(4) ? 0 : 0x40);
  const base = WINDOW + random.pick([0, 0, 0x10, 0xff8, 0x1000]);
  return [
    (((base & 0xffff) << 16) | limit) >>> 0,
    (((base >>> 16) & 0xff) |
      ((type | (dpl << 5) | present) << 8) |
      (flags << 16) |
      (base & 0xff000000)) >>>
      0,
  ];
}

const PREFIX = { 0: 0x26, 3: 0x3e, 4: 0x64, 5: 0x65 } as const;
const OFFSETS = [
  1, 2, 4, 8, 0xf, 0x10, 0xffc, 0xfff, 0x1000, 0x1ffd, 0x2000, 0x7ffe, 0x8000, 0xfffe, 0x10000, -16,
];
/** MOV in both directions and sizes, ADD to memory, CMPXCHG8B, PUSH and LES: opcode with a [disp32] ModRM. */
const ACCESSES: readonly Bytes[] = [
  ...[
    [0x8b, 0x0d],
    [0x89, 0x0d],
    [0x8a, 0x0d],
    [0x88, 0x0d],
    [0x66, 0x8b, 0x0d],
    [0x66, 0x89, 0x0d],
  ],
  ...[
    [0x01, 0x0d],
    [0x0f, 0xc7, 0x0d],
    [0x0f, 0xb6, 0x0d],
    [0xff, 0x05],
    [0x39, 0x0d],
  ],
];

function selector(random: Random): number {
  if (random.oneIn(6)) return random.pick([0, 1, 2, 3, ...Object.values(SELECTOR)]);
  if (random.oneIn(12)) return random.below(0x10000);
  return (random.below(LOCAL_DESCRIPTORS + 1) << 3) | 4 | (random.oneIn(3) ? random.below(4) : 3);
}

export function segmentSlot(context: Context): Bytes {
  const { random } = context;
  const load = movImmediate(0, selector(random));
  const segment = random.pick([0, 3, 4, 5] as const);
  const offset = (random.pick(OFFSETS) + random.below(3) - 1) >>> 0;
  switch (random.below(8)) {
    case 0: {
      const register = random.pick([1, 2, 3]);
      const opcode = random.pick([0x02, 0x03]);
      return [...load, ...(random.oneIn(3) ? [0x66] : []), 0x0f, opcode, 0xc0 | (register << 3)];
    }
    case 1:
      return [...load, 0x0f, 0x00, random.pick([0xe0, 0xe8])];
    case 2:
      // A far pointer on the stack, then LDS, LES, LFS or LGS from it.
      return [
        ...movImmediate(4, context.stack),
        ...[0x68, ...dword(selector(random)), 0x68, ...dword(offset)],
        ...random.pick([[0xc5], [0xc4], [0x0f, 0xb4], [0x0f, 0xb5]]),
        ...[0x1c, 0x24],
      ];
    case 3: {
      // String operations go through two segments.
      const at = [...movImmediate(6, offset), ...movImmediate(7, offset), ...movImmediate(1, 3)];
      return [...load, 0x8e, 0xc0, ...at, 0xf3, random.pick([0xa4, 0xa5, 0xaa, 0xab])];
    }
    case 4:
      // Far transfers to all kinds of selectors; where they lead is seldom code.
      return [
        ...movImmediate(4, context.stack),
        random.pick([0x9a, 0xea]),
        ...dword(random.oneIn(2) ? 0x7fffffff : offset | 0x40000000),
        ...word(selector(random)),
      ];
    default:
      return [
        ...load,
        ...[0x8e, 0xc0 | (segment << 3), PREFIX[segment]],
        ...random.pick(ACCESSES),
        ...dword(offset),
      ];
  }
}
