/** Reading the form that asks how an image is loaded. Pure. */
import { address as hex } from '../../base/hex';
import type { ImageChoice } from '../../session/world';

export type FormatName = NonNullable<ImageChoice['format']>;

export interface ImageFields {
  readonly format: FormatName;
  /** As typed: hexadecimal with or without `0x`. */
  readonly loadAddress: string;
  readonly entry: string;
  readonly bits: '16' | '32';
}

export function fieldsOf(choice: ImageChoice): ImageFields {
  const { format = 'flat', bits = 32 } = choice;
  const loadAddress = choice.loadAddress ?? usualAddress(bits);
  return {
    format,
    bits: bits === 16 ? '16' : '32',
    loadAddress: hex(loadAddress),
    entry: hex(choice.entry ?? loadAddress),
  };
}

/** Where programs of that width usually go: a boot sector's place, or 1 MiB. */
export const usualAddress = (bits: number): number => (bits === 16 ? 0x7c00 : 0x100000);

/** The address, or null when it is none. */
export function parseAddress(text: string): number | null {
  const digits = /^\s*(?:0x)?([\da-f]{1,8})h?\s*$/i.exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

export type Read =
  | { readonly choice: ImageChoice }
  | { readonly wrong: Partial<Record<keyof ImageFields, string>> };

const NO_ADDRESS = 'An address is up to eight hexadecimal digits, such as 0x00100000.';

/** @param length bytes of the image: the entry must lie inside */
export function readFields(fields: ImageFields, length: number): Read {
  if (fields.format !== 'flat') return { choice: { format: fields.format } };
  const loadAddress = parseAddress(fields.loadAddress);
  const entry = parseAddress(fields.entry);
  const wrong: Partial<Record<keyof ImageFields, string>> = {};
  if (loadAddress === null) wrong.loadAddress = NO_ADDRESS;
  if (entry === null) wrong.entry = NO_ADDRESS;
  else if (loadAddress !== null && (entry < loadAddress || entry >= loadAddress + length)) {
    wrong.entry = `The first instruction lies inside the image: ${hex(loadAddress)} to ${hex(loadAddress + length - 1)}.`;
  }
  if (loadAddress === null || entry === null || Object.keys(wrong).length > 0) return { wrong };
  return { choice: { format: 'flat', loadAddress, entry, bits: fields.bits === '16' ? 16 : 32 } };
}
