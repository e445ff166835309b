; Code that writes code.
;
; First a loop that patches the immediate operand of its own `add`: each time round another number is added. Then a small
; routine is copied into a buffer, changed there, and run from there.
;
; On this silicon a write to code is seen by the next fetch. A translator holds a *copy* of the code it translated: it
; must notice the write, drop the translation, and translate again. It does so by making pages with translated code
; read-only behind the guest's back, or by comparing; either way a student can watch the block die.

%include "lib/start.inc"

ROUNDS  equ 5

main:   xor     ebx, ebx
        mov     ecx, ROUNDS
again:  add     ebx, strict dword 1     ; <- its last four bytes change each time round
.end:   add     dword [.end - 4], 10    ; the immediate is the end of the instruction
        loop    again
        print   "1 + 11 + 21 + 31 + 41 = "
        print_decimal ebx

; Ask a routine for its number, here and as a copy with another number in it.
        mov     esi, answer
        mov     edi, buffer
        mov     ecx, answer_end - answer
        rep     movsb
        mov     dword [buffer + 1], 43  ; B8 and four bytes: mov eax, imm32
        call    answer
        print   10, "the routine says "
        print_decimal eax
        mov     eax, buffer
        call    eax                     ; to an address that only the program knows
        print   10, "its copy says "
        print_decimal eax

; The copy has been executed, so it may have been translated. Change it again.
        mov     dword [buffer + 1], 44
        mov     eax, buffer
        call    eax
        print   10, "and now "
        print_decimal eax
        print   10
        ret

answer: mov     eax, 42
        ret
answer_end:

        section .bss align=4096
        alignb 4096
buffer: resb 64
