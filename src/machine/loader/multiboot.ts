/**
 * Multiboot 1: finds the header, reads the image, and says in which state the CPU enters it. The information
 * structure it is handed is in multiboot-info.ts.
 *
 * No graphics: an image that requires a video mode other than 80 x 25 text is refused.
 *
 * @see Multiboot Specification version 0.6.96: "OS image format", "Machine state", "Boot information format"
 */
import { address } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import { isElf, parseElf32, wrongElf } from './elf32';
import { flatState } from './flat-state';
import {
  ACCEPTED_FORMATS,
  fail,
  type ImageSymbol,
  type LoadError,
  type Segment,
} from './load-error';
import type { ImageOptions, MachineImage } from './machine-image';
import { buildInfo } from './multiboot-info';
import { HOLE_END, HOLE_START, wrongPlace } from './place';

const HEADER_MAGIC = 0x1badb002;
/** In EAX at the entry point: "you were loaded by a Multiboot loader". */
export const BOOT_MAGIC = 0x2badb002;
/** The header lies entirely in the first 8 KiB. */
const SEARCH_BYTES = 8192;
const FLAG_VIDEO = 1 << 2;
const FLAG_ADDRESSES = 1 << 16;
/** Bits 0..15 are requirements; these are the ones we know: align modules, give memory, video mode. */
const KNOWN_REQUIREMENTS = 0x0007;

const MAX_COMMAND_LINE = 1024;
const PAGE = 0x1000;

export interface MultibootHeader {
  /** Where it was found in the file. */
  readonly offset: number;
  readonly flags: number;
}

/** An image understood, not yet in memory. */
export interface MultibootImage {
  readonly header: MultibootHeader;
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly symbols: readonly ImageSymbol[];
}

/** Reads an image: header, then segments from the ELF program headers or the header's address fields. */
export function parseMultiboot(image: Uint8Array): Result<MultibootImage, LoadError> {
  const found = findHeader(image);
  // An ELF file for another machine has a better reason than the missing header.
  if (!found.ok) return wrongElf(image) ?? found;
  const header = found.value;
  const unknown = header.flags & 0xffff & ~KNOWN_REQUIREMENTS;
  if (unknown) {
    return fail(
      `The Multiboot header at file offset ${address(header.offset)} requires features this loader does not know: flag bits ${bits(unknown)}.`,
      'Known requirements are bits 0 (align modules), 1 (memory information) and 2 (video mode).',
    );
  }
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (header.flags & FLAG_VIDEO) {
    const wrong = wrongVideo(view, header.offset);
    if (wrong) return wrong;
  }
  if (header.flags & FLAG_ADDRESSES) return flatImage(image, view, header);
  if (!isElf(image)) {
    return fail(
      `The file is not ELF, and its Multiboot header (file offset ${address(header.offset)}) gives no load addresses (flag 16 is 0).`,
      ACCEPTED_FORMATS,
    );
  }
  const elf = parseElf32(image);
  return elf.ok ? ok({ header, ...elf.value }) : elf;
}

/** The image with its modules and its information structure, and the state the CPU enters it in. */
export function multibootImage(
  bytes: Uint8Array,
  memoryBytes: number,
  options: ImageOptions,
): Result<MachineImage, LoadError> {
  const parsed = parseMultiboot(bytes);
  if (!parsed.ok) return parsed;
  const { segments, entry, symbols } = parsed.value;
  for (const segment of segments) {
    const wrong = wrongPlace(segment, memoryBytes);
    if (wrong) return wrong;
  }
  const commandLine = options.commandLine ?? '';
  const length = new TextEncoder().encode(commandLine).length;
  if (length > MAX_COMMAND_LINE) {
    return fail(
      `The command line has ${length} bytes.`,
      `At most ${MAX_COMMAND_LINE} are passed to a guest.`,
    );
  }
  // Modules follow the image above 1 MiB, each on a page of its own.
  const end = Math.max(HOLE_END, ...segments.map((s) => s.address + s.memoryBytes));
  let next = pageUp(end);
  const modules = (options.modules ?? []).map((module) => {
    const placed = { address: next, bytes: module.bytes, memoryBytes: module.bytes.length };
    next = pageUp(next + module.bytes.length);
    return { text: module.text, segment: placed };
  });
  const last = modules.findLast(
    ({ segment }) => segment.address + segment.memoryBytes > memoryBytes,
  );
  if (last) {
    return fail(
      `The module '${last.text}' needs memory up to ${address(last.segment.address + last.segment.memoryBytes)}; the guest has ${memoryBytes / 1024} KiB.`,
      'Give the guest more memory.',
    );
  }
  // Where the structure goes does not change its size.
  const text = (parsed.value.header.flags & FLAG_VIDEO) !== 0;
  const size = buildInfo(0, memoryBytes, commandLine, modules, text).length;
  const infoAddress = placeForInfo(segments, size);
  if (infoAddress === null) {
    return fail(
      'The image fills all memory below 640 KiB and leaves no room for the boot information.',
      'Load it at 1 MiB, as Multiboot kernels do.',
    );
  }
  const info = buildInfo(infoAddress, memoryBytes, commandLine, modules, text);
  return ok({
    format: 'multiboot',
    entry,
    segments: [
      ...segments,
      ...modules.map(({ segment }) => segment),
      { address: infoAddress, bytes: info, memoryBytes: info.length },
    ],
    symbols,
    state: { ...flatState(entry), eax: BOOT_MAGIC, ebx: infoAddress },
    romBytes: 0,
    biosStubs: false,
  });
}

