import { describe, expect, it } from 'vitest';
import { writtenRegisters } from './written-registers';

const written = (...bytes: number[]) => [...writtenRegisters(Uint8Array.from(bytes), 32)].sort();

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
  ])('of %s', (_text, bytes, expected) => {
    const own = written(...bytes);
    expect(own.filter((name) => name !== 'eflags' || expected.includes('eflags'))).toEqual(
      [...expected].sort(),
    );
  });
});
