/**
 * Output as an ELF32 executable for i386: what QEMU's `-kernel` (with a Multiboot header) and debuggers load.
 *
 * ```
 *  ELF header | program headers | section bytes (page-congruent) | .symtab | .strtab | .shstrtab | section headers
 * ```
 * One PT_LOAD per section that occupies memory, in order of address. In the file the section with a Multiboot header comes
 * first, because loaders look for it at the beginning. Physical addresses are where sections are loaded.
 *
 * @see "Executable and Linking Format (ELF) Specification", version 1.2, book I
 */
import type { Assembly } from './assemble';
import type { LaidOutSection } from './laid-out';
import { multibootSection } from './multiboot';

const EHDR_SIZE = 52;
const PHDR_SIZE = 32;
const SHDR_SIZE = 40;
const SYM_SIZE = 16;
const PAGE = 0x1000;

const PF_X = 1;
const PF_W = 2;
const PF_R = 4;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;
const SHT_NOBITS = 8;
const SHF_WRITE = 1;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;

interface SectionHeader {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link?: number;
  readonly info?: number;
  readonly align: number;
  readonly entrySize?: number;
}

/** Names packed as ELF wants them: NUL-terminated, offset 0 the empty name. */
class StringTable {
  private readonly parts: number[] = [0];
  add(text: string): number {
    const at = this.parts.length;
    for (const byte of new TextEncoder().encode(text)) this.parts.push(byte);
    this.parts.push(0);
    return at;
  }
  bytes(): Uint8Array {
    return Uint8Array.from(this.parts);
  }
}

/** Toy kernels rewrite their own code and tables: only read-only data by name is not writable. */
function isWritable(name: string): boolean {
  return !name.startsWith('.rodata') && name !== '.multiboot' && !name.startsWith('.text');
}

/** By its name, or because there are instructions in it: `.boot`, `.init`. */
function executableSections(assembly: Assembly): ReadonlySet<string> {
  const code = assembly.sourceMap.filter(({ isCode }) => isCode).map(({ section }) => section);
  const names = assembly.sections.map(({ name }) => name);
  return new Set([...code, ...names.filter((name) => name.startsWith('.text'))]);
}

/** The sections that occupy memory, by run address: program headers must be in that order. */
const loadedSections = (assembly: Assembly): LaidOutSection[] =>
  assembly.sections
    .filter((section) => section.size > 0)
    .sort((a, b) => a.address - b.address || a.loadAddress - b.loadAddress);

/** Where the bytes of each section lie in the ELF file. */
export function elfOffsets(assembly: Assembly): ReadonlyMap<string, number> {
  const loaded = loadedSections(assembly);
  const first = multibootSection(assembly);
  const rank = ({ name, nobits }: LaidOutSection): number => (name === first ? 0 : nobits ? 2 : 1);
  const offsets = new Map<string, number>();
  let offset = EHDR_SIZE + PHDR_SIZE * loaded.length;
  for (const section of [...loaded].sort((a, b) => rank(a) - rank(b))) {
    offset += (section.address - offset) & (PAGE - 1);
    offsets.set(section.name, offset);
    if (!section.nobits) offset += section.size;
  }
  return offsets;
}

