import { describe, expect, it } from 'vitest';
import { looksLikeText } from './looks-like-text';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('a file a user chose', () => {
  it('is source when it is UTF-8 without control characters', () => {
    expect(looksLikeText(ascii('bits 32\r\n\tmov eax,1 ; größer\n'))).toBe(true);
    expect(looksLikeText(ascii(''))).toBe(true);
    // A character cut in half where the look ends.
    expect(looksLikeText(ascii(`${'x'.repeat(4095)}ü`))).toBe(true);
  });

  it('is an image when it has control bytes or bytes that are no UTF-8, with or without a NUL', () => {
    expect(looksLikeText(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x41))).toBe(
      false,
    );
    expect(looksLikeText(ascii('text\u0001'))).toBe(false);
    expect(looksLikeText(Uint8Array.of(0x41, 0x00))).toBe(false);
    expect(looksLikeText(Uint8Array.of(0xc3, 0x28))).toBe(false);
  });
});
