import { describe, expect, it } from 'vitest';
import { parseMarkup } from './markup';

describe('parseMarkup', () => {
  it('marks code and terms and keeps the text between', () => {
    expect(parseMarkup('A `popf` is *sensitive*.')).toEqual([
      { kind: 'text', text: 'A ' },
      { kind: 'code', text: 'popf' },
      { kind: 'text', text: ' is ' },
      { kind: 'term', text: 'sensitive' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('leaves a mark that is never closed as it is', () => {
    expect(parseMarkup('2 * 3 and `x')).toEqual([{ kind: 'text', text: '2 * 3 and `x' }]);
  });

  it('does not look for terms inside code', () => {
    expect(parseMarkup('`a*b*c`')).toEqual([{ kind: 'code', text: 'a*b*c' }]);
  });
});
