; A program as students write them: relocating. nasm -O2 -f bin is the reference.

org 0x600
start: cli
 cld
 xor ax, ax
 mov ds, ax
 mov es, ax
 mov si, 0x7c00
 mov di, 0x600
 mov cx, 512/2
 rep movsw
 jmp 0x0000:main
main: mov bx, parts
 mov cx, 4
.l: cmp byte [bx], 0x80
 je .found
 add bx, 16
 loop .l
 int 18h
.found: mov dh, [bx+1]
 mov cx, [bx+2]
 jmp 0:0x7c00
times 446-($-$$) db 0
parts: times 64 db 0
dw 0xaa55