export function toElf(assembly: Assembly): Uint8Array {
  const loaded = loadedSections(assembly);
  const headers: SectionHeader[] = [
    { name: '', type: 0, flags: 0, address: 0, offset: 0, size: 0, align: 0 },
  ];
  const placed = elfOffsets(assembly);
  const executable = executableSections(assembly);
  const offsets = loaded.map(({ name }) => placed.get(name)!);
  let offset = EHDR_SIZE + PHDR_SIZE * loaded.length;
  for (const [i, section] of loaded.entries()) {
    headers.push({
      name: section.name,
      type: section.nobits ? SHT_NOBITS : SHT_PROGBITS,
      flags:
        SHF_ALLOC |
        (isWritable(section.name) ? SHF_WRITE : 0) |
        (executable.has(section.name) ? SHF_EXECINSTR : 0),
      address: section.address,
      offset: offsets[i]!,
      size: section.size,
      align: section.align,
    });
    offset = Math.max(offset, offsets[i]! + (section.nobits ? 0 : section.size));
  }

  const strings = new StringTable();
  const symbols = symbolTable(
    assembly,
    loaded.map((section) => section.name),
    strings,
  );
  const names = strings.bytes();
  offset = (offset + 3) & ~3;
  const symbolsAt = offset;
  headers.push({
    name: '.symtab',
    type: SHT_SYMTAB,
    flags: 0,
    address: 0,
    offset,
    size: symbols.bytes.length,
    link: headers.length + 1,
    info: symbols.locals,
    align: 4,
    entrySize: SYM_SIZE,
  });
  offset += symbols.bytes.length;
  const namesAt = offset;
  headers.push({
    name: '.strtab',
    type: SHT_STRTAB,
    flags: 0,
    address: 0,
    offset,
    size: names.length,
    align: 1,
  });
  offset += names.length;

  const sectionNames = new StringTable();
  const nameOffsets = [...headers.map((header) => header.name), '.shstrtab'].map((name) =>
    name === '' ? 0 : sectionNames.add(name),
  );
  const sectionNameBytes = sectionNames.bytes();
  const sectionNamesAt = offset;
  headers.push({
    name: '.shstrtab',
    type: SHT_STRTAB,
    flags: 0,
    address: 0,
    offset,
    size: sectionNameBytes.length,
    align: 1,
  });
  offset = (offset + sectionNameBytes.length + 3) & ~3;
  const headersAt = offset;

  const file = new Uint8Array(headersAt + SHDR_SIZE * headers.length);
  const view = new DataView(file.buffer);
  writeHeader(file, view, assembly.entry, loaded.length, headersAt, headers.length);
  loaded.forEach((section, i) => {
    const flags =
      PF_R | (isWritable(section.name) ? PF_W : 0) | (executable.has(section.name) ? PF_X : 0);
    const fields = [
      1,
      offsets[i]!,
      section.address,
      section.loadAddress,
      section.nobits ? 0 : section.size,
      section.size,
      flags,
      PAGE,
    ];
    writeWords(view, EHDR_SIZE + i * PHDR_SIZE, fields);
    file.set(section.bytes, offsets[i]!);
  });
  file.set(symbols.bytes, symbolsAt);
  file.set(names, namesAt);
  file.set(sectionNameBytes, sectionNamesAt);
  headers.forEach((header, i) => {
    const fields = [
      nameOffsets[i]!,
      header.type,
      header.flags,
      header.address,
      header.offset,
      header.size,
      header.link ?? 0,
      header.info ?? 0,
      header.align,
      header.entrySize ?? 0,
    ];
    writeWords(view, headersAt + i * SHDR_SIZE, fields);
  });
  return file;
}

function writeWords(view: DataView, at: number, words: readonly number[]): void {
  for (const [i, word] of words.entries()) view.setUint32(at + 4 * i, word, true);
}

function writeHeader(
  file: Uint8Array,
  view: DataView,
  entry: number,
  programHeaders: number,
  sectionHeadersAt: number,
  sectionHeaders: number,
): void {
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]); // magic, 32-bit, little-endian, version 1
  const half = (at: number, value: number): void => view.setUint16(at, value, true);
  const word = (at: number, value: number): void => view.setUint32(at, value, true);
  half(16, 2); // ET_EXEC
  half(18, 3); // EM_386
  word(20, 1);
  word(24, entry);
  word(28, EHDR_SIZE);
  word(32, sectionHeadersAt);
  half(40, EHDR_SIZE);
  half(42, PHDR_SIZE);
  half(44, programHeaders);
  half(46, SHDR_SIZE);
  half(48, sectionHeaders);
  half(50, sectionHeaders - 1);
}

/** Labels as STT_NOTYPE symbols: local ones first, as the format demands, then those declared `global`. */
function symbolTable(
  assembly: Assembly,
  sectionNames: readonly string[],
  strings: StringTable,
): { bytes: Uint8Array; locals: number } {
  const isGlobal = (name: string): boolean => assembly.globals.has(name);
  const sorted = [
    ...assembly.symbols.filter((symbol) => !isGlobal(symbol.name)),
    ...assembly.symbols.filter((symbol) => isGlobal(symbol.name)),
  ];
  const bytes = new Uint8Array(SYM_SIZE * (sorted.length + 1));
  const view = new DataView(bytes.buffer);
  sorted.forEach((symbol, i) => {
    const at = SYM_SIZE * (i + 1);
    const section = sectionNames.indexOf(symbol.section) + 1;
    view.setUint32(at, strings.add(symbol.name), true);
    view.setUint32(at + 4, symbol.address, true);
    view.setUint8(at + 12, isGlobal(symbol.name) ? 0x10 : 0); // STB_GLOBAL or STB_LOCAL
    view.setUint16(at + 14, section === 0 ? 0xfff1 : section, true); // SHN_ABS for empty sections
  });
  const locals = 1 + sorted.filter((symbol) => !isGlobal(symbol.name)).length;
  return { bytes, locals };
}
