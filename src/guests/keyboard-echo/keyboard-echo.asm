; From key to character: type, and read it on the screen. Enter ends the run.
;
; The keyboard knows no characters. For each key pressed it sends a number (a scan code), for each key released the
; number plus 0x80, and raises IRQ 1. That `a` is `a`, and that it is `A` while Shift is down, is the kernel's doing.
;
; The text typed for you is part of the run: it arrives again at the same instruction whenever you go back in time.

%include "lib/start.inc"
%include "lib/tables.inc"
%include "lib/interrupts.inc"

KEYBOARD_DATA   equ 0x60
KEYBOARD_STATUS equ 0x64                ; bit 0: a byte waits at the data port
LEFT_SHIFT      equ 0x2a
RIGHT_SHIFT     equ 0x36
RELEASED        equ 0x80                ; added to the scan code

main:   call    load_tables
        set_gate IRQ1, key, INTERRUPT_GATE
        init_controllers 0xfd           ; only the keyboard may interrupt
.drain: in      al, KEYBOARD_STATUS     ; a byte left from before would block the next
        test    al, 1
        jz      .clean
        in      al, KEYBOARD_DATA
        jmp     .drain
.clean: mov     al, 0x60                ; to the controller: your settings follow
        out     KEYBOARD_STATUS, al
.busy:  in      al, KEYBOARD_STATUS
        test    al, 2                   ; has it taken the last byte?
        jnz     .busy
        mov     al, 0x45                ; raise IRQ 1, and translate to the oldest set of scan codes
        out     KEYBOARD_DATA, al
        print   "type: "
.sleep: sti                             ; takes effect after the HLT, so no key can slip in between
        hlt
        cli
        cmp     byte [ended], 0
        je      .sleep
        print   "you pressed "
        print_decimal [pressed]
        print   " keys", 10
        ret

key:    pusha
        xor     eax, eax
        in      al, KEYBOARD_DATA       ; reading it makes room for the next
        mov     bl, al
        and     bl, RELEASED - 1        ; which key, pressed or released
        cmp     bl, LEFT_SHIFT
        je      .shift
        cmp     bl, RIGHT_SHIFT
        je      .shift
        test    al, RELEASED
        jnz     .done
        inc     dword [pressed]
        cmp     eax, characters_end - characters
        jae     .done
        mov     al, [characters + eax]
        cmp     al, 0
        je      .done
        cmp     al, 10
        sete    [ended]
        cmp     al, 'a'
        jb      .show
        cmp     byte [shift], 0
        je      .show
        sub     al, 'a' - 'A'
.show:  call    put_char
        jmp     .done
.shift: not     al
        and     al, RELEASED            ; not zero while the key is down
        mov     [shift], al
.done:  end_of_interrupt
        popa
        iret

        section .rodata
characters:                             ; by scan code, US layout; 0: no character
        db 0, 0, "1234567890-=", 0, 0
        db "qwertyuiop[]", 10, 0
        db "asdfghjkl;'`", 0, "\"
        db "zxcvbnm,./", 0, "*", 0, " "
characters_end:

        section .bss
pressed: resd 1
shift:   resb 1
ended:   resb 1
