/**
 * Who called whom, as far as the stack tells. Four sources: a frame that the CPU pushed (`frames.ts`), the chain of frame
 * pointers, where code keeps no frame pointers the nearest word that is an address just behind a CALL, and at the end of
 * a nested task's stack the task it is linked to. Words left on a stack can mislead the last but one.
 */
import { Mnemonic } from 'iced-x86';
import { address as hex, hex16 } from '../../base/hex';
import type { CallFrameView, CallStackView } from '../../session/debug';
import { callBefore, instructionAt } from './code';
import type { InspectContext } from './context';
import { type LookedAt, lookAt } from './cpu';
import { type Frame, type FrameWord, farFrame, frameAt, type NextReturn } from './frames';
import {
  currentPosition,
  onStack,
  type Position,
  type Scene,
  sceneOf,
  stackOffset,
  wordSize,
} from './position';
import { linkedTask } from './tasks';

const MOST_FRAMES = 64;
/** Bytes searched for the next frame or return address. */
const SEARCH_BYTES = 2048;
const PUSH_EBP = 0x55;

interface Found {
  readonly position: Position;
  /** Linear address of the frame left, where the chain of frame pointers knows it. */
  readonly framePointer: number | null;
  readonly words: readonly FrameWord[];
  /** Why its own callers are not looked for; null: they are. */
  readonly ended: string | null;
}

export interface Walk extends CallStackView {
  /** The words of all frames met on the way that the CPU pushed. */
  readonly words: readonly FrameWord[];
}

export function calls(context: InspectContext): CallStackView {
  const { frames, ended } = walkCalls(context, lookAt(context.system, 'guest'));
  return { frames, ended };
}

export function walkCalls(context: InspectContext, cpu: LookedAt): Walk {
  const scene = sceneOf(context, cpu);
  const frames: CallFrameView[] = [];
  const words: FrameWord[] = [];
  const tasks = new Set<number>();
  let here = currentPosition(cpu);
  for (;;) {
    tasks.add(here.task.selector);
    const found = callerOf(scene, here, tasks);
    const isEnd = typeof found === 'string';
    frames.push(frameView(scene, here, isEnd ? null : found.framePointer));
    if (isEnd) return { frames, words, ended: found };
    if (frames.length === MOST_FRAMES) {
      return { frames, words, ended: `There may be more: ${MOST_FRAMES} frames are shown.` };
    }
    words.push(...found.words);
    here = found.position;
    if (found.ended !== null) {
      frames.push(frameView(scene, here, null));
      return { frames, words, ended: found.ended };
    }
  }
}

/** The source of a caller is the line of its CALL; its address is where it goes on. */
function frameView(
  { context: { names }, cpu }: Scene,
  { eip, code, esp, by, slot, task, cpl }: Position,
  framePointer: number | null,
): CallFrameView {
  const at = by === 'call' ? (callBefore(cpu, eip, code)?.address ?? eip) : eip;
  return {
    ...{ address: eip, label: names.labelOf(eip), source: names.lineOf(at), framePointer, by },
    ...{ returnSlot: slot, stackPointer: esp, cpl, task: by === 'task' ? task.selector : null },
  };
}

/** The next position outward, or why there is none. */
function callerOf(scene: Scene, here: Position, tasks: ReadonlySet<number>): Found | string {
  const inner = callerOnStack(scene, here);
  if (typeof inner !== 'string' || !here.isNested || here.code.mode !== 'protected') return inner;
  const linked = linkedTask(scene, here);
  if (!linked) return `${inner} NT is set, but the task state links to no task that waits.`;
  const { position, isElsewhere } = linked;
  if (tasks.has(position.task.selector)) return `${inner} The links of the tasks go in a circle.`;
  const name = `Task ${hex16(position.task.selector)}`;
  const ended = isElsewhere
    ? `${name} has page tables of its own: its stack cannot be read from here.`
    : endIn8086(here, position);
  return { position, framePointer: null, words: [], ended };
}

function callerOnStack(scene: Scene, here: Position): Found | string {
  const size = wordSize(here);
  if (scene.word(here.esp, size) === null) {
    return `The stack ends at ${hex(here.esp)}: nothing is mapped there.`;
  }
  const next = here.by === 'current' ? nextReturn(scene, here) : null;
  const taken = next && frameAt(scene, here, here.esp, next);
  if (taken) return throughFrame(here, taken, null);
  const chained = byFramePointer(scene, here, size);
  const framePointer = chained?.framePointer ?? null;
  // A caller without a frame of its own stands between the stack pointer and the frame pointer.
  const direct = chained && here.by !== 'call' ? frameless(scene, here, chained, size) : null;
  if (direct) return direct;
  const end = framePointer ?? endOfSearch(here, size);
  for (let at = here.esp; at < end; at += size) {
    const frame = frameAt(scene, here, at, null);
    // A far return address without a change of rings may be left over, as near ones may.
    const isSign = frame && (frame.kind === 'interrupt' || frame.to.cpl !== here.cpl);
    if (frame && (isSign || !chained)) return throughFrame(here, frame, framePointer);
    if (chained) continue;
    const back = scene.word(at, size);
    if (back === null) break;
    if (nearCall(scene, here, back)) return throughCall(called(here, back, at, size), null);
  }
  if (chained) return chained;
  const register = size === 4 ? 'EBP' : 'BP';
  if (stackOffset(here.stack, here.ebp) === 0) {
    return `The chain of frame pointers ends: ${register} is 0.`;
  }
  return `No frame pointer, interrupt frame or return address within ${SEARCH_BYTES} bytes of ${hex(here.esp)}.`;
}

