/** Cuts a 32- or 64-bit entry into named fields, each with what it means. */
import type { BitField } from '../../session/debug';

export interface FieldSpec {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  /** A sentence, or one made from the value. */
  readonly meaning: string | ((value: number) => string);
}

/**
 * @param low bits 31:0
 * @param high bits 63:32; a field must lie in one half
 */
export function cutFields(specs: readonly FieldSpec[], low: number, high = 0): BitField[] {
  return specs.map((spec) => {
    const word = spec.low >= 32 ? high : low;
    const width = spec.high - spec.low + 1;
    const shifted = word >>> (spec.low & 31);
    const value = width === 32 ? shifted : shifted & ((1 << width) - 1);
    return {
      name: spec.name,
      high: spec.high,
      low: spec.low,
      value: value >>> 0,
      meaning: typeof spec.meaning === 'string' ? spec.meaning : spec.meaning(value >>> 0),
    };
  });
}

export const bit = (name: string, at: number, set: string, clear: string): FieldSpec => ({
  name,
  high: at,
  low: at,
  meaning: (value) => (value ? set : clear),
});

export const bits = (
  name: string,
  high: number,
  low: number,
  meaning: FieldSpec['meaning'],
): FieldSpec => ({ name, high, low, meaning });
