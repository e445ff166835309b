; A program as students write them: boot pm. nasm -O2 -f bin is the reference.

org 0x7c00
bits 16
%define SEL(x) ((x) - gdt)
_start: cli
 lgdt [gdtr]
 mov eax, cr0
 or al, 1
 mov cr0, eax
 jmp dword SEL(gdt.code):pmode
[bits 32]
pmode:
 mov ax, SEL(gdt.data)
 mov ds, ax
 mov es, eax
 mov ss, ax
 mov esp, 0x90000
 mov dword [0xb8000], 0x2f4b2f4f
 mov edi, 0xb8000
 mov ecx, 80*25
 mov ax, 0x0720
 rep stosw
.hlt: hlt
 jmp short .hlt
align 8
gdt: dq 0
.code: dq 0x00cf9a000000ffff
.data: dq 0x00cf92000000ffff
.end:
gdtr: dw gdt.end - gdt - 1
 dd gdt
 times 510 - ($ - $$) db 0
 db 0x55, 0xaa
