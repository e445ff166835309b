import { describe, expect, it } from 'vitest';
import type { ImageChoice } from '../../session/world';
import { createToolchain } from '../../toolchain';
import { builtDownload, fileDownload } from './downloads';
import { importFiles } from './import-files';
import { choiceInWords, loadPlan } from './load-plan';
import { nextProblem, withSuggestion } from './problems';
import { fileOrder, freeName, nameProblem, withRenamed } from './program-files';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (name: string, content: string | Uint8Array) => ({
  name,
  bytes: typeof content === 'string' ? bytes(content) : content,
});
const concat = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const BINARY = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 0);

describe('a megabyte of comments', () => {
  it('is opened and planned at once', () => {
    const text = `mov al, 1\n${'; a comment that is taken away\n'.repeat(30_000)}`;
    const reply = { lines: [], labels: [], size: 2 };
    const before = performance.now();
    expect(importFiles([file('a.asm', text)])).toMatchObject({ kind: 'source' });
    const lines = [{ file: 'a.asm', line: 1, address: 0, length: 2, bytes: [1], isCode: true }];
    loadPlan(null, 'a.asm', { 'a.asm': text }, { ...reply, lines: lines as never });
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

describe('files that are opened', () => {
  it.each([
    ['one source', [file('a.asm', 'cli')], 'a.asm'],
    ['a source of any name', [file('notes', 'cli')], 'notes'],
    [
      'the one that is not included',
      [file('b.asm', 'nop'), file('z.asm', '%include "b.asm"')],
      'z.asm',
    ],
    ['the one that can start', [file('a.asm', 'nop'), file('k.asm', 'dd 0x1BADB002')], 'k.asm'],
    ['the highest one', [file('d/lib/a.asm', 'nop'), file('d/z.asm', 'nop')], 'z.asm'],
  ])('have a main file: %s', (_name, given, main) => {
    expect(importFiles(given)).toMatchObject({ kind: 'source', main });
  });

  it('lose the folder that holds them all, and hidden files', () => {
    const found = importFiles([
      file('demo/main.asm', '%include "lib/a.inc"'),
      file('demo/lib/a.inc', 'nop'),
      file('demo/logo.bin', BINARY),
      file('demo/.git/config', 'x'),
    ]);
    expect(found).toMatchObject({ kind: 'source', main: 'main.asm', name: 'main' });
    expect(found.kind === 'source' && Object.keys(found.files).toSorted()).toEqual([
      'lib/a.inc',
      'logo.bin',
      'main.asm',
    ]);
    expect(found.kind === 'source' && found.files['logo.bin']).toEqual(BINARY);
  });

  it('are an image when none is text, and name what is left out', () => {
    const found = importFiles([file('small.bin', BINARY.subarray(0, 5)), file('k.elf', BINARY)]);
    expect(found).toMatchObject({
      kind: 'image',
      file: { name: 'k.elf' },
      left: ['small.bin'],
    });
    expect(importFiles([])).toEqual({ kind: 'nothing' });
  });

  it('are an image when the text beside it is no program', () => {
    const given = [file('k.elf', BINARY), file('README.txt', 'Read me.\n')];
    expect(importFiles(given)).toMatchObject({
      kind: 'image',
      file: { name: 'k.elf' },
      left: ['README.txt'],
    });
    const program = [file('logo.bin', BINARY), file('prog.txt', 'incbin "logo.bin"\n')];
    expect(importFiles(program)).toMatchObject({ kind: 'source', main: 'prog.txt' });
  });

  it('have names of any kind', () => {
    const odd = importFiles([file('__proto__', 'cli')]);
    expect(odd.kind === 'source' && Object.entries(odd.files)).toEqual([['__proto__', 'cli']]);
    expect(importFiles([file('.asm', 'cli')])).toMatchObject({ kind: 'source', main: '.asm' });
  });

  it('are refused when their name says source and their bytes do not', () => {
    const latin1 = concat(bytes("cli\ndb '"), Uint8Array.of(0xe9), bytes("'\n"));
    expect(importFiles([file('a.asm', latin1)])).toMatchObject({
      kind: 'unreadable',
      problem: { file: 'a.asm', line: 2, message: expect.stringContaining('0xe9') },
    });
  });
});

describe('how a program is loaded when nobody chose', () => {
  const plan = async (text: string, chosen: ImageChoice | null = null) => {
    const files = { 'a.asm': text };
    const reply = await createToolchain().assemble({ main: 'a.asm', files });
    expect(reply.diagnostics).toEqual([]);
    return loadPlan(chosen, 'a.asm', files, reply);
  };

  it('is as a Multiboot kernel if it has the header, not if a comment names it', async () => {
    expect(await plan('bits 32\norg 0x100000\ndd 0x1BADB002,0,-0x1BADB002\n_start: hlt')).toEqual({
      format: 'multiboot',
    });
    expect(await plan('bits 32\norg 0x100000\nhlt ; no 0x1BADB002')).toMatchObject({
      format: 'flat',
    });
  });

  it('is as a boot sector if it ends in the signature', async () => {
    expect(await plan('bits 16\norg 0x7c00\nhlt\ntimes 510-($-$$) db 0\ndw 0xaa55')).toEqual({
      format: 'boot-sector',
    });
  });

  it('is flat at its own address otherwise, from _start on', async () => {
    expect(await plan('bits 32\norg 0x200000\ndd 5\n_start: hlt')).toEqual({
      format: 'flat',
      loadAddress: 0x200000,
      entry: 0x200004,
      bits: 32,
    });
    expect(await plan('bits 16\norg 0x8000\nhlt')).toMatchObject({ bits: 16, entry: 0x8000 });
  });

  it('follows a choice, and fills in what the choice leaves open', async () => {
    const text = 'bits 32\norg 0x200000\ndd 0x1BADB002\n_start: hlt';
    expect(await plan(text, { format: 'rom' })).toEqual({ format: 'rom' });
    expect(await plan(text, { format: 'flat', entry: 0x200000 })).toEqual({
      format: 'flat',
      loadAddress: 0x200000,
      entry: 0x200000,
      bits: 32,
    });
  });

  it('can be said in words', () => {
    expect(choiceInWords(null)).toBe('as the file says');
    expect(choiceInWords({ format: 'rom' })).toBe('ROM image');
    expect(
      choiceInWords({ format: 'flat', loadAddress: 0x200000, entry: 0x200004, bits: 16 }),
    ).toBe('Flat binary, 16-bit, at 0x00200000, starts at 0x00200004');
  });
});

describe('the files of a program', () => {
  const files = { 'main.asm': '', 'b.inc': '', 'a.bin': Uint8Array.of(1), 'a.inc': '' };

  it('stand in an order: main, text, bytes', () => {
    expect(fileOrder({ main: 'main.asm', files })).toEqual(['main.asm', 'a.inc', 'b.inc', 'a.bin']);
  });

  it.each(['', 'a.inc', '../x', '/x', 'a//b', 'a"b', 'a\\b', 'x'.repeat(101)])(
    'refuse the name %j with a sentence',
    (name) => expect(nameProblem(name, files)).toMatch(/^[A-Z].*\.$/),
  );

  it('take other names', () => {
    expect(nameProblem('lib/print.asm', files)).toBeNull();
    expect(freeName('a.inc', files)).toBe('a-2.inc');
    const renamed = withRenamed({ main: 'main.asm', files }, 'main.asm', 'kernel.asm');
    expect(renamed.main).toBe('kernel.asm');
    expect(Object.keys(renamed.files)[0]).toBe('kernel.asm');
  });
});

describe('problems', () => {
  const at = (name: string, line: number, column = 1) => ({
    ...{ file: name, line, column, length: 4, severity: 'error' as const },
    ...{ message: 'm', suggestion: 'popf' },
  });
  const all = [at('b', 2), at('a', 9), at('a', 3, 5), at('a', 3)];
  const next = (name: string, line: number, column: number, direction: 'forward' | 'backward') => {
    const found = nextProblem(all, { file: name, line, column }, direction, ['a', 'b']);
    return found && `${found.file}:${found.line}:${found.column}`;
  };

  it('come one after the other, through all files and round the end', () => {
    expect(next('a', 1, 1, 'forward')).toBe('a:3:1');
    expect(next('a', 3, 1, 'forward')).toBe('a:3:5');
    expect(next('a', 9, 1, 'forward')).toBe('b:2:1');
    expect(next('b', 2, 1, 'forward')).toBe('a:3:1');
    expect(next('a', 3, 1, 'backward')).toBe('b:2:1');
    expect(nextProblem([], at('a', 1), 'forward', ['a'])).toBeNull();
  });

  it('are mended by their suggestion, unless the line is no longer there', () => {
    expect(withSuggestion('nop\n  pofp\nnop', at('a', 2, 3))).toBe('nop\n  popf\nnop');
    expect(withSuggestion('nop\n', at('a', 2, 3))).toBeNull();
    expect(withSuggestion('nop', at('a', 7))).toBeNull();
  });
});

describe('downloads', () => {
  it('are named after the file they come from', () => {
    expect(builtDownload('src/kernel.asm', 'elf', BINARY).name).toBe('kernel.elf');
    expect(builtDownload('kernel.asm', 'listing', BINARY).name).toBe('kernel.lst');
    expect(fileDownload('lib/a.inc', 'nop')).toMatchObject({ name: 'a.inc', bytes: bytes('nop') });
  });
});
