/**
 * Random instructions of every integer family, as bytes for one slot. What they may do is only limited by what the
 * program survives: the kernel's ESP stays, HLT and turning paging off stay out of ring 0.
 */
import { RESUME, SELECTOR, SLOT_BYTES } from './layout';
import {
  anyOperand,
  type Bytes,
  type Context,
  dword,
  memoryOperand,
  movImmediate,
  type Operand,
  place,
  register,
  word,
} from './operands';
import type { Random } from './random';

export type Maker = (context: Context) => Bytes;

/** Setup, prefixes, opcode, operand, immediate, in the order they stand in memory. */
const join = (opcode: Bytes, operand: Operand, tail: Bytes = [], prefixes: Bytes = []): Bytes => [
  ...operand.setup,
  ...prefixes,
  ...operand.prefixes,
  ...opcode,
  ...operand.modrm,
  ...tail,
];

/** 8, 16 or 32 bits: the low opcode bit and the operand-size prefix. */
function width(random: Random): { bit: number; prefixes: Bytes; isByte: boolean; short: boolean } {
  const kind = random.below(5);
  if (kind === 0) return { bit: 0, prefixes: [], isByte: true, short: false };
  const short = kind === 1;
  return { bit: 1, prefixes: short ? [0x66] : [], isByte: false, short };
}

const immediate = (random: Random, of: { isByte: boolean; short: boolean }): Bytes => {
  const value = random.value();
  return of.isByte ? [value & 0xff] : of.short ? word(value) : dword(value);
};

const lock = (random: Random, bytes: Bytes, operand: Operand): Bytes =>
  // LOCK belongs in front of the instruction itself, not of its setup; and QEMU lets some forms on registers pass.
  random.oneIn(5) && operand.modrm[0]! < 0xc0
    ? [...bytes.slice(0, operand.setup.length), 0xf0, ...bytes.slice(operand.setup.length)]
    : bytes;

const arithmetic: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  const operation = random.below(8) << 3;
  switch (random.below(5)) {
    case 0:
      return [...size.prefixes, operation | 4 | size.bit, ...immediate(random, size)];
    case 1: {
      const operand = anyOperand(context, operation >> 3, size.isByte);
      const opcode = size.isByte ? random.pick([0x80, 0x82]) : 0x81;
      return lock(random, join([opcode], operand, immediate(random, size), size.prefixes), operand);
    }
    case 2: {
      const operand = anyOperand(context, operation >> 3, false);
      const prefixes = random.oneIn(3) ? [0x66] : [];
      return join([0x83], operand, [random.value() & 0xff], prefixes);
    }
    case 3: {
      const to = size.isByte ? random.below(8) : register(context);
      return join(
        [operation | 2 | size.bit],
        anyOperand(context, to, size.isByte),
        [],
        size.prefixes,
      );
    }
    default: {
      const operand = anyOperand(context, random.below(8), size.isByte);
      return lock(random, join([operation | size.bit], operand, [], size.prefixes), operand);
    }
  }
};

const unary: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  if (random.oneIn(4)) {
    return [...(random.oneIn(3) ? [0x66] : []), random.pick([0x40, 0x48]) + register(context)];
  }
  if (random.oneIn(2)) {
    const operand = anyOperand(context, random.below(2), size.isByte);
    return lock(random, join([0xfe | size.bit], operand, [], size.prefixes), operand);
  }
  const operation = random.pick([0, 2, 3]);
  const operand = anyOperand(context, operation, size.isByte);
  const tail = operation === 0 ? immediate(random, size) : [];
  return join([0xf6 | size.bit], operand, tail, size.prefixes);
};

const multiply: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  const to = register(context);
  switch (random.below(4)) {
    case 0:
      return join([0x0f, 0xaf], anyOperand(context, to, false), [], size.prefixes);
    case 1:
      return join([0x6b], anyOperand(context, to, false), [random.value() & 0xff], size.prefixes);
    case 2: {
      const of = { isByte: false, short: size.short };
      return join([0x69], anyOperand(context, to, false), immediate(random, of), size.prefixes);
    }
    default:
      return join(
        [0xf6 | size.bit],
        anyOperand(context, random.pick([4, 5]), size.isByte),
        [],
        size.prefixes,
      );
  }
};

