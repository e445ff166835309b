; A program as students write them: vga. nasm -O2 -f bin is the reference.

bits 16
%define VIDEO 0xB800
%define WHITE(x) (0x0f00 | (x))
%define color(fg, bg) ((bg) << 4 | (fg))
BLACK equ 0
RED equ 4
mov ax, VIDEO
mov es, ax
xor di, di
mov ax, WHITE('A')
stosw
mov byte [es:di+1], color(RED, BLACK)
mov cx, 80 * 25
cld
rep stosw
mov word [es:0], 0x0741
mov ah, 0
mov al, 13h
int 10h
mov ax, 0xA000
mov es, ax
mov di, 320*100+160
mov byte [es:di], 4
seges: es mov byte [di], 5
lds si, [bx]
les di, [bp+4]
lodsw
scasb
cmpsb
rep cmpsw
repnz scasw
xlatb
xlat
aam
aad
aam 16
cbw
cwd
