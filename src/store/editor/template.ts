/** The program a new guest starts with: the least that starts, says something and ends. */

export const TEMPLATE_FILE = 'guest.asm';

export const TEMPLATE = `; A guest of your own: says hello over the serial line, then ends the run.
; Press Run. Then change the text, or set a breakpoint beside a line and run again.

        bits 32
        org 0x100000

; A boot loader finds a Multiboot kernel by these three words, which add up to 0.
        align 4
        dd 0x1BADB002           ; magic
        dd 0                    ; flags
        dd -0x1BADB002          ; checksum

COM1    equ 0x3f8               ; the serial line's data port; +5 says when it is free
EXIT    equ 0xf4                ; ends the run with a code

global _start
_start:
        mov esp, stack_top
        mov esi, message
.next:
        lodsb                   ; al = the next character, esi moves on
        test al, al
        jz .done
        call put_char
        jmp .next
.done:
        mov al, 0x10            ; success
        out EXIT, al
        hlt

; Sends al. Waits until the line is free.
put_char:
        mov ah, al
        mov dx, COM1 + 5
.wait:
        in al, dx
        test al, 0x20           ; bit 5: room for a byte
        jz .wait
        mov al, ah
        mov dx, COM1
        out dx, al
        ret

message db "Hello from my guest.", 10, 0

        align 16
        resb 1024
stack_top:
`;
