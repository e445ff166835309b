/**
 * Multiboot headers: where they are, and whether a loader will find them.
 *
 * ```
 *   0x1BADB002 | flags | checksum        three dwords whose sum is 0, at a multiple of 4
 * ```
 * @see "Multiboot Specification", version 0.6.96, "The layout of Multiboot header"
 */
import type { Assembly } from './assemble';
import { elfOffsets } from './elf';
import { type AsmError, SourceError } from './errors';
import type { Placed } from './laid-out';
import { toAsmError } from './origin';

const MAGIC = 0x1badb002;
const HEADER_BYTES = 12;
/** Loaders look no further into the file. */
const MULTIBOOT_REACH = 8192;

interface Found {
  readonly at: number;
  /** The three dwords add up to 0. */
  readonly sound: boolean;
}

/** Everything that begins with the magic number, at any place. */
function headersIn(bytes: Uint8Array): Found[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dword = (at: number): number => view.getUint32(at, true);
  const found: Found[] = [];
  for (let at = bytes.indexOf(0x02); at >= 0; at = bytes.indexOf(0x02, at + 1)) {
    if (at + HEADER_BYTES > bytes.length) break;
    if (dword(at) !== MAGIC) continue;
    found.push({ at, sound: ((MAGIC + dword(at + 4) + dword(at + 8)) & 0xffffffff) === 0 });
  }
  return found;
}

const isInReach = (at: number): boolean => at % 4 === 0 && at + HEADER_BYTES <= MULTIBOOT_REACH;

/** The name of the section with a header: it goes first in an ELF file. */
export function multibootSection(assembly: Assembly): string | null {
  const section = assembly.sections.find(({ bytes }) =>
    headersIn(bytes).some(({ sound }) => sound),
  );
  return section?.name ?? null;
}

/** What is wrong with a program that has a Multiboot header; nothing for all others. */
export function multibootWarnings(assembly: Assembly, placed: readonly Placed[]): AsmError[] {
  const header = headerWarning(assembly, placed);
  if (header) return [header];
  const isKernel = multibootSection(assembly) !== null;
  const start = placed.find(({ address, isCode }) => isCode && address === assembly.entry);
  if (!isKernel || start?.bits !== 16) return [];
  const message =
    "a Multiboot kernel starts in 32-bit protected mode, and this is assembled as 16-bit code: write 'bits 32' at the top";
  return [warningAt(start, message)];
}

function headerWarning(assembly: Assembly, placed: readonly Placed[]): AsmError | null {
  const offsets = elfOffsets(assembly);
  const all = assembly.sections.flatMap((section) =>
    headersIn(section.bytes).flatMap(({ at, sound }) => {
      const entry = placed.find(
        (candidate) =>
          candidate.section === section.name &&
          at >= candidate.offset &&
          at < candidate.offset + candidate.length,
      );
      return entry && !entry.isCode
        ? [{ sound, entry, offset: (offsets.get(section.name) ?? 0) + at }]
        : [];
    }),
  );
  if (all.some(({ sound, offset }) => sound && isInReach(offset))) return null;
  const worst = all.find(({ sound }) => sound) ?? all[0];
  if (!worst) return null;
  const { sound, offset, entry } = worst;
  const message = !sound
    ? 'this looks like a Multiboot header, but its three dwords do not add up to 0: the checksum is -(magic + flags)'
    : offset % 4 !== 0
      ? "a Multiboot header must lie at a multiple of 4: write 'align 4' before it"
      : `this Multiboot header lies ${offset} bytes into the ELF file, and loaders look at the first ${MULTIBOOT_REACH}: put it before the rest of '${entry.section}', or in a section of its own`;
  return warningAt(entry, message);
}

/** The whole line is meant. */
function warningAt({ origin }: Placed, message: string): AsmError {
  const from = Math.max(0, origin.source.search(/\S/));
  const length = Math.max(1, origin.source.trim().length);
  return toAsmError(new SourceError(message, from, length), origin, 'warning');
}
