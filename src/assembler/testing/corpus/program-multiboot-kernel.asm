; A program as students write them: multiboot kernel. nasm -O2 -f bin is the reference.

MBALIGN equ 1 << 0
MEMINFO equ 1 << 1
MBFLAGS equ MBALIGN | MEMINFO
MAGIC equ 0x1BADB002
CHECKSUM equ -(MAGIC + MBFLAGS)
org 0x100000
bits 32
section .text
align 4
dd MAGIC, MBFLAGS, CHECKSUM
global _start
_start:
 mov esp, stack_top
 push ebx
 push eax
 call kernel_main
 cli
.hang: hlt
 jmp .hang
kernel_main:
 push ebp
 mov ebp, esp
 sub esp, 0x10
 cmp dword [ebp+8], 0x2BADB002
 jne .bad
 mov esi, hello
 mov edi, 0xb8000
 mov ah, 0x1f
.next: mov al, [esi]
 test al, al
 jz .out
 mov [edi], ax
 add edi, 2
 inc esi
 jmp .next
.bad: mov byte [0xb8000], 'X'
.out: leave
 ret
section .rodata
hello: db "Hello, kernel World!", 0
section .data
counter: dd 0
section .bss
align 16
stack_bottom: resb 16384
stack_top:
