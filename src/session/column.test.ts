import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from './column';

const columnOf = (values: readonly number[]): Column => {
  const column = new Column();
  for (const value of values) column.push(value);
  return column;
};

const numbers = (column: Column) => Array.from({ length: column.length }, (_, i) => column.at(i));

describe('column', () => {
  it('holds what a plain array holds, whatever is pushed, changed and copied', () => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 70_000 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { minLength: 1, maxLength: 20 }), { maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), value), { maxLength: 8 }),
        fc.nat(),
        (patterns, changes, length) => {
          // Each pattern makes a block or two of its own kind.
          const plain = patterns.flatMap((pattern) =>
            Array.from({ length: 300 }, (_, i) => pattern[i % pattern.length]!),
          );
          const column = columnOf(plain);
          const first = column.first(plain.length === 0 ? 0 : length % plain.length);
          const was = numbers(first);
          if (plain.length > 0) {
            for (const [pick, changed] of changes) {
              plain[pick % plain.length] = changed;
              column.set(pick % plain.length, changed);
            }
          }
          expect(numbers(column)).toEqual(plain);
          expect(numbers(first)).toEqual(was);
          expect(column.at(plain.length)).toBeNaN();
          expect(column.at(-1)).toBeNaN();
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  it('finds places in ascending numbers', () => {
    const plain = Array.from({ length: 2000 }, (_, i) => 3 * i);
    const column = columnOf(plain);
    for (const value of [-1, 0, 1, 2999, 3000, 5997, 5998, 1e9]) {
      const expected = plain.findIndex((one) => one >= value);
      expect(column.firstAtLeast(value)).toBe(expected < 0 ? plain.length : expected);
    }
  });

  it('takes a quarter of the room where numbers are close', () => {
    const column = columnOf(Array.from({ length: 100_000 }, (_, i) => 100 * i));
    expect(column.bytes).toBeLessThan(100_000 * 2.5);
  });
});
