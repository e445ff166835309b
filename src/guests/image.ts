/** From a shipped guest to the file a PC would be given, in the guest's own format. */
import { type AsmError, type Assembly, assemble, toElf, toFlat } from '../assembler';
import { err, ok, type Result } from '../base/result';
import type { GuestFormat, ShippedGuest } from './shipped-guest';

export interface BuiltGuest {
  readonly assembly: Assembly;
  readonly image: Uint8Array;
}

/** @returns the program and its image, or every error of the source */
export function buildGuest(guest: ShippedGuest): Result<BuiltGuest, readonly AsmError[]> {
  const assembled = assemble(guest.source, { name: guest.fileName, files: guest.files });
  if (!assembled.ok) return err(assembled.error);
  return ok({ assembly: assembled.value, image: imageOf(assembled.value, guest.format) });
}

export const imageOf = (assembly: Assembly, format: GuestFormat): Uint8Array =>
  format.kind === 'multiboot-elf' ? toElf(assembly) : toFlat(assembly);
