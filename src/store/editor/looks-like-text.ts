/** Tells assembly text from an image in a file that a user chose. What an image is, the session decides. */

const LOOKED_AT = 4096;
/** Tab, line feed, form feed, carriage return. */
const CONTROLS_OF_TEXT: ReadonlySet<number> = new Set([9, 10, 12, 13]);

/** Source is UTF-8 without control characters: no NUL, no escape, no stray bytes above 0x7f. */
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
