/**
 * Mistakes beginners make, and what they are told: place, words, and what to write instead. Each message should be
 * enough to mend the line.
 */
import { describe, expect, it } from 'vitest';
import { assemble, examine } from './assemble';
import type { AsmError } from './errors';

/** Source, then `line:column+length message [suggestion]`. */
const MISTAKES: readonly (readonly [source: string, told: string])[] = [
  ['mov eax ebx', "1:9+3 expected ',' between operands, found 'ebx'"],
  ['mov 5, eax', '1:5+1 the destination comes first and cannot be a constant'],
  [
    'mov x, eax\nx: dd 0',
    "1:5+1 the destination comes first and cannot be 'x', and memory is written in brackets: '[x]' [[x]]",
  ],
  ['mov al, 300', '1:9+3 300 does not fit in 8 bits (-128 to 255)'],
  ['mov eax, bl', '1:10+2 the sizes differ: eax has 32 bits, bl has 8 bits; movzx or movsx widens'],
  [
    'mov eax, ebx, ecx',
    "1:15+3 'mov' takes 2 operands, found 3: it takes r/m8, r8 | r/m16, r16 | r/m32, r32 | r8, r/m8 | r16, r/m16 | r32, r/m32 | …",
  ],
  [
    'add eax',
    "1:1+3 'add' takes 2 operands, found 1: it takes r/m8, r8 | r/m16, r16 | r/m32, r32 | r8, r/m8 | r16, r/m16 | r32, r/m32 | …",
  ],
  ['mov [eax], [ebx]', "1:12+1 'mov' cannot have two operands in memory: go through a register"],
  ['mov word [eax], ebx', '1:17+3 the sizes differ: word memory has 16 bits, ebx has 32 bits'],
  ['mov [x], 5\nx: dd 0', "1:5+1 operation size not given: write byte, word or dword before '['"],
  ['mov eax, [ebx', "1:14+1 expected ']' to close the address, found the end of the line"],
  [
    'mov eax, ebx + ecx',
    "1:14+1 a register stands alone, or in brackets: 'lea' computes, as in 'lea eax, [ebx + 4*ecx]'",
  ],
  [
    'mov eax, -ebx',
    "1:11+3 register 'ebx' cannot be part of an expression: what it holds is known only when the program runs",
  ],
  ['mov word eax, 5', "1:5+4 'eax' has 32 bits, and the word before it says 16"],
  [
    'mov eax, x[ebx]\nx: dd 0',
    "1:11+1 expected ',' between operands, found '[': an address is one sum in one pair of brackets, '[table + ebx]'",
  ],
  ['mov eax, ffh', "1:10+3 'ffh' is not defined: a number begins with a digit [0ffh]"],
  ['mov eax, #5', "1:10+1 NASM writes constants without '#'"],
  ['mov eax, byte 5', '1:15+1 the sizes differ: eax has 32 bits, a byte constant has 8 bits'],
  ['push qword 5', "1:12+1 'push' moves 16 or 32 bits, found a qword constant: write 'push dword'"],
  ['x = 5', "1:3+1 NASM writes 'x equ value', or '%assign x value' where it changes [equ]"],
  ['goto x\nx:', "1:1+4 NASM has no 'goto': write 'jmp' [jmp]"],
  ['return', "1:1+6 NASM has no 'return': write 'ret' [ret]"],
  ['include "x.inc"', "1:1+7 NASM has no 'include': write '%include' [%include]"],
  ['define X 5', "1:1+6 NASM has no 'define': write '%define' [%define]"],
  ['times nop', "1:7+3 'times' needs a count: 'times 4 nop' [4 nop]"],
  ['align 16 db 0', "1:10+2 expected ',' before what 'align' fills with, found 'db'"],
  ['struc\n.x: resd 1\nendstruc', "1:6+1 expected the structure's name, found the end of the line"],
  [
    'struc a\n.x: db 5\n.y: db 6\nendstruc',
    "2:5+2 only resb, resw and resd are allowed behind 'absolute' and in struc",
  ],
  ['section .bss\na: db 1\nb: dw 2', "2:4+2 section '.bss' holds no bytes: use resb, resw or resd"],
  ['mov eax, ebx]', "1:13+1 ']' without '[' before it"],
  ['mov eax, (1 + 2', "1:16+1 expected ')' to close the bracket, found the end of the line"],
  ['mov eax,', '1:9+1 expected an operand, found the end of the line'],
  ['mov eax, [ebx*ecx]', "1:15+3 a register is multiplied by 1, 2, 4 or 8, found 'ecx'"],
  ['mov eax, [ebx+ecx+edx]', '1:19+3 an address has at most two registers'],
  ['jmp nowhere', "1:5+7 'nowhere' is not defined"],
  ['jmp .x', "1:5+2 '.x' is not defined: no label stands before it"],
  ['main: ret\ncall mian', "2:6+4 'mian' is not defined [main]"],
  [
    'x: jmp short y\ntimes 200 nop\ny:',
    "1:14+1 the target is out of reach of a short branch (-128 to 127 bytes): leave 'short' away",
  ],
  [
    'x: loop y\ntimes 200 nop\ny:',
    "1:9+1 the target is out of reach of a short branch (-128 to 127 bytes): jump over a 'jmp', which reaches everywhere",
  ],
  ['loop eax', "1:6+3 'loop' goes to a label, found eax"],
  ['jmp far x\nx:', "1:5+3 a far target is written 'selector:offset'"],
  ['push al', "1:6+2 'push' moves 16 or 32 bits, found al: write 'push eax'"],
  ['push byte [eax]', "1:6+4 'push' moves 16 or 32 bits, found byte memory: write 'push dword'"],
  ['shl eax, ebx', "1:10+3 the count of 'shl' is a constant or cl, found ebx"],
  ['div 5', "1:5+1 'div' does not take a constant: it takes r/m8 | r/m16 | r/m32"],
  ['mul eax, ebx', "1:10+3 'mul' takes 1 operand, found 2: it takes r/m8 | r/m16 | r/m32"],
  ['lea eax, ebx', "1:10+3 'lea' needs an address in brackets here: '[ebx]' [[ebx]]"],
  ['lea [eax], ebx', "1:5+1 'lea' needs a register here, found memory"],
  [
    'lgdt gdt_ptr\ngdt_ptr: dw 0',
    "1:6+7 'lgdt' needs an address in brackets here: '[gdt_ptr]' [[gdt_ptr]]",
  ],
  [
    'movzx eax, ebx',
    "1:12+3 'movzx' widens: its second operand must be smaller than eax, found ebx",
  ],
  ['mov ds, 0x10', "1:9+4 'ds' takes no constant: 'mov ax, …' first, then 'mov ds, ax'"],
  ['mov ds, es', "1:9+2 no move between segment registers: go through ax, or 'push' and 'pop'"],
  ['mov cs, ax', "1:5+2 'cs' cannot be loaded by mov: a far jump loads it, 'jmp selector:label'"],
  ['mov cr0, 1', "1:10+1 'cr0' moves to and from 32-bit registers only, as eax: found a constant"],
  ['mov eax, cr9', "1:10+3 'cr9' is not defined [cr0]"],
  [
    'in al, 0x3f8',
    "1:8+5 port 1016 does not fit in 8 bits (0 to 255): load it into dx and use 'dx'",
  ],
  ['out dx, 5', "1:9+1 'out' moves al, ax or eax only, found a constant"],
  ['out 0x20, bl', "1:11+2 'out' moves al, ax or eax only, found bl"],
  ['int 256', '1:5+3 256 does not fit in 8 bits (-128 to 255)'],
  ['popf 5', "1:6+1 'popf' takes no operands, found 1"],
  ['nop nop', "1:5+3 one instruction a line: put 'nop' on a line of its own"],
  ['cli, sti', "1:4+1 expected a value, found ','"],
  ['mov eax, ebx mov ecx, edx', "1:14+3 one instruction a line: put 'mov' on a line of its own"],
  [
    'mov %eax, %ebx',
    "1:5+4 NASM writes registers without '%', and the destination first: 'mov eax, 5' [eax]",
  ],
  [
    'movl $5, %eax',
    "1:10+4 NASM writes registers without '%', and the destination first: 'mov eax, 5'",
  ],
  [
    'pushl eax',
    "1:1+5 unknown instruction 'pushl': NASM puts the size before memory, 'push dword [address]' [push]",
  ],
  [
    'mov eax, OFFSET x\nx:',
    "1:10+8 NASM writes no 'offset': the bare label is the address, '[label]' what lies there [x]",
  ],
  ['mov eax, dword ptr [ebx]', "1:16+3 NASM writes no 'ptr': 'dword [address]' is enough"],
  ['main proc', "1:6+4 NASM has no 'proc': a procedure is a label: write 'name:'"],
  ['.data', "1:1+5 NASM has no '.data': write 'section .data' [section .data]"],
  ['.globl main', "1:1+6 NASM has no '.globl': write 'global' [global]"],
  [
    'mov rax, 1',
    "1:5+3 'rax' is a register of 64-bit code, and this machine has 32: use eax [eax]",
  ],
  ['push rax', "1:6+3 'rax' is a register of 64-bit code, and this machine has 32: use eax [eax]"],
  ['// comment', "1:1+2 a comment begins with ';' [;]"],
  ['nop # comment', "1:5+1 a comment begins with ';' [;]"],
  ['#include "x"', "1:1+8 preprocessor directives begin with '%' [%include]"],
  ['mov eax, 0xZZ', "1:10+4 '0xZZ' is no number: hexadecimal digits are 0 to 9 and a to f"],
  [
    'int 0x80h',
    "1:5+5 '0x80h' is no number: hexadecimal has 0x in front or h behind, not both [0x80]",
  ],
  ['mov eax, 12ab', "1:10+4 '12ab' is no number: hexadecimal needs '0x' in front [0x12ab]"],
  ['mov eax, 0b12', "1:10+4 '0b12' is no number: binary digits are 0 and 1"],
  [
    'mov eax, 1.5',
    '1:10+3 a floating-point number stands in data (dd, dq …) or in __?float32?__(…)',
  ],
  ['db "abc', '1:4+4 string has no closing "'],
  ['db', '1:3+1 expected a value, found the end of the line'],
  ['db 1,,2', "1:6+1 expected a value, found ','"],
  ['dw 70000', '1:4+5 70000 does not fit in 16 bits (-32768 to 65535)'],
  ['equ 5', "1:1+3 'equ' needs a name before it: 'name equ value'"],
  [
    'times -1 nop',
    '1:1+5 times -1: a count cannot be negative; if it fills up to a size, the code before it is 1 byte too long',
  ],
  [
    'times 512 - ($ - $$) nop\ntimes 510 - ($ - $$) db 0',
    '2:1+5 times -2: a count cannot be negative; if it fills up to a size, the code before it is 2 bytes too long',
  ],
  ['align 3', '1:1+5 alignment must be a power of two, found 3'],
  ['resb -1', '1:1+4 cannot reserve -1 bytes'],
  ['bits 64', '1:1+4 bits takes 16 or 32, found 64'],
  ['[bits 32', "1:1+1 a directive in brackets needs ']' at its end"],
  ['section .bss\ndb 1', "2:1+2 section '.bss' holds no bytes: use resb, resw or resd"],
  ['global\nnop', "1:7+1 expected a label's name, found the end of the line"],
  [
    'extern printf',
    "1:8+6 extern 'printf': a guest is one program without a linker, and defines no such label: %include the file that does",
  ],
  ['istruc foo', "1:1+6 istruc 'foo' has no iend"],
  ['%if 1\nnop', '1:1+5 %if has no %endif'],
  ['%endif', '1:1+6 %endif without %if'],
  ['%endm', '1:1+5 %endm without %macro'],
  ['%macor x 1', "1:1+6 unknown directive '%macor' [%macro]"],
  ['%ifdef\n%endif', '1:7+1 %ifdef needs a name'],
  ['%include foo.inc', '1:10+7 %include needs a file name in quotes'],
  ['mov eax, %1', "1:10+2 '%1' means nothing outside a macro"],
  [
    'hello world',
    "1:1+5 unknown instruction 'hello': expected an instruction, a directive or a label with ':'",
  ],
  ['cll x\nx:', "1:1+3 unknown instruction 'cll' [call]"],
  ['a:\na:', "2:1+1 'a' is defined twice: first defined in line 1"],
  ['eax: nop', "1:1+3 'eax' is a register and cannot be a label"],
];

