/**
 * Floating-point literals to the bits of a format, exactly: the literal is a fraction of whole numbers, rounded once, to
 * the nearest, ties to even.
 *
 * ```
 *   sign | exponent, biased | fraction          the leading 1 is written only in the FPU's 80 bits
 * ```
 * @see IEEE 754, "Binary interchange format encodings"; Intel SDM vol. 1, "Double Extended-Precision Format"
 */

import { type Table, table } from './table';

export interface FloatFormat {
  readonly bytes: number;
  readonly exponentBits: number;
  /** Behind the leading 1. */
  readonly fractionBits: number;
  /** The leading 1 is a bit of its own. */
  readonly explicit: boolean;
}

const format = (
  bytes: number,
  exponentBits: number,
  fractionBits: number,
  explicit = false,
): FloatFormat => ({ bytes, exponentBits, fractionBits, explicit });

/** By what NASM calls them: `__?float32?__(1.5)`. */
export const FLOAT_FORMATS: Table<FloatFormat> = table({
  float8: format(1, 4, 3),
  float16: format(2, 5, 10),
  bfloat16: format(2, 8, 7),
  float32: format(4, 8, 23),
  float64: format(8, 11, 52),
  float80m: format(10, 15, 63, true),
});

/** What `db`, `dw`, `dd`, `dq` and `dt` make of a literal, by bytes. */
export const FORMAT_OF_UNIT = {
  1: FLOAT_FORMATS.float8!,
  2: FLOAT_FORMATS.float16!,
  4: FLOAT_FORMATS.float32!,
  8: FLOAT_FORMATS.float64!,
  10: FLOAT_FORMATS.float80m!,
} as const;

/** `1.5`, `1e10`, `0x1.8p3`, with underscores anywhere. */
export const FLOAT_LITERAL =
  /^0[xXhH](?:[0-9a-fA-F_]+(?:\.[0-9a-fA-F_]*)?|\.[0-9a-fA-F_]+)[pP][+-]?[0-9_]+|^[0-9][0-9_]*\.[0-9_]*(?:[eE][+-]?[0-9_]+)?|^[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*(?![0-9a-zA-Z_])/;

/** `__?Infinity?__` and the like are literals too. */
export const SPECIAL_FLOAT = /^__\??(infinity|nan|qnan|snan)\??__$/i;

/** Beyond any format's exponent, and below what would make numbers of a million digits. */
const MAX_EXPONENT = 20_000;

/** The literal's bits in the format, as one number. */
export function floatBits(literal: string, negative: boolean, to: FloatFormat): bigint {
  const { exponentBits, fractionBits, explicit } = to;
  const special = SPECIAL_FLOAT.exec(literal)?.[1]?.toLowerCase();
  const all = (1n << BigInt(exponentBits)) - 1n;
  const pack = (exponent: bigint, significand: bigint): bigint => {
    const width = BigInt(fractionBits + (explicit ? 1 : 0));
    const kept = explicit ? significand : significand & ((1n << BigInt(fractionBits)) - 1n);
    const sign = negative ? 1n << (width + BigInt(exponentBits)) : 0n;
    return sign | (exponent << width) | kept;
  };
  const one = 1n << BigInt(fractionBits);
  if (special === 'infinity') return pack(all, one);
  if (special === 'snan') return pack(all, one | 1n);
  if (special !== undefined) return pack(all, one | (one >> 1n));

  const [numerator, denominator] = fraction(literal.replace(/_/g, ''));
  if (numerator === 0n) return pack(0n, 0n);
  const bias = 2 ** (exponentBits - 1) - 1;
  // The greatest power of two that is not above the number.
  let exponent = bitLength(numerator) - bitLength(denominator);
  if (isBelow(numerator, denominator, exponent)) exponent--;
  // Numbers too small for a leading 1 share the smallest exponent.
  const scale = Math.max(exponent, 1 - bias) - fractionBits;
  let significand = rounded(numerator, denominator, scale);
  let biased = scale + fractionBits + bias;
  if (significand >= one << 1n) {
    significand >>= 1n;
    biased++;
  }
  if (significand < one) return pack(0n, significand);
  return biased >= Number(all) ? pack(all, one) : pack(BigInt(biased), significand);
}

/** Numerator and denominator. */
function fraction(text: string): [bigint, bigint] {
  const hex = /^0[xh]([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(text);
  const [, whole = '', part = '', power = '0'] =
    hex ?? /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = BigInt(`${hex ? '0x' : ''}0${whole}${part}`);
  const wanted = Number(power);
  const exponent = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, wanted));
  const base = hex ? 2n : 10n;
  const places = (hex ? 4 : 1) * part.length;
  const shift = exponent - places;
  return shift >= 0 ? [digits * base ** BigInt(shift), 1n] : [digits, base ** BigInt(-shift)];
}

const bitLength = (value: bigint): number => value.toString(2).length;

/** Whether numerator / denominator < 2^exponent. */
const isBelow = (numerator: bigint, denominator: bigint, exponent: number): boolean =>
  exponent >= 0
    ? numerator < denominator << BigInt(exponent)
    : numerator << BigInt(-exponent) < denominator;

/** numerator / denominator / 2^scale, to the nearest whole number. */
function rounded(numerator: bigint, denominator: bigint, scale: number): bigint {
  const top = scale < 0 ? numerator << BigInt(-scale) : numerator;
  const bottom = scale > 0 ? denominator << BigInt(scale) : denominator;
  const quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  const up = twice > bottom || (twice === bottom && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}
