import { describe, expect, it } from 'vitest';
import { hexBytes } from '../base/hex';
import { assemble } from './assemble';
import { elfOffsets, toElf } from './elf';
import { toFlat } from './flat';
import { mustAssemble } from './testing/corpus';

const bytesOf = (source: string): string => hexBytes(toFlat(mustAssemble(`bits 32\n${source}`)));

describe('assemble', () => {
  it('takes the shortest branch that reaches', () => {
    expect(bytesOf('jmp x\ntimes 127 db 0\nx:').slice(0, 5)).toBe('eb 7f');
    expect(bytesOf('jmp x\ntimes 128 db 0\nx:').slice(0, 5)).toBe('e9 80');
  });

  it('gives an address a full field and a difference of addresses the shortest', () => {
    expect(bytesOf('x: add eax, x')).toBe('05 00 00 00 00');
    expect(bytesOf('x: add eax, y - x\ny:')).toBe('83 c0 03');
  });

  it('lets addresses be taken apart, which NASM leaves to the linker', () => {
    expect(bytesOf('org 0x12345678\nx: dw x & 0xffff, x >> 16')).toBe('78 56 34 12');
  });

  it('includes text and binary files that it is given', () => {
    const files = { 'a.inc': 'nop\n', 'b.bin': Uint8Array.of(1, 2, 3, 4) };
    const source = '%include "a.inc"\nincbin "b.bin"\nincbin "b.bin", 1, 2';
    const result = assemble(source, { name: 'x.asm', files });
    expect(result.ok && hexBytes(toFlat(result.value))).toBe('90 01 02 03 04 02 03');
  });

  it('maps addresses to lines, a macro to the line that invoked it', () => {
    const { sourceMap } = mustAssemble('%macro two 0\nnop\nnop\n%endmacro\ncli\ntwo\ndb 1\n');
    expect(sourceMap.map(({ address, line, isCode }) => [address, line, isCode])).toEqual([
      [0, 5, true],
      [1, 6, true],
      [2, 6, true],
      [3, 7, false],
    ]);
  });

  it('lists symbols by address, local ones in full, equ constants and macro locals left out', () => {
    const source = 'org 0x100\nk equ 5\na: nop\n.b: nop\n%macro m 0\n%%x: nop\n%endmacro\nm\nc:';
    const place = { section: '.text', file: 'test.asm' };
    expect(mustAssemble(source).symbols).toEqual([
      { name: 'a', address: 0x100, ...place, line: 3 },
      { name: 'a.b', address: 0x101, ...place, line: 4 },
      { name: 'c', address: 0x103, ...place, line: 9 },
    ]);
  });

  it('prints a listing with address and bytes beside each line', () => {
    expect(mustAssemble('org 0x7c00\nstart: cli\n  jmp start\n').listing().split('\n')).toEqual([
      '    1                            org 0x7c00',
      '    2 00007c00 fa                start: cli',
      '    3 00007c01 ebfd                jmp start',
      '    4',
    ]);
  });

  it('starts at _start, else start, else the first byte of .text', () => {
    expect(mustAssemble('org 16\nnop\nstart: nop\n_start: nop').entry).toBe(18);
    expect(mustAssemble('org 16\nnop\nstart: nop').entry).toBe(17);
    expect(mustAssemble('org 16\nnop').entry).toBe(16);
  });

  it('lets one branch out of reach push all the others out of reach', () => {
    const branches = Array.from({ length: 60 }, (_, i) => `jmp l${i}`).join('\n');
    const labels = Array.from({ length: 60 }, (_, i) => `times 3 nop\nl${i}:`).join('\n');
    // If all were short, l0 to l6 would be in reach and l7 to l59 not.
    const image = toFlat(mustAssemble(`bits 32\n${branches}\n${labels}`));
    expect([image[0], image.length]).toEqual([0xe9, 60 * 5 + 60 * 3]);
  });
});

describe('toElf', () => {
  const assembly = mustAssemble(`bits 32
    org 0x100000
    global _start
    nop
    _start: mov eax, [value]
    section .data
    value: dd 7
    section .bss
    space: resb 0x2000`);
  const file = toElf(assembly);
  const view = new DataView(file.buffer);
  const u32 = (at: number): number => view.getUint32(at, true);
  const u16 = (at: number): number => view.getUint16(at, true);

  it('is an ELF32 little-endian executable for i386 with the entry point', () => {
    expect(hexBytes(file.subarray(0, 8))).toBe('7f 45 4c 46 01 01 01 00');
    expect([u16(16), u16(18), u32(24)]).toEqual([2, 3, 0x100001]);
  });

  it('has one page-congruent PT_LOAD per section; .bss takes memory but no file bytes', () => {
    const headers = Array.from({ length: u16(44) }, (_, i) => u32(28) + 32 * i);
    const loads = headers.map((at) => [u32(at), u32(at + 8), u32(at + 16), u32(at + 20)]);
    expect(loads).toEqual([
      [1, 0x100000, 6, 6],
      [1, 0x100008, 4, 4],
      [1, 0x10000c, 0, 0x2000],
    ]);
    for (const at of headers) expect(u32(at + 4) % 0x1000).toBe(u32(at + 8) % 0x1000);
    expect(hexBytes(file.subarray(u32(headers[0]! + 4), u32(headers[0]! + 4) + 6))).toBe(
      '90 a1 08 00 10 00',
    );
  });

  it('loads a section with vstart at its load address, and makes code in any section executable', () => {
    const high = toElf(
      mustAssemble(
        'org 0x100000\nbits 32\nnop\nsection .high vstart=0xc0001000 align=4096\nx: jmp x',
      ),
    );
    const words = new DataView(high.buffer);
    const [, second] = [52, 84].map((at) =>
      [8, 12, 24].map((field) => words.getUint32(at + field, true)),
    );
    expect(second).toEqual([0xc0001000, 0x101000, 7]);
  });

  it('puts the section with a Multiboot header first in the file, where loaders look', () => {
    const source =
      'bits 32\norg 0x100000\ntimes 9000 nop\nsection .multiboot\nalign 4\ndd 0x1BADB002, 0, -0x1BADB002';
    const offsets = elfOffsets(mustAssemble(source));
    expect([offsets.get('.multiboot'), offsets.get('.text')]).toEqual([0x328, 0x1000]);
  });

  it('names labels in .symtab, local ones before global ones', () => {
    const sections = Array.from({ length: u16(48) }, (_, i) => u32(32) + 40 * i);
    const symtab = sections.find((at) => u32(at + 4) === 2)!;
    const strings = u32(sections[u32(symtab + 24)]! + 16);
    const nameAt = (at: number): string => {
      const end = file.indexOf(0, strings + at);
      return new TextDecoder().decode(file.subarray(strings + at, end));
    };
    const count = u32(symtab + 20) / 16;
    const symbols = Array.from({ length: count }, (_, i) => u32(symtab + 16) + 16 * i).map((at) => [
      nameAt(u32(at)),
      u32(at + 4),
      file[at + 12]! >> 4,
    ]);
    expect(symbols).toEqual([
      ['', 0, 0],
      ['value', 0x100008, 0],
      ['space', 0x10000c, 0],
      ['_start', 0x100001, 1],
    ]);
    expect(u32(symtab + 28)).toBe(3);
  });
});
