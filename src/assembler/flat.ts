/** Output as a flat binary: memory from the first to the last byte, as `nasm -f bin` writes it. */
import type { Assembly } from './assemble';

/** All sections with bytes, gaps zeroed; sections without bytes (`.bss`) are left out. */
export function toFlat(assembly: Assembly): Uint8Array {
  const sections = assembly.sections.filter((section) => !section.nobits && section.size > 0);
  if (sections.length === 0) return new Uint8Array(0);
  const start = Math.min(...sections.map((section) => section.address));
  const end = Math.max(...sections.map((section) => section.address + section.size));
  const image = new Uint8Array(end - start);
  for (const section of sections) image.set(section.bytes, section.address - start);
  return image;
}
