import { describe, expect, it } from 'vitest';
import type { Breakpoint, ResolvedBreakpoint } from '../../session/debug';
import { breakpointMarks } from './breakpoints';

const breakpoint = (id: string, place: Breakpoint['place']): Breakpoint => ({
  ...{ id, place },
  enabled: true,
  condition: null,
});

const at = (id: string, line: number | null, file = 'a.asm'): ResolvedBreakpoint => ({
  id,
  addresses: line === null ? [] : [0x100000 + line],
  source: line === null ? null : { file, line },
  problem: null,
});

function marks(breakpoints: readonly Breakpoint[], resolved: readonly ResolvedBreakpoint[]) {
  const files = { 'a.asm': 'one\ntwo\nthree\n' };
  // A line was put in front since the program was started.
  const text = `new\n${files['a.asm']}`;
  return breakpointMarks({
    ...{ file: 'a.asm', text, running: { files }, breakpoints, resolved, waiting: [] },
  }).map(({ id, line, state }) => [id, line, state]);
}

describe('breakpoints beside the lines of a file', () => {
  it('stand where the edit has moved their line', () => {
    const place = { kind: 'source', file: 'a.asm', line: 1 } as const;
    expect(marks([breakpoint('s', place)], [at('s', 2)])).toEqual([['s', 3, 'set']]);
  });

  it('are those on labels and addresses too, where a source line has the code', () => {
    const label = breakpoint('l', { kind: 'label', name: 'two' });
    const address = breakpoint('a', { kind: 'address', address: 0x100003 });
    const elsewhere = breakpoint('e', { kind: 'address', address: 5 });
    const data = breakpoint('d', {
      ...{ kind: 'data', space: 'virtual', address: 0, length: 4, on: 'write' },
    });
    const resolved = [at('l', 2), at('a', 3), at('e', 1, 'b.inc'), at('d', null)];
    expect(marks([label, address, elsewhere, data], resolved)).toEqual([
      ['l', 3, 'set'],
      ['a', 4, 'set'],
    ]);
  });
});
