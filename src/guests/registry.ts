/**
 * The guests that ship with Ringside, with their sources: for whoever assembles and runs them. A page that only lists
 * them takes `catalog.ts`, and `source-of.ts` for the text of one.
 */
import { GUEST_CATALOG } from './catalog';
import type { GuestInfo, ShippedGuest } from './shipped-guest';
import { GUEST_FILES, GUEST_LIBRARY, GUEST_SOURCES } from './sources.generated';

export { GUEST_LIBRARY } from './sources.generated';

export const SHIPPED_GUESTS: readonly ShippedGuest[] = GUEST_CATALOG.map(withSource);

/** The shipped guest of that name, or undefined. */
export const shippedGuest = (name: string): ShippedGuest | undefined =>
  SHIPPED_GUESTS.find((guest) => guest.name === name);

function withSource(info: GuestInfo): ShippedGuest {
  const source = GUEST_SOURCES[info.name];
  if (source === undefined) {
    throw new Error(`The guest ${info.name} has no source: run scripts/generate-guest-sources.ts.`);
  }
  const files = includedBy(source, { ...GUEST_LIBRARY, ...GUEST_FILES[info.name] });
  return { ...info, fileName: `${info.name}.asm`, source, files };
}

type Files = Readonly<Record<string, string>>;

/** Only the files that are named, those named in them too: who copies the guest gets no more than it needs. */
function includedBy(source: string, all: Files): Files {
  const found: Record<string, string> = {};
  const visit = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/^\s*(?:%include|incbin)\s+["'](.+?)["']/gm)) {
      const file = all[name];
      if (file === undefined || name in found) continue;
      found[name] = file;
      visit(file);
    }
  };
  visit(source);
  return found;
}
