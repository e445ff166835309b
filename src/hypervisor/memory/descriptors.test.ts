import { describe, expect, it } from 'vitest';
import { pack, type RawDescriptor, truncate, unpack } from './descriptors';

const FLAT_CODE: RawDescriptor = [0x0000ffff, 0x00cf9b00];

describe('descriptors', () => {
  it('pack undoes unpack', () => {
    for (const raw of [
      FLAT_CODE,
      [0x5678_1234, 0x9a40_f2bc] as const,
      [0xffff, 0x00cff300] as const,
    ]) {
      expect(pack(unpack(raw)).map((word) => word.toString(16))).toEqual(
        [raw[0] >>> 0, raw[1] >>> 0].map((word) => word.toString(16)),
      );
    }
  });

  it('a flat guest segment ends at 0xFFBFFFFF, limit field 0xFFBFF', () => {
    const truncated = truncate(unpack(FLAT_CODE));
    expect(truncated?.limit).toBe(0xffbfffff);
    const [low, high] = pack(truncated!);
    expect((low & 0xffff) | (high & 0xf0000)).toBe(0xffbff);
  });

  it('a segment below the monitor keeps its limit', () => {
    const small = { base: 0x1000, limit: 0xfff, rights: 0x4093 };
    expect(truncate(small)).toEqual(small);
  });

  it('an expand-down segment cannot be truncated', () => {
    expect(truncate({ base: 0, limit: 0xfff, rights: 0xc097 })).toBeNull();
  });

  it('a segment that starts inside the monitor cannot be truncated', () => {
    expect(truncate({ base: 0xffc00000, limit: 0xfff, rights: 0x4093 })).toBeNull();
  });
});
