import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runCases } from './conformance';
import type { Hw32Case } from './hw32';

const load = (name: string): string =>
  gunzipSync(readFileSync(join(import.meta.dirname, 'cases', name))).toString();

describe('recorded silicon', () => {
  it.each([
    ['hw32.json.gz', 9912],
    ['i80286-real-mode.json.gz', 9950],
  ])(
    'agrees on every case of %s',
    (name, count) => {
      const result = runCases(load(name));
      expect(result.failures.slice(0, 5)).toEqual([]);
      expect(result.passed).toBe(count);
    },
    240_000,
  );

  it('reports a register, a flag and a byte that differ', () => {
    const [first] = JSON.parse(load('hw32.json.gz')) as Hw32Case[];
    const wrong = {
      ...first!,
      f: first!.f.map((value, i) => (i === 0 || i === 9 ? value ^ 1 : value)),
      m: [],
    };
    const { failures } = runCases(JSON.stringify([wrong]));
    expect(failures[0]!.differences.map((text) => text.split(':')[0])).toEqual([
      'eax',
      'eflags',
      '[500c27]',
    ]);
  });
});
