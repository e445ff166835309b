/**
 * The Multiboot information structure: what EBX points at when the guest starts.
 *
 * ```text
 *  0 flags        4 mem_lower   8 mem_upper  (KiB)      16 cmdline
 * 20 mods_count  24 mods_addr  44 mmap_length           48 mmap_addr     64 boot_loader_name
 * 88 framebuffer_addr (64 bits)  96 framebuffer_pitch  100 _width  104 _height  108 _bpp  109 _type
 * ```
 * Behind it lie the memory map, the table of modules and the strings. The last line is there for kernels that ask for a
 * video mode (flag 2); the strings are UTF-8.
 *
 * @see Multiboot Specification version 0.6.96: "Boot information format"
 */
import type { Segment } from './load-error';
import { HOLE_END, HOLE_START } from './place';

const LOADER_NAME = 'Ringside';
const INFO_BYTES = 88;
const INFO_BYTES_WITH_SCREEN = 116;
const MODULE_BYTES = 16;
const INFO_MEMORY = 1 << 0;
const INFO_COMMAND_LINE = 1 << 2;
const INFO_MODULES = 1 << 3;
const INFO_MEMORY_MAP = 1 << 6;
const INFO_LOADER_NAME = 1 << 9;
const INFO_SCREEN = 1 << 12;
const TEXT_SCREEN = 0xb8000;
const TEXT_COLUMNS = 80;
const TEXT_ROWS = 25;
/** framebuffer_type: characters with attributes, 16 bits each. */
const SCREEN_OF_TEXT = 2;

export interface PlacedModule {
  readonly text: string;
  readonly segment: Segment;
}

/**
 * @param at guest-physical address the structure will have: it holds pointers into itself
 * @param screen whether the kernel is to be told which video mode it starts in
 */
export function buildInfo(
  at: number,
  memoryBytes: number,
  commandLine: string,
  modules: readonly PlacedModule[],
  screen: boolean,
): Uint8Array {
  const map = memoryMap(memoryBytes);
  const mapAt = screen ? INFO_BYTES_WITH_SCREEN : INFO_BYTES;
  const modulesAt = mapAt + map.length;
  const encoder = new TextEncoder();
  const strings = [commandLine, LOADER_NAME, ...modules.map(({ text }) => text)].map((text) =>
    encoder.encode(text),
  );
  let next = modulesAt + modules.length * MODULE_BYTES;
  const stringsAt = strings.map((text) => {
    const here = next;
    next += text.length + 1;
    return here;
  });
  const info = new Uint8Array(next);
  const view = new DataView(info.buffer);
  const always = INFO_MEMORY | INFO_COMMAND_LINE | INFO_MEMORY_MAP | INFO_LOADER_NAME;
  const flags = always | (modules.length > 0 ? INFO_MODULES : 0) | (screen ? INFO_SCREEN : 0);
  const fields: [offset: number, value: number][] = [
    [0, flags],
    [4, Math.min(memoryBytes, HOLE_START) / 1024],
    [8, Math.max(0, memoryBytes - HOLE_END) / 1024],
    [16, at + (stringsAt[0] ?? 0)],
    [44, map.length],
    [48, at + mapAt],
    [64, at + (stringsAt[1] ?? 0)],
  ];
  if (screen) {
    fields.push([88, TEXT_SCREEN], [96, TEXT_COLUMNS * 2], [100, TEXT_COLUMNS], [104, TEXT_ROWS]);
    fields.push([108, 16 | (SCREEN_OF_TEXT << 8)]);
  }
  if (modules.length > 0) fields.push([20, modules.length], [24, at + modulesAt]);
  modules.forEach(({ segment }, i) => {
    const row = modulesAt + i * MODULE_BYTES;
    fields.push([row, segment.address], [row + 4, segment.address + segment.bytes.length]);
    fields.push([row + 8, at + (stringsAt[2 + i] ?? 0)]);
  });
  for (const [offset, value] of fields) view.setUint32(offset, value, true);
  info.set(map, mapAt);
  strings.forEach((text, i) => {
    info.set(text, stringsAt[i] ?? 0);
  });
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
