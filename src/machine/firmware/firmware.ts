/**
 * The BIOS that boot sectors and disk images start under: 64 KiB that end at 1 MiB, assembled from `bios.asm`. The
 * code runs like any other; nothing of it is carried out by TypeScript.
 */
import { BIOS_CODE, BIOS_TOP } from './bios.generated';

export const FIRMWARE_BYTES = 0x10000;
const FILLER = 0xff;

/** @returns bytes for 0xF0000 to 0xFFFFF */
export function firmwareRom(): Uint8Array {
  const rom = new Uint8Array(FIRMWARE_BYTES).fill(FILLER);
  rom.set(bytesOf(BIOS_CODE));
  const top = bytesOf(BIOS_TOP);
  rom.set(top, rom.length - top.length);
  return rom;
}

const bytesOf = (base64: readonly string[]): Uint8Array =>
  Uint8Array.from(atob(base64.join('')), (character) => character.charCodeAt(0));
