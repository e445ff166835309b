import { describe, expect, it } from 'vitest';
import { CODE_PAGE_437 } from './code-page-437';

describe('code page 437', () => {
  it('has one character for each byte', () => {
    expect(CODE_PAGE_437.length).toBe(256);
    // Only 0, 0x20 and 0xff look alike: blank.
    expect(new Set(CODE_PAGE_437).size).toBe(254);
    expect(CODE_PAGE_437.every((character) => character.length === 1)).toBe(true);
  });

  it('is ASCII where ASCII has pictures', () => {
    for (let code = 0x20; code < 0x7f; code++) {
      expect(CODE_PAGE_437[code]).toBe(String.fromCharCode(code));
    }
  });

  it.each([
    [0x01, '☺'],
    [0x7f, '⌂'],
    [0x81, 'ü'],
    [0xb0, '░'],
    [0xb3, '│'],
    [0xc4, '─'],
    [0xdb, '█'],
    [0xdc, '▄'],
    [0xdf, '▀'],
    [0xe1, 'ß'],
    [0xfe, '■'],
  ])('shows byte %i as %s', (byte, character) => {
    expect(CODE_PAGE_437[byte]).toBe(character);
  });
});
