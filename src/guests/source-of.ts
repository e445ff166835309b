/** Texts of shipped guests, fetched only when someone needs them: each guest's are a chunk of their own. */
import { GUEST_CATALOG } from './catalog';
import type { Files, ShippedGuest } from './shipped-guest';
import { TEXT_LOADERS } from './text-loaders.generated';
import { withText } from './with-text';

/** @returns the guest with its source and included files, or undefined if none has that name */
export async function sourceOf(name: string): Promise<ShippedGuest | undefined> {
  const info = GUEST_CATALOG.find((guest) => guest.name === name);
  const text = info && (await TEXT_LOADERS[name]?.());
  if (!text) return undefined;
  return withText(info, text, await libraryFor([text.source, ...Object.values(text.files)]));
}

/** Names of the files that all guests share. */
export const LIBRARY_NAMES: readonly string[] = [
  'lib/console.inc',
  'lib/interrupts.inc',
  'lib/paging.inc',
  'lib/start.inc',
  'lib/tables.inc',
  'lib/user.inc',
];

/** @returns the files that all guests share, if one of the texts names one of them; else nothing is fetched */
export async function libraryFor(texts: readonly (string | Uint8Array)[]): Promise<Files> {
  if (!texts.some((text) => typeof text === 'string' && NAMES_LIBRARY.test(text))) return {};
  const { GUEST_LIBRARY } = await import('./lib/lib.generated');
  return GUEST_LIBRARY;
}

/** The path may stand in a macro. */
const NAMES_LIBRARY = /["'`]lib\//;
