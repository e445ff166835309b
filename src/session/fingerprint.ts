/**
 * One number for the whole state of a machine: two runs with the same fingerprint stand at the same moment in the same
 * state. It covers every byte of RAM (guest and monitor), the written sectors of the disk, both CPUs, the clock's account, the counts and the console.
 */
import type { System } from '../hypervisor/core/system';

/** @returns 16 hexadecimal digits */
export function fingerprintOf(system: System): string {
  const { u8 } = system.memory;
  const hash = new Hash64();
  hash.words(new Uint32Array(u8.buffer, u8.byteOffset, u8.byteLength / 4));
  for (const [sector, bytes] of system.disk?.save() ?? []) {
    hash.words(Uint32Array.of(sector));
    hash.words(new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4));
  }
  const rest = JSON.stringify([
    system.moment,
    system.retired,
    system.guestRetired,
    system.real(),
    system.guest(),
    system.cyclesByCause(),
    Object.entries(system.counts()).sort(),
    system.serial(),
    system.screen().cursor,
  ]);
  hash.words(Uint32Array.from(rest, (letter) => letter.charCodeAt(0)));
  return hash.digest();
}

/** Two multiply-and-xor accumulators of 32 bits with different primes: not for secrets, only for telling states apart. */
class Hash64 {
  private a = 0x811c9dc5 | 0;
  private b = 0x9747b28c | 0;

  words(words: Uint32Array): void {
    let { a, b } = this;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b ^ word ^ (b >>> 15), 0x85ebca6b);
    }
    this.a = a;
    this.b = b;
  }

  digest(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