const divide: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  const operand = anyOperand(context, random.pick([6, 7]), size.isByte);
  // A small dividend, so that not every quotient is too large.
  const small = random.below(3) > 0 ? movImmediate(2, random.pick([0, 0, 1, 0xffffffff])) : [];
  return [...small, ...join([0xf6 | size.bit], operand, [], size.prefixes)];
};

const shift: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  const operand = anyOperand(context, random.pick([0, 1, 2, 3, 4, 5, 7]), size.isByte);
  const count = random.pick([0, 1, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, random.below(256)]);
  switch (random.below(3)) {
    case 0:
      return join([0xc0 | size.bit], operand, [count], size.prefixes);
    case 1:
      return join([0xd0 | size.bit], operand, [], size.prefixes);
    default:
      return [0xb1, count, ...join([0xd2 | size.bit], operand, [], size.prefixes)];
  }
};

/** No counts beyond 16 for 16-bit operands: then the result itself is undefined, in memory too. */
const doubleShift: Maker = (context) => {
  const { random } = context;
  const short = random.oneIn(3);
  const prefixes = short ? [0x66] : [];
  const count = random.below(short ? 17 : 256);
  const operand = anyOperand(context, random.below(8), false);
  const opcode = random.pick([0xa4, 0xac]);
  return random.oneIn(2)
    ? join([0x0f, opcode], operand, [count], prefixes)
    : [
        ...operand.setup,
        0xb1,
        count,
        ...join([0x0f, opcode + 1], { ...operand, setup: [] }, [], prefixes),
      ];
};

const bits: Maker = (context) => {
  const { random } = context;
  const prefixes = random.oneIn(3) ? [0x66] : [];
  const operation = random.below(4);
  switch (random.below(4)) {
    case 0:
      return join(
        [0x0f, random.pick([0xbc, 0xbd])],
        anyOperand(context, register(context), false),
        [],
        prefixes,
      );
    case 1: {
      const operand = anyOperand(context, 4 + operation, false);
      return join([0x0f, 0xba], operand, [random.value() & 0xff], prefixes);
    }
    default: {
      // The offset's register counts whole operands away from the address.
      const offset = random.pick([0, 1, 2, 3, 6, 7]);
      const operand = anyOperand(context, offset, false);
      const near = random.below(4) > 0 ? movImmediate(offset, random.below(1024) - 512) : [];
      return [...near, ...join([0x0f, 0xa3 + 8 * operation], operand, [], prefixes)];
    }
  }
};

const move: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  const to = size.isByte ? random.below(8) : register(context);
  switch (random.below(7)) {
    case 0:
      return join(
        [0x88 | size.bit],
        anyOperand(context, random.below(8), size.isByte),
        [],
        size.prefixes,
      );
    case 1:
      return join([0x8a | size.bit], anyOperand(context, to, size.isByte), [], size.prefixes);
    case 2:
      return join(
        [0xc6 | size.bit],
        anyOperand(context, 0, size.isByte),
        immediate(random, size),
        size.prefixes,
      );
    case 3:
      return [...size.prefixes, (size.isByte ? 0xb0 : 0xb8) + to, ...immediate(random, size)];
    case 4:
      return [...size.prefixes, random.pick([0xa0, 0xa2]) | size.bit, ...dword(place(random))];
    case 5:
      return join(
        [0x0f, random.pick([0xb6, 0xb7, 0xbe, 0xbf])],
        anyOperand(context, register(context), false),
        [],
        random.oneIn(3) ? [0x66] : [],
      );
    default:
      return join([0x8d], memoryOperand(context, register(context)), [], size.prefixes);
  }
};

