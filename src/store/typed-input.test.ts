import { describe, expect, it } from 'vitest';
import type { GuestInput } from '../session/world';
import { gathered } from './typed-input';

const key = (code: string, down: boolean): GuestInput => ({ strokes: [{ code, down }] });

describe('keys typed while the session is busy', () => {
  it('become one input, in their order', () => {
    const strokes = [
      { code: 'KeyA', down: true },
      { code: 'KeyA', down: false },
      { code: 'KeyB', down: true },
    ];
    expect(gathered([key('KeyA', true), key('KeyA', false), key('KeyB', true)])).toEqual([
      { strokes },
    ]);
  });

  it('stay before and behind what came in another way', () => {
    const typed = [key('KeyA', true), { serial: 'x\r' }, key('KeyA', false)];
    expect(gathered(typed)).toEqual(typed);
    const texts = [{ text: 'a' }, { text: 'b' }];
    expect(gathered(texts)).toEqual(texts);
  });
});
