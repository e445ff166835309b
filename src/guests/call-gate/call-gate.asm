; A call gate: how ring 3 called ring 0 before system-call instructions.
;
; A gate is a descriptor that names one entry point. A far CALL to its selector (the offset in the instruction is ignored)
; changes to ring 0, to the stack the task state names, and copies the parameters from the old stack to the new one. A
; far RET with the same number of bytes takes them off both.
;
; The kernel adds two numbers for the user. Under the translator the gate must not work on silicon: it would lead to the
; real ring 0. The call faults there, and the hypervisor walks through the guest's gate in its place.

%include "lib/start.inc"
%include "lib/user.inc"

ADD_GATE        equ FREE_SELECTOR + 3
PARAMETERS      equ 2

main:   call    load_tables
        call    install_system_calls
        mov     eax, add_numbers        ; the gate: offset, selector, number of parameters, type
        mov     [gdt + FREE_SELECTOR], ax
        mov     word [gdt + FREE_SELECTOR + 2], KERNEL_CODE
        mov     word [gdt + FREE_SELECTOR + 4], 0xec00 + PARAMETERS     ; present, DPL 3, 32-bit call gate
        shr     eax, 16
        mov     [gdt + FREE_SELECTOR + 6], ax
        enter_user program

; Entered in ring 0. On its own stack, lowest address first: EIP, CS, the two parameters, ESP and SS of ring 3.
add_numbers:
        mov     eax, [esp + 8]
        add     eax, [esp + 12]
        mov     ebx, cs                 ; the ring: its two lowest bits
        mov     ecx, esp
        retf    PARAMETERS * 4          ; takes the parameters off both stacks

        section .user
program:
        mov     edi, esp
        push    dword 40
        push    dword 2
        call    ADD_GATE:0              ; <- look here: ring, stack and registers change
        mov     edx, eax
        user_print "through the gate: 40 + 2 = "
        user_print_hex edx
        and     ebx, 3
        user_print 10, "the adder ran in ring "
        user_print_hex ebx
        mov     eax, trap_stack_top
        sub     eax, ecx
        user_print 10, "bytes on its stack: "
        user_print_hex eax              ; EIP, CS, two parameters, ESP and SS
        sub     edi, esp
        user_print 10, "bytes left on mine: "
        user_print_hex edi
        user_print 10
        user_exit
