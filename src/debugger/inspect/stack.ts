/** The stack from its pointer on, word by word, with a guess at what each word is. */
import { SEG } from '../../machine/cpu/state';
import type { StackEntryKind, StackView, WhichCpu } from '../../session/debug';
import { callBefore } from './code';
import type { InspectContext } from './context';
import { baseOf, bitsOf, type LookedAt, lookAt, numberAt } from './cpu';
import { pointerGuesser } from './pointers';

const MOST_WORDS = 1024;

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
  const frames = savedFramePointers(cpu, base, framePointer, start, count * wordBytes);
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

  function kindOf(
    value: number | null,
    address: number,
  ): { readonly kind: StackEntryKind; readonly label: string | null } {
    if (value === null) return { kind: 'value', label: null };
    if (frames.has(address)) return { kind: 'saved-frame-pointer', label: null };
    const code = wordBytes === 4 ? value : (baseOf(registers, SEG.CS) + value) >>> 0;
    if (value !== 0 && callBefore(cpu, code)) {
      return { kind: 'return-address', label: context.names.labelOf(code) };
    }
    const guessed = wordBytes === 4 ? guess(value) : null;
    return guessed ?? { kind: 'value', label: null };
  }
}

/** Linear addresses in the stretch at which the chain of frame pointers keeps the next one. */
function savedFramePointers(
  cpu: LookedAt,
  base: number,
  framePointer: number,
  start: number,
  length: number,
): ReadonlySet<number> {
  const found = new Set<number>();
  let at = (base + framePointer) >>> 0;
  while (at >= start && at + 8 <= start + length) {
    const back = numberAt(cpu.linear((at + 4) >>> 0, 4), 0, 4);
    if (back === null || !callBefore(cpu, back)) break;
    found.add(at);
    const next = numberAt(cpu.linear(at, 4), 0, 4);
    if (next === null || (base + next) >>> 0 <= at) break;
    at = (base + next) >>> 0;
  }
  return found;
}