const exchange: Maker = (context) => {
  const { random } = context;
  const size = width(random);
  const field = size.isByte ? random.below(8) : register(context);
  const operand = anyOperand(context, field, size.isByte);
  switch (random.below(6)) {
    case 0:
      return join([0x86 | size.bit], operand, [], size.prefixes);
    case 1:
      return [...size.prefixes, 0x90 + register(context)];
    case 2:
      return lock(random, join([0x0f, 0xc0 | size.bit], operand, [], size.prefixes), operand);
    case 3:
      return lock(random, join([0x0f, 0xb0 | size.bit], operand, [], size.prefixes), operand);
    case 4: {
      const target = memoryOperand(context, 1);
      return lock(random, join([0x0f, 0xc7], target), target);
    }
    default:
      return [0x0f, 0xc8 + register(context)];
  }
};

const SIMPLE = [
  ...[[0x27], [0x2f], [0x37], [0x3f], [0x98], [0x99], [0x66, 0x98], [0x66, 0x99], [0x9e], [0x9f]],
  ...[[0xf5], [0xf8], [0xf9], [0xfc], [0xfd], [0xd6], [0x90], [0xd4, 10], [0xd5, 10], [0xd4, 0]],
];
const simple: Maker = ({ random }) => {
  if (random.oneIn(6)) return [random.pick([0xd4, 0xd5]), random.below(256)];
  return random.pick(SIMPLE);
};

const conditional: Maker = (context) => {
  const { random } = context;
  const condition = random.below(16);
  const prefixes = random.oneIn(3) ? [0x66] : [];
  return random.oneIn(2)
    ? join([0x0f, 0x90 | condition], anyOperand(context, random.below(8), true))
    : join([0x0f, 0x40 | condition], anyOperand(context, register(context), false), [], prefixes);
};

const translateByte: Maker = ({ random }) => [...movImmediate(3, place(random)), 0xd7];

/** Puts ESP where there is room. In ring 3 it may also be anywhere, across pages or in none. */
const withStack = ({ random, ring, stack }: Context): Bytes =>
  ring === 0 || random.below(4) > 0
    ? movImmediate(4, stack)
    : random.oneIn(2)
      ? movImmediate(4, place(random))
      : [];

const stack: Maker = (context) => {
  const { random, ring } = context;
  const begin = withStack(context);
  const prefixes = random.oneIn(4) ? [0x66] : [];
  const popTo = ring === 0 ? register(context) : random.below(8);
  switch (random.below(12)) {
    case 0:
      return [...begin, ...prefixes, 0x50 + random.below(8)];
    case 1:
      return [...begin, ...prefixes, 0x58 + popTo];
    case 2:
      return [
        ...begin,
        ...prefixes,
        0x68,
        ...(prefixes.length ? word(random.next()) : dword(random.next())),
      ];
    case 3:
      return [...begin, ...prefixes, 0x6a, random.below(256)];
    case 4:
      return [...begin, ...join([0xff], anyOperand(context, 6, false), [], prefixes)];
    case 5:
      return [...begin, ...join([0x8f], anyOperand(context, 0, false), [], prefixes)];
    case 6:
      return [...begin, ...prefixes, random.pick([0x60, 0x61])];
    case 7:
      return [...begin, ...prefixes, 0x9c];
    case 8:
    case 9: {
      // POPF of anything but VM and NT (an IRET with NT set is a task switch).
      const image = random.next() & 0x00ffbfff & ~0x20000;
      // Rarely TF: it costs a trap per instruction until the handler clears it.
      const flags = random.oneIn(4) ? image : image & ~0x100;
      return [...begin, 0x68, ...dword(flags), ...prefixes, 0x9d];
    }
    case 10:
      return [
        ...begin,
        ...prefixes,
        0xc8,
        ...word(random.below(64)),
        random.pick([0, 0, 1, 2, 3, 31, 32]),
      ];
    default:
      return [
        ...begin,
        ...movImmediate(5, ring === 0 ? context.stack + random.below(8) * 4 : place(random)),
        ...prefixes,
        0xc9,
        ...(ring === 0 ? movImmediate(4, context.stack) : []),
      ];
  }
};

