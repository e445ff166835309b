/**
 * The *pmap*: where each page frame of guest-physical memory really lies. Frames are scattered over the machine on
 * purpose, so that guest-physical and machine addresses can never be mistaken for each other.
 *
 * @see Bugnion et al., "Bringing Virtualization to the x86 Architecture with the Original VMware Workstation", 2012
 */
import { invariant } from '../../base/assert';

/** A machine page address beyond all RAM: the open bus, for guest-physical pages that do not exist. */
const NOWHERE = 0xfffff000;
/** A PC's ROM ends here, and once more 4 GiB above 0. */
export const ROM_END = 0x100000;
const FOUR_GIB = 0x100000000;

export class Pmap {
  private readonly toMachine: Uint32Array;
  private readonly toGuest: Uint32Array;
  /** First guest-physical address of the copy of ROM below 4 GiB. */
  private romCopy = FOUR_GIB;

  /** @param frames number of 4 KiB guest-physical frames; they fill machine frames 0 to frames - 1 */
  constructor(readonly frames: number) {
    invariant(frames > 0, 'a guest has at least one page frame');
    this.toMachine = new Uint32Array(frames);
    this.toGuest = new Uint32Array(frames);
    const stride = coprimeNear(Math.floor(frames * 0.618), frames);
    const offset = Math.floor(frames * 0.37);
    for (let frame = 0; frame < frames; frame++) {
      const machine = (frame * stride + offset) % frames;
      this.toMachine[frame] = machine;
      this.toGuest[machine] = frame;
    }
  }

  /** Machine frame of a guest frame, or null where the guest has no memory. */
  machineFrame(guestFrame: number): number | null {
    return this.toMachine[guestFrame] ?? null;
  }

  /** Guest frame kept in a machine frame, or null for the monitor's own frames. */
  guestFrame(machineFrame: number): number | null {
    return this.toGuest[machineFrame] ?? null;
  }

  /** Page address to page address, for a CPU's `physical` hook. */
  readonly physical = (guestPage: number): number => {
    const at = guestPage >= this.romCopy ? guestPage - FOUR_GIB + ROM_END : guestPage;
    const frame = this.toMachine[at >>> 12];
    return frame === undefined ? NOWHERE : frame << 12;
  };

  /** The last `bytes` below 1 MiB appear again right below 4 GiB, where the CPU starts after reset. */
  copyRom(bytes: number): void {
    this.romCopy = FOUR_GIB - bytes;
  }

  /** Machine-physical address of a guest-physical one. */
  address(guestPhysical: number): number {
    return (this.physical((guestPhysical & ~0xfff) >>> 0) | (guestPhysical & 0xfff)) >>> 0;
  }
}

function coprimeNear(start: number, modulus: number): number {
  let candidate = Math.max(1, start);
  while (greatestCommonDivisor(candidate, modulus) !== 1) candidate++;
  return candidate;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
