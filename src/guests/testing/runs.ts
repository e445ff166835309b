/** A shipped guest on a machine, with what someone types; and beside bare hardware, instruction by instruction. */

import { formatAsmError } from '../../assembler/index';
import type { BareSystem } from '../../hypervisor/bare/bare-system';
import type { BinaryTranslationSystem } from '../../hypervisor/binary-translation/system';
import type { System } from '../../hypervisor/core/system';
import { type Divergence, runToEnd } from '../../hypervisor/testing/equivalence';
import {
  bareOn as bareWith,
  interruptsOf,
  partingOf,
  translatedOn as translatedWith,
} from '../../hypervisor/testing/systems';
import type { Outcome } from '../../machine/outcome';
import { outsideInput } from '../../session/guest-input';
import { type BuiltGuest, buildGuest } from '../image';
import { type GuestInfo, loadChoice, type ShippedGuest } from '../shipped-guest';

const MEMORY_BYTES = 8 * 1024 * 1024;
/** Guest instructions: no shipped guest needs more. */
export const LIMIT = 3_000_000;

export type Technique = keyof GuestInfo['runs'];

/** @throws Error with every assembly error */
export function built(guest: ShippedGuest): BuiltGuest {
  const result = buildGuest(guest);
  if (!result.ok) throw new Error(result.error.map(formatAsmError).join('\n'));
  return result.value;
}

const optionsOf = ({ format }: ShippedGuest) => ({
  ...loadChoice(format),
  memoryBytes: MEMORY_BYTES,
});

function withInput<T extends System>(system: T, guest: ShippedGuest): T {
  const text = guest.input ?? guest.typedInTests;
  const typed = outsideInput(text ?? {});
  if (!typed.ok) throw new Error(typed.error.message);
  if (text) system.receive(typed.value);
  return system;
}

export function bareOn(guest: ShippedGuest): BareSystem {
  return withInput(bareWith(built(guest).image, optionsOf(guest)), guest);
}

/** @param cacheBytes of the translation cache; absent: the usual size */
export function translated(guest: ShippedGuest, cacheBytes?: number): BinaryTranslationSystem {
  const size = cacheBytes === undefined ? {} : { cacheBytes };
  const options = { ...optionsOf(guest), ...size };
  return withInput(translatedWith(built(guest).image, options), guest);
}

export const systemFor = (guest: ShippedGuest, technique: Technique): System =>
  technique === 'bare' ? bareOn(guest) : translated(guest);

/** The rows of the VGA screen, blanks at their ends and empty last rows left out. */
export function screenRows(cells: Uint8Array): string[] {
  const rows: string[] = [];
  for (let row = 0; row < 25; row++) {
    const line = cells.subarray(row * 160, row * 160 + 160).filter((_, i) => i % 2 === 0);
    rows.push(String.fromCharCode(...line).replace(/[\0 ]+$/, ''));
  }
  while (rows.at(-1) === '') rows.pop();
  return rows;
}

export interface Comparison {
  readonly outcome: Outcome;
  readonly divergence: Divergence | null;
  /** What the run under the technique was, and how far bare hardware came that replayed it. */
  readonly first: BinaryTranslationSystem;
  readonly bare: BareSystem;
  readonly replay: ReturnType<BareSystem['replay']>;
  readonly interrupts: number;
}

/**
 * The technique's run, replayed on bare hardware and compared at every guest instruction.
 *
 * @param cacheBytes of the translation cache; absent: the usual size
 * @param limit compare so many guest instructions at most
 */
export function compareWithBare(
  guest: ShippedGuest,
  cacheBytes?: number,
  limit = LIMIT,
): Comparison {
  const first = translated(guest, cacheBytes);
  const outcome = runToEnd(first, limit);
  const facts = first.timedFacts();
  const bare = bareOn(guest);
  const replay = bare.replay(facts);
  const again = translated(guest, cacheBytes);
  const divergence = partingOf(again, bare, limit);
  return { outcome, divergence, first, bare, replay, interrupts: interruptsOf(facts).size };
}
