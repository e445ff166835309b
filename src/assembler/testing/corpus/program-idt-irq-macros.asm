; A program as students write them: idt irq macros. nasm -O2 -f bin is the reference.

bits 32
org 0x100000
extern_handler equ 0x123456
%macro no_error_code_interrupt_handler 1
global interrupt_handler_%1
interrupt_handler_%1:
 push dword 0
 push dword %1
 jmp common_interrupt_handler
%endmacro
%macro error_code_interrupt_handler 1
global interrupt_handler_%1
interrupt_handler_%1:
 push dword %1
 jmp common_interrupt_handler
%endmacro
common_interrupt_handler:
 push eax
 push ebx
 push ecx
 push edx
 push esi
 push edi
 push ebp
 call extern_handler
 pop ebp
 pop edi
 pop esi
 pop edx
 pop ecx
 pop ebx
 pop eax
 add esp, 8
 iret
no_error_code_interrupt_handler 0
error_code_interrupt_handler 14
%macro IRQ 2
irq%1:
cli
push byte 0
push byte %2
jmp irq_common
%endmacro
%assign n 0
%rep 16
IRQ n, 32+n
%assign n n+1
%endrep
irq_common:
pusha
mov ax, ds
push eax
mov ax, 0x10
mov ds, ax
mov es, ax
mov fs, ax
mov gs, ax
pop ebx
mov ds, bx
popa
add esp, 8
sti
iret
lidt [esp+4]
lidt [eax]
mov eax, [esp + 4]
