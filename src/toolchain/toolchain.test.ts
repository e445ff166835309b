import { describe, expect, it } from 'vitest';
import { createToolchain } from './toolchain';

const toolchain = createToolchain();
const assemble = (source: string, files: Record<string, string | Uint8Array> = {}) =>
  toolchain.assemble({ main: 'guest.asm', files: { 'guest.asm': source, ...files } });

const HELLO = `bits 32
org 0x100000
ROUNDS equ 3
%define STEP 2
%macro twice 1
  %1
  %1
%endmacro
start:
  mov ecx, ROUNDS
.again:
  twice nop
  loop .again
table: times 40 db 7
section .bss
room: resd 4
`;

describe('assemble', () => {
  it('tells the bytes of every line that has any', async () => {
    const { diagnostics, lines, size } = await assemble(HELLO);
    expect(diagnostics).toEqual([]);
    expect(lines).toEqual([
      {
        file: 'guest.asm',
        line: 10,
        address: 0x100000,
        bytes: [0xb9, 3, 0, 0, 0],
        length: 5,
        isCode: true,
      },
      {
        file: 'guest.asm',
        line: 12,
        address: 0x100005,
        bytes: [0x90, 0x90],
        length: 2,
        isCode: true,
      },
      {
        file: 'guest.asm',
        line: 13,
        address: 0x100007,
        bytes: [0xe2, 0xfc],
        length: 2,
        isCode: true,
      },
      {
        file: 'guest.asm',
        line: 14,
        address: 0x100009,
        bytes: Array(32).fill(7),
        length: 40,
        isCode: false,
      },
      { file: 'guest.asm', line: 16, address: 0x100034, bytes: [], length: 16, isCode: false },
    ]);
    expect(size).toBe(5 + 2 + 2 + 40);
  });

  it('tells labels with their lines, and names that are no labels', async () => {
    const { labels, names } = await assemble(HELLO);
    expect(labels).toEqual([
      { name: 'start', address: 0x100000, file: 'guest.asm', line: 9 },
      { name: 'start.again', address: 0x100005, file: 'guest.asm', line: 11 },
      { name: 'table', address: 0x100009, file: 'guest.asm', line: 14 },
      { name: 'room', address: 0x100034, file: 'guest.asm', line: 16 },
    ]);
    expect(names).toEqual([
      { name: 'ROUNDS', kind: 'constant', value: 3, file: 'guest.asm', line: 3 },
      { name: 'twice', kind: 'macro' },
      { name: 'STEP', kind: 'define' },
    ]);
  });

  it('warns of what the CPU of this machine does not have, once each', async () => {
    const { diagnostics, size } = await assemble('nop\nfld1\nmovaps xmm0, xmm1\nfld1\n');
    expect(size).toBeGreaterThan(0);
    expect(diagnostics).toMatchObject([
      { line: 2, column: 1, length: 4, severity: 'warning', message: expect.stringMatching(/FPU/) },
      { line: 3, column: 1, severity: 'warning', message: expect.stringMatching(/#UD/) },
    ]);
  });

  it('suggests nothing where a macro is marked that made the mistake', async () => {
    const source = '%macro wrong 0\n mov eaxx, 1\n%endmacro\n wrong\n';
    const { diagnostics } = await assemble(source);
    expect(diagnostics).toMatchObject([{ line: 4, column: 2, suggestion: null }]);
    expect(diagnostics[0]?.message).toMatch(/line 2 of macro 'wrong' made: mov eaxx, 1/);
  });

  it('reports every error with its place, and still knows the labels', async () => {
    const { diagnostics, lines, labels, size } = await assemble('start: movv eax, 1\njmp strat\n');
    expect(diagnostics).toMatchObject([
      { file: 'guest.asm', line: 1, column: 8, length: 4, severity: 'error', suggestion: 'mov' },
      { file: 'guest.asm', line: 2, column: 5, length: 5, severity: 'error', suggestion: 'start' },
    ]);
    expect([lines, size]).toEqual([[], 0]);
    expect(labels).toMatchObject([{ name: 'start', line: 1 }]);
  });

  it('lets every program include what the shipped guests share', async () => {
    const main = '%include "lib/start.inc"\nmain: print "here", 10\nret\n';
    const { diagnostics, labels } = await assemble(main);
    expect(diagnostics).toEqual([]);
    expect(labels).toContainEqual(expect.objectContaining({ name: 'main', file: 'guest.asm' }));
    const own = await assemble(main, { 'lib/start.inc': '%error "mine"\n' });
    expect(own.diagnostics).toContainEqual(
      expect.objectContaining({
        file: 'lib/start.inc',
        line: 1,
        message: expect.stringContaining('mine'),
      }),
    );
    const files = { 'guest.asm': main };
    expect(await toolchain.build({ main: 'guest.asm', files }, 'elf')).not.toBeNull();
  });

  it('names the file of lines, labels and errors that are included', async () => {
    const files = { 'lib.inc': 'print: ret\n' };
    const { lines, labels } = await assemble('call print\n%include "lib.inc"\n', files);
    expect(lines.map(({ file, line }) => [file, line])).toEqual([
      ['guest.asm', 1],
      ['lib.inc', 1],
    ]);
    expect(labels).toMatchObject([{ name: 'print', file: 'lib.inc', line: 1 }]);
    const wrong = await assemble('nop\n%include "lib.inc"\n', { 'lib.inc': 'print: rett\n' });
    expect(wrong.diagnostics).toMatchObject([{ file: 'lib.inc', line: 1, column: 8 }]);
  });

  it('marks the whole line where no part of it is to blame', async () => {
    const { diagnostics } = await assemble('section .bss\n  nop\n');
    expect(diagnostics).toMatchObject([{ line: 2, column: 3, length: 3 }]);
  });

  it('refuses a program without its main file', async () => {
    await expect(toolchain.assemble({ main: 'a.asm', files: {} })).rejects.toThrow(
      "no file 'a.asm'",
    );
  });
});

describe('build', () => {
  const program = { main: 'a.asm', files: { 'a.asm': 'org 0x7c00\nstart: cli\n' } };

  it.each(['elf', 'flat', 'listing'] as const)('makes a file: %s', async (format) => {
    const file = await toolchain.build(program, format);
    if (format === 'elf') expect([...file!.subarray(1, 4)]).toEqual([0x45, 0x4c, 0x46]);
    else if (format === 'flat') expect([...file!]).toEqual([0xfa]);
    else expect(new TextDecoder().decode(file!)).toContain('00007c00 fa');
  });

  it('makes nothing of a program with errors', async () => {
    const wrong = { main: 'a.asm', files: { 'a.asm': 'movv eax, 1\n' } };
    expect(await toolchain.build(wrong, 'flat')).toBeNull();
  });
});

describe('vocabulary', () => {
  it('holds the words of the tables that assemble', async () => {
    const words = await toolchain.vocabulary();
    expect(words.mnemonics).toEqual(
      expect.arrayContaining(['mov', 'lgdt', 'jnz', 'pushf', 'iret']),
    );
    expect(new Set(words.mnemonics).size).toBe(words.mnemonics.length);
    expect(words.registers).toEqual(expect.arrayContaining(['eax', 'cr0', 'gs']));
    expect(words.directives).toEqual(expect.arrayContaining(['db', 'times', 'section']));
    expect(words.preprocessor).toEqual(expect.arrayContaining(['%macro', '%ifndef', '%rep']));
    expect(words.prefixes).toContain('lock');
    expect(words.operators).toContain('dword');
    expect(words.library).toContain('lib/start.inc');
  });

  it('tells which of them the machine has not', async () => {
    const { lacking, mnemonics } = await toolchain.vocabulary();
    expect(lacking).toEqual(expect.arrayContaining(['fld1', 'movaps', 'monitor', 'montmul']));
    const had = mnemonics.filter((mnemonic) => !lacking.includes(mnemonic));
    expect(had).toEqual(expect.arrayContaining(['mov', 'jnz', 'popf', 'cpuid', 'cmpxchg8b']));
    expect(had.length).toBeLessThan(400);
  });
});
