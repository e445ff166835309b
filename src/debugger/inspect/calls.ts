/**
 * Who called whom, as far as the stack tells. Three sources, in this order: an interrupt frame (told by its shape: a
 * code selector of the GDT and a flags image behind an address), the chain of frame pointers, and, where code keeps no
 * frame pointers, the nearest word that is an address just behind a CALL. Words left on a stack can mislead the last one.
 */
import { address as hex } from '../../base/hex';
import { SEG } from '../../machine/cpu/state';
import type { CallFrameView, CallStackView } from '../../session/debug';
import { callBefore } from './code';
import type { InspectContext } from './context';
import { baseOf, bitsOf, type LookedAt, linearEip, lookAt, numberAt } from './cpu';

const MOST_FRAMES = 64;
/** Bytes searched for the next interrupt frame or return address. */
const SEARCH_BYTES = 2048;
const PUSH_EBP = 0x55;

interface Position {
  /** Linear address of the code; for a caller its return address. */
  readonly eip: number;
  /** Linear address of the first stack word not yet explained. */
  readonly esp: number;
  readonly ebp: number;
  readonly cpl: number;
  readonly by: CallFrameView['by'];
  /** The stack word that holds `eip`; null for the current position. */
  readonly slot: number | null;
}

type Found = { readonly position: Position; readonly framePointer: number | null };

export function calls(context: InspectContext): CallStackView {
  const cpu = lookAt(context.system, 'guest');
  const { registers } = cpu;
  if (bitsOf(registers, SEG.CS) === 16) {
    const only = frameView(context, cpu, startOf(cpu), null);
    return { frames: [only], ended: 'Only 32-bit code is followed to its callers.' };
  }
  const frames: CallFrameView[] = [];
  let here = startOf(cpu);
  for (;;) {
    const found = callerOf(context, cpu, here);
    const framePointer = typeof found === 'string' ? null : found.framePointer;
    frames.push(frameView(context, cpu, here, framePointer));
    if (typeof found === 'string') return { frames, ended: found };
    if (frames.length === MOST_FRAMES) {
      return { frames, ended: `There may be more: ${MOST_FRAMES} frames are shown.` };
    }
    here = found.position;
  }
}

function startOf({ registers }: LookedAt): Position {
  const stack = baseOf(registers, SEG.SS);
  return {
    eip: linearEip(registers),
    esp: (stack + (registers.gpr[4] ?? 0)) >>> 0,
    ebp: (stack + (registers.gpr[5] ?? 0)) >>> 0,
    cpl: registers.cpl,
    by: 'current',
    slot: null,
  };
}

/** The source of a caller is the line of its CALL; its address is where it goes on. */
function frameView(
  { names }: InspectContext,
  cpu: LookedAt,
  { eip, esp, by, slot }: Position,
  framePointer: number | null,
): CallFrameView {
  const at = by === 'call' ? (callBefore(cpu, eip)?.address ?? eip) : eip;
  return {
    ...{ address: eip, label: names.labelOf(eip), source: names.lineOf(at), framePointer, by },
    ...{ returnSlot: slot, stackPointer: esp },
  };
}

/** The next position outward, or why there is none. */
function callerOf(context: InspectContext, cpu: LookedAt, here: Position): Found | string {
  const word = (at: number) => numberAt(cpu.linear(at >>> 0, 4), 0, 4);
  if (word(here.esp) === null)
    return `The stack ends at ${hex(here.esp)}: nothing is mapped there.`;
  const chained = byFramePointer(cpu, here, word);
  const end = Math.min(chained ? here.ebp : here.esp + SEARCH_BYTES, 0xfffffffc);
  // A caller without a frame of its own stands between the stack pointer and the frame pointer.
  const direct = chained && here.by === 'current' ? frameless(context, cpu, here, word) : null;
  if (direct) return direct;
  for (let at = here.esp; at < end; at += 4) {
    const interrupted = interruptFrame(cpu, here, at, word);
    if (interrupted) return { position: interrupted, framePointer: chained ? here.ebp : null };
    if (chained) continue;
    const back = word(at);
    if (back === null) break;
    if (callBefore(cpu, back)) return { position: called(here, back, at), framePointer: null };
  }
  if (chained) return chained;
  if (here.ebp === 0) return 'The chain of frame pointers ends: EBP is 0.';
  return `No frame pointer, interrupt frame or return address within ${SEARCH_BYTES} bytes of ${hex(here.esp)}.`;
}

