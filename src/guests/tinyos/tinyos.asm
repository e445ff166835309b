; tinyos: a small multitasking kernel, to be read in an evening and watched under a hypervisor.
;
; It has processes with address spaces of their own, system calls, pre-emption by the timer, memory that appears
; when it is touched, a keyboard, and a shell on the screen. It is a Multiboot 1 kernel for a PC of 1990: a boot
; loader puts it at 1 MiB and starts it in 32-bit protected mode with paging and interrupts off.
;
; Reading order: the chapters below, from top to bottom. Each begins with what happens in it and what to watch.
;
; Three rules hold everywhere:
;  - The kernel runs with interrupts off (IF = 0) from entry to exit, so it is never interrupted by itself. Only
;    the idle process, which belongs to the kernel, lets interrupts in, and there it waits for them with HLT.
;  - All the state of a process that does not run is the trap frame on its kernel stack and its page directory.
;  - A routine may change EAX, ECX and EDX and keeps all other registers, unless its first line says otherwise.
;
; Linear addresses, the same in every process (U: ring 3 may use it):
;
;   0x00000000  one page that is never there, so that null pointers are found out
;   0x00001000  low memory, with the VGA screen at 0x000b8000
;   0x00100000  this image: kernel code and data, then the programs (U, read-only, only the process's own)
;   ...         frames that the kernel hands out; up to 8 MiB linear and physical addresses are equal
;   0x10000000  a process's variables and heap (U), at most 1 MiB, each page made when first touched
;   0x1fff0000  a process's stack (U), 64 KiB that end at 0x20000000, made in the same way
;
; Up to 8 MiB all processes see the same frames, above it each sees its own.

        bits 32
        org 0x100000

        section .text
        section .data align=4096        ; the pages of .text are read-only, so nothing may share one with it

        %include "constants.inc"        ; numbers and layouts, to look up
        %include "boot.inc"             ; from the boot loader to the idle process
        %include "segments.inc"         ; GDT, task state, IDT
        %include "frames.inc"           ; physical memory, page by page
        %include "paging.inc"           ; address spaces and page faults
        %include "traps.inc"            ; the way into the kernel and out of it
        %include "processes.inc"        ; life and death, and who runs next
        %include "system-calls.inc"     ; what programs may ask for
        %include "timer.inc"            ; interrupt controller, timer, the tick
        %include "keyboard.inc"         ; from scan codes to characters
        %include "console.inc"          ; screen and serial line
        %include "status.inc"           ; the two bars
        %include "panic.inc"            ; when the kernel itself is wrong, and the end

        %include "program-library.inc"  ; what all programs share
        %include "program-shell.inc"
        %include "programs-small.inc"   ; clock, primes, hog, memory, twins
        %include "programs-rude.inc"    ; crash, rogue, deep, liar

        section .bss
        alignb 4096
image_end:
