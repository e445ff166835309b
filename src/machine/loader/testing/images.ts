/** Builds small boot images for tests, byte by byte: Multiboot headers and ELF32 executables. */
import type { ImageSymbol } from '../load-error';

export const words = (...values: number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(i * 4, value >>> 0, true);
  });
  return bytes;
};

export const concat = (...parts: Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** Magic, flags, checksum, and whatever fields follow. */
export const multibootHeader = (flags: number, ...fields: number[]): Uint8Array =>
  words(0x1badb002, flags, -(0x1badb002 + flags), ...fields);

/** A flat image with address fields: the header first, then the code, which is the entry point. */
export function flatImage(code: Uint8Array, load = 0x100000, bssBytes = 0): Uint8Array {
  const headerBytes = 32;
  const end = load + headerBytes + code.length;
  const bssEnd = bssBytes === 0 ? 0 : end + bssBytes;
  return concat(multibootHeader(0x10002, load, load, end, bssEnd, load + headerBytes), code);
}

export interface ElfPart {
  readonly virtual: number;
  readonly physical: number;
  readonly bytes: Uint8Array;
  readonly memoryBytes?: number;
}

/** An i386 executable: header, program headers, bytes of the parts, and a symbol table if there are symbols. */
export function elf32(options: {
  readonly entry: number;
  readonly parts: readonly ElfPart[];
  readonly symbols?: readonly (ImageSymbol & {
    readonly type?: number;
    readonly section?: number;
  })[];
}): Uint8Array {
  const { entry, parts, symbols = [] } = options;
  const header = new Uint8Array(52);
  const view = new DataView(header.buffer);
  header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const dataAt = 52 + parts.length * 32;
  let at = dataAt;
  const programHeaders = parts.map((part) => {
    const size = part.bytes.length;
    const row = words(1, at, part.virtual, part.physical, size, part.memoryBytes ?? size, 7, 4);
    at += size;
    return row;
  });
  const names = new TextEncoder().encode(`\0${symbols.map((s) => `${s.name}\0`).join('')}`);
  let nameAt = 1;
  const table = [words(0, 0, 0, 0)];
  for (const symbol of symbols) {
    const type = symbol.type ?? 2;
    const section = symbol.section ?? 1;
    table.push(words(nameAt, symbol.address, 0, type | 0x10 | (section << 16)));
    nameAt += symbol.name.length + 1;
  }
  const symbolTable = concat(...table);
  const symbolsAt = at;
  const namesAt = symbolsAt + symbolTable.length;
  const sectionsAt = namesAt + names.length;
  const section = (type: number, offset: number, size: number, link: number) =>
    words(0, type, 0, 0, offset, size, link, 0, 0, 0);
  view.setUint16(16, 2, true);
  view.setUint16(18, 3, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, 52, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, parts.length, true);
  const all = [header, ...programHeaders, ...parts.map((part) => part.bytes)];
  if (symbols.length === 0) return concat(...all);
  view.setUint32(32, sectionsAt, true);
  view.setUint16(46, 40, true);
  view.setUint16(48, 3, true);
  return concat(
    ...all,
    symbolTable,
    names,
    section(0, 0, 0, 0),
    section(2, symbolsAt, symbolTable.length, 2),
    section(3, namesAt, names.length, 0),
  );
}
