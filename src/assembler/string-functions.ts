/** `__?utf16?__('text')` and its kin: strings in wider characters, as bytes. */
import type { TokenReader } from './expression';

const ENCODING = /^__\??utf(16|32)(le|be)?\??__$/;

/** Reads one, or leaves the reader where it is and returns undefined. */
export function stringFunction(reader: TokenReader): readonly number[] | undefined {
  const { position } = reader;
  const found = ENCODING.exec(reader.word() ?? '');
  if (!found) return undefined;
  reader.position++;
  const bracket = reader.accept('(');
  const text = reader.current;
  if (text?.kind === 'string') {
    reader.position++;
    if (!bracket || reader.accept(')')) {
      return encoded(text.bytes ?? [], found[1] === '16' ? 2 : 4, found[2] === 'be');
    }
  }
  reader.position = position;
  return undefined;
}

function encoded(utf8: readonly number[], unit: 2 | 4, bigEndian: boolean): number[] {
  const text = new TextDecoder().decode(Uint8Array.from(utf8));
  const units =
    unit === 2
      ? Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
      : Array.from(text, (character) => character.codePointAt(0)!);
  return units.flatMap((value) => {
    const bytes = Array.from({ length: unit }, (_, i) => (value >>> (8 * i)) & 0xff);
    return bigEndian ? bytes.reverse() : bytes;
  });
}
