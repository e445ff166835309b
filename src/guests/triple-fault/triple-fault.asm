; The shortest way to shut a processor down.
;
; The IDT is empty, so `int3` finds no gate: #GP. Nor does that exception, and a fault while delivering a fault is a double
; fault, #DF. That has no handler either: the processor gives up, which people call a triple fault. A PC answers by
; resetting itself, and old systems reboot this way on purpose.
;
; Under a hypervisor only the virtual processor shuts down. The machine below goes on.

%include "lib/start.inc"

main:   print   "no handler, no handler for that, none for that either", 10
        lidt    [empty]
        int3                            ; <- #GP, #DF, shutdown
        print   "this is never printed", 10
        ret

        section .rodata
empty:  dw 0                            ; limit: not one whole gate
        dd 0
