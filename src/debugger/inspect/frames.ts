/**
 * Frames that the CPU itself pushed: by interrupts and exceptions, and by far calls, through gates or not. One is claimed
 * only where IRET or RET would accept it by the tables of now, and, since small numbers can look like that too, only with
 * a sign of its own: a change of rings, a far CALL in front of the return address, a vector that leads here.
 *
 * ```text
 *   interrupt:          [error code]  EIP CS EFLAGS  (ESP SS  (ES DS FS GS))      outer ring (virtual-8086 mode)
 *   far call or gate:   EIP CS  (parameters  ESP SS)                              outer ring
 * ```
 *
 * @see Intel SDM vol. 3, "Interrupt and Exception Handling": "Error Code"; "Protection": "Call Gates"; "8086 Emulation"
 */
import { FlowControl, Mnemonic } from 'iced-x86';
import { hex16 } from '../../base/hex';
import { EFLAGS_IF, EFLAGS_NT, EFLAGS_VM } from '../../machine/cpu/state';
import { callBefore, instructionAt } from './code';
import type { Entry } from './handlers';
import { onStack, type Position, type Scene, type StackPlace, wordSize } from './position';
import { callGate, type Gate, returnCode, returnStack } from './segments';
import { vectorNames } from './vectors';

/** One word of a frame. */
export interface FrameWord {
  readonly address: number;
  readonly size: 2 | 4;
  /** `EFLAGS, IF=1 IOPL=0`; ends in an arrow if `target` belongs behind it. */
  readonly words: string;
  /** Linear address it leads to; null for words that are no addresses. */
  readonly target: number | null;
  readonly leadsTo: 'code' | 'stack' | null;
}

export interface Frame {
  readonly kind: 'interrupt' | 'far-call';
  /** Where the return leads. */
  readonly to: Position;
  readonly words: readonly FrameWord[];
}

/** The return that the CPU is about to execute: then its frame lies at the stack pointer for certain. */
export interface NextReturn {
  readonly kind: Frame['kind'];
  readonly size: 2 | 4;
  /** Bytes of parameters that it drops. */
  readonly release: number;
}

export function frameAt(
  scene: Scene,
  here: Position,
  at: number,
  next: NextReturn | null,
): Frame | null {
  if (next?.kind === 'interrupt') return interruptFrame(scene, here, at, next.size, true);
  if (next) return farFrame(scene, here, at, next.size, next.release / next.size);
  const size = wordSize(here);
  const far = farCallBefore(scene, here, at, size);
  // An interrupt just behind a call through a gate leaves the same address and selector: the gate must lead to here.
  if (far?.gate && scene.isSameFunction(far.gate.target, here.eip)) {
    const frame = farFrame(scene, here, at, size, far.gate.parameters);
    if (frame) return frame;
  }
  return (
    interruptFrame(scene, here, at, size, false) ??
    (far ? farFrame(scene, here, at, size, null) : null)
  );
}

// --- far calls ----------------------------------------------------------------------------------------------------

/** The far CALL in front of the address at `at`, and the gate it went through if that can be found. */
function farCallBefore(
  { cpu, word, isSameFunction, callGates }: Scene,
  here: Position,
  at: number,
  size: 2 | 4,
) {
  const offset = word(at, size);
  const selector = word(at + size, size);
  if (offset === null || selector === null || selector > 0xffff) return null;
  const code = codeOf(cpu, here, offset, selector);
  const call = code && callBefore(cpu, (code.base + offset) >>> 0, code, 'far');
  if (!call) return null;
  let gate: Gate | null = null;
  if (here.code.mode === 'protected') {
    gate =
      call.selector === null
        ? (callGates().find(({ target }) => isSameFunction(target, here.eip)) ?? null)
        : callGate(cpu, call.selector);
  }
  return { gate };
}

const MOST_PARAMETERS = 31;

