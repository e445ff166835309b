import { describe, expect, it } from 'vitest';
import { looksLikeText, readSource } from './source-text';

const utf8 = (text: string) => new TextEncoder().encode(text);
/** One byte per character. */
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('a file a user chose', () => {
  it('is source when it is UTF-8 without control characters', () => {
    expect(looksLikeText(utf8('bits 32\r\n\tmov eax,1 ; größer\n'))).toBe(true);
    expect(looksLikeText(utf8(''))).toBe(true);
    // A character cut in half where the look ends.
    expect(looksLikeText(utf8(`${'x'.repeat(4095)}ü`))).toBe(true);
  });

  it('is an image when it has control bytes or bytes that are no UTF-8, with or without a NUL', () => {
    expect(looksLikeText(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x41))).toBe(
      false,
    );
    expect(looksLikeText(utf8('text\u0001'))).toBe(false);
    expect(looksLikeText(Uint8Array.of(0x41, 0x00))).toBe(false);
    expect(looksLikeText(Uint8Array.of(0xc3, 0x28))).toBe(false);
  });
});

describe('source', () => {
  it.each([
    ['UTF-8', utf8("db 'é' ; ü\r\n"), "db 'é' ; ü\r\n"],
    ['with a byte order mark', utf8('\ufeffcli\n'), 'cli\n'],
    ['with ^Z at the end', utf8('cli\r\n\x1a'), 'cli\r\n'],
    ['with lines that end in a carriage return', utf8('cli\rhlt\r'), 'cli\nhlt\n'],
    ['Latin-1 in a comment', latin1("db ';', 1 ; größer\nhlt\n"), "db ';', 1 ; größer\nhlt\n"],
    ['empty', new Uint8Array(), ''],
  ])('is read: %s', (_name, bytes, text) => {
    expect(readSource(bytes)).toEqual({ ok: true, value: text });
  });

  it.each([
    ['Latin-1 in a string', latin1("cli\ndb 'é'\n"), { line: 2, message: /0xe9 \(the 5th/ }],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x41, 0), { message: /UTF-16/ }],
    ['an image', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0), { message: /offset 0x00000004/ }],
  ])('is refused with the place: %s', (_name, bytes, { message, ...place }) => {
    expect(readSource(bytes)).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(message), ...place },
    });
  });
});
