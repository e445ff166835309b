/** From a world's guest (a shipped name, assembly text, an image) to an image with names, or a problem to mend. */
import {
  type AsmError,
  type Assembly,
  assemble,
  formatAsmError,
  toElf,
  toFlat,
} from '../assembler';
import { err, ok, type Result } from '../base/result';
import { looksLikeText } from '../base/source-text';
import type { SourcePlace } from '../debugger/inspect/context';
import { GUEST_CATALOG } from '../guests/catalog';
import type { ShippedTexts } from '../guests/shipped-guest';
import { loadChoice } from '../guests/shipped-guest';
import { ACCEPTED_FORMATS } from '../machine/loader/load-error';
import { detectFormat, readImage } from '../machine/loader/load-image';
import { hasMultibootMagic } from '../machine/loader/multiboot';
import type { LoadedGuest } from './api';
import { SourceMap } from './source-map';
import type { Problem } from './view';
import type { GuestInput, ImageChoice, World } from './world';

export interface GuestImage {
  readonly guest: LoadedGuest;
  /** A file in one of the loaders' formats. */
  readonly image: Uint8Array;
  /** How to load and start it: what the world says, and for a shipped guest what it brings itself. */
  readonly choice: ImageChoice;
  /** What the world types from the start, or else what the shipped guest expects. */
  readonly input?: GuestInput;
  readonly map: SourceMap;
}

export const ACCEPTED_GUESTS =
  'Accepted: assembly source (.asm), Multiboot 1 images (ELF32 for i386, or flat with the address fields), boot sectors and disk images, ROM images of 64 or 128 KiB, and flat binaries with --format flat.';

type Given = Pick<World, 'guest' | 'image' | 'input' | 'memoryBytes'>;

/** @param texts what the world's guest needs of the shipped texts: `fetchTexts` */
export function loadGuest(world: Given, texts: ShippedTexts): Result<GuestImage, Problem> {
  const source = world.guest;
  switch (source.kind) {
    case 'shipped': {
      const shipped = texts.guests.find((guest) => guest.name === source.name);
      if (!shipped) {
        const names = GUEST_CATALOG.map((guest) => guest.name).join(', ');
        return err({
          message: `There is no shipped guest named '${source.name}'.`,
          hint: `Shipped guests: ${names}.`,
        });
      }
      const image = { ...loadChoice(shipped.format), ...world.image };
      const input = world.input ?? shipped.input;
      return fromAssembly(shipped, { ...world, image, ...(input ? { input } : {}) });
    }
    case 'assembly':
      return fromAssembly(
        {
          name: source.name,
          fileName: source.name,
          source: source.text,
          files: { ...texts.library, ...source.files },
        },
        world,
      );
    case 'image':
      return fromImage(source.name, source.bytes, world);
  }
}

interface GivenSource {
  readonly name: string;
  readonly fileName: string;
  readonly source: string;
  /** What `%include` and `incbin` may name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

/** Source that is not to be a Multiboot kernel becomes the bytes it says, without a file format around them. */
function fromAssembly(
  { name, fileName: file, source: text, files }: GivenSource,
  { image = {}, input }: Given,
): Result<GuestImage, Problem> {
  if (text.trim() === '') {
    return err({
      message: 'The file is empty.',
      file,
      hint: 'A guest is at least one instruction.',
    });
  }
  const assembled = assemble(text, { name: file, files });
  if (!assembled.ok) return err(problemOf(assembled.error, file));
  const assembly = assembled.value;
  const symbols = assembly.symbols.map(({ name: label, address }) => ({ name: label, address }));
  const format = image.format ?? formatOf(assembly);
  const multiboot = format === 'multiboot';
  const bytes = multiboot ? toElf(assembly) : toFlat(assembly);
  // A header that is there but wrong has the loader's own message.
  if (multiboot && !hasMultibootMagic(bytes)) {
    return err({ message: NO_HEADER, file, hint: HEADER_LINES });
  }
  const placed = format !== 'flat' || image.loadAddress !== undefined ? {} : placeOf(assembly);
  const choice = { ...placed, ...image, format };
  return ok({
    guest: { name, source: text, symbols },
    image: bytes,
    choice,
    ...(input ? { input } : {}),
    map: new SourceMap(symbols, linesOf(assembly)),
  });
}

/** Without a Multiboot header, bytes that end a first sector as a boot sector does are one. */
function formatOf(assembly: Assembly): 'multiboot' | 'boot-sector' {
  if (hasMultibootMagic(toElf(assembly))) return 'multiboot';
  return detectFormat(toFlat(assembly)) === 'boot-sector' ? 'boot-sector' : 'multiboot';
}

/** Labels people start at, in this order. */
const START_LABELS = ['_start', 'start', 'entry', 'main'];

/** A flat program goes where it was assembled for, and starts at a label that says so, or at its first byte. */
function placeOf({ sourceMap, symbols }: Assembly): ImageChoice {
  const addresses = sourceMap.map(({ address }) => address);
  if (addresses.length === 0) return {};
  const loadAddress = addresses.reduce((lowest, address) => Math.min(lowest, address));
  const start = START_LABELS.flatMap((name) => symbols.find((s) => s.name === name) ?? [])[0];
  const inside = start !== undefined && addresses.includes(start.address);
  return { loadAddress, entry: inside ? start.address : loadAddress };
}

function linesOf(assembly: Assembly): Map<number, SourcePlace> {
  const lines = new Map<number, SourcePlace>();
  for (const { address, file, line, isCode } of assembly.sourceMap) {
    if (isCode) lines.set(address, { file, line });
  }
  return lines;
}

/** The first error, with all the others behind it. */
export function problemOf(errors: readonly AsmError[], file: string): Problem {
  const [first, ...others] = errors.map(problemOfOne);
  if (!first) return { message: 'The source cannot be assembled.', file };
  return others.length > 0 ? { ...first, more: others } : first;
}

const problemOfOne = (error: AsmError): Problem => ({
  message: error.message,
  file: error.file,
  line: error.line,
  ...(error.column > 0 ? { column: error.column } : {}),
  ...(error.suggestion === undefined ? {} : { hint: `Did you mean '${error.suggestion}'?` }),
  excerpt: formatAsmError(error),
});

const NO_HEADER = 'The source has no Multiboot header, so there is nothing to start it by.';
const HEADER_LINES = `Add these lines, before the code and within the first 8 KiB (or end 512 bytes with dw 0xaa55 for a boot sector, or load it as it is with --format flat):
align 4
dd 0x1BADB002        ; magic
dd 0                 ; flags
dd -0x1BADB002       ; checksum: the three add up to 0`;

const IS_TEXT = 'It is text: if it is assembly source, give it a name that ends in .asm.';

function fromImage(name: string, bytes: Uint8Array, world: Given): Result<GuestImage, Problem> {
  const read = readImage(bytes, world.memoryBytes, world.image);
  if (!read.ok) {
    const { message, hint } = read.error;
    // The loaders may say what they accept in their own words: it is said once.
    const loaders = hint.replace(ACCEPTED_FORMATS, '').trim();
    const asked = world.image?.format !== undefined;
    const own = !asked && detectFormat(bytes) === null && looksLikeText(bytes) ? IS_TEXT : loaders;
    const all = own === '' ? ACCEPTED_GUESTS : `${own} ${ACCEPTED_GUESTS}`;
    return err({ message, file: name, hint: all });
  }
  const symbols = read.value.symbols.map((symbol) => ({ ...symbol }));
  return ok({
    guest: { name, source: null, symbols },
    image: bytes,
    choice: world.image ?? {},
    ...(world.input ? { input: world.input } : {}),
    map: new SourceMap(symbols, new Map()),
  });
}
