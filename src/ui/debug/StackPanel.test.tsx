import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { StackView } from '../../session/debug';
import { WordLook } from './StackPanel';

const nothing = () => {};
const VALUE: StackView['entries'][number] = {
  ...{ address: 0x1000, value: 0x12, kind: 'value', label: null, target: null, leadsTo: null },
  ...{ words: null, changed: false },
};

const look = (entry: Partial<StackView['entries'][number]>, wordBytes: 2 | 4 = 4) =>
  renderToStaticMarkup(
    <WordLook
      entry={{ ...VALUE, ...entry }}
      wordBytes={wordBytes}
      onCode={nothing}
      onMemory={nothing}
    />,
  ).replace(/<[^>]*>/g, '|');

describe('what a stack word looks like', () => {
  it('says which part of a frame it is, in a badge and in words', () => {
    expect(look({ kind: 'frame', words: 'CS 001b, ring 3' })).toBe('|frame||CS 001b, ring 3|');
    expect(
      look({ kind: 'frame', words: 'EIP →', target: 0x2000, leadsTo: 'code', label: 'program' }),
    ).toBe('|frame||EIP →||program|');
  });

  it('gives the address where a frame leads to no label', () => {
    expect(look({ kind: 'frame', words: 'ESP →', target: 0x2000, leadsTo: 'stack' })).toBe(
      '|frame||ESP →||00002000|',
    );
  });

  it('names BP on a 16-bit stack, and says nothing of a mere value', () => {
    expect(look({ kind: 'saved-frame-pointer' }, 2)).toBe('|saved BP|');
    expect(look({ kind: 'saved-frame-pointer' })).toBe('|saved EBP|');
    expect(look({})).toBe('');
  });
});