function findHeader(image: Uint8Array): Result<MultibootHeader, LoadError> {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const last = Math.min(image.length, SEARCH_BYTES) - 12;
  let badChecksum: number | null = null;
  for (let offset = 0; offset <= last; offset += 4) {
    if (view.getUint32(offset, true) !== HEADER_MAGIC) continue;
    const flags = view.getUint32(offset + 4, true);
    const checksum = view.getUint32(offset + 8, true);
    if ((HEADER_MAGIC + flags + checksum) >>> 0 === 0) return ok({ offset, flags });
    badChecksum ??= offset;
  }
  if (badChecksum !== null) {
    const flags = view.getUint32(badChecksum + 4, true);
    return fail(
      `The Multiboot header at file offset ${address(badChecksum)} has a wrong checksum: magic, flags and checksum must add up to 0.`,
      `With flags ${address(flags)} the checksum is ${address(-(HEADER_MAGIC + flags))}.`,
    );
  }
  const elsewhere = findMagicAnywhere(view);
  if (elsewhere !== null) {
    if (elsewhere + 12 > image.length) {
      return fail(
        `The file ends at offset ${address(image.length)}, inside the Multiboot header at ${address(elsewhere)}.`,
        'The file looks truncated; build or copy it again.',
      );
    }
    return fail(
      elsewhere % 4 !== 0
        ? `The Multiboot magic number at file offset ${address(elsewhere)} is not 4-byte aligned.`
        : `The Multiboot header at file offset ${address(elsewhere)} lies outside the first 8 KiB of the file.`,
      'Put the header first in the link order, in a section aligned to 4 bytes.',
    );
  }
  const second = findMultiboot2(view);
  if (second !== null) {
    return fail(
      `The file has a Multiboot 2 header (file offset ${address(second)}) and none of version 1.`,
      'Add a Multiboot 1 header beside it (magic number 0x1badb002, flags, checksum) and enter with its state: EAX 0x2badb002, EBX the information structure.',
    );
  }
  return fail(
    `No Multiboot header (magic number 0x1badb002) in the first ${Math.min(image.length, SEARCH_BYTES)} bytes of the ${isElf(image) ? 'ELF ' : ''}file.`,
    isElf(image)
      ? 'Add a Multiboot header to the kernel and link its section first.'
      : ACCEPTED_FORMATS,
  );
}

/** A header that is in place and adds up. */
export const hasMultibootHeader = (image: Uint8Array): boolean => findHeader(image).ok;

/** A header that says itself where the file goes. */
export function hasMultibootAddresses(image: Uint8Array): boolean {
  const found = findHeader(image);
  return found.ok && (found.value.flags & FLAG_ADDRESSES) !== 0;
}

/** The magic number stands somewhere in the file: it was meant to be a Multiboot image. */
export const hasMultibootMagic = (image: Uint8Array): boolean =>
  findMagicAnywhere(new DataView(image.buffer, image.byteOffset, image.byteLength)) !== null;

/**
 * Where the header of the other version stands: 8-byte aligned in the first 32 KiB, four words that add up to 0.
 *
 * @see Multiboot2 Specification, "The layout of Multiboot2 header"
 */
