; A program as students write them: vm86. nasm -O2 -f bin is the reference.

bits 16
pushf
pop ax
and ah, 0x0f
push ax
popf
pushfd
popfd
iret
iretd
retf
retf 4
ret
retn 2
o32 pushf
pushad
popad
push dword [bx]
push word [bx]
pop dword [bx]
mov eax, cr0
mov ax, cs
mov ds, ax
mov [bx], es
mov es, [bx]
call word 0x1000:0x0
jmp 0xffff:0
jmp word 0xf000:0xfff0
jmp far [bx]
call far [bx]
call far dword [bx]
jmp word far [bx]