/** @param count parameters between CS and ESP; null: not known, told by the shape of ESP and SS */
export function farFrame(
  scene: Scene,
  here: Position,
  at: number,
  size: 2 | 4,
  count: number | null,
): Frame | null {
  const word = wordsFrom(scene, at, size);
  const offset = word(0);
  const selector = word(1);
  if (offset === null || selector === null || selector > 0xffff) return null;
  const code = codeOf(scene.cpu, here, offset, selector);
  if (!code) return null;
  const eip = (code.base + offset) >>> 0;
  if (!scene.isMapped(eip)) return null;
  const e = size === 4 ? 'E' : '';
  const isProtected = here.code.mode === 'protected';
  const ring = isProtected ? `, ring ${selector & 3}` : '';
  const words = new WordList(at, size)
    .add(`return ${e}IP →`, eip, 'code')
    .add(`return CS ${hex16(selector)}${ring}`);
  const to = { ...here, eip, code, by: 'call', slot: at } as const;
  if (!isProtected || (selector & 3) === here.cpl) {
    return { kind: 'far-call', words: words.list, to: { ...to, esp: (at + 2 * size) >>> 0 } };
  }
  const cpl = selector & 3;
  const counts =
    count === null ? Array.from({ length: MOST_PARAMETERS + 1 }, (_, i) => i) : [count];
  for (const parameters of counts) {
    const stack = outerStack(scene, cpl, word(2 + parameters), word(3 + parameters));
    if (!stack) continue;
    for (let i = 1; i <= parameters; i++) {
      words.add(
        count === null ? 'perhaps a copied parameter' : `copied parameter ${i} of ${parameters}`,
      );
    }
    addStack(words, count === null ? `perhaps ${e}` : e, stack);
    // A RET that drops parameters drops the caller's too: its stack pointer is then above this one.
    return { kind: 'far-call', words: words.list, to: { ...to, cpl, ...stack.place } };
  }
  return null;
}

/** The code segment that a far return to this CS would load. */
function codeOf(
  cpu: Scene['cpu'],
  here: Position,
  offset: number,
  selector: number,
): Position['code'] | null {
  const { mode, bits } = here.code;
  if (mode !== 'protected') {
    return offset > 0xffff ? null : { base: selector * 16, bits, mode };
  }
  const segment = returnCode(cpu, selector, offset, here.cpl);
  return segment && { base: segment.base, bits: segment.bits, mode };
}

// --- interrupts ---------------------------------------------------------------------------------------------------

const EFLAGS_MUST_BE_SET = 1 << 1;
/** Bits 3, 5, 15 and 31:22 of EFLAGS are always 0. */
const EFLAGS_MUST_BE_CLEAR = 0xffc08028 | 0;

const looksLikeFlags = (value: number): boolean =>
  (value & EFLAGS_MUST_BE_SET) !== 0 && (value & EFLAGS_MUST_BE_CLEAR) === 0;

/** @param isNext an IRET takes this frame next, so no sign of its own is needed */
function interruptFrame(
  scene: Scene,
  here: Position,
  at: number,
  size: 2 | 4,
  isNext: boolean,
): Frame | null {
  const { cpu } = scene;
  const word = wordsFrom(scene, at, size);
  const offset = word(0);
  const selector = word(1);
  const flags = word(2);
  if (offset === null || selector === null || flags === null || selector > 0xffff) return null;
  if (here.code.mode !== 'protected') {
    return frameOf8086(scene, here, { at, size, offset, selector, flags }, isNext);
  }
  if (!looksLikeFlags(flags)) return null;
  if (flags & EFLAGS_VM && size === 4) {
    return here.cpl === 0 ? virtual8086Frame(scene, here, at, isNext) : null;
  }
  const code = codeOf(cpu, here, offset, selector);
  if (!code) return null;
  const eip = (code.base + offset) >>> 0;
  if (!scene.isMapped(eip)) return null;
  const cpl = selector & 3;
  if (!isNext && cpl === here.cpl && !isHandler(scene, here)) return null;
  const e = size === 4 ? 'E' : '';
  const words = new WordList(at, size)
    .add(`${e}IP →`, eip, 'code')
    .add(`CS ${hex16(selector)}, ring ${cpl}`)
    .add(`${e}FLAGS, ${flagWords(flags)}`);
  const isNested = (flags & EFLAGS_NT) !== 0;
  const to = { ...here, eip, code, cpl, isNested, by: 'interrupt', slot: at } as const;
  const kind = 'interrupt';
  const error = errorCode(scene, here, at, size, eip);
  if (cpl === here.cpl) {
    return { kind, words: [...error, ...words.list], to: { ...to, esp: (at + 3 * size) >>> 0 } };
  }
  const stack = outerStack(scene, cpl, word(3), word(4));
  if (!stack) return null;
  addStack(words, e, stack);
  return { kind, words: [...error, ...words.list], to: { ...to, ...stack.place } };
}