function findMultiboot2(view: DataView): number | null {
  const last = Math.min(view.byteLength, 0x8000) - 16;
  for (let offset = 0; offset <= last; offset += 8) {
    if (view.getUint32(offset, true) !== 0xe85250d6) continue;
    const words = [0, 4, 8, 12].map((at) => view.getUint32(offset + at, true));
    if (words.reduce((sum, word) => (sum + word) >>> 0) === 0) return offset;
  }
  return null;
}

/** The magic number where it does not count: to say why it was not found. */
function findMagicAnywhere(view: DataView): number | null {
  for (let offset = 0; offset + 4 <= view.byteLength; offset++) {
    if (view.getUint32(offset, true) === HEADER_MAGIC) return offset;
  }
  return null;
}

/** Mode type 1 is text; width and height 0 mean "any". */
function wrongVideo(view: DataView, offset: number): Result<never, LoadError> | null {
  if (offset + 48 > view.byteLength) {
    return fail(
      `The Multiboot header at file offset ${address(offset)} asks for a video mode (flag 2) but is cut off before its fields.`,
      'Give all twelve words of the header, or clear flag 2.',
    );
  }
  const [type, width, height] = [32, 36, 40].map((field) => view.getUint32(offset + field, true));
  const isText = type === 1 && (width === 0 || width === 80) && (height === 0 || height === 25);
  if (isText) return null;
  return fail(
    `The Multiboot header at file offset ${address(offset)} asks for a video mode this machine does not have: type ${type}, ${width} x ${height}.`,
    'Only text mode (type 1) with 80 x 25 characters is there; or clear flag 2.',
  );
}

/** The header's own address fields ("a.out kludge"): the file is one contiguous piece. */
function flatImage(
  image: Uint8Array,
  view: DataView,
  header: MultibootHeader,
): Result<MultibootImage, LoadError> {
  const at = header.offset;
  if (at + 32 > image.length) {
    return fail(
      `The Multiboot header at file offset ${address(at)} has flag 16 but is cut off before its address fields.`,
      'The header needs 32 bytes with flag 16.',
    );
  }
  const [headerAddress, loadAddress, loadEnd, bssEnd, entry] = [12, 16, 20, 24, 28].map((field) =>
    view.getUint32(at + field, true),
  ) as [number, number, number, number, number];
  const start = at - (headerAddress - loadAddress);
  if (loadAddress > headerAddress || start < 0) {
    return fail(
      `The Multiboot header at file offset ${address(at)} says it is loaded at ${address(headerAddress)} and the image from ${address(loadAddress)}: the image would begin before the file.`,
      'header_addr - load_addr must be the distance from the start of the text to the header, at most its file offset.',
    );
  }
  const end = loadEnd === 0 ? image.length : start + (loadEnd - loadAddress);
  if (end < start || end > image.length) {
    return fail(
      `load_end_addr ${address(loadEnd)} (file offset ${address(at + 20)}) needs the file to reach offset ${address(end)}; it has ${image.length} bytes.`,
      'The file looks truncated, or load_end_addr is wrong; 0 means "to the end of the file".',
    );
  }
  const bytes = image.subarray(start, end);
  const memoryBytes = bssEnd === 0 ? bytes.length : bssEnd - loadAddress;
  if (memoryBytes < bytes.length) {
    return fail(
      `bss_end_addr ${address(bssEnd)} (file offset ${address(at + 24)}) lies before the end of the loaded bytes, ${address(loadAddress + bytes.length)}.`,
      '0 means "no bss".',
    );
  }
  if (entry < loadAddress || entry >= loadAddress + memoryBytes) {
    return fail(
      `entry_addr ${address(entry)} (file offset ${address(at + 28)}) lies outside the loaded image.`,
      `The image is loaded from ${address(loadAddress)} to ${address(loadAddress + memoryBytes)}.`,
    );
  }
  return ok({
    header,
    entry,
    segments: [{ address: loadAddress, bytes, memoryBytes }],
    symbols: [],
  });
}

/** Pages below 640 KiB that no segment touches; page 0 stays free for null pointers to hit. */
function placeForInfo(segments: readonly Segment[], bytes: number): number | null {
  for (let page = PAGE; page + bytes <= HOLE_START; page += PAGE) {
    const taken = segments.some(
      (s) => s.address < page + bytes && s.address + s.memoryBytes > page,
    );
    if (!taken) return page;
  }
  return null;
}

const pageUp = (at: number): number => Math.ceil(at / PAGE) * PAGE;

const bits = (mask: number): string =>
  Array.from({ length: 16 }, (_, i) => i)
    .filter((i) => mask & (1 << i))
    .join(', ');
