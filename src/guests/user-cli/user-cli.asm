; The smallest demonstration of rings: `cli` in user mode.
;
; Whoever switches interrupts off owns the processor, so only the kernel may. In ring 3 with IOPL 0 the instruction does
; not execute: the processor raises #GP(0), changes to ring 0 and enters the kernel's handler.
;
; On silicon the trap goes straight to `protection_fault`. Under a hypervisor it goes to the hypervisor first: it sees that
; the trap came from guest user code, and hands it to the guest kernel as if nothing had been between.

%include "lib/start.inc"
%include "lib/user.inc"

main:   call    load_tables
        call    install_system_calls
        set_gate 13, protection_fault, INTERRUPT_GATE
        print   "kernel: going to ring 3", 10
        enter_user program

protection_fault:                       ; on the stack: error code, EIP, CS, EFLAGS, ESP, SS
        print   "kernel: #GP, error code "
        print_hex [esp]
        print   ", in ring "
        mov     eax, [esp + 8]          ; the CS it came from: its two lowest bits were the CPL
        and     eax, 3
        print_decimal eax
        print   10, "kernel: it was the cli; I step over it", 10
        add     esp, 4                  ; the error code
        inc     dword [esp]             ; CLI is one byte long
        iret

        section .user
program:
        cli                             ; <- look here
        user_print "user: still here", 10
        user_exit