const errorsOf = (source: string): readonly AsmError[] => {
  const result = assemble(source, { name: 'guest.asm', bits: 32 });
  return result.ok ? [] : result.error;
};

function told({ line, column, length, message, suggestion }: AsmError): string {
  return `${line}:${column}+${length} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`;
}

describe('what a beginner is told', () => {
  it.each([
    ['start:\n.loop\n jmp .loop', "warning 2:1 '.loop' alone on a line is taken as a label"],
    ['section text', "warning 1:9 section 'text' is another one than '.text'"],
    ['rep mov eax, 1', "warning 1:5 'rep' repeats string instructions"],
    ["mov al, \u2018a'", "error 1:9 '\u2018' is a typographic quote"],
    ['%rep 3\n mov eaxx, 1\n%endrep', "error 2:6 'eaxx' is not a register"],
    ['movl $5, %eax', "error 1:10 NASM writes registers without '%'"],
    [
      'align 4\ndd 0x1BADB002, 0, -0x1BADB002\nbits 16\n_start: hlt',
      'warning 4:1 a Multiboot kernel starts in 32-bit protected mode',
    ],
  ])('%j: %s, and nothing else', (source, told) => {
    const { problems } = examine(source, { name: 'g.asm', bits: 32 });
    expect(problems).toHaveLength(1);
    const { severity, line, column, message } = problems[0]!;
    expect(`${severity} ${line}:${column} ${message}`.slice(0, told.length)).toBe(told);
  });

  it.each(MISTAKES)('%j: %s', (source, expected) => {
    expect(errorsOf(source).map(told)).toEqual([expected]);
  });

  it('is enough to mend it: with the suggestion in place, that error is gone', () => {
    const unmended = MISTAKES.filter(([source]) => {
      const [error] = errorsOf(source);
      if (error?.suggestion === undefined) return false;
      const lines = source.split('\n');
      const line = lines[error.line - 1]!;
      const from = error.column - 1;
      lines[error.line - 1] =
        line.slice(0, from) + error.suggestion + line.slice(from + error.length);
      const left = errorsOf(lines.join('\n'));
      return left.some((e) => told(e) === told(error));
    });
    expect(unmended.map(([source]) => source)).toEqual([]);
    expect(MISTAKES.filter(([, text]) => text.endsWith(']')).length).toBeGreaterThan(15);
  });

  it('marks text that is there', () => {
    for (const [source] of MISTAKES) {
      for (const { line, column, length } of errorsOf(source)) {
        const text = source.split('\n')[line - 1]!;
        expect(column).toBeGreaterThan(0);
        // One past the end: "the end of the line".
        expect(column - 1 + length, source).toBeLessThanOrEqual(text.length + 1);
      }
    }
  });
});
