/**
 * Where each unit of stepping stops. A rule is fed the machine at consecutive moments and says of each whether it is
 * a stop; a search backward feeds it a stretch of re-execution and takes the last one. So forward and backward
 * agree by construction.
 */
import type { System } from '../hypervisor/core/system';
import { decode } from '../machine/codec/decode';
import { format } from '../machine/codec/format';
import { endsBasicBlock } from '../machine/codec/sensitivity';
import { codeBitness, linearEip } from './registers-view';

/**
 * `yes`, `no`, or `unsure`: too little of the past has been seen to tell. A rule fed from moment 0 is never unsure.
 */
export type Verdict = 'yes' | 'no' | 'unsure';

export interface StopRule {
  feed(system: System): Verdict;
}

/**
 * The first moment at which the guest stands between two of its own steps with this many of them behind it. A delivery is a
 * step: behind it the guest stands before its handler's first instruction.
 */
export class GuestRule implements StopRule {
  /** The guest's steps at the last boundary, or what the first moment fed showed. */
  private last = -1;
  private certain = false;
  private fed = false;

  feed(system: System): Verdict {
    const { guestMoment, moment } = system;
    if (!this.fed) {
      this.fed = true;
      this.certain = moment === 0;
      if (!this.certain) {
        // An earlier moment may have been the first boundary with this count.
        this.last = guestMoment;
        return system.atGuestBoundary() ? 'unsure' : 'no';
      }
    }
    if (guestMoment === this.last || !system.atGuestBoundary()) {
      return guestMoment === this.last && !this.certain ? 'unsure' : 'no';
    }
    this.certain = true;
    this.last = guestMoment;
    return 'yes';
  }
}

/**
 * The guest is about to enter a block: the start of a translation, or in code that runs untranslated the place a
 * control transfer led to (or fell through to).
 */
export class BlockRule implements StopRule {
  private readonly guest = new GuestRule();
  /** Where sequential execution would go on, and whether it ends there; null before the first boundary. */
  private previous: { readonly eip: number; readonly next: number; readonly ends: boolean } | null =
    null;

  feed(system: System): Verdict {
    const boundary = this.guest.feed(system);
    const previous = this.previous;
    if (boundary === 'yes') this.previous = standing(system);
    if (system.actor() === 'translated-kernel') {
      const real = linearEip(system.real());
      return system.translationAtCache(real)?.tcAddress === real ? 'yes' : 'no';
    }
    if (boundary !== 'yes') return boundary;
    const registers = system.guest();
    if (system.moment === 0) return 'yes';
    if (!previous) return 'unsure';
    const sequential = registers.eip === previous.next || registers.eip === previous.eip;
    return previous.ends || !sequential ? 'yes' : 'no';
  }
}

/** The instruction the guest stands before. */
function standing(system: System) {
  const registers = system.guest();
  const bytes = readCode((length) => system.readGuest(linearEip(registers), length));
  if (!bytes) return { eip: registers.eip, next: registers.eip, ends: true };
  const instruction = decode(bytes, registers.eip, codeBitness(registers));
  return {
    eip: registers.eip,
    next: (registers.eip + instruction.length) >>> 0,
    ends: endsBasicBlock(instruction),
  };
}

/** Up to 15 bytes, as many as are mapped. */
export function readCode(read: (length: number) => Uint8Array | null): Uint8Array | null {
  const whole = read(15);
  if (whole) return whole;
  // The instruction may end just before a page that is not there.
  for (let length = 14; length > 0; length--) {
    const bytes = read(length);
    if (bytes) return bytes;
  }
  return null;
}

/** The guest is about to execute this address. */
export class AddressRule implements StopRule {
  private readonly guest = new GuestRule();

  constructor(private readonly address: number) {}

  feed(system: System): Verdict {
    const boundary = this.guest.feed(system);
    return boundary === 'yes' && linearEip(system.guest()) !== this.address ? 'no' : boundary;
  }
}

/** The guest is about to execute this instruction, in this ring as the guest sees it. */
export class MnemonicRule implements StopRule {
  private readonly guest = new GuestRule();
  private readonly accepted: ReadonlySet<string>;

  constructor(
    mnemonic: string,
    private readonly ring: number | undefined,
  ) {
    const name = mnemonic.toLowerCase();
    // `popf` means popfd as well: in 32-bit code they are spelled alike by people.
    this.accepted = new Set([name, `${name}d`, `${name}w`]);
  }

  feed(system: System): Verdict {
    const boundary = this.guest.feed(system);
    if (boundary !== 'yes') return boundary;
    const registers = system.guest();
    if (this.ring !== undefined && registers.cpl !== this.ring) return 'no';
    const bytes = readCode((length) => system.readGuest(linearEip(registers), length));
    if (!bytes) return 'no';
    const text = format(bytes, registers.eip, codeBitness(registers));
    const words = text.split(/[ ,]/);
    return words.some((word, index) => index < 2 && this.accepted.has(word)) ? 'yes' : 'no';
  }
}
