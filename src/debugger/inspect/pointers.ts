/** Whether a number looks like an address in the guest, and of what. A guess from labels and the stack, never a proof. */
import { SEG } from '../../machine/cpu/state';
import type { InspectContext } from './context';
import { baseOf, type LookedAt } from './cpu';

export interface PointerGuess {
  readonly kind: 'code' | 'data' | 'stack';
  /** `kernel_main+0x12`; null on a stack without a label. */
  readonly label: string | null;
}

/** Small numbers are counts and characters, whatever lies at such an address. */
const LOWEST = 0x1000;
/** Labels end somewhere: farther than this behind the last one, a number is a number. */
const FARTHEST_FROM_LABEL = 0x2000;
/** How much of a stack counts as in use above its pointer, and as just left below it. */
const STACK_ABOVE = 0x4000;
const STACK_BELOW = 0x100;

export function pointerGuesser(
  { names }: InspectContext,
  cpu: LookedAt,
): (value: number) => PointerGuess | null {
  const { registers } = cpu;
  const stack = (baseOf(registers, SEG.SS) + (registers.gpr[4] ?? 0)) >>> 0;
  const isMapped = (value: number) => cpu.linear(value, 1)[0] !== null;
  return (value) => {
    if (value < LOWEST) return null;
    const label = nearLabel(names.labelOf(value));
    if (label !== null && names.lineOf(value)) return { kind: 'code', label };
    if (value >= stack - STACK_BELOW && value < stack + STACK_ABOVE && isMapped(value)) {
      return { kind: 'stack', label };
    }
    return label !== null && isMapped(value) ? { kind: 'data', label } : null;
  };
}

function nearLabel(label: string | null): string | null {
  const offset = label?.split('+0x')[1];
  return offset !== undefined && Number.parseInt(offset, 16) >= FARTHEST_FROM_LABEL ? null : label;
}
