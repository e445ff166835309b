/** A place in the chain of callers, and what is asked about it again and again. */
import { EFLAGS_NT, SEG } from '../../machine/cpu/state';
import type { CallFrameView } from '../../session/debug';
import { type CallBefore, type CodePlace, callBefore, codePlace } from './code';
import type { InspectContext } from './context';
import { baseOf, bitsOf, type LookedAt, linearEip, numberAt } from './cpu';
import { type Entry, handlerEntries } from './handlers';
import { callGates, type Gate } from './segments';

export interface StackPlace {
  readonly base: number;
  readonly bits: 16 | 32;
}

/** The task state segment that the task register holds, or held. */
export interface TaskPlace {
  readonly selector: number;
  readonly base: number;
}

export interface Position {
  /** Linear address of the code; for a caller its return address. */
  readonly eip: number;
  readonly code: CodePlace;
  readonly stack: StackPlace;
  /** Linear address of the first stack word not yet explained. */
  readonly esp: number;
  /** EBP as the register held it. */
  readonly ebp: number;
  readonly cpl: number;
  /** NT of its flags: its IRET leads back to another task. */
  readonly isNested: boolean;
  readonly task: TaskPlace;
  readonly by: CallFrameView['by'];
  /** Linear address of the word that holds `eip`; null for the current position. */
  readonly slot: number | null;
}

export function currentPosition(cpu: LookedAt): Position {
  const { registers } = cpu;
  const stack: StackPlace = { base: baseOf(registers, SEG.SS), bits: bitsOf(registers, SEG.SS) };
  return {
    eip: linearEip(registers),
    code: codePlace(cpu),
    stack,
    esp: onStack(stack, registers.gpr[4] ?? 0),
    ebp: registers.gpr[5] ?? 0,
    cpl: registers.cpl,
    isNested: (registers.eflags & EFLAGS_NT) !== 0,
    task: {
      selector: registers.segments[SEG.TR]?.selector ?? 0,
      base: baseOf(registers, SEG.TR),
    },
    by: 'current',
    slot: null,
  };
}

/** Offset in a stack segment: SP alone counts if the segment is a 16-bit one. */
export const stackOffset = ({ bits }: StackPlace, value: number): number =>
  bits === 32 ? value >>> 0 : value & 0xffff;

export const onStack = (stack: StackPlace, value: number): number =>
  (stack.base + stackOffset(stack, value)) >>> 0;

/** Bytes of the words that code pushes. */
export const wordSize = ({ code }: Position): 2 | 4 => (code.bits === 32 ? 4 : 2);

/** What the search for callers asks of the machine and of the guest's labels. */
export interface Scene {
  readonly context: InspectContext;
  readonly cpu: LookedAt;
  /** A word of memory, unsigned; null if it is not mapped. */
  word(at: number, size: 2 | 4): number | null;
  isMapped(at: number): boolean;
  /** Both lie behind the same label; `print.next+0x3` is in `print`. False without labels. */
  isSameFunction(a: number, b: number): boolean;
  /** The near CALL in front of a linear address. */
  nearCallBefore(at: number, code: CodePlace): CallBefore | null;
  /** Every call gate of the GDT and the LDT. */
  callGates(): readonly Gate[];
  /** Entries of the IDT, or of the table of real mode, that lead to the function at `eip`. */
  entriesInto(eip: number, code: CodePlace): readonly Entry[];
}

export function sceneOf(context: InspectContext, looked: LookedAt): Scene {
  const cpu = keepingPages(looked);
  const nearCalls = new Map<string, CallBefore | null>();
  let gates: readonly Gate[] | null = null;
  const functions = new Map<number, string | null>();
  const functionAt = (at: number) => {
    const known = functions.get(at);
    if (known !== undefined) return known;
    const name = functionOf(context.names.labelOf(at));
    functions.set(at, name);
    return name;
  };
  const isSameFunction = (a: number, b: number) => {
    const name = functionAt(a);
    return a === b || (name !== null && name === functionAt(b));
  };
  const entries = new Map<CodePlace['mode'], readonly Entry[]>();
  const leading = new Map<number, readonly Entry[]>();
  return {
    context,
    cpu,
    word: (at, size) => numberAt(cpu.linear(at >>> 0, size), 0, size),
    isMapped: (at) => cpu.linear(at >>> 0, 1)[0] !== null,
    isSameFunction,
    nearCallBefore(at, code) {
      // Stacks are full of zeros and of the same few addresses.
      const key = `${at} ${code.base} ${code.bits} ${code.mode}`;
      const known = nearCalls.get(key);
      if (known !== undefined) return known;
      const found = callBefore(cpu, at, code, 'near');
      nearCalls.set(key, found);
      return found;
    },
    callGates() {
      gates ??= callGates(cpu);
      return gates;
    },
    entriesInto(eip, code) {
      const known = leading.get(eip);
      if (known) return known;
      const all = entries.get(code.mode) ?? handlerEntries(cpu, code);
      entries.set(code.mode, all);
      const found = all.filter(({ target }) => target <= eip && isSameFunction(target, eip));
      leading.set(eip, found);
      return found;
    },
  };
}

/** A search looks at the same pages thousands of times, and nothing moves meanwhile. */
function keepingPages(cpu: LookedAt): LookedAt {
  const pages = new Map<number, (number | null)[]>();
  const byteAt = (at: number): number | null => {
    const start = (at & ~0xfff) >>> 0;
    let bytes = pages.get(start);
    if (!bytes) {
      bytes = cpu.linear(start, 0x1000);
      pages.set(start, bytes);
    }
    return bytes[at & 0xfff] ?? null;
  };
  const linear = (address: number, length: number) =>
    Array.from({ length }, (_, i) => byteAt((address + i) >>> 0));
  return { ...cpu, linear };
}

const functionOf = (label: string | null): string | null =>
  label === null ? null : (/^\.?[^.+]+/.exec(label)?.[0] ?? null);
