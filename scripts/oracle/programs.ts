/** What the oracle runs, by name. */
import { SHIPPED_GUESTS } from '../../src/guests/registry';
import { randomProgram } from './program';
import type { Program } from './run';

/** The oracle's boot ROM hands over to a Multiboot kernel and runs it until it ends; nobody types. */
const MULTIBOOT_GUESTS = SHIPPED_GUESTS.filter(
  ({ format, input, typedInTests, runs }) =>
    format.kind === 'multiboot-elf' &&
    (input ?? typedInTests) === undefined &&
    'outcome' in runs.bare &&
    runs.bare.outcome === 'exited',
);

/** @param name one of them, or null for all */
export const shippedGuests = (name: string | null): readonly Program[] =>
  MULTIBOOT_GUESTS.filter((guest) => name === null || guest.name === name);

export const randomPrograms = (
  first: number,
  count: number,
  slots: number,
  about: 'instructions' | 'segments' = 'instructions',
): readonly Program[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `seed ${first + i}`,
    get source() {
      return randomProgram({ seed: first + i, slots, about });
    },
  }));
