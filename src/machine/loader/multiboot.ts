/**
 * Multiboot 1: finds the header, loads the image, builds the information structure, and says in which state the CPU
 * enters it. Writes through `GuestMemory`, so a monitor loads its guest the same way as a bare machine.
 *
 * No modules and no graphics: an image that requires a video mode other than 80 x 25 text is refused.
 *
 * @see Multiboot Specification version 0.6.96: "OS image format", "Machine state", "Boot information format"
 */
import { address } from '../../base/hex';
import { ok, type Result } from '../../base/result';
import { CR0_ET, CR0_PE, EFLAGS_FIXED } from '../cpu/state';
import { isElf, parseElf32 } from './elf32';
import {
  ACCEPTED_FORMATS,
  fail,
  type GuestMemory,
  type ImageSymbol,
  type LoadError,
  type Segment,
} from './load-error';

const HEADER_MAGIC = 0x1badb002;
/** In EAX at the entry point: "you were loaded by a Multiboot loader". */
export const BOOT_MAGIC = 0x2badb002;
/** The header lies entirely in the first 8 KiB. */
const SEARCH_BYTES = 8192;
const FLAG_VIDEO = 1 << 2;
const FLAG_ADDRESSES = 1 << 16;
/** Bits 0..15 are requirements; these are the ones we know: align modules, give memory, video mode. */
const KNOWN_REQUIREMENTS = 0x0007;

const LOADER_NAME = 'Ringside';
const INFO_BYTES = 88;
const INFO_MEMORY = 1 << 0;
const INFO_COMMAND_LINE = 1 << 2;
const INFO_MEMORY_MAP = 1 << 6;
const INFO_LOADER_NAME = 1 << 9;
const MAX_COMMAND_LINE = 1024;

/** Where a PC has no RAM: video memory and ROMs. */
const HOLE_START = 0xa0000;
const HOLE_END = 0x100000;

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

/** One flat segment's hidden part, in the CPU's own terms. */
export interface BootSegment {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly rights: number;
}

/** The machine state at the entry point. Registers not named are 0; the specification leaves them undefined. */
export interface BootState {
  readonly eip: number;
  readonly eax: number;
  readonly ebx: number;
  readonly eflags: number;
  readonly cr0: number;
  readonly code: BootSegment;
  /** DS, ES, FS, GS and SS. */
  readonly data: BootSegment;
}

export interface LoadedGuest {
  readonly entry: number;
  /** Guest-physical address of the information structure. */
  readonly infoAddress: number;
  readonly state: BootState;
  readonly symbols: readonly ImageSymbol[];
}

/** Reads an image: header, then segments from the ELF program headers or the header's address fields. */
export function parseMultiboot(image: Uint8Array): Result<MultibootImage, LoadError> {
  const found = findHeader(image);
  if (!found.ok) return found;
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

/** Puts an image and its information structure into memory. */
export function loadMultiboot(
  image: Uint8Array,
  memory: GuestMemory,
  options: { readonly commandLine?: string } = {},
): Result<LoadedGuest, LoadError> {
  const parsed = parseMultiboot(image);
  if (!parsed.ok) return parsed;
  const { segments, entry, symbols } = parsed.value;
  for (const segment of segments) {
    const wrong = wrongPlace(segment, memory.size);
    if (wrong) return wrong;
  }
  const commandLine = options.commandLine ?? '';
  if (commandLine.length > MAX_COMMAND_LINE) {
    return fail(
      `The command line has ${commandLine.length} characters.`,
      `At most ${MAX_COMMAND_LINE} are passed to a guest.`,
    );
  }
  const infoAddress = placeForInfo(segments);
  if (infoAddress === null) {
    return fail(
      'The image fills all memory below 640 KiB and leaves no room for the boot information.',
      'Load it at 1 MiB, as Multiboot kernels do.',
    );
  }
  for (const segment of segments) {
    memory.writeBytes(segment.address, segment.bytes);
    zero(
      memory,
      segment.address + segment.bytes.length,
      segment.memoryBytes - segment.bytes.length,
    );
  }
  memory.writeBytes(infoAddress, buildInfo(infoAddress, memory.size, commandLine));
  return ok({ entry, infoAddress, state: bootState(entry, infoAddress), symbols });
}

function bootState(entry: number, infoAddress: number): BootState {
  const flat = { base: 0, limit: 0xffffffff };
  return {
    eip: entry,
    eax: BOOT_MAGIC,
    ebx: infoAddress,
    eflags: EFLAGS_FIXED,
    cr0: CR0_PE | CR0_ET,
    // 32-bit, 4 KiB granular, present, DPL 0, accessed: execute/read and read/write. The selectors are undefined by
    // the specification; these say what a loader's own table would.
    code: { ...flat, selector: 0x08, rights: 0xc09b },
    data: { ...flat, selector: 0x10, rights: 0xc093 },
  };
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
  return fail(
    `No Multiboot header (magic number 0x1badb002) in the first ${Math.min(image.length, SEARCH_BYTES)} bytes of the ${isElf(image) ? 'ELF ' : ''}file.`,
    isElf(image)
      ? 'Add a Multiboot header to the kernel and link its section first.'
      : ACCEPTED_FORMATS,
  );
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

function wrongPlace(segment: Segment, size: number): Result<never, LoadError> | null {
  const end = segment.address + segment.memoryBytes;
  if (end > size) {
    return fail(
      `The image needs memory from ${address(segment.address)} to ${address(end)}; the guest has ${size / 1024} KiB.`,
      'Give the guest more memory, or link the image lower.',
    );
  }
  if (segment.address < HOLE_END && end > HOLE_START) {
    return fail(
      `The image is to be loaded from ${address(segment.address)} to ${address(end)}, across the PC's video memory and ROMs (0x000a0000 to 0x000fffff).`,
      'Link it at 1 MiB or above.',
    );
  }
  return null;
}

/** A page below 640 KiB that no segment touches; page 0 stays free for null pointers to hit. */
function placeForInfo(segments: readonly Segment[]): number | null {
  for (let page = 0x1000; page + 0x1000 <= HOLE_START; page += 0x1000) {
    const taken = segments.some(
      (s) => s.address < page + 0x1000 && s.address + s.memoryBytes > page,
    );
    if (!taken) return page;
  }
  return null;
}

function zero(memory: GuestMemory, from: number, bytes: number): void {
  const zeros = new Uint8Array(Math.min(bytes, 0x10000));
  for (let done = 0; done < bytes; done += zeros.length) {
    memory.writeBytes(from + done, zeros.subarray(0, Math.min(zeros.length, bytes - done)));
  }
}

/**
 * The information structure, then the memory map, then the strings.
 *
 * ```text
 *  0 flags        4 mem_lower   8 mem_upper  (KiB)      16 cmdline
 * 44 mmap_length 48 mmap_addr                           64 boot_loader_name
 * ```
 */
function buildInfo(at: number, memoryBytes: number, commandLine: string): Uint8Array {
  const map = memoryMap(memoryBytes);
  const mapAt = INFO_BYTES;
  const commandAt = mapAt + map.length;
  const nameAt = commandAt + commandLine.length + 1;
  const info = new Uint8Array(nameAt + LOADER_NAME.length + 1);
  const view = new DataView(info.buffer);
  const fields: [offset: number, value: number][] = [
    [0, INFO_MEMORY | INFO_COMMAND_LINE | INFO_MEMORY_MAP | INFO_LOADER_NAME],
    [4, Math.min(memoryBytes, HOLE_START) / 1024],
    [8, Math.max(0, memoryBytes - HOLE_END) / 1024],
    [16, at + commandAt],
    [44, map.length],
    [48, at + mapAt],
    [64, at + nameAt],
  ];
  for (const [offset, value] of fields) view.setUint32(offset, value, true);
  info.set(map, mapAt);
  info.set(latin1(commandLine), commandAt);
  info.set(latin1(LOADER_NAME), nameAt);
  return info;
}

/** Entries of 24 bytes: size of the rest (20), 64-bit base, 64-bit length, type (1 = RAM, 2 = reserved). */
function memoryMap(memoryBytes: number): Uint8Array {
  const areas: [from: number, to: number, type: number][] = [
    [0, Math.min(memoryBytes, HOLE_START), 1],
    [HOLE_START, HOLE_END, 2],
  ];
  if (memoryBytes > HOLE_END) areas.push([HOLE_END, memoryBytes, 1]);
  const bytes = new Uint8Array(areas.length * 24);
  const view = new DataView(bytes.buffer);
  areas.forEach(([from, to, type], i) => {
    view.setUint32(i * 24, 20, true);
    view.setUint32(i * 24 + 4, from, true);
    view.setUint32(i * 24 + 12, to - from, true);
    view.setUint32(i * 24 + 20, type, true);
  });
  return bytes;
}

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

const bits = (mask: number): string =>
  Array.from({ length: 16 }, (_, i) => i)
    .filter((i) => mask & (1 << i))
    .join(', ');
