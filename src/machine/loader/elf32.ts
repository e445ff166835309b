/**
 * ELF32 executables for i386, as far as a boot loader reads them: program headers, entry point, symbol table.
 * No relocation, no dynamic linking.
 *
 * @see Tool Interface Standard, "Executable and Linking Format (ELF) Specification 1.2": "ELF Header", "Program
 * Header", "Symbol Table"
 */
import { address } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import {
  ACCEPTED_FORMATS,
  fail,
  type ImageSymbol,
  type LoadError,
  type Segment,
} from './load-error';

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const SECTION_HEADER_BYTES = 40;
const SYMBOL_BYTES = 16;
/** Longer names are cut: the table may be damaged. */
const MAX_NAME = 1024;

const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const TYPE_EXECUTABLE = 2;
const MACHINE_386 = 3;
const SEGMENT_LOAD = 1;
const SEGMENT_DYNAMIC = 2;
const SEGMENT_INTERPRETER = 3;
const SECTION_SYMBOLS = 2;
/** Section numbers from here on are not sections: absolute values, common blocks. */
const FIRST_RESERVED_SECTION = 0xff00;
/** Symbol types that name a place: none given, object, function. */
const LAST_PLACE_TYPE = 2;

export interface Elf32 {
  /** Guest-physical entry point. */
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** By address; empty if the file was stripped. */
  readonly symbols: readonly ImageSymbol[];
}

export const isElf = (image: Uint8Array): boolean =>
  image.length >= 4 && new DataView(image.buffer, image.byteOffset).getUint32(0) === 0x7f454c46;

/** What is wrong with an ELF file's class or machine; null if nothing is, or the file is no ELF file. */
export function wrongElf(image: Uint8Array): Result<never, LoadError> | null {
  if (!isElf(image) || image.length < HEADER_BYTES) return null;
  return wrongHeader(new DataView(image.buffer, image.byteOffset, image.byteLength));
}

