import { hex8 } from '../base/hex';

/**
 * 128 random bits. `crypto.randomUUID` exists on https and on localhost only; the page also works from a plain http
 * address in one's own network.
 */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map(hex8).join('');
