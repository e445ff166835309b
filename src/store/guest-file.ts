/** Turns a file a user chose into a guest: assembly text or an image. What it really is, the session decides. */
import type { GuestSource } from '../session/world';

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

/** `name` is the file's own name: it heads messages about the guest. */
export function guestFromFile(name: string, bytes: Uint8Array): GuestSource {
  return looksLikeText(bytes)
    ? { kind: 'assembly', name, text: new TextDecoder().decode(bytes) }
    : { kind: 'image', name, bytes };
}
