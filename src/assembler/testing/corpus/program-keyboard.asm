; A program as students write them: keyboard. nasm -O2 -f bin is the reference.

bits 32
scancodes:
 db 0, 27, '1234567890-=', 8
 db 9, 'qwertyuiop[]', 10, 0
 db "asdfghjkl;'`", 0, '\'
 db 'zxcvbnm,./', 0, '*', 0, ' '
.len equ $ - scancodes
 times 128 - scancodes.len db 0
handler: in al, 0x60
 test al, 0x80
 jnz .up
 movzx ebx, al
 mov al, [scancodes + ebx]
 cmp al, 'a'
 jb .no
 cmp al, 'z'
 ja .no
 sub al, 'a' - 'A'
.no: mov [last], al
.up: mov al, 0x20
 out 0x20, al
 iretd
last: db ?