const STRINGS = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf];
const strings: Maker = ({ random }) => {
  const short = random.oneIn(4);
  const at = (): number => (short ? 0x8000 + random.below(0x1ff0) : place(random));
  return [
    ...movImmediate(6, at()),
    ...movImmediate(7, at()),
    ...movImmediate(1, random.oneIn(12) ? 0 : random.below(20)),
    ...(random.oneIn(4) ? [random.pick([0xfc, 0xfd])] : []),
    ...(short ? [0x67] : []),
    ...(random.oneIn(3) ? [0x66] : []),
    ...(random.oneIn(8) ? [random.pick([0x64, 0x36, 0x2e])] : []),
    ...(random.below(3) > 0 ? [random.pick([0xf2, 0xf3])] : []),
    random.pick(STRINGS),
  ];
};

const nextSlot = ({ slot }: Context): number => slot + SLOT_BYTES;
/** Tells the handler where to go on if control ends up outside the slots. */
const setResume = (context: Context): Bytes => [
  ...[0xc7, 0x05],
  ...dword(RESUME),
  ...dword(nextSlot(context)),
];

/** Jumps over a few instructions of the same slot, taken or not. */
const branch: Maker = ({ random }) => {
  const skipped = [...movImmediate(0, random.next()), 0x41];
  switch (random.below(5)) {
    case 0:
      return [0x70 | random.below(16), skipped.length, ...skipped];
    case 1:
      return [0x0f, 0x80 | random.below(16), ...dword(skipped.length), ...skipped];
    case 2:
      return [
        ...movImmediate(1, random.below(3)),
        ...(random.oneIn(3) ? [0x67] : []),
        0xe0 | random.below(4),
        skipped.length,
        ...skipped,
      ];
    case 3:
      return [0xeb, skipped.length, ...skipped];
    default:
      return [0xe9, ...dword(skipped.length), ...skipped];
  }
};

const transfer: Maker = (context) => {
  const { random, ring } = context;
  const target = nextSlot(context);
  const begin = movImmediate(4, context.stack);
  const code = ring === 0 ? SELECTOR.kernelCode : SELECTOR.userCode;
  const push = (value: number): Bytes => [0x68, ...dword(value)];
  switch (random.below(9)) {
    case 0: {
      const call = [...begin, 0xe8];
      return [...call, ...dword(SLOT_BYTES - call.length - 4)];
    }
    case 1:
      return [
        ...begin,
        ...push(target),
        ...(random.oneIn(2) ? [0xc3] : [0xc2, ...word(random.below(32))]),
      ];
    case 2:
      return [...movImmediate(0, target), ...begin, 0xff, random.pick([0xd0, 0xe0])];
    case 3:
      return [...begin, random.pick([0x9a, 0xea]), ...dword(target), ...word(code)];
    case 4:
      return [
        ...begin,
        ...push(code),
        ...push(target),
        ...(random.oneIn(2) ? [0xcb] : [0xca, ...word(8)]),
      ];
    case 5: {
      const flags = random.next() & 0xcd5;
      return [...begin, ...push(flags | 2), ...push(code), ...push(target), 0xcf];
    }
    case 6: {
      // Through a pointer in memory.
      const pointer = context.stack - 64;
      const store = [0xc7, 0x05, ...dword(pointer), ...dword(target)];
      return [...begin, ...store, 0xff, random.pick([0x15, 0x25]), ...dword(pointer)];
    }
    case 7:
      return [...begin, 0x9a, ...dword(0), ...word(SELECTOR.callGate)];
    default:
      return wild(context);
  }
};

/** To an address that is not mapped, or cut to 16 bits: the fetch faults. */
const wild: Maker = (context) => {
  const { random } = context;
  const begin = [...setResume(context), ...movImmediate(4, context.stack)];
  const nowhere = 0x800000 + random.below(0x70000000);
  switch (random.below(4)) {
    case 0:
      return [...begin, ...movImmediate(0, nowhere), 0xff, random.pick([0xd0, 0xe0])];
    case 1:
      return [...begin, 0x68, ...dword(nowhere), 0xc3];
    case 2:
      return [...begin, 0xe9, ...dword(nowhere)];
    default:
      return [...begin, 0x66, 0xeb, 0x00];
  }
};

