/**
 * How a program is loaded when its owner did not choose: Multiboot with the header, a boot sector by its signature, and
 * anything else flat, at its own address. And the choices in words.
 */
import { address as hex } from '../../base/hex';
import type { ImageChoice } from '../../session/world';
import type { AssembleReply, SourceFiles } from '../../toolchain/api';

const MULTIBOOT_MAGIC = /\b0x0*1badb002\b|\b0?1badb002h\b/i;
const BOOT_SIGNATURE = /\bdw\s+(0xaa55|0?aa55h)\b|\bdb\s+(0x55\s*,\s*0xaa)\b/i;
// Blanks, but no line ends: over thousands of empty lines that would try every pair of them.
const BITS_16 = /^[ \t]*\[?[ \t]*(bits[ \t]+16|use16)\b/im;
const BITS_32 = /^[ \t]*\[?[ \t]*(bits[ \t]+32|use32)\b/im;
/** Labels people start at, in this order. */
const START_LABELS = ['_start', 'start', 'entry', 'main'];
const SECTOR_BYTES = 512;

type Assembled = Pick<AssembleReply, 'lines' | 'labels' | 'size'>;

/** What its owner chose, with what the program says where the choice is silent. `reply` has no errors. */
export function loadPlan(
  chosen: ImageChoice | null,
  main: string,
  files: SourceFiles,
  reply: Assembled,
): ImageChoice {
  if (!chosen?.format) return automatic(main, files, reply);
  return chosen.format === 'flat' ? { ...flatPlan(main, files, reply), ...chosen } : chosen;
}

function automatic(main: string, files: SourceFiles, reply: Assembled): ImageChoice {
  const texts = Object.values(files).map(withoutComments);
  if (texts.some((text) => MULTIBOOT_MAGIC.test(text))) return { format: 'multiboot' };
  if (reply.size >= SECTOR_BYTES && texts.some((text) => BOOT_SIGNATURE.test(text))) {
    return { format: 'boot-sector' };
  }
  return flatPlan(main, files, reply);
}

/** At the address it was assembled for, from `_start` or a label of that kind on. */
function flatPlan(main: string, files: SourceFiles, reply: Assembled): ImageChoice {
  const filled = reply.lines.filter(({ bytes }) => bytes.length > 0);
  const loadAddress = Math.min(...filled.map(({ address }) => address));
  if (!Number.isFinite(loadAddress)) return { format: 'flat' };
  const bits = firstBits(withoutComments(files[main]));
  const label = START_LABELS.flatMap((name) => reply.labels.find((l) => l.name === name) ?? [])[0];
  const inside = label && filled.some(({ address }) => address === label.address);
  return { format: 'flat', loadAddress, entry: inside ? label.address : loadAddress, bits };
}

/** NASM starts in 16 bits in a flat binary; a guest here that names no width and no low address means 32. */
function firstBits(source: string): 16 | 32 {
  const of16 = source.search(BITS_16);
  const of32 = source.search(BITS_32);
  if (of16 >= 0 && (of32 < 0 || of16 < of32)) return 16;
  return 32;
}

const withoutComments = (content: string | Uint8Array | undefined): string =>
  typeof content === 'string' ? content.replace(/;.*$/gm, '') : '';

export type ImageFormatName = NonNullable<ImageChoice['format']>;

export const FORMAT_NAMES: Readonly<Record<ImageFormatName, string>> = {
  multiboot: 'Multiboot kernel',
  'boot-sector': 'Boot sector or disk image',
  flat: 'Flat binary',
  rom: 'ROM image',
};

/** `Flat binary, 32-bit, at 0x00100000`. */
export function choiceInWords(choice: ImageChoice | null): string {
  if (!choice?.format) return 'as the file says';
  if (choice.format !== 'flat') return FORMAT_NAMES[choice.format];
  const { bits = 32, loadAddress, entry } = choice;
  const at = loadAddress === undefined ? '' : `, at ${hex(loadAddress)}`;
  const from = entry === undefined || entry === loadAddress ? '' : `, starts at ${hex(entry)}`;
  return `${FORMAT_NAMES.flat}, ${bits}-bit${at}${from}`;
}
