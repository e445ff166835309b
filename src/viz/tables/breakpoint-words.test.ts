import { describe, expect, it } from 'vitest';
import { placeWords } from './breakpoint-words';

describe('a breakpoint in words', () => {
  it.each([
    [{ kind: 'address', address: 0x100020 }, 'code', '0x00100020'],
    [{ kind: 'label', name: 'start.loop' }, 'code', 'start.loop'],
    [{ kind: 'source', file: 'a.asm', line: 7 }, 'line', 'a.asm:7'],
    [
      { kind: 'data', space: 'physical', address: 'esp+8', length: 1, on: 'access' },
      'read or written',
      '1 byte at physical esp+8',
    ],
    [{ kind: 'event', event: 'exception', value: 14 }, 'event', 'Exception, vector 14'],
    [{ kind: 'event', event: 'halt' }, 'event', 'HLT'],
  ] as const)('%o', (place, kind, where) => {
    expect(placeWords(place)).toEqual({ kind, where });
  });
});
