/**
 * A stretch of memory in one of three spaces: bytes, which of them the last step changed, labels, what looks like a
 * pointer, and where registers point.
 */
import type { System } from '../../hypervisor/core/system';
import { CR0_PG, SEG } from '../../machine/cpu/state';
import type {
  MemoryRequest,
  MemoryView,
  PointerView,
  Space,
  Unreadable,
} from '../../session/debug';
import type { InspectContext } from './context';
import { baseOf, linearEip, lookAt, numberAt } from './cpu';
import { guestPhysical, machinePhysical } from './physical-reader';
import { pointerGuesser } from './pointers';

const MOST_BYTES = 4096;

export function memory(context: InspectContext, request: MemoryRequest): MemoryView | Unreadable {
  const evaluated = context.evaluate(request.address);
  if (!evaluated.ok) return { unreadable: evaluated.error };
  const { system } = context;
  const { space } = request;
  const address = evaluated.value >>> 0;
  // Addresses do not wrap around: a look ends where the space ends.
  const length = Math.max(0, Math.min(request.length, MOST_BYTES, 0x100000000 - address));
  const bytes = bytesOf(system, space, address, length);
  const before = context.before((earlier) => bytesOf(earlier, space, address, length));
  const inRange = (at: number) => at >= address && at < address + length;
  const named = namesApply(system, space);
  return {
    space,
    address,
    bytes,
    changed: before ? bytes.flatMap((byte, i) => (byte === before[i] ? [] : [i])) : [],
    symbols: named
      ? context.names.symbols
          .filter((symbol) => inRange(symbol.address))
          .map((symbol) => ({ offset: symbol.address - address, name: symbol.name }))
      : [],
    pointers: pointersIn(context, address, bytes),
    registers: named
      ? registerMarks(system)
          .filter((mark) => inRange(mark.address))
          .map((mark) => ({ offset: mark.address - address, name: mark.name }))
      : [],
  };
}

function bytesOf(system: System, space: Space, address: number, length: number) {
  if (space === 'virtual') return lookAt(system, 'guest').linear(address, length);
  const reader = space === 'physical' ? guestPhysical(system) : machinePhysical(system);
  return Array.from({ length }, (_, i) => reader.byte(address + i));
}

/** Labels and registers are guest linear addresses; without paging those are guest-physical ones too. */
const namesApply = (system: System, space: Space): boolean =>
  space === 'virtual' || (space === 'physical' && (system.guest().cr0 & CR0_PG) === 0);

function pointersIn(
  context: InspectContext,
  address: number,
  bytes: readonly (number | null)[],
): PointerView[] {
  const guess = pointerGuesser(context, lookAt(context.system, 'guest'));
  const found: PointerView[] = [];
  for (let offset = -address & 3; offset + 4 <= bytes.length; offset += 4) {
    const target = numberAt(bytes, offset, 4);
    const guessed = target === null ? null : guess(target);
    if (target !== null && guessed) found.push({ offset, target, ...guessed });
  }
  return found;
}

function registerMarks(system: System): { readonly name: string; readonly address: number }[] {
  const registers = system.guest();
  const stack = baseOf(registers, SEG.SS);
  return [
    { name: 'esp', address: (stack + (registers.gpr[4] ?? 0)) >>> 0 },
    { name: 'ebp', address: (stack + (registers.gpr[5] ?? 0)) >>> 0 },
    { name: 'eip', address: linearEip(registers) },
  ];
}
