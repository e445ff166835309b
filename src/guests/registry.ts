/**
 * The guests that ship with Ringside, all with their sources: for tests and the command. A page lists them by `catalog.ts`;
 * pages and workers take the texts they need from `source-of.ts`.
 */
import { GUEST_CATALOG } from './catalog';
import { GUEST_LIBRARY } from './lib/lib.generated';
import type { ShippedGuest, ShippedTexts } from './shipped-guest';
import { GUEST_TEXTS } from './texts.generated';
import { withText } from './with-text';

export const SHIPPED_GUESTS: readonly ShippedGuest[] = GUEST_CATALOG.map((info) => {
  const text = GUEST_TEXTS[info.name];
  if (!text) {
    throw new Error(`The guest ${info.name} has no source: run scripts/generate-guest-sources.ts.`);
  }
  return withText(info, text, GUEST_LIBRARY);
});

export const SHIPPED_TEXTS: ShippedTexts = { guests: SHIPPED_GUESTS, library: GUEST_LIBRARY };

/** The shipped guest of that name, or undefined. */
export const shippedGuest = (name: string): ShippedGuest | undefined =>
  SHIPPED_GUESTS.find((guest) => guest.name === name);
