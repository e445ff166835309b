import { describe, expect, it } from 'vitest';
import { sizeOf } from './size-of';

describe('the size of a saved state', () => {
  it('counts what several states share once', () => {
    const translation = { code: new Uint8Array(1000), records: [{ offset: 1 }, { offset: 2 }] };
    const counted = new WeakSet<object>();
    const first = sizeOf({ translations: [translation] }, counted);
    const next = sizeOf({ translations: [translation, { ...translation }] }, counted);
    expect(first).toBeGreaterThan(1000);
    expect(next).toBeLessThan(300);
  });

  it("counts what is a state's own each time", () => {
    const counted = new WeakSet<object>();
    const state = () => ({ registers: Array.from({ length: 100 }, (_, i) => i), name: 'x' });
    expect(sizeOf(state(), counted)).toBe(sizeOf(state(), counted));
  });
});
