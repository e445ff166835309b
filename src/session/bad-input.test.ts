/** Files that are no guests: what is wrong, where, and what to do, each said once. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD, type GuestSource, makeSystem, type Problem } from './index';

function problem(guest: GuestSource): Problem {
  const made = makeSystem({ ...DEFAULT_WORLD, guest });
  if (made.ok) throw new Error('it was accepted');
  return made.error;
}
const source = (text: string) => problem({ kind: 'assembly', name: 'g.asm', text });
const image = (bytes: Uint8Array) => problem({ kind: 'image', name: 'g.bin', bytes });

describe('assembly source', () => {
  it('without a header is shown the lines to add, and with them it runs', () => {
    const body = 'bits 32\nglobal _start\n_start:\nmov al,1\nout 0xf4,al\n';
    const { hint = '', message } = source(body);
    expect(message).toMatch(/no Multiboot header/);
    const lines = hint.split('\n').slice(1);
    expect(lines.filter((line) => line.startsWith('dd '))).toHaveLength(3);
    const text = body.replace('global', `${lines.join('\n')}\nglobal`);
    const made = makeSystem({ ...DEFAULT_WORLD, guest: { kind: 'assembly', name: 'g', text } });
    expect(made.ok && made.value.run(1e6)).toEqual({ kind: 'exited', code: 1 });
  });

  it('that is empty is called empty', () => {
    expect(source('').message).toBe('The file is empty.');
    expect(source(' \n\n').message).toBe('The file is empty.');
  });

  it('has all its errors told, each with its place and a caret', () => {
    const told = source('bits 32\nmvo eax,1\nnop\n  mov eax,bl\n');
    expect(told).toMatchObject({ line: 2, more: [{ line: 4 }] });
    expect(told.more?.[0]?.excerpt).toMatch(/g\.asm:4:\d+: error: .*\n.*\n +\^/);
  });
});

describe('images', () => {
  it('in no known format are told the accepted ones once', () => {
    const { message, hint } = image(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10));
    expect(`${message} ${hint}`.match(/Accepted/g)).toHaveLength(1);
  });

  it('that are 64-bit ELF files are told so, and nothing of headers', () => {
    const bytes = new Uint8Array(4096);
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    bytes[18] = 62;
    const { message, hint } = image(bytes);
    expect(message).toMatch(/64-bit.*ELF32 file for i386/);
    expect(message).not.toMatch(/header/);
    expect(hint?.match(/Accepted/g)).toHaveLength(1);
  });
});
