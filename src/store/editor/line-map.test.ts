import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineMap } from './line-map';

const mapped = (before: string, after: string) => {
  const map = lineMap(before, after);
  return before.split('\n').map((_, i) => map(i + 1));
};

describe('lines through an edit', () => {
  it.each([
    ['nothing changed', 'a\nb', 'a\nb', [1, 2]],
    ['a line came in', 'a\nb\nc', 'a\nnew\nb\nc', [1, 3, 4]],
    ['a line went: what stood there stands on the next', 'a\nb\nc', 'a\nc', [1, 2, 2]],
    ['a line was changed in its place', 'a\nb\nc', 'a\nB\nc', [1, 2, 3]],
    ['edits at both ends', 'a\nb\nc\nd\ne', 'x\na\nb\nc\nd2\ne\nf', [2, 3, 4, 5, 6]],
    ['lines between two edits', 'a\nb\nc\nd\ne\nf', 'a\nB\nnew\nc\nd\nE\nf', [1, 2, 4, 5, 6, 7]],
    ['Enter before a line', 'a\nb', 'a\n\nb', [1, 3]],
    ['everything was replaced', 'a\nb', 'x\ny', [1, 2]],
    ['everything went', 'a\nb', '', [1, 1]],
  ])('%s', (_name, before, after, lines) => {
    expect(mapped(before, after)).toEqual(lines);
  });

  it('tells of a line that was rewritten that it is gone', () => {
    const { still } = lineMap('a\nb\nc', 'new\na\nB\nc');
    expect([1, 2, 3].map(still)).toEqual([2, null, 4]);
  });

  it('keeps order, stays inside, and finds every line again when lines only came in', () => {
    const line = fc.constantFrom('a', 'b', 'c', '', 'mov eax, 1');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.array(line, { minLength: 1 }), (a, b) => {
        const lines = mapped(a.join('\n'), b.join('\n'));
        for (const [i, to] of lines.entries()) {
          expect(to).toBeGreaterThanOrEqual(lines[i - 1] ?? 1);
          expect(to).toBeLessThanOrEqual(b.length);
        }
      }),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.array(line), fc.nat(), (a, added, at) => {
        const b = a.toSpliced(at % (a.length + 1), 0, ...added);
        const lines = mapped(a.join('\n'), b.join('\n'));
        expect(lines.map((to) => b[to - 1])).toEqual(a);
      }),
    );
  });

  it('takes little time for ten thousand lines', () => {
    const before = Array.from({ length: 10_000 }, (_, i) => `  mov eax, ${i % 50}`).join('\n');
    const after = before.replace('mov eax, 7\n', 'mov eax, 8\nnop\n');
    expect(lineMap(before, after)(10_000)).toBe(10_001);
  });
});