/** A 16-bit stack ends with its segment. */
function endOfSearch({ esp, stack }: Position, size: number): number {
  const last = stack.bits === 32 ? 0x100000000 : stack.base + 0x10000;
  return Math.min(esp + SEARCH_BYTES, last - size + 1, 0x100000000 - size);
}

const throughFrame = (
  here: Position,
  { to, words }: Frame,
  framePointer: number | null,
): Found => ({
  ...{ position: to, framePointer, words },
  ended: endIn8086(here, to),
});

const throughCall = (position: Position, framePointer: number | null): Found => ({
  ...{ position, framePointer, words: [], ended: null },
});

/** What a monitor in ring 0 did to EBP is not known, so the 8086 program's own chain cannot be followed. */
function endIn8086(here: Position, { eip, code, stack, esp }: Position): string | null {
  if (code.mode !== 'virtual-8086' || here.code.mode === 'virtual-8086') return null;
  const place = ({ base }: { readonly base: number }, at: number) =>
    `${hex16(base >>> 4)}:${hex16(at - base)}`;
  return `There 16-bit code goes on at ${place(code, eip)} in virtual-8086 mode, its stack at ${place(stack, esp)}: its callers are followed only while it executes.`;
}

/** The IRET or far RET that is about to be executed. */
function nextReturn({ cpu }: Scene, here: Position): NextReturn | null {
  const next = instructionAt(cpu, here.eip);
  if (!next) return null;
  const [operand] = next.operands;
  const release = operand?.kind === 'immediate' ? operand.value & 0xffff : 0;
  switch (next.mnemonic) {
    case Mnemonic.Iret:
    case Mnemonic.Iretd: {
      // With NT it goes back to another task and leaves the stack alone.
      if (here.isNested && here.code.mode === 'protected') return null;
      const size = next.mnemonic === Mnemonic.Iret ? 2 : 4;
      return { kind: 'interrupt', size, release: 0 };
    }
    case Mnemonic.Retf: {
      const size = wordSize(here);
      return release % size === 0 ? { kind: 'far-call', size, release } : null;
    }
    default:
      return null;
  }
}

// --- calls --------------------------------------------------------------------------------------------------------

const nearCall = ({ nearCallBefore }: Scene, { code }: Position, back: number) =>
  nearCallBefore((code.base + back) >>> 0, code);

const called = (here: Position, back: number, at: number, size: number): Position => ({
  ...here,
  eip: (here.code.base + back) >>> 0,
  esp: (at + size) >>> 0,
  by: 'call',
  slot: at >>> 0,
});

/** Not through a change of rings: there the frame pointer is another stack's. */
function byFramePointer(scene: Scene, here: Position, size: 2 | 4): Found | null {
  const ebp = onStack(here.stack, here.ebp);
  if (ebp < here.esp || (ebp & (size - 1)) !== 0) return null;
  const saved = scene.word(ebp, size);
  const back = scene.word(ebp + size, size);
  if (saved === null || back === null) return null;
  // The chain leads outward, to higher addresses, or it ends: so it cannot go in circles.
  const isOutward = saved > stackOffset(here.stack, here.ebp);
  const next = { ebp: isOutward ? saved : 0 };
  if (nearCall(scene, here, back)) {
    return throughCall({ ...called(here, back, ebp + size, size), ...next }, ebp);
  }
  const far = farFrame(scene, here, (ebp + size) >>> 0, size, 0);
  if (!far || far.to.cpl !== here.cpl) return null;
  if (!callBefore(scene.cpu, far.to.eip, far.to.code, 'far')) return null;
  return { position: { ...far.to, ...next }, framePointer: ebp, words: far.words, ended: null };
}

/** A function that was stopped somewhere before it has made its frame, or one that makes none. */
function frameless(scene: Scene, here: Position, chained: Found, size: 2 | 4): Found | null {
  const { cpu, word, isSameFunction } = scene;
  const ebp = onStack(here.stack, here.ebp);
  const callsOwn = (eip: number, code: Position['code']): boolean => {
    const target = callBefore(cpu, eip, code)?.target ?? null;
    return target !== null && isSameFunction(target, here.eip);
  };
  const pushed = cpu.linear((here.eip - 1) >>> 0, 2);
  const beforePush = pushed[1] === PUSH_EBP;
  const afterPush = pushed[0] === PUSH_EBP;
  // The frame at EBP was made by a call of this very function: it is its own.
  const hasOwnFrame = callsOwn(chained.position.eip, chained.position.code);
  for (let at = here.esp; at < ebp; at += size) {
    const inPrologue = (beforePush && at === here.esp) || (afterPush && at === here.esp + size);
    const isOwn = (eip: number, code: Position['code']) =>
      inPrologue || (!hasOwnFrame && callsOwn(eip, code));
    const back = word(at, size);
    if (back !== null && nearCall(scene, here, back)) {
      const position = called(here, back, at, size);
      if (isOwn(position.eip, position.code)) return throughCall(position, null);
    }
    const far = frameAt(scene, here, at, null);
    if (far?.kind === 'far-call' && far.to.cpl === here.cpl && isOwn(far.to.eip, far.to.code)) {
      return throughFrame(here, far, null);
    }
  }
  return null;
}
