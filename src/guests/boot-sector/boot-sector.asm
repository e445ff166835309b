; A boot sector: 512 bytes, from real mode to protected mode, without the firmware's help.
;
; The firmware reads the first sector of the disk to 0000:7C00 and jumps there. The processor behaves like an 8086: 16 bits,
; addresses are segment * 16 + offset, nothing is protected. Three things make it a 32-bit machine: a table of
; segments, the bit PE in CR0, and a far jump that loads CS from the table.
;
; Look at the segment registers while stepping: setting PE changes nothing at once, because the processor goes on
; using what it holds of the old segments until they are loaded anew. A hypervisor that truncates segments cannot run
; such code directly; ours interprets real mode one instruction at a time.

        org 0x7c00
        bits 16

COM1            equ 0x3f8               ; its speed was set by the firmware
SCREEN_SEGMENT  equ 0xb800
SCREEN          equ 0xb8000
DEBUG_EXIT      equ 0xf4
EXIT_OK         equ 0x10

start:  cli                             ; there is no table of handlers for protected mode
        cld
        xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     sp, 0x7c00              ; the stack grows down from here

        mov     ax, SCREEN_SEGMENT
        mov     es, ax
        xor     di, di
        mov     cx, 80 * 25
        mov     ax, 0x0720              ; blanks
        rep     stosw
        mov     si, real_text
        xor     di, di
.next:  lodsb
        test    al, al
        jz      .done
        mov     ah, 0x07
        stosw                           ; es:di, the screen
        mov     dx, COM1
        out     dx, al
        jmp     .next
.done:  mov     al, 10                  ; a new line, for the serial port alone
        out     dx, al

        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1                   ; PE
        mov     cr0, eax                ; <- protected mode, with the old segments still in the registers
        jmp     0x08:protected          ; <- and now with a new CS, of 32 bits

        bits 32
protected:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, 0x7c00
        mov     esi, protected_text
        mov     edi, SCREEN + 160       ; one number is an address now: the second row
.next:  lodsb
        test    al, al
        jz      .done
        mov     ah, 0x07
        stosw
        mov     edx, COM1
        out     dx, al
        jmp     .next
.done:  mov     al, 10
        out     dx, al
        mov     edx, COM1 + 5
.drain: in      al, dx
        test    al, 0x40                ; has the last bit left the serial port?
        jz      .drain
        mov     al, EXIT_OK
        out     DEBUG_EXIT, al
.stop:  hlt
        jmp     .stop

real_text:      db "real mode: 16 bits", 0
protected_text: db "protected mode: 32 bits", 0

        align 8
gdt:    dq 0
        dq 0x00cf9a000000ffff           ; 0x08 code: base 0, limit 4 GiB, 32 bits, ring 0
        dq 0x00cf92000000ffff           ; 0x10 data
gdt_pointer:
        dw gdt_pointer - gdt - 1
        dd gdt

        times 510 - ($ - $$) db 0
        dw 0xaa55                       ; how the firmware knows a boot sector
