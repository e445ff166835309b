/** The world our machine runs the guest in: bare, and with as much memory as the other emulators get. */
import { DEFAULT_WORLD, type World } from '../../../src/session/world';

/** Guest memory of every contestant, in bytes. */
export const MEMORY_BYTES = 16 * 1024 * 1024;

export const worldOf = (image: Uint8Array): World => ({
  ...DEFAULT_WORLD,
  technique: 'bare',
  memoryBytes: MEMORY_BYTES,
  guest: { kind: 'image', name: 'guest.elf', bytes: image },
});
