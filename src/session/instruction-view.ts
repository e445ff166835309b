/** Single instructions as the page shows them. */
import type { System } from '../hypervisor/core/system';
import { decode } from '../machine/codec/decode';
import { format } from '../machine/codec/format';
import { codeBitness, linearEip } from './registers-view';
import { readCode } from './stop-rules';
import type { InstructionView } from './view';

/** The instruction the real CPU is about to execute; null when it cannot be fetched. */
export function nextInstruction(system: System): InstructionView | null {
  const real = system.real();
  return instructionAt(system, linearEip(real), real.eip, real.cpl);
}

/** @param eip offset in the code segment, where relative branches count from */
export function instructionAt(
  system: System,
  linear: number,
  eip: number,
  cpl: number,
): InstructionView | null {
  const fetched = readCode((length) => system.readReal(linear, length));
  if (!fetched) return null;
  const bitness = codeBitness(system.real());
  const { length } = decode(fetched, eip, bitness);
  const bytes = fetched.subarray(0, length > 0 ? length : Math.min(2, fetched.length));
  return {
    address: linear,
    bytes: [...bytes],
    text: textOf(bytes, eip, bitness, system),
    cpl,
    actor: system.actor(),
  };
}

/**
 * The guest's instruction at a place, by default the one it stands before, as its memory holds it; null when it cannot be
 * fetched.
 *
 * @param eip its offset in the code segment
 */
export function guestInstruction(
  system: System,
  address = linearEip(system.guest()),
  eip = system.guest().eip,
): InstructionView | null {
  const guest = system.guest();
  const fetched = readCode((length) => system.readGuest(address, length));
  if (!fetched) return null;
  const bitness = codeBitness(guest);
  const { length } = decode(fetched, eip, bitness);
  const bytes = fetched.subarray(0, length > 0 ? length : Math.min(2, fetched.length));
  const text = format(bytes, eip, bitness);
  return { address, bytes: [...bytes], text, cpl: guest.cpl, actor: system.actor() };
}

/** The reserved opcode is undefined to a disassembler; here it is where the hypervisor's decisions are made. */
function textOf(bytes: Uint8Array, eip: number, bitness: 16 | 32, system: System): string {
  if (bytes[0] === 0x0f && bytes[1] === 0x3f && system.cache() !== null) {
    return 'hypervisor (0f 3f)';
  }
  return nameCacheOperands(format(bytes, eip, bitness), system);
}

/** `mov dword [gs:0x400],0` to `mov dword gs:[vcpu.if],0`. */
export function nameCacheOperands(text: string, system: System): string {
  return text.replace(
    /\[gs:(0x[0-9a-f]+|\d+)\]|gs:\[(0x[0-9a-f]+|\d+)\]/g,
    (whole, inside, outside) => {
      const name = system.nameOfCacheOperand(Number(inside ?? outside));
      return name === null ? whole : `gs:[${name}]`;
    },
  );
}