const interrupts: Maker = (context) => {
  const { random } = context;
  const begin = movImmediate(4, context.stack);
  switch (random.below(5)) {
    case 0:
      return [...begin, 0xcc];
    case 1:
      return [...begin, 0xce];
    case 2:
      return [...begin, 0xcd, 0x80];
    case 3:
      return [...begin, 0xcd, random.pick([0, 1, 3, 4, 5, 6, 13, 14, 0x20, 0x82, 0x83, 0xff])];
    default: {
      const operand = memoryOperand(context, random.pick([0, 1, 2, 3, 6, 7]));
      return join([0x62], operand, [], random.oneIn(3) ? [0x66] : []);
    }
  }
};

const SELECTORS = Object.values(SELECTOR);
const segments: Maker = (context) => {
  const { random, ring } = context;
  const prefixes = random.oneIn(4) ? [0x66] : [];
  const selector = random.oneIn(4)
    ? random.below(0x10000)
    : random.pick([...SELECTORS, 0, 1, 2, 3]);
  const stackData = ring === 0 ? SELECTOR.kernelData : SELECTOR.userData;
  // DS, ES, FS and GS as the rest of the program wants them.
  const restore = [
    ...movImmediate(0, SELECTOR.userData),
    ...[0x8e, 0xd8, 0x8e, 0xc0, 0xb0, SELECTOR.fs, 0x8e, 0xe0, 0xb0, SELECTOR.gs, 0x8e, 0xe8],
  ];
  switch (random.below(8)) {
    case 0:
    case 1:
      return [
        ...movImmediate(0, selector),
        0x8e,
        0xc0 | (random.pick([0, 3, 4, 5]) << 3),
        ...restore,
      ];
    case 2:
      // SS: all that faults, and what is right.
      return [
        ...movImmediate(
          0,
          ring === 0 && random.oneIn(2)
            ? SELECTOR.userData
            : random.oneIn(2)
              ? stackData
              : selector === SELECTOR.fs || selector === SELECTOR.gs
                ? 0
                : selector,
        ),
        ...[0x8e, 0xd0],
        ...movImmediate(0, stackData),
        ...[0x8e, 0xd0],
        ...movImmediate(4, context.stack),
      ];
    case 3:
      return join([0x8c], anyOperand(context, random.below(6), false), [], prefixes);
    case 4:
      return [
        ...movImmediate(2, selector),
        ...prefixes,
        ...[0x0f, random.pick([0x02, 0x03]), 0xc0 | (register(context) << 3) | 2],
      ];
    case 5:
      return [...movImmediate(2, selector), 0x0f, 0x00, 0xc2 | (random.pick([4, 5]) << 3)];
    case 6:
      return join([0x63], anyOperand(context, random.below(8), false));
    default:
      return random.oneIn(2)
        ? join([0x0f, 0], anyOperand(context, random.pick([0, 1]), false), [], prefixes)
        : // SGDT, SIDT: two stores, of which a fault may stop the second. So inside one page.
          [0x0f, 0x01, 0x05 | (random.below(2) << 3), ...dword(place(random) & ~0xff)];
  }
};

/** Undefined: all of them on every CPU since the 386. */
const UNDEFINED = [
  ...[
    [0x0f, 0x0b],
    [0x8e, 0xc8],
    [0xf0, 0x90],
    [0xfe, 0xf8],
    [0x8d, 0xc0],
    [0x0f, 0x00, 0xf0],
  ],
  ...[
    [0x62, 0xc0],
    [0xff, 0xf8],
    [0xf0, 0x01, 0xc0],
  ],
  ...[
    [0x0f, 0xba, 0xc0, 1],
    [0xff, 0xd8],
    [0xff, 0xe8],
    [0x8c, 0xf0],
  ],
];
const undefinedOpcode: Maker = ({ random }) => random.pick(UNDEFINED);

