/** Output as a flat binary: the image from its origin to the last byte, as `nasm -f bin` writes it. */
import type { Assembly } from './assemble';

/** All sections with bytes where they are loaded, gaps zeroed; sections without bytes (`.bss`) are left out. */
export function toFlat(assembly: Assembly): Uint8Array {
  const sections = assembly.sections.filter((section) => !section.nobits && section.size > 0);
  if (sections.length === 0) return new Uint8Array(0);
  const { origin } = assembly;
  const end = Math.max(...sections.map((section) => section.loadAddress + section.size));
  const image = new Uint8Array(end - origin);
  for (const section of sections) image.set(section.bytes, section.loadAddress - origin);
  return image;
}