const called = (here: Position, back: number, at: number): Position => ({
  ...here,
  eip: back,
  esp: at + 4,
  by: 'call',
  slot: at,
});

type ReadWord = (at: number) => number | null;

function byFramePointer(cpu: LookedAt, here: Position, word: ReadWord): Found | null {
  const { ebp, esp } = here;
  if (ebp < esp || (ebp & 3) !== 0) return null;
  const saved = word(ebp);
  const back = word((ebp + 4) >>> 0);
  if (saved === null || back === null || !callBefore(cpu, back)) return null;
  // The chain leads outward, to higher addresses, or it ends: so it cannot go in circles.
  const next = (baseOf(cpu.registers, SEG.SS) + saved) >>> 0;
  const position = { ...called(here, back, ebp + 4), ebp: saved === 0 || next > ebp ? next : 0 };
  return { position, framePointer: ebp };
}

/** The innermost function before it has made its frame, or one that makes none. */
function frameless(
  { names }: InspectContext,
  cpu: LookedAt,
  here: Position,
  word: ReadWord,
): Found | null {
  const own = functionOf(names.labelOf(here.eip));
  const callsOwn = (back: number | null): boolean => {
    const target = back === null ? null : (callBefore(cpu, back)?.target ?? null);
    return target !== null && own !== null && functionOf(names.labelOf(target)) === own;
  };
  const pushed = cpu.linear((here.eip - 1) >>> 0, 2);
  const beforePush = pushed[1] === PUSH_EBP;
  const afterPush = pushed[0] === PUSH_EBP;
  // The frame at EBP was made by a call of this very function: it is its own.
  const hasOwnFrame = callsOwn(word(here.ebp + 4));
  for (let at = here.esp; at < here.ebp; at += 4) {
    const back = word(at);
    if (back === null || !callBefore(cpu, back)) continue;
    const inPrologue = (beforePush && at === here.esp) || (afterPush && at === here.esp + 4);
    if (inPrologue || (!hasOwnFrame && callsOwn(back))) {
      return { position: called(here, back, at), framePointer: null };
    }
  }
  return null;
}

/** `print.next+0x3` is in `print`. */
const functionOf = (label: string | null): string | null =>
  label === null ? null : (/^\.?[^.+]+/.exec(label)?.[0] ?? null);

const EFLAGS_MUST_BE_SET = 1 << 1;
/** Bits 3, 5, 15 and 31:22 of EFLAGS are always 0. */
const EFLAGS_MUST_BE_CLEAR = 0xffc08028 | 0;
const CODE_PRESENT = (1 << 15) | (1 << 12) | (1 << 11);

function interruptFrame(
  cpu: LookedAt,
  here: Position,
  at: number,
  word: ReadWord,
): Position | null {
  const eip = word(at);
  const cs = word(at + 4);
  const eflags = word(at + 8);
  if (eip === null || cs === null || eflags === null) return null;
  if (cs < 8 || cs > 0xffff || (cs & 4) !== 0) return null;
  if ((eflags & EFLAGS_MUST_BE_SET) === 0 || (eflags & EFLAGS_MUST_BE_CLEAR) !== 0) return null;
  const { gdtr } = cpu.registers;
  if ((cs | 7) > gdtr.limit) return null;
  const entry = cpu.linear((gdtr.base + (cs & ~7)) >>> 0, 8);
  const high = numberAt(entry, 4, 4);
  const low = numberAt(entry, 0, 4);
  if (high === null || low === null || (high & CODE_PRESENT) !== CODE_PRESENT) return null;
  const base = ((high & 0xff000000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0;
  const code = (base + eip) >>> 0;
  if (cpu.linear(code, 1)[0] === null) return null;
  const cpl = cs & 3;
  if (cpl < here.cpl) return null;
  if (cpl === here.cpl) return { ...here, eip: code, esp: at + 12, by: 'interrupt', slot: at };
  const outer = word(at + 12);
  const selector = word(at + 16);
  if (outer === null || selector === null || (selector & 3) !== cpl || selector > 0xffff)
    return null;
  return { eip: code, esp: outer, ebp: here.ebp, cpl, by: 'interrupt', slot: at };
}