/** More than an epilogue has. */
const MOST_BEFORE_IRET = 24;

/**
 * Small numbers on any stack look like a frame of the same ring: there only code is believed that a vector leads to, or
 * that runs straight into an IRET.
 */
function isHandler({ cpu, entriesInto }: Scene, here: Position): boolean {
  if (entriesInto(here.eip, here.code).length > 0) return true;
  for (let eip = here.eip, i = 0; i < MOST_BEFORE_IRET; i++) {
    const instruction = instructionAt(cpu, eip, here.code);
    if (!instruction) return false;
    const { mnemonic, flowControl, length } = instruction;
    if (mnemonic === Mnemonic.Iret || mnemonic === Mnemonic.Iretd) return true;
    if (flowControl !== FlowControl.Next) return false;
    eip = (eip + length) >>> 0;
  }
  return false;
}

const SEGMENTS_OF_8086 = ['ES', 'DS', 'FS', 'GS'] as const;
const FRAME_8086_BYTES = 36;

function virtual8086Frame(scene: Scene, here: Position, at: number, isNext: boolean): Frame | null {
  const values = Array.from({ length: 9 }, (_, i) => scene.word(at + 4 * i, 4));
  if (values.includes(null)) return null;
  const [ip, cs, flags, sp, ss, ...data] = values as [number, number, number, number, number];
  if (ip > 0xffff || [cs, ss, ...data].some((selector) => selector > 0xffff)) return null;
  // Zeros around one number with the right bits look the same. The CPU pushes the frame at the bottom of the ring-0 stack.
  const bottom = scene.word(here.task.base + TSS_ESP0, 4);
  const isAtBottom =
    bottom !== null && onStack(here.stack, bottom) === (at + FRAME_8086_BYTES) >>> 0;
  if (!isNext && !isAtBottom && (cs === 0 || ss === 0)) return null;
  const base = cs * 16;
  const eip = base + ip;
  if (!scene.isMapped(eip)) return null;
  const stack: StackPlace = { base: ss * 16, bits: 16 };
  const esp = onStack(stack, sp);
  const words = new WordList(at, 4)
    .add('IP →', eip, 'code')
    .add(`CS ${hex16(cs)}`)
    .add(`EFLAGS, VM=1 ${flagWords(flags)}`)
    .add('SP →', esp, 'stack')
    .add(`SS ${hex16(ss)}`);
  SEGMENTS_OF_8086.forEach((name, i) => {
    words.add(`${name} ${hex16(values[5 + i] ?? 0)}`);
  });
  return {
    kind: 'interrupt',
    words: [...errorCode(scene, here, at, 4, eip), ...words.list],
    to: {
      ...here,
      ...{ eip, code: { base, bits: 16, mode: 'virtual-8086' }, stack, esp },
      ...{ cpl: 3, isNested: false, by: 'interrupt', slot: at },
    },
  };
}

const TSS_ESP0 = 4;
/** The table of real mode and what the firmware keeps behind it: no code. */
const LOWEST_CODE_OF_8086 = 0x500;
const INT_N = 0xcd;

interface Image8086 {
  readonly at: number;
  readonly size: 2 | 4;
  readonly offset: number;
  readonly selector: number;
  readonly flags: number;
}

/**
 * IP, CS and FLAGS. Any numbers would do for IRET, so this function must be a handler: INT n stands in front of the
 * address and vector n leads here; or some vector does, interrupts were on, and an instruction begins there.
 */
function frameOf8086(
  scene: Scene,
  here: Position,
  { at, size, offset, selector, flags }: Image8086,
  isNext: boolean,
): Frame | null {
  if (offset > 0xffff) return null;
  const base = selector * 16;
  const eip = base + offset;
  if (eip < LOWEST_CODE_OF_8086 || !scene.isMapped(eip)) return null;
  if (!isNext) {
    const entries = scene.entriesInto(here.eip, here.code);
    const called = softwareInterrupt(scene, eip);
    const wasCalled = entries.some(({ vector }) => vector === called);
    const wasInterrupted =
      entries.length > 0 &&
      looksLikeFlags(flags) &&
      (flags & EFLAGS_IF) !== 0 &&
      scene.context.names.lineOf(eip) !== null;
    if (!wasCalled && !wasInterrupted) return null;
  }
  const words = new WordList(at, size)
    .add('IP →', eip, 'code')
    .add(`CS ${hex16(selector)}`)
    .add(`FLAGS, ${flagWords(flags)}`);
  const { bits, mode } = here.code;
  const esp = (at + 3 * size) >>> 0;
  const to = { ...here, eip, code: { base, bits, mode }, esp, by: 'interrupt', slot: at } as const;
  return { kind: 'interrupt', words: words.list, to };
}

/** The vector of the INT n that ends at `eip`, if one does. */
function softwareInterrupt({ cpu }: Scene, eip: number): number | null {
  const [opcode, vector] = cpu.linear((eip - 2) >>> 0, 2);
  return opcode === INT_N ? (vector ?? null) : null;
}

// --- error codes --------------------------------------------------------------------------------------------------

/** @see Intel SDM vol. 3, "Interrupt and Exception Handling": "Exceptions and Interrupts", the column "Error Code" */
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);

/** The word below a frame in protected mode, if it is, or may be, an error code. */
function errorCode(
  scene: Scene,
  here: Position,
  at: number,
  size: 2 | 4,
  eip: number,
): readonly FrameWord[] {
  const address = (at - size) >>> 0;
  const value = scene.word(address, size);
  // The upper half of an error code is 0.
  if (at - size < here.esp || value === null || value > 0xffff) return [];
  const entries = scene.entriesInto(here.eip, here.code);
  const called = softwareInterrupt(scene, eip);
  const left = entries.filter((entry) => hasPushed(scene, here, at, size, entry));
  const vectors = (left.length > 0 ? left : entries).map(({ vector }) => vector);
  const isKnown = vectors.length > 0;
  if (isKnown ? !vectors.some((vector) => WITH_ERROR_CODE.has(vector)) : called !== null) return [];
  // INT 14 leads to the handler of #PF too, and pushes none.
  const isCertain =
    left.length > 0 &&
    vectors.every((vector) => WITH_ERROR_CODE.has(vector)) &&
    (called === null || !vectors.includes(called));
  const [vector] = vectors;
  const name = vectors.length === 1 ? vectorNames([])(vector ?? -1)?.split(' ')[0] : undefined;
  const words = `${isCertain ? '' : 'perhaps an '}error code${name ? ` of ${name}` : ''}`;
  return new WordList(address, size).add(words).list;
}

/** Whether what the entry's stub pushes lies below the frame, and its error code between them if it has one. */
function hasPushed(
  { word }: Scene,
  here: Position,
  at: number,
  size: 2 | 4,
  { vector, pushed }: Entry,
): boolean {
  const below = WITH_ERROR_CODE.has(vector) ? at - size : at;
  return pushed.every((value, i) => {
    const place = below - (i + 1) * size;
    return place >= here.esp && word(place, size) === value;
  });
}

// --- parts --------------------------------------------------------------------------------------------------------

class WordList {
  readonly list: FrameWord[] = [];

  constructor(
    private readonly at: number,
    private readonly size: 2 | 4,
  ) {}

  /** The next word, at the next higher address. */
  add(words: string, target: number | null = null, leadsTo: FrameWord['leadsTo'] = null): this {
    const address = (this.at + this.list.length * this.size) >>> 0;
    this.list.push({ address, size: this.size, words, target, leadsTo });
    return this;
  }
}

const wordsFrom =
  ({ word }: Scene, at: number, size: 2 | 4) =>
  (index: number): number | null =>
    word(at + index * size, size);

const flagWords = (flags: number): string =>
  `IF=${(flags >>> 9) & 1} IOPL=${(flags >>> 12) & 3}${flags & EFLAGS_NT ? ' NT=1' : ''}`;

interface OuterStack {
  readonly selector: number;
  readonly place: { readonly stack: StackPlace; readonly esp: number };
}

/** The stack of an outer ring that a frame names; null if a return could not load it. */
function outerStack(
  { cpu }: Scene,
  cpl: number,
  pointer: number | null,
  selector: number | null,
): OuterStack | null {
  if (pointer === null || selector === null) return null;
  const segment = returnStack(cpu, selector, cpl);
  if (!segment) return null;
  const stack = { base: segment.base, bits: segment.bits };
  return { selector, place: { stack, esp: onStack(stack, pointer) } };
}

function addStack(words: WordList, prefix: string, { selector, place }: OuterStack): void {
  words.add(`${prefix}SP →`, place.esp, 'stack').add(`SS ${hex16(selector)}`);
}
