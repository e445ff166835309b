/** A guest of the catalog put together with its texts. */
import type { Files, GuestInfo, GuestText, ShippedGuest } from './shipped-guest';

export function withText(info: GuestInfo, text: GuestText, library: Files): ShippedGuest {
  const files = includedBy(text.source, { ...library, ...text.files });
  return { ...info, fileName: `${info.name}.asm`, source: text.source, files };
}

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
