; A program as students write them: tss gdt. nasm -O2 -f bin is the reference.

bits 32
struc tss
 .prev resd 1
 .esp0 resd 1
 .ss0 resd 1
 .esp1 resd 1
 .ss1 resd 1
 resd 2
 .cr3 resd 1
 .eip resd 1
 .eflags resd 1
 .regs resd 8
 .segs resd 6
 .ldt resd 1
 .trap resw 1
 .iomap resw 1
endstruc
%macro desc 4 ; base, limit, access, flags
%if (%2) > 0xfffff
%error limit too big
%endif
 dw (%2) & 0xffff
 dw (%1) & 0xffff
 db ((%1) >> 16) & 0xff, %3, (((%2) >> 16) & 0xf) | ((%4) << 4), ((%1) >> 24) & 0xff
%endmacro
%define ACC(p, dpl, s, type) ((p)<<7 | (dpl)<<5 | (s)<<4 | (type))
gdt:
 desc 0,0,0,0
 desc 0, 0xfffff, ACC(1,0,1,1010b), 1100b
 desc 0, 0xfffff, ACC(1,0,1,0010b), 1100b
 desc 0, 0xfffff, ACC(1,3,1,1010b), 1100b
 desc 0, 0xfffff, ACC(1,3,1,0010b), 1100b
.tss: desc 0, tss_size-1, ACC(1,0,0,1001b), 0
gdt_len equ $-gdt
 mov eax, my_tss
 mov [gdt.tss+2], ax
 shr eax, 16
 mov [gdt.tss+4], al
 mov [gdt.tss+7], ah
 mov word [my_tss+tss.ss0], 0x10
 mov dword [my_tss + tss.esp0], stack.top
 mov ax, gdt.tss - gdt
 ltr ax
 lgdt [.ptr]
.ptr: dw gdt_len-1
 dd gdt
align 4
my_tss: istruc tss
 at tss.ss0, dd 0x10
 at tss.iomap, dw tss_size
iend
section .bss
align 16
stack: resb 4096
.top:
