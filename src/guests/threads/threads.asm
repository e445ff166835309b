; Threads: two flows of control, one processor. A thread is its stack; switching threads is switching ESP.
;
; First the threads are polite: each says something and gives way with `int 0x30`. Then they are not: each counts in a
; loop that never gives way, and only a timer interrupt takes the processor from it. Both kinds of switch are the same
; few instructions at `switch_thread`.
;
; Everything a thread needs lies on its stack: the processor pushed EIP, CS and EFLAGS, `pusha` the registers.

%include "lib/start.inc"
%include "lib/tables.inc"
%include "lib/interrupts.inc"

YIELD           equ 0x30                ; vector
EFLAGS_IF       equ 0x200
STACK_BYTES     equ 1024
TURNS           equ 3

main:   call    load_tables
        set_gate YIELD, switch_thread, INTERRUPT_GATE
        set_gate IRQ0, tick, INTERRUPT_GATE
        print   "polite:"
        mov     eax, polite
        mov     ebx, 2                  ; EFLAGS: interrupts off
        call    run_both
        print   10, "greedy: each waits until the other has moved, and never gives way", 10
        init_controllers 0xfe
        start_timer 300
        mov     eax, greedy
        mov     ebx, EFLAGS_IF + 2      ; interrupts on
        call    run_both
        print   "greedy: both have ended", 10
        ret

; --- the threads: esi = my number, edi = the other's ------------------------------------------

polite: mov     ecx, TURNS
.turn:  print   " "
        lea     eax, [esi + 'A']
        call    put_char
        int     YIELD                   ; <- the other one's turn
        loop    .turn
        jmp     end_thread

greedy: mov     ecx, TURNS
.turn:  mov     eax, [moves + edi*4]
.wait:  inc     dword [moves + esi*4]
        cmp     eax, [moves + edi*4]    ; it moves only if this loop is interrupted
        je      .wait
        loop    .turn

end_thread:
        inc     dword [ended]
.wait:  cmp     dword [ended], 2
        je      back_to_main
        int     YIELD
        inc     dword [moves + esi*4]   ; still alive, for the other to see
        jmp     .wait

; --- the scheduler ----------------------------------------------------------------------------

; A thread that never ran looks like one that was interrupted just before its first instruction.
run_both:                               ; eax = first instruction, ebx = EFLAGS
        mov     [main_esp], esp
        mov     dword [ended], 0
        mov     edi, stack_b_top - 11 * 4
        mov     esi, 1
        call    .fill
        mov     [thread_esp + 4], edi
        mov     edi, stack_a_top - 11 * 4
        xor     esi, esi
        call    .fill
        mov     dword [current], 0
        mov     esp, edi
        popa
        iret
.fill:  mov     [edi + 10 * 4], ebx     ; EFLAGS
        mov     dword [edi + 9 * 4], KERNEL_CODE
        mov     [edi + 8 * 4], eax      ; EIP
        mov     [edi + 1 * 4], esi      ; `popa` takes edi, esi, ...
        mov     ecx, esi
        xor     ecx, 1
        mov     [edi], ecx
        ret

tick:   end_of_interrupt
switch_thread:
        pusha                           ; <- the old thread's last push
        mov     eax, [current]
        mov     [thread_esp + eax*4], esp
        xor     eax, 1
        mov     [current], eax
        mov     esp, [thread_esp + eax*4]
        popa                            ; <- the new thread's first pop
        iret

back_to_main:
        cli
        mov     esp, [main_esp]
        ret

        section .bss
        alignb 16
stack_a:        resb STACK_BYTES
stack_a_top:
stack_b:        resb STACK_BYTES
stack_b_top:
thread_esp:     resd 2
main_esp:       resd 1
current:        resd 1
ended:          resd 1
moves:          resd 2
