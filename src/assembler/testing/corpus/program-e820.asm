; A program as students write them: e820. nasm -O2 -f bin is the reference.

bits 16
struc mmap_entry
 .base resq 1
 .length resq 1
 .type resd 1
 .acpi resd 1
endstruc
do_e820:
 mov di, 0x8004
 xor ebx, ebx
 xor bp, bp
 mov edx, 0x0534D4150
 mov eax, 0xe820
 mov [es:di + 20], dword 1
 mov ecx, 24
 int 0x15
 jc short .failed
 mov edx, 0x0534D4150
 cmp eax, edx
 jne short .failed
 test ebx, ebx
 je short .failed
 jmp short .jmpin
.e820lp: mov eax, 0xe820
 mov [es:di + 20], dword 1
 mov ecx, 24
 int 0x15
 jc short .e820f
 mov edx, 0x0534D4150
.jmpin: jcxz .skipent
 cmp cl, 20
 jbe short .notext
 test byte [es:di + mmap_entry.acpi], 1
 je short .skipent
.notext: mov ecx, [es:di + mmap_entry.length]
 or ecx, [es:di + mmap_entry.length + 4]
 jz .skipent
 inc bp
 add di, mmap_entry_size
.skipent: test ebx, ebx
 jne short .e820lp
.e820f: mov [0x8000], bp
 clc
 ret
.failed: stc
 ret