/** Reads an image that starts with the ELF magic number. */
export function parseElf32(image: Uint8Array): Result<Elf32, LoadError> {
  if (image.length < HEADER_BYTES) {
    return fail(
      `The ELF header is cut off: the file has ${image.length} bytes, the header needs ${HEADER_BYTES}.`,
      'The file looks truncated; build or copy it again.',
    );
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const wrong = wrongHeader(view);
  if (wrong) return wrong;

  const table = view.getUint32(28, true);
  const entryBytes = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (entryBytes !== PROGRAM_HEADER_BYTES || table + count * entryBytes > image.length) {
    return fail(
      `The program header table (${count} entries of ${entryBytes} bytes at file offset ${address(table)}) does not fit the file of ${image.length} bytes.`,
      'The file looks truncated or damaged; build it again.',
    );
  }
  const segments: Segment[] = [];
  const entry = view.getUint32(24, true);
  let physicalEntry: number | null = null;
  for (let i = 0; i < count; i++) {
    const at = table + i * entryBytes;
    const type = view.getUint32(at, true);
    if (type === SEGMENT_DYNAMIC || type === SEGMENT_INTERPRETER) {
      return fail(
        `Program header ${i} (file offset ${address(at)}) asks for dynamic linking.`,
        'Link the kernel statically: -static -nostdlib -no-pie.',
      );
    }
    if (type !== SEGMENT_LOAD) continue;
    const [offset, virtual, physical, fileBytes, memoryBytes] = [4, 8, 12, 16, 20].map((field) =>
      view.getUint32(at + field, true),
    ) as [number, number, number, number, number];
    if (fileBytes > memoryBytes || offset + fileBytes > image.length) {
      return fail(
        `Program header ${i} (file offset ${address(at)}) wants ${fileBytes} bytes from file offset ${address(offset)} for ${memoryBytes} bytes of memory; the file has ${image.length} bytes.`,
        'The file looks truncated or damaged; build it again.',
      );
    }
    if (memoryBytes === 0) continue;
    const other = segments.find(
      (s) => physical < s.address + s.memoryBytes && s.address < physical + memoryBytes,
    );
    if (other) {
      return fail(
        `Program header ${i} (file offset ${address(at)}) puts ${memoryBytes} bytes at ${address(physical)}, over the ${other.memoryBytes} bytes that another one puts at ${address(other.address)}.`,
        'Give each segment memory of its own: look at the physical addresses (AT) in the linker script.',
      );
    }
    segments.push({
      address: physical,
      bytes: image.subarray(offset, offset + fileBytes),
      memoryBytes,
    });
    // The entry point is a virtual address: it starts where its segment was loaded.
    if (entry >= virtual && entry < virtual + memoryBytes) {
      physicalEntry ??= entry - virtual + physical;
    }
  }
  if (segments.length === 0) {
    return fail(
      'The ELF file has no segment to load (PT_LOAD).',
      'Link it as an executable: ld -m elf_i386.',
    );
  }
  // Kernels linked high give their entry as a physical address instead.
  const low = segments.some((s) => entry >= s.address && entry < s.address + s.memoryBytes);
  if (physicalEntry === null && low) physicalEntry = entry;
  if (physicalEntry === null) {
    return fail(
      `The entry point ${address(entry)} (file offset 0x18) lies in none of the loaded segments.`,
      'Give the linker the entry symbol: ENTRY(start) or -e start.',
    );
  }
  return ok({ entry: physicalEntry, segments, symbols: readSymbols(image, view) });
}

function wrongHeader(view: DataView): Result<never, LoadError> | null {
  if (view.getUint8(4) !== CLASS_32) {
    return fail(
      'The ELF file is 64-bit (class byte at file offset 4 is not 1); an ELF32 file for i386 is needed.',
      `Build for 32 bits: gcc -m32, nasm -f elf32, ld -m elf_i386. ${ACCEPTED_FORMATS}`,
    );
  }
  if (view.getUint8(5) !== LITTLE_ENDIAN) {
    return fail('The ELF file is big-endian (byte at file offset 5).', ACCEPTED_FORMATS);
  }
  const machine = view.getUint16(18, true);
  if (machine !== MACHINE_386) {
    return fail(
      `The ELF file is for machine number ${machine} (file offset 0x12), not for i386 (3).`,
      ACCEPTED_FORMATS,
    );
  }
  const type = view.getUint16(16, true);
  if (type !== TYPE_EXECUTABLE) {
    const names: Readonly<Record<number, string>> = {
      1: 'a relocatable object',
      3: 'a shared object or position-independent executable',
      4: 'a core dump',
    };
    return fail(
      `The ELF file is ${names[type] ?? `of type ${type}`} (file offset 0x10), not an executable.`,
      'Link it at a fixed address: ld -m elf_i386 -Ttext 0x100000, or gcc -no-pie.',
    );
  }
  return null;
}

/** Symbols only help people, so a damaged table gives none instead of an error. */
function readSymbols(image: Uint8Array, view: DataView): ImageSymbol[] {
  const table = view.getUint32(32, true);
  const count = view.getUint16(48, true);
  const symbols: ImageSymbol[] = [];
  const fits = (offset: number, bytes: number) => offset + bytes <= image.length;
  if (table === 0 || !fits(table, count * SECTION_HEADER_BYTES)) return symbols;
  for (let i = 0; i < count; i++) {
    const at = table + i * SECTION_HEADER_BYTES;
    if (view.getUint32(at + 4, true) !== SECTION_SYMBOLS) continue;
    const offset = view.getUint32(at + 16, true);
    const bytes = view.getUint32(at + 20, true);
    const link = view.getUint32(at + 24, true);
    if (!fits(offset, bytes) || link >= count) continue;
    const names = view.getUint32(table + link * SECTION_HEADER_BYTES + 16, true);
    for (let s = offset; s + SYMBOL_BYTES <= offset + bytes; s += SYMBOL_BYTES) {
      const section = view.getUint16(s + 14, true);
      const type = view.getUint8(s + 12) & 15;
      if (section === 0 || section >= FIRST_RESERVED_SECTION || type > LAST_PLACE_TYPE) continue;
      const name = readString(image, names + view.getUint32(s, true));
      if (name !== '') symbols.push({ name, address: view.getUint32(s + 4, true) });
    }
  }
  return symbols.sort((a, b) => a.address - b.address);
}

function readString(image: Uint8Array, from: number): string {
  let end = from;
  while (end < image.length && image[end] !== 0 && end - from < MAX_NAME) end++;
  return String.fromCharCode(...image.subarray(from, end));
}
