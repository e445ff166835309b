; Ten ticks: how a device gets the processor's attention.
;
; The timer (8254) counts down and raises IRQ 0. The interrupt controller (8259) turns that into vector 0x20 and waits
; until the handler says "end of interrupt": without that word no second tick would come. In between the kernel sleeps:
; HLT stops the processor until an interrupt arrives.
;
; Under a hypervisor timer and controller are programs. The hypervisor decides, between two guest instructions and only
; while the guest's IF is 1, that an interrupt arrives now: it is *injected*.

%include "lib/start.inc"
%include "lib/tables.inc"
%include "lib/interrupts.inc"

TICKS   equ 10

main:   call    load_tables
        set_gate IRQ0, tick, INTERRUPT_GATE
        init_controllers 0xfe           ; only the timer may interrupt
        start_timer 1193                ; a thousand times a second
        print   "ticks:"
.sleep: sti                             ; takes effect after the next instruction, so no tick can slip in
        hlt                             ; between the two; look here: what comes next is `tick`
        cli
        cmp     dword [ticks], TICKS
        jb      .sleep
        print   10, "that makes "
        print_decimal [ticks]
        print   10
        ret

tick:   inc     dword [ticks]           ; entered with IF = 0: no tick within a tick
        print   " "
        print_decimal [ticks]
        end_of_interrupt
        iret

        section .bss
ticks:  resd 1
