; A program as students write them: two stage. nasm -O2 -f bin is the reference.

%define STAGE2 0x8000
org 0x7c00
section .text
bits 16
stage1: mov bx, STAGE2
 mov ax, (stage2_end - stage2 + 511) / 512
 jmp 0:STAGE2
 times 510-($-$$) db 0
 dw 0xAA55
section .stage2 vstart=STAGE2 align=512
stage2: mov si, .msg
 call .print
 jmp $
.print: lodsb
 ret
.msg: db "stage 2", 0
 dw stage2, $$, $-$$
align 512, db 0
stage2_end:
