/** What is around the instructions: declarations, sections, macros. Their bytes are in the corpus; here is what NASM has no word on. */
import { describe, expect, it } from 'vitest';
import { hexBytes } from '../base/hex';
import { assemble, examine } from './assemble';
import { toFlat } from './flat';
import { mustAssemble } from './testing/corpus';

const bytesOf = (source: string, files: Record<string, string> = {}): string => {
  const result = assemble(`bits 32\n${source}`, { name: 'x.asm', files });
  return result.ok
    ? hexBytes(toFlat(result.value))
    : result.error.map((e) => `${e.line}:${e.column} ${e.message}`).join('\n');
};

/** `line:column severity message [suggestion]`. */
const told = (source: string, files: Record<string, string> = {}): string[] =>
  examine(source, { name: 'x.asm', bits: 32, files }).problems.map(
    ({ file, line, column, severity, message, suggestion }) =>
      `${file === 'x.asm' ? '' : `${file}:`}${line}:${column} ${severity} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

describe('extern, global and their kin', () => {
  it('takes an extern that the guest defines, in an included file too, as global', () => {
    const files = { 'k.inc': 'kmain: ret\n' };
    const source =
      'bits 32\nextern kmain, other:proc\nrequired kmain\ncall kmain\nother: ret\n%include "k.inc"';
    const result = assemble(source, { name: 'x.asm', files });
    expect(result.ok && [...result.value.globals].sort()).toEqual(['kmain', 'other']);
  });

  it('says once, where it is declared, that nobody defines an extern', () => {
    const source =
      'extern printf\nextern kmian\npush 5\ncall printf\njmp kmian\nmov eax, printf\nkmain: ret';
    const why =
      'a guest is one program without a linker, and defines no such label: %include the file that does';
    expect(told(source)).toEqual([
      `1:8 error extern 'printf': ${why}`,
      `2:8 error extern 'kmian': ${why} [kmain]`,
    ]);
  });

  it('takes attributes of global, and static', () => {
    const source =
      'global _start:function (_start.end - _start), data:data hidden\nstatic own\n_start: ret\n.end:\ndata: db 1\nown: ret';
    expect(told(source)).toEqual([]);
    expect([...mustAssemble(`bits 32\n${source}`).globals]).toEqual(['_start', 'data']);
  });

  it.each([
    [
      'common buffer 4',
      "1:1 error a guest is one program, and 'common' shares memory between several: write 'buffer: resb 4' in section .bss",
    ],
    ['global start end\nstart:\nend:', "1:14 error expected ',' between names, found 'end'"],
    ['static nowhere', "1:8 warning static 'nowhere': there is no such label"],
    ['extern 5', "1:8 error expected a label's name, found '5'"],
  ])('%j: %s', (source, expected) => {
    expect(told(source)).toEqual([expected]);
  });
});

describe('sections', () => {
  it('loads a section with vstart behind the others and runs it elsewhere', () => {
    const { sections } = mustAssemble(
      'org 0x7c00\nnop\nsection .high vstart=0x8000 align=16\nx: dw x',
    );
    expect(sections.map(({ name, address, loadAddress }) => [name, address, loadAddress])).toEqual([
      ['.text', 0x7c00, 0x7c00],
      ['.high', 0x8000, 0x7c10],
    ]);
  });

  it.each([
    [
      'section .a follows=.b\ndb 1',
      "1:1 error section '.a' follows '.b', and there is no such section",
    ],
    [
      'section .a follows=.b\ndb 1\nsection .b follows=.a\ndb 1',
      "1:1 error section '.a' follows itself",
    ],
    [
      'times 32 nop\nsection .a start=0x10\ndb 1',
      "2:1 error section '.a' (0x10 to 0x10) overlaps '.text' (0x0 to 0x1f)",
    ],
    [
      'org 0x100\nnop\nsection .a start=0x50\ndb 1',
      "3:1 error section '.a' lies at 0x50, before the origin 0x100",
    ],
    [
      'nop\nsection .a start=0x40000000\ndb 1',
      "2:1 error section '.a' lies more than 67108864 bytes behind '.text': an image cannot have such a gap",
    ],
    ['org 0xffffffff\ndd 1', "1:1 error section '.text' ends beyond 4 GiB"],
    ['org 0x100000000\nnop', '1:1 error org 4294967296 does not fit in 32 bits'],
    ['org 0x100\norg 0x200', "2:1 error the origin is 0x100 already: a program has one 'org'"],
    ['section .a aling=4', "1:12 error unknown section attribute 'aling' [align]"],
    ['[mov eax, ebx]', "1:2 error expected a directive in the brackets, found 'mov'"],
    ['[bist 32]', "1:2 error expected a directive in the brackets, found 'bist' [bits]"],
    ['cpu 836', "1:5 error unknown processor '836' [386]"],
  ])('%j: %s', (source, expected) => {
    expect(told(source)).toEqual([expected]);
  });
});

describe('values that depend on addresses', () => {
  it('asks again until a %if has the truth: a long branch counts as long', () => {
    // Read for the first time, the branch is short, and 3 bytes are missing.
    const source =
      'jmp far_away\n%if $ - $$ = 5\ndb 1\n%else\ndb 2\n%endif\ntimes 200 nop\nfar_away:';
    expect(bytesOf(source).slice(0, 17)).toBe('e9 c9 00 00 00 01');
  });

  it('says when there is no answer', () => {
    const source =
      '%if $ - $$ = 0\n%endif\njmp x\n%if after - $$ < 4\n%endif\nx:\n%assign size $ - $$\ntimes size nop';
    expect(told(source)).toEqual([
      "4:5 error 'after' is not known here: expected a number, a constant or a label of the lines above",
    ]);
    // The rest is as long as the distance that decides how long it is.
    const endless = 'x:\njmp y\n%if $ - x = 2\ntimes 200 nop\n%endif\ny:';
    expect(told(endless)).toEqual(['3:5 error this value depends on addresses that depend on it']);
  });

  it('tells a boot sector that it is too long', () => {
    const source = 'bits 16\ntimes 511 nop\n%if $ - $$ > 510\n%error too long\n%endif';
    expect(told(source)).toEqual(['4:1 error too long']);
  });
});

describe('warnings', () => {
  it.each([
    [
      'bits32\nnop',
      "1:1 warning 'bits32' alone on a line is taken as a label: with a ':' behind it that is clear [bits32:]",
    ],
    [
      'lock add eax, 5',
      "1:6 warning 'lock' is for memory: without it the processor refuses 'add' with #UD",
    ],
    [
      'org 0x100000\ndd 0x1BADB002, 3, -0x1BADB002',
      '2:1 warning this looks like a Multiboot header, but its three dwords do not add up to 0: the checksum is -(magic + flags)',
    ],
    [
      'org 0x100000\nnop\ndd 0x1BADB002, 0, -0x1BADB002',
      "3:1 warning a Multiboot header must lie at a multiple of 4: write 'align 4' before it",
    ],
    [
      'org 0x100000\ntimes 9000 nop\n  dd 0x1BADB002, 0, -0x1BADB002',
      "3:3 warning this Multiboot header lies 13096 bytes into the ELF file, and loaders look at the first 8192: put it before the rest of '.text', or in a section of its own",
    ],
    ['org 0x100000\ntimes 9000 nop\nsection .multiboot\ndd 0x1BADB002, 0, -0x1BADB002', undefined],
  ])('%j: %s', (source, expected) => {
    expect(told(source)).toEqual(expected === undefined ? [] : [expected]);
  });
});

describe('macros', () => {
  it.each([
    [
      'may invoke themselves as %rmacro',
      '%rmacro m 1\n%if %1\ndb %1\nm %1 - 1\n%endif\n%endmacro\nm 3',
      '03 02 01',
    ],
    [
      'leave the instruction they hide',
      '%macro push 2\npush %1\npush %2\n%endmacro\npush eax\npush ebx, ecx',
      '50 53 51',
    ],
  ])('%s', (_fact, source, expected) => {
    expect(bytesOf(source)).toBe(expected);
  });

  it('name their own line in an error, and the line that invokes them', () => {
    const files = { 'm.inc': '%macro load 1\n  nop\n  mov al, %1\n%endmacro\n' };
    const source = '%include "m.inc"\nload 300';
    const [error] = examine(source, { name: 'x.asm', files }).problems;
    expect(error).toMatchObject({
      file: 'x.asm',
      line: 2,
      macro: { name: 'load', file: 'm.inc', line: 3 },
    });
  });

  it.each([
    [
      '%use smartalign',
      "1:1 warning %use smartalign: 'align' fills with one-byte 'nop' here, and takes no other way",
    ],
    [
      '%use fpu',
      "1:6 error unknown package 'fpu': there are altreg, fp, ifunc, smartalign, masm, vtern [fp]",
    ],
    [
      '%line 5 foo',
      '1:1 warning %line does nothing here: errors and __LINE__ tell the places of this file',
    ],
    [
      'db __DATE__',
      "1:4 error '__DATE__' is not there: a guest is the same whenever it is assembled",
    ],
    ['%stacksize big', "1:12 error %stacksize takes flat, small or large, found 'big'"],
    ['%arg a', "1:6 error %arg needs names and sizes, as in '%arg count:dword, flag:byte'"],
    ['times 2 times 3 nop', "1:9 error one 'times' is enough for a line: multiply the counts"],
    [
      'bnd ret',
      "1:1 error 'bnd' is a prefix of the MPX extension, which this machine does not have",
    ],
    ['byte: db 1', "1:1 error 'byte' is one of NASM's own words and cannot be a label"],
    [
      'dt 5',
      "1:4 error 'dt' takes floating-point numbers, as 1.0, and strings; 'dq' takes integers",
    ],
    ['%include "utl.inc"', '1:10 error no file \'utl.inc\' to include ["util.inc"]'],
  ])('%j: %s', (source, expected) => {
    expect(told(source, { 'util.inc': '' })).toEqual([expected]);
  });
});
