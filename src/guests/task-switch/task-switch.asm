; Tasks of the processor's own: one far jump saves all registers in one task state and loads all from another.
;
; Hardware task switching is older than most operating systems on the PC, and almost none used it. It is still there: a
; jump or call to the selector of a task state, or an interrupt through a task gate, switches tasks. CALL and interrupts
; nest: the new task's IRET leads back, because NT is set and the link field says where from.
;
; A task goes on where it left off. So the handler is a loop: its second interrupt begins *after* its IRET.

%include "lib/start.inc"
%include "lib/tables.inc"

OTHER_TASK      equ FREE_SELECTOR       ; reached by a jump
HANDLER_TASK    equ FREE_SELECTOR + 8   ; reached through a gate in the IDT
GATE            equ 0x30                ; its vector
TASK            equ 0x89                ; present, DPL 0, available 32-bit task state
EFLAGS_NT       equ 0x4000

; Offsets in a task state.
TSS_LINK        equ 0
TSS_CR3         equ 28
TSS_EIP         equ 32
TSS_EFLAGS      equ 36
TSS_EBX         equ 52
TSS_ESP         equ 56
TSS_SEGMENTS    equ 72                  ; ES CS SS DS FS GS

main:   call    load_tables             ; its LTR says where our own registers go
        mov     edi, other_state
        mov     ebx, other
        mov     esi, other_stack_top
        mov     ecx, OTHER_TASK
        call    make_task
        mov     edi, handler_state
        mov     ebx, handler
        mov     esi, handler_stack_top
        mov     ecx, HANDLER_TASK
        call    make_task
        mov     dword [idt + GATE * 8], HANDLER_TASK << 16
        mov     dword [idt + GATE * 8 + 4], TASK_GATE << 8

        mov     ebx, 0x11111111
        print   "first: jump", 10
        jmp     OTHER_TASK:0            ; <- all registers change at once; the offset is ignored
        print   "first: back, ebx is "
        print_hex ebx                   ; it was in our task state meanwhile
        print   10
        int     GATE                    ; <- a task switch too, and nested
        int     GATE
        print   "first: the end", 10
        ret

other:                                  ; another task: its own registers and its own stack
        print   "other: ebx is "
        print_hex ebx
        print   10
        jmp     TASK_STATE:0

handler:
        print   "handler: task register "
        str     eax
        movzx   eax, ax
        print_hex eax
        pushf
        pop     eax
        test    eax, EFLAGS_NT
        jz      .flat
        print   ", nested in "
        movzx   eax, word [handler_state + TSS_LINK]
        print_hex eax
.flat:  print   10
        iret                            ; NT is set: back to the task that was interrupted
        print   "handler: again, behind my iret", 10
        jmp     handler

make_task:                              ; edi = state, ebx = first instruction, esi = stack, ecx = selector
        mov     [edi + TSS_EIP], ebx
        mov     [edi + TSS_ESP], esi
        mov     dword [edi + TSS_EFLAGS], 2
        mov     dword [edi + TSS_EBX], 0x22222222
        mov     eax, cr3
        mov     [edi + TSS_CR3], eax
        mov     dword [edi + TSS_SEGMENTS], KERNEL_DATA
        mov     dword [edi + TSS_SEGMENTS + 4], KERNEL_CODE
        mov     dword [edi + TSS_SEGMENTS + 8], KERNEL_DATA
        mov     dword [edi + TSS_SEGMENTS + 12], KERNEL_DATA
        mov     word [edi + TSS_IO_MAP], TSS_BYTES
        mov     eax, edi
        mov     edx, TASK
        jmp     set_task_descriptor

        section .bss
        alignb 16
other_state:    resb TSS_BYTES
        alignb 16
handler_state:  resb TSS_BYTES
        alignb 16
other_stack:    resb 1024
other_stack_top:
handler_stack:  resb 1024
handler_stack_top:
