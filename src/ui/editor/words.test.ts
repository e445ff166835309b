import { describe, expect, it } from 'vitest';
import { createToolchain } from '../../toolchain';
import type { AssembleReply } from '../../toolchain/api';
import { bytesText } from './bytes-gutter';
import { indentAfter } from './code-keys';
import { completionsAt } from './completion';
import { breakpointInWords } from './line-marks';
import { lineTokens, wordTables } from './nasm-language';
import { fullLabel, numberForms, numberValue, wordAt } from './words';

const vocabulary = await createToolchain().vocabulary();
const tables = wordTables(vocabulary);
/** `text:kind` of every word, punctuation left out. */
const kinds = (line: string) =>
  lineTokens(line, tables)
    .filter(({ kind }) => kind !== 'punctuation')
    .map(({ from, to, kind }) => `${line.slice(from, to)}:${kind}`);

describe('words of a line', () => {
  it.each([
    ['mov eax, [ebx + 4]', ['mov:mnemonic', 'eax:register', 'ebx:register', '4:number']],
    ['start: cli ; no more', ['start:label', 'cli:mnemonic', '; no more:comment']],
    ['rep movsb', ['rep:prefix', 'movsb:mnemonic']],
    ["msg db 'a;b', 10", ['msg:label', 'db:directive', "'a;b':string", '10:number']],
    ['LIMIT equ 0x10', ['LIMIT:label', 'equ:directive', '0x10:number']],
    ['times 4 nop', ['times:directive', '4:number', 'nop:mnemonic']],
    ['%macro push2 2', ['%macro:preprocessor', 'push2:name', '2:number']],
    ['%%loop: loop %%loop', ['%%loop:preprocessor', 'loop:mnemonic', '%%loop:preprocessor']],
    ['push dword [%1]', ['push:mnemonic', 'dword:operator', '%1:preprocessor']],
    ['jmp short .next', ['jmp:mnemonic', 'short:operator', '.next:name']],
    ['.next', ['.next:label']],
    ['my_macro eax', ['my_macro:name', 'eax:register']],
    ['MOV EAX, 0FFh', ['MOV:mnemonic', 'EAX:register', '0FFh:number']],
    ['mvo eax', ['mvo:name', 'eax:register']],
    ['jmp KERNEL:start', ['jmp:mnemonic', 'KERNEL:name', 'start:name']],
    ['dd 1_000, 1.5e3', ['dd:directive', '1_000:number', '1.5e3:number']],
  ])('%s', (line, words) => expect(kinds(line)).toEqual(words));

  it('knows every mnemonic, register and directive of the assembler', () => {
    for (const word of vocabulary.mnemonics) {
      if (tables.prefixes.has(word)) continue;
      expect(kinds(`${word} x`)[0]).toBe(`${word}:mnemonic`);
    }
    for (const word of vocabulary.registers) {
      expect(kinds(`mov ${word}`)[1]).toBe(`${word}:register`);
    }
  });

  it('covers any line without standing still', () => {
    for (const line of ['%', "'", '"abc', '$$', '%%', '€ ü', '\t;', '0x', 'a:b:c', '%{1']) {
      const tokens = lineTokens(line, tables);
      expect(tokens.every(({ from, to }) => to > from)).toBe(true);
    }
  });

  it('are found at a column, and mean nothing in comments', () => {
    const line = 'next: popf ; popf';
    expect(wordAt(line, 6, vocabulary)).toMatchObject({ text: 'popf', kind: 'mnemonic' });
    expect(wordAt(line, 10, vocabulary)).toMatchObject({ text: 'popf' });
    expect(wordAt(line, 2, vocabulary)).toMatchObject({ text: 'next', kind: 'name' });
    expect(wordAt(line, 15, vocabulary)).toBeNull();
  });
});

describe('numbers', () => {
  it.each([
    ['255', 255],
    ['0xff', 255],
    ['0FFh', 255],
    ['$0ff', 255],
    ['0b1111_1111', 255],
    ['11111111b', 255],
    ['377q', 255],
    ['0o377', 255],
    ['255d', 255],
    ['1.5', null],
    ['eax', null],
  ])('%s', (text, value) => expect(numberValue(text)).toBe(value));

  it('are shown in hexadecimal, decimal and binary', () => {
    expect(numberForms(0x1badb002)).toEqual({
      hex: '0x1badb002',
      decimal: '464367618',
      binary: '0001 1011 1010 1101 1011 0000 0000 0010',
    });
    expect(numberForms(0xffffffff).decimal).toBe('4294967295 (signed -1)');
    expect(numberForms(0).binary).toBe('0000');
  });
});

describe('completion', () => {
  const reply: AssembleReply = {
    ...{ diagnostics: [], lines: [], size: 0 },
    labels: [
      { name: '_start', address: 0x100000, file: 'a', line: 1 },
      { name: '_start.loop', address: 0x100004, file: 'a', line: 2 },
      { name: 'other.loop2', address: 0x100008, file: 'a', line: 3 },
    ],
    names: [
      { name: 'push2', kind: 'macro' },
      { name: 'LIMIT', kind: 'constant' },
    ],
  };
  const names = { vocabulary, reply, files: ['part.inc', 'picture.bin'] };
  const offered = (before: string, above: readonly string[] = ['_start:']) =>
    completionsAt(before, above, names)?.options.map(({ label }) => label) ?? [];

  it('offers instructions, directives and macros where a statement starts', () => {
    for (const before of ['', '  p', 'label: p', 'lock p', 'times 3 p']) {
      expect(offered(before)).toEqual(expect.arrayContaining(['popf', 'equ', 'push2']));
      expect(offered(before)).not.toContain('eax');
    }
  });

  it('offers registers, sizes, labels and constants in operands', () => {
    expect(offered('mov e')).toEqual(
      expect.arrayContaining(['eax', 'dword', '_start', '_start.loop', 'LIMIT']),
    );
    expect(offered('mov e')).not.toContain('popf');
    expect(offered('mov [e')).toContain('ebx');
  });

  it('offers the local labels of the label above, by their short names', () => {
    expect(offered('jmp .', ['_start:', ' nop'])).toEqual(expect.arrayContaining(['.loop']));
    expect(offered('jmp .', ['_start:'])).not.toContain('.loop2');
  });

  it('offers the preprocessor after %, and nothing in comments, strings and numbers', () => {
    expect(offered('%m')).toContain('%macro');
    expect(offered('nop ; mo')).toEqual([]);
    expect(offered("db 'mo")).toEqual([]);
    expect(offered('mov eax, 12')).toEqual([]);
    expect(offered("db 'x', e")).toContain('eax');
  });

  it('puts what this CPU has, and of that what is written often, before the rest', () => {
    const boosts = (before: string) =>
      new Map(completionsAt(before, [], names)?.options.map((o) => [o.label, o.boost ?? 0]));
    const opening = boosts('mo');
    expect(opening.get('mov')).toBeGreaterThan(opening.get('movsx') ?? 0);
    expect(opening.get('movsx')).toBeGreaterThan(opening.get('monitor') ?? 0);
    const operand = boosts('mov e');
    expect(operand.get('eax')).toBeGreaterThan(operand.get('xmm0') ?? 0);
    expect(operand.has('cr5')).toBe(false);
  });

  it('offers files where one is named, and what a directive takes', () => {
    expect(offered('%include "')).toEqual(expect.arrayContaining(['part.inc', 'lib/start.inc']));
    expect(offered("picture: incbin 'pi")).toEqual(['part.inc', 'picture.bin']);
    expect(offered('section .')).toContain('.text');
    expect(offered('bits ')).toEqual(['16', '32']);
    expect(offered('message db "')).toEqual([]);
  });

  it('replaces the whole word that is being typed', () => {
    expect(completionsAt('  mov e', [], names)?.from).toBe(6);
    expect(completionsAt('jmp .lo', ['_start:'], names)?.from).toBe(4);
  });
});

describe('small things', () => {
  it('completes a local label by its parent', () => {
    expect(fullLabel('.next', ['a:', 'b:', ' nop'])).toBe('b.next');
    expect(fullLabel('.next', [])).toBe('.next');
    expect(fullLabel('next', ['a:'])).toBe('next');
  });

  it('indents after a label, and like the line above elsewhere', () => {
    expect(indentAfter('start:')).toBe(8);
    expect(indentAfter('.next:  ; again')).toBe(8);
    expect(indentAfter('    nop')).toBe(4);
    expect(indentAfter('\tnop')).toBe(8);
    expect(indentAfter('start: nop')).toBe(0);
  });

  it('cuts long lines of bytes and names what is only reserved', () => {
    const line = { file: 'a', line: 1, address: 0x100000, isCode: true };
    expect(bytesText([{ ...line, bytes: [0xb8, 1], length: 2 }])).toBe('b8 01');
    const many = Array.from({ length: 32 }, () => 0x90);
    expect(bytesText([{ ...line, bytes: many, length: 100 }])).toBe('90 90 90 90 90 90…');
    expect(bytesText([{ ...line, bytes: [], length: 512 }])).toBe('512 reserved');
  });

  it('says in words what a breakpoint is', () => {
    const mark = { id: 'a', line: 3, enabled: true, condition: null, problem: null };
    expect(breakpointInWords({ ...mark, state: 'set' })).toBe('Breakpoint');
    expect(
      breakpointInWords({ ...mark, enabled: false, condition: 'eax == 1', state: 'waiting' }),
    ).toBe('Breakpoint, switched off, if eax == 1: stands with the next run');
    expect(breakpointInWords({ ...mark, state: 'unresolved', problem: 'no such file' })).toMatch(
      /cannot stop: no such file/,
    );
  });
});
