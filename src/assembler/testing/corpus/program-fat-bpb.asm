; A program as students write them: fat bpb. nasm -O2 -f bin is the reference.

 bits 16
 org 0x7c00
 jmp short boot
 nop
bpb:
 .oem: db "MSWIN4.1"
 .bps: dw 512
 .spc: db 1
 .res: dw 1
 .fats: db 2
 .root: dw 0e0h
 .total: dw 2880
 .media: db 0f0h
 .spf: dw 9
 .spt: dw 18
 .heads: dw 2
 .hidden: dd 0
 .large: dd 0
ebr: db 0
 db 0
 db 29h
 db 12h, 34h, 56h, 78h
 db "NANOBYTE OS"
 db "FAT12   "
boot:
 mov ax, [bpb.spf]
 mov bl, [bpb.fats]
 xor bh, bh
 mul bx
 add ax, [bpb.res]
 push ax
 mov ax, [bpb.root]
 shl ax, 5
 xor dx, dx
 div word [bpb.bps]
 test dx, dx
 jz .after
 inc ax
.after: mov cl, al
 pop ax
 mov dl, [ebr]
 mov bx, buffer
 call disk_read
 jmp $
lba_to_chs:
 push ax
 push dx
 xor dx, dx
 div word [bpb.spt]
 inc dx
 mov cx, dx
 xor dx, dx
 div word [bpb.heads]
 mov dh, dl
 mov ch, al
 shl ah, 6
 or cl, ah
 pop ax
 mov dl, al
 pop ax
 ret
disk_read:
 push ax
 call lba_to_chs
 pop ax
 mov ah, 02h
 mov di, 3
.retry: pusha
 stc
 int 13h
 jnc .done
 popa
 dec di
 test di, di
 jnz .retry
.done: popa
 ret
%define ENDL 0x0D, 0x0A
msg: db 'Read failed', ENDL, 0
times 510-($-$$) db 0
dw 0AA55h
buffer:
