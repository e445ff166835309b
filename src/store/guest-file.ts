/** Turns a file a user chose into a guest: assembly text or an image. What it really is, the session decides. */
import type { GuestSource } from '../session/world';

/** Text has no NUL bytes; every image format we know has some within the first pages. */
function looksLikeText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 4096).includes(0);
}

/** `name` is the file's own name: it heads messages about the guest. */
export function guestFromFile(name: string, bytes: Uint8Array): GuestSource {
  return looksLikeText(bytes)
    ? { kind: 'assembly', name, text: new TextDecoder().decode(bytes) }
    : { kind: 'image', name, bytes };
}
