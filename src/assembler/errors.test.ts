import { describe, expect, it } from 'vitest';
import { assemble } from './assemble';
import { type AsmError, formatAsmError } from './errors';

function errorsOf(source: string): readonly AsmError[] {
  const result = assemble(source, { name: 'guest.asm', bits: 32 });
  return result.ok ? [] : result.error;
}

/** `line:column message [suggestion]`, one per error. */
const brief = (source: string): string[] =>
  errorsOf(source).map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

describe('assembly errors', () => {
  it('names file, line, column and a near miss, with a caret', () => {
    const [error] = errorsOf('  nop\n  movv eax, ebx\n');
    expect(formatAsmError(error!)).toBe(
      [
        "guest.asm:2:3: error: unknown instruction 'movv' (did you mean 'mov'?)",
        '      movv eax, ebx',
        '      ^^^^',
      ].join('\n'),
    );
  });

  it('reports all errors of a file, in line order', () => {
    const source = 'mov eax, nowhere\nfoo bar\nnop\nadd al, 300\npush\njmp (1 + 2\n';
    expect(errorsOf(source).map((error) => error.line)).toEqual([1, 2, 4, 5, 6]);
  });

  it.each([
    ['dup in dup', 'db 67108864 dup (67108864 dup (0))', 'a count from 0 to 1, found'],
    ['dup of more than a byte', 'dq 67108864 dup (0,0,0,0)', 'a count from 0 to 2097152'],
    ['times of dup', 'times 1000 db 1000000 dup (1)', "section '.text' has more than"],
    ['many times', 'times 67108864 db 0\n'.repeat(3), "section '.text' has more than"],
  ])('refuses at once what would fill the memory: %s', (_what, source, message) => {
    expect(brief(source)[0]).toContain(message);
  });

  it.each([
    ['cil', "1:1 unknown instruction 'cil' [cli]"],
    ['lgtd [eax]', "1:1 unknown instruction 'lgtd' [lgdt]"],
    ['mov exa, 1', "1:5 'exa' is not a register [eax]"],
    ['start:\njmp strat', "2:5 'strat' is not defined [start]"],
    ['a:\n.loop:\njmp .lop', "3:5 '.lop' is not defined after 'a' [.loop]"],
    ['mov eax, [exa]', "1:11 'exa' is not defined [eax]"],
    ['mov [eax], 5', "1:5 operation size not given: write byte, word or dword before '['"],
    ['inc [eax]', "1:5 operation size not given: write byte, word or dword before '['"],
    ['mov al, 256', '1:9 256 does not fit in 8 bits'],
    ['db 256', '1:4 256 does not fit in 8 bits'],
    ['x:\ny:\nx: nop', "3:1 'x' is defined twice: first defined in line 1"],
    ['jmp short x\ntimes 128 nop\nx:', '1:11 the target is out of reach of a short branch'],
    ['mov eax, dword ptr [ebx]', "1:16 NASM writes no 'ptr'"],
    ['mov eax, es:[ebx]', "1:10 a segment goes inside the brackets: '[es:…]'"],
    ['mov eax, [ebx*3+ecx]', '1:11 a register can be multiplied by 1, 2, 4 or 8, found 3'],
    ['mov eax, [esp*2]', "1:11 'esp' cannot be an index"],
    ['mov eax, [ebx-ecx]', '1:15 a register cannot be subtracted'],
    ['mov eax, [bx+ecx]', '1:14 16-bit and 32-bit registers cannot be mixed'],
    ['mov eax, 0x1g', "1:10 '0x1g' is no number"],
    ['db "abc', '1:4 string has no closing "'],
    ['mov eax, 1 / 0', '1:12 division by zero'],
    ['mov eax', "1:1 'mov' takes 2 operands, found 1"],
    ['mov eax, ebx ecx', "1:14 expected ',' between operands, found 'ecx'"],
    ['lock nop', "1:6 'nop' cannot be locked"],
    ['bits 64', '1:1 bits takes 16 or 32, found 64'],
    ['%if 1\nnop', '1:1 %if has no %endif'],
    ['%endif', '1:1 %endif without %if'],
    ['%macro m 1\nnop', '1:1 %macro has no %endmacro'],
    ['%macro m 1\nnop\n%endmacro\nm', "4:1 macro 'm' takes 1 parameter, found 0"],
    ['%define F(x) x\nmov eax, F(1, 2)', "2:10 'F' takes 1 parameter, found 2"],
    ['%include "no.inc"', "1:10 no file 'no.inc' to include"],
    ['%error "stop here"', '1:1 stop here'],
    ['extern printf', "1:8 extern 'printf': a guest is one program without a linker"],
    ['section .bss\nnop', "2:1 section '.bss' holds no bytes"],
    ['struc s\n.x: resd 1', "1:1 struc 's' has no endstruc"],
    ['align 3', '1:1 alignment must be a power of two, found 3'],
    ['a equ b\nb equ a\nmov eax, [ebx + a + 1]\nc equ c + 1', '4:'],
  ])('%j: %s', (source, expected) => {
    expect(brief(source).some((line) => line.startsWith(expected)) ? expected : brief(source)).toBe(
      expected,
    );
  });

  it('shows the expanded line for an error inside a macro', () => {
    const [error] = errorsOf('%macro load 1\n  mov al, %1\n%endmacro\n  load 300\n');
    expect(error).toMatchObject({ line: 4, column: 3, expansion: 'mov al, 300' });
    expect(error!.message).toBe('300 does not fit in 8 bits (-128 to 255)');
  });

  it('stops macros that invoke themselves', () => {
    expect(brief('%macro again 0\nagain\n%endmacro\nagain')[0]).toContain(
      "macro 'again' invokes itself",
    );
  });
});
