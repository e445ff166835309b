/** Machines for tests, with an image loaded; and the translator's run beside bare hardware that replays it. */
import { COSTS } from '../../machine/costs';
import { type BareOptions, type BareSystem, createBare } from '../bare/bare-system';
import {
  type BinaryTranslationOptions,
  BinaryTranslationSystem,
} from '../binary-translation/system';
import type { System, TimedFact } from '../core/system';
import { type Divergence, firstDivergence } from './equivalence';

/** Absent: 4 MiB and the costs of a Pentium 4. */
const USUAL = { memoryBytes: 4 * 1024 * 1024, costs: COSTS.pentium4 };

/** @throws Error with the loader's words */
export function bareOn(image: Uint8Array, options: Partial<BareOptions> = {}): BareSystem {
  const made = createBare(image, { ...USUAL, ...options });
  if (!made.ok) throw new Error(`${made.error.message} ${made.error.hint}`);
  return made.value;
}

/** @throws Error with the loader's words */
export function translatedOn(
  image: Uint8Array,
  options: Partial<BinaryTranslationOptions> = {},
): BinaryTranslationSystem {
  const made = BinaryTranslationSystem.create(image, { ...USUAL, ...options });
  if (!made.ok) throw new Error(`${made.error.message} ${made.error.hint}`);
  return made.value;
}

/** The guest-retired counts at which interrupts were delivered. */
export const interruptsOf = (facts: readonly TimedFact[]): ReadonlySet<number> =>
  new Set(facts.flatMap((fact) => (fact.kind === 'interrupt' ? [fact.guestRetired] : [])));

/**
 * Where a translated run and its replay part; null if nowhere.
 *
 * @param again fresh, of the guest whose earlier run noted what depended on time
 * @param bare the same guest on bare hardware, fresh, replaying that
 * @param limit compare so many guest instructions at most
 */
export const partingOf = (
  again: BinaryTranslationSystem,
  bare: System,
  limit: number,
): Divergence | null =>
  firstDivergence(
    { system: again, guestFrame: (page) => again.pmap.guestFrame(page) },
    { system: bare, guestFrame: (page) => page },
    limit,
  );
