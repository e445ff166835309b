import { describe, expect, it } from 'vitest';
import { writtenRegisters } from './written-registers';

const of = (...bytes: number[]) => writtenRegisters(Uint8Array.from(bytes), 32);
const written = (...bytes: number[]) => [...of(...bytes).rules.keys()].sort();

describe('writtenRegisters', () => {
  it.each([
    ['mov al,1', [0xb0, 1], ['eax']],
    ['add ecx,eax', [0x01, 0xc1], ['ecx', 'eflags']],
    ['mov [eax],ecx', [0x89, 0x08], []],
    ['push eax', [0x50], ['esp']],
    ['pop ds', [0x1f], ['ds', 'esp']],
    ['mul ecx', [0xf7, 0xe1], ['eax', 'edx', 'eflags']],
    ['cmovz eax,ecx', [0x0f, 0x44, 0xc1], ['eax']],
    ['mov cr3,eax', [0x0f, 0x22, 0xd8], ['cr3']],
    ['lgdt [0]', [0x0f, 0x01, 0x15, 0, 0, 0, 0], ['gdtr']],
    ['rep movsb', [0xf3, 0xa4], ['ecx', 'edi', 'esi']],
    ['nop', [0x90], []],
    ['jmp 8:0', [0xea, 0, 0, 0, 0, 8, 0], ['cs']],
    ['iret', [0xcf], ['cs', 'eflags', 'esp']],
    ['shl eax,32', [0xc1, 0xe0, 32], []],
  ])('of %s', (_text, bytes, expected) => {
    const own = written(...bytes);
    expect(own.filter((name) => name !== 'eflags' || expected.includes('eflags'))).toEqual(
      [...expected].sort(),
    );
  });

  it.each([
    ['mov al,1', [0xb0, 1], 'eax', 'always'],
    ['cmovz eax,ecx', [0x0f, 0x44, 0xc1], 'eax', 'condition'],
    ['shl eax,cl', [0xd3, 0xe0], 'eax', 'count'],
    ['shl eax,cl', [0xd3, 0xe0], 'eflags', 'count'],
    ['shl eax,1', [0xd1, 0xe0], 'eflags', 'always'],
    ['rep movsb', [0xf3, 0xa4], 'ecx', 'repeats'],
    ['movsb', [0xa4], 'esi', 'always'],
    ['repe cmpsb', [0xf3, 0xa6], 'eflags', 'repeats'],
    ['lsl eax,ebx', [0x0f, 0x03, 0xc3], 'eax', 'zf'],
    ['lsl eax,ebx', [0x0f, 0x03, 0xc3], 'eflags', 'always'],
    ['cmpxchg ebx,ecx', [0x0f, 0xb1, 0xcb], 'eax', 'zf'],
    ['tzcnt, which is bsf,eax,ebx', [0xf3, 0x0f, 0xbc, 0xc3], 'eax', 'zf'],
    ['setz al', [0x0f, 0x94, 0xc0], 'eax', 'always'],
  ])('knows when %s writes %s', (_text, bytes, name, kind) => {
    expect(of(...bytes).rules.get(name)?.kind).toBe(kind);
  });

  it('tells transfers that may go to another ring or task', () => {
    expect(of(0xcf).isFarTransfer).toBe(true);
    expect(of(0xff, 0x2d, 0, 0, 0, 0).isFarTransfer).toBe(true);
    expect(of(0xc3).isFarTransfer).toBe(false);
  });
});
