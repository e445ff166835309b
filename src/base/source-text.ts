/**
 * Bytes of a file to assembly text. Source is UTF-8. Old files in one byte per character are read where only comments
 * have such characters; in strings they would become other bytes than the ones in the file, so that is refused.
 */
import { address, hex8 } from './hex';
import { err, ok, type Result } from './result';

export interface SourceProblem {
  readonly message: string;
  /** 1-based; absent: the file as a whole. */
  readonly line?: number;
  readonly hint: string;
}

const LOOKED_AT = 4096;
/** Tab, line feed, form feed, carriage return. */
const CONTROLS_OF_TEXT: ReadonlySet<number> = new Set([9, 10, 12, 13]);
const LINE_FEED = 10;
/** ^Z. */
const DOS_END = '\u001a';
const SAVE_AS_UTF8 = 'Save it as UTF-8.';

/** Tells text from an image in a file of any name: UTF-8 without control characters, no NUL, no escape. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, LOOKED_AT);
  if (head.some((byte) => byte === 0x7f || (byte < 0x20 && !CONTROLS_OF_TEXT.has(byte)))) {
    return false;
  }
  try {
    // The last character may be cut in half: a stream waits for the rest.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The text without a byte order mark, and without the ^Z that DOS editors put at the end. */
export function readSource(bytes: Uint8Array): Result<string, SourceProblem> {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return err({ message: 'The file is UTF-16 text; source is UTF-8.', hint: SAVE_AS_UTF8 });
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    return err({
      message: `The file is no source text: there is a zero byte at file offset ${address(nul)}.`,
      hint: 'If it is UTF-16 text, save it as UTF-8; if it is an image, open it under a name that does not end in .asm.',
    });
  }
  const whole = decoded(bytes);
  if (whole !== null) return ok(withoutEnd(whole));
  const lines: string[] = [];
  for (const line of linesOf(bytes)) {
    const text = decoded(line) ?? withOldComment(line);
    if (text === null) {
      const stray = strayByte(line);
      return err({
        message: `Byte 0x${hex8(line[stray] ?? 0)} (the ${ordinal(stray + 1)} of the line) is not UTF-8.`,
        line: lines.length + 1,
        hint: `${SAVE_AS_UTF8} Where a string needs the byte itself, write its number: db 0x${hex8(line[stray] ?? 0)}.`,
      });
    }
    lines.push(text);
  }
  return ok(withoutEnd(lines.join('\n')));
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A line whose code is UTF-8 and whose comment has one byte per character; null: its code is not. */
function withOldComment(line: Uint8Array): string | null {
  const at = commentAt(line);
  const code = decoded(line.subarray(0, at));
  return code === null ? null : code + String.fromCharCode(...line.subarray(at));
}

/** Where the comment begins: the first semicolon outside quotes; the line's length without one. */
function commentAt(line: Uint8Array): number {
  let quote = 0;
  for (const [at, byte] of line.entries()) {
    const isQuote = byte === 0x22 || byte === 0x27 || byte === 0x60;
    if (quote === 0 && byte === 0x3b) return at;
    if (isQuote && quote === 0) quote = byte;
    else if (byte === quote) quote = 0;
  }
  return line.length;
}

/** The first byte that no UTF-8 character goes on or begins with. */
function strayByte(line: Uint8Array): number {
  let good = 0;
  for (let end = 1; end <= line.length; end++) {
    // A character has at most four bytes.
    if (decoded(line.subarray(0, end)) !== null) good = end;
    else if (end - good >= 4) break;
  }
  return good;
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from <= bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, from);
    const end = found < 0 ? bytes.length : found;
    yield bytes.subarray(from, end);
    from = end + 1;
  }
}

/** Lines may end in a carriage return alone, as on old Macintosh computers. */
function withoutEnd(text: string): string {
  const trimmed = text.trimEnd();
  const ended = trimmed.endsWith(DOS_END) ? trimmed.slice(0, -1) : text;
  return ended.includes('\n') ? ended : ended.replaceAll('\r', '\n');
}

const ordinal = (n: number): string => {
  const ends: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (ends[n % 10] ?? 'th')}`;
};
