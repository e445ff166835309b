/** From a world's guest (a shipped name, assembly text, an image) to an image with names, or a problem to mend. */
import { type AsmError, type Assembly, assemble, toElf, toFlat } from '../assembler';
import { err, ok, type Result } from '../base/result';
import { SHIPPED_GUESTS } from '../guests/registry';
import { readImage } from '../machine/loader/load-image';
import type { LoadedGuest } from './api';
import { SourceMap } from './source-map';
import type { Problem } from './view';
import type { World } from './world';

export interface GuestImage {
  readonly guest: LoadedGuest;
  /** A file in one of the loaders' formats. */
  readonly image: Uint8Array;
  readonly map: SourceMap;
}

export const ACCEPTED_GUESTS =
  'Accepted: assembly source (.asm), Multiboot 1 images (ELF32 for i386, or flat with the address fields), boot sectors and disk images, ROM images of 64 or 128 KiB, and flat binaries with --format flat.';

type Given = Pick<World, 'guest' | 'image' | 'memoryBytes'>;

export function loadGuest(world: Given): Result<GuestImage, Problem> {
  const source = world.guest;
  switch (source.kind) {
    case 'shipped': {
      const shipped = SHIPPED_GUESTS.find((guest) => guest.name === source.name);
      if (!shipped) {
        const names = SHIPPED_GUESTS.map((guest) => guest.name).join(', ');
        return err({
          message: `There is no shipped guest named '${source.name}'.`,
          hint: `Shipped guests: ${names}.`,
        });
      }
      return fromAssembly(shipped.name, shipped.fileName, shipped.source, world);
    }
    case 'assembly':
      return fromAssembly(source.name, source.name, source.text, world);
    case 'image':
      return fromImage(source.name, source.bytes, world);
  }
}

/** Source that is not to be a Multiboot kernel becomes the bytes it says, without a file format around them. */
function fromAssembly(
  name: string,
  file: string,
  text: string,
  { image }: Given,
): Result<GuestImage, Problem> {
  const assembled = assemble(text, { name: file });
  if (!assembled.ok) return err(problemOf(assembled.error, file));
  const assembly = assembled.value;
  const symbols = assembly.symbols.map(({ name: label, address }) => ({ name: label, address }));
  return ok({
    guest: { name, source: text, symbols },
    image: (image?.format ?? 'multiboot') === 'multiboot' ? toElf(assembly) : toFlat(assembly),
    map: new SourceMap(symbols, linesOf(assembly, file)),
  });
}

function linesOf(assembly: Assembly, file: string): Map<number, number> {
  const lines = new Map<number, number>();
  for (const entry of assembly.sourceMap) {
    if (entry.isCode && entry.file === file) lines.set(entry.address, entry.line);
  }
  return lines;
}

/** The first error in full, and how many more there are. */
export function problemOf(errors: readonly AsmError[], file: string): Problem {
  const first = errors[0];
  if (!first) return { message: 'The source cannot be assembled.', file };
  const more = errors.length - 1;
  const hints = [
    first.suggestion === undefined ? '' : `Did you mean '${first.suggestion}'?`,
    more === 0 ? '' : `${more} more ${more === 1 ? 'error' : 'errors'} in this file.`,
  ].filter((hint) => hint !== '');
  return {
    message: first.message,
    file: first.file,
    line: first.line,
    ...(first.column > 0 ? { column: first.column } : {}),
    ...(hints.length > 0 ? { hint: hints.join(' ') } : {}),
  };
}

function fromImage(name: string, bytes: Uint8Array, world: Given): Result<GuestImage, Problem> {
  const read = readImage(bytes, world.memoryBytes, world.image);
  if (!read.ok) {
    const { message, hint } = read.error;
    const all = hint.includes('Accepted') ? ACCEPTED_GUESTS : `${hint} ${ACCEPTED_GUESTS}`;
    return err({ message, file: name, hint: all });
  }
  const symbols = read.value.symbols.map((symbol) => ({ ...symbol }));
  return ok({
    guest: { name, source: null, symbols },
    image: bytes,
    map: new SourceMap(symbols, new Map()),
  });
}