/** In ring 3 all of them are #GP(0). */
const PRIVILEGED = [
  ...[
    [0xfa],
    [0xfb],
    [0xf4],
    [0xe4, 0x21],
    [0xec],
    [0xe6, 0x80],
    [0xee],
    [0x0f, 0x06],
    [0x0f, 0x09],
  ],
  ...[
    [0x0f, 0x20, 0xc0],
    [0x0f, 0x22, 0xd0],
    [0x0f, 0x21, 0xc0],
    [0x0f, 0x01, 0x10],
    [0x0f, 0x01, 0x38],
  ],
  ...[
    [0x0f, 0x00, 0xd0],
    [0x0f, 0x00, 0xd8],
    [0x0f, 0x01, 0xf0],
    [0x6c],
    [0x6e],
    [0x0f, 0x30],
    [0x0f, 0x32],
  ],
];
const system: Maker = (context) => {
  const { random, ring, slot } = context;
  // Encodings that exist: whether a reserved one is #UD or #NM, nothing says.
  const esc = random.oneIn(2) ? [0xd8, 0xc0 | random.below(64)] : [0xd9, 0xc0 | random.below(16)];
  if (random.oneIn(5)) return esc;
  if (random.oneIn(8)) return random.pick([[0x0f, 0xa2], [0x0f, 0x31], [0x9b]]);
  if (ring === 3) return random.pick(PRIVILEGED);
  const to = register(context);
  switch (random.below(7)) {
    case 0:
      return [0x0f, 0x20, 0xc0 | (random.pick([0, 2, 3, 4]) << 3) | to];
    case 1:
      return [0x0f, 0x22, 0xd0 | random.below(8)];
    case 2:
      return [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8];
    case 3:
      return join([0x0f, 0x01], memoryOperand(context, 7));
    case 4:
      return [0x0f, 0x06];
    case 5:
      // WP off and on again.
      return [
        ...[0x0f, 0x20, 0xc0, 0x35],
        ...dword(0x10000),
        ...[0x0f, 0x22, 0xc0],
        ...[0xc6, 0x05, ...dword(place(random)), slot & 0xff],
        ...[0x0f, 0x20, 0xc0, 0x0d],
        ...dword(0x10000),
        ...[0x0f, 0x22, 0xc0],
      ];
    default:
      return random.pick([[0xfa], [0xfb], [0xe4, 0x21], [0xe6, 0x80], [0x0f, 0x09]]);
  }
};

/** Families with their weights. */
const FAMILIES: readonly (readonly [number, Maker])[] = [
  [12, arithmetic],
  [5, unary],
  [5, multiply],
  [5, divide],
  [8, shift],
  [4, doubleShift],
  [5, bits],
  [9, move],
  [5, exchange],
  [5, simple],
  [4, conditional],
  [1, translateByte],
  [8, stack],
  [6, strings],
  [4, branch],
  [5, transfer],
  [3, interrupts],
  [6, segments],
  [2, undefinedOpcode],
  [4, system],
];
const TOTAL = FAMILIES.reduce((sum, [weight]) => sum + weight, 0);

/** One slot: random instructions, then what leads to its end. */
export function slotBytes(context: Context, maker?: Maker): Uint8Array {
  const bytes = new Uint8Array(SLOT_BYTES).fill(0x90);
  let at = 0;
  // Short ones share a slot: flags and registers of one meet the next.
  for (let tries = 0; tries < 3; tries++) {
    const made = (maker ?? family(context.random))(context);
    const relative = made.length > 0 && at > 0 && isPositioned(made);
    if (relative || at + made.length > SLOT_BYTES - 2) break;
    bytes.set(made, at);
    at += made.length;
    if (isPositioned(made)) break;
  }
  const rest = SLOT_BYTES - at;
  if (rest > 2) bytes.set([0xeb, rest - 2], at);
  return bytes;
}

/** CALL rel32 to the next slot only fits at a slot's start. */
const isPositioned = (bytes: Bytes): boolean => bytes.includes(0xe8) || bytes.includes(0xe9);

function family(random: Random): Maker {
  let ticket = random.below(TOTAL);
  for (const [weight, maker] of FAMILIES) {
    if (ticket < weight) return maker;
    ticket -= weight;
  }
  return simple;
}
