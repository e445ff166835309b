import { describe, expect, it } from 'vitest';
import { guestFromFile } from './guest-file';

const kindOf = (bytes: Uint8Array) => guestFromFile('file', bytes).kind;
const ascii = (text: string) => new TextEncoder().encode(text);

describe('a file a user chose', () => {
  it('is source when it is UTF-8 without control characters', () => {
    expect(kindOf(ascii('bits 32\r\n\tmov eax,1 ; größer\n'))).toBe('assembly');
    expect(kindOf(ascii(''))).toBe('assembly');
    // A character cut in half where the look ends.
    expect(kindOf(ascii(`${'x'.repeat(4095)}ü`))).toBe('assembly');
  });

  it('is an image when it has control bytes or bytes that are no UTF-8, with or without a NUL', () => {
    expect(kindOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x41))).toBe(
      'image',
    );
    expect(kindOf(ascii('text\u0001'))).toBe('image');
    expect(kindOf(Uint8Array.of(0x41, 0x00))).toBe('image');
    expect(kindOf(Uint8Array.of(0xc3, 0x28))).toBe('image');
  });
});
