/** The stack from its pointer on, word by word, with a guess at what each word is. */
import { SEG } from '../../machine/cpu/state';
import type { StackView, WhichCpu } from '../../session/debug';
import { walkCalls } from './calls';
import { type CodePlace, callBefore, codePlace } from './code';
import type { InspectContext } from './context';
import { baseOf, bitsOf, type LookedAt, lookAt, numberAt } from './cpu';
import { pointerGuesser } from './pointers';

const MOST_WORDS = 1024;

type Guess = Pick<StackView['entries'][number], 'kind' | 'label' | 'target' | 'leadsTo' | 'words'>;
const VALUE: Guess = { kind: 'value', label: null, target: null, leadsTo: null, words: null };

export function stack(
  context: InspectContext,
  request: { readonly cpu: WhichCpu; readonly words: number },
): StackView {
  const cpu = lookAt(context.system, request.cpu);
  const { registers } = cpu;
  const bits = bitsOf(registers, SEG.SS);
  const mask = bits === 32 ? 0xffffffff : 0xffff;
  const wordBytes = bits === 32 ? 4 : 2;
  const base = baseOf(registers, SEG.SS);
  const pointer = ((registers.gpr[4] ?? 0) & mask) >>> 0;
  const framePointer = ((registers.gpr[5] ?? 0) & mask) >>> 0;
  const start = (base + pointer) >>> 0;
  // A 16-bit stack ends at the end of its 64 KiB: the next POP would wrap around.
  const room = Math.floor(Math.min(0x100000000 - start, mask + 1 - pointer) / wordBytes);
  const count = Math.max(0, Math.min(request.words, MOST_WORDS, room));
  const bytes = cpu.linear(start, count * wordBytes);
  const before = context.before((system) =>
    lookAt(system, request.cpu).linear(start, count * wordBytes),
  );
  const code = codePlace(cpu);
  const saved = savedFramePointers(cpu, code, { base, framePointer, start, count, wordBytes });
  const frames = new Map(
    walkCalls(context, cpu)
      .words.filter(({ size }) => size === wordBytes)
      .map((word) => [word.address, word]),
  );
  const guess = pointerGuesser(context, cpu);
  const entries = Array.from({ length: count }, (_, i) => {
    const offset = i * wordBytes;
    const address = (start + offset) >>> 0;
    const value = numberAt(bytes, offset, wordBytes);
    return {
      address,
      value,
      ...kindOf(value, address),
      changed: before !== null && value !== numberAt(before, offset, wordBytes),
    };
  });
  return {
    cpu: request.cpu,
    segment: registers.segments[SEG.SS]?.selector ?? 0,
    pointer,
    framePointer,
    wordBytes,
    entries,
  };

  function kindOf(value: number | null, address: number): Guess {
    if (value === null) return VALUE;
    const frame = frames.get(address);
    if (frame) {
      const { words, target, leadsTo } = frame;
      const label = target === null ? null : context.names.labelOf(target);
      return { kind: 'frame', label, target, leadsTo, words };
    }
    if (saved.has(address)) return { ...VALUE, kind: 'saved-frame-pointer' };
    const target = (code.base + value) >>> 0;
    if (value !== 0 && callBefore(cpu, target, code)) {
      const label = context.names.labelOf(target);
      return { ...VALUE, kind: 'return-address', label, target, leadsTo: 'code' };
    }
    const guessed = wordBytes === 4 ? guess(value) : null;
    return guessed ? { ...VALUE, ...guessed, target: value, leadsTo: guessed.kind } : VALUE;
  }
}

interface Stretch {
  readonly base: number;
  readonly framePointer: number;
  readonly start: number;
  readonly count: number;
  readonly wordBytes: 2 | 4;
}

/** Linear addresses in the stretch at which the chain of frame pointers keeps the next one. */
function savedFramePointers(
  cpu: LookedAt,
  code: CodePlace,
  { base, framePointer, start, count, wordBytes }: Stretch,
): ReadonlySet<number> {
  const found = new Set<number>();
  const end = start + count * wordBytes;
  const word = (at: number) => numberAt(cpu.linear(at >>> 0, wordBytes), 0, wordBytes);
  let at = (base + framePointer) >>> 0;
  while (at >= start && at + 2 * wordBytes <= end) {
    const back = word(at + wordBytes);
    if (back === null || !isReturnAddress(at, back)) break;
    found.add(at);
    const next = word(at);
    if (next === null || (base + next) >>> 0 <= at) break;
    at = (base + next) >>> 0;
  }
  return found;

  function isReturnAddress(frame: number, back: number): boolean {
    if (callBefore(cpu, (code.base + back) >>> 0, code)) return true;
    const selector = code.mode === 'protected' ? null : word(frame + 2 * wordBytes);
    if (selector === null) return false;
    const far = { ...code, base: selector * 16 };
    return callBefore(cpu, (far.base + back) >>> 0, far, 'far') !== null;
  }
}
