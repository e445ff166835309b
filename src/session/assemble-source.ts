/** Source to image and listing, for whoever wants files rather than a run. */
import { examine, formatAsmError, toElf, toFlat } from '../assembler';
import { err, ok, type Result } from '../base/result';

export interface AssembledSource {
  readonly image: Uint8Array;
  readonly listing: string;
  /** As text, in the way of errors. */
  readonly warnings: readonly string[];
}

/**
 * @param files what `%include` and `incbin` may name, by the names they use
 * @returns the image, or every error of the file as text: place, message, source line and caret
 */
export function assembleSource(
  name: string,
  text: string,
  format: 'elf' | 'flat',
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Result<AssembledSource, readonly string[]> {
  const { assembly, problems } = examine(text, { name, files });
  const told = (wanted: 'error' | 'warning') =>
    problems.filter(({ severity }) => severity === wanted).map(formatAsmError);
  if (!assembly) return err(told('error'));
  const image = format === 'flat' ? toFlat(assembly) : toElf(assembly);
  return ok({ image, listing: assembly.listing(), warnings: told('warning') });
}
