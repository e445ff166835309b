; The firmware of the emulated PC: a small BIOS for disk images. It fills the 64 KiB below 1 MiB and starts where every
; x86 CPU starts, at F000:FFF0. It finds out what the machine has, sets up the devices as programs of the time
; expect them, reads the first sector of the disk to 0000:7C00, and jumps there. From then on it answers INT 08h to 1Ah.
;
;   F000:0000  256 stubs of 4 bytes: what is not there stops the machine and names the service
;   F000:0400  code and tables, in the order of the chapters below
;   F000:FFF0  the reset vector
;
; Chapters: post.inc (power-on), interrupts.inc (timer and stray interrupts), video.inc (INT 10h), disk.inc (INT 13h),
; serial.inc (INT 14h), system.inc (INT 11h, 12h, 15h), keyboard.inc (INT 09h, 16h), clock.inc (INT 1Ah), boot.inc (18h, 19h).
;
; See IBM PC/AT Technical Reference, "ROM BIOS and System Usage"; Ralf Brown's Interrupt List.
bits 16
org 0

%include "layout.inc"

; --- stubs: one for each vector, told apart by where they lie ---
%rep 256
    out MISSING_PORT, al
    iret
    nop
%endrep

%include "post.inc"
%include "interrupts.inc"
%include "video.inc"
%include "disk.inc"
%include "serial.inc"
%include "system.inc"
%include "keyboard.inc"
%include "clock.inc"
%include "boot.inc"

code_end:
    times 0xfff0 - ($ - $$) db 0xff
    jmp 0xf000:post             ; the reset vector
    db '11/22/26'               ; where programs look for the date of the BIOS
    db 0xff
    db 0xfc                     ; model: PC/AT
    db 0xff
