; Copy on write: two processes share a page until one of them writes to it.
;
; After `fork` parent and child have the same contents, so they are given the same frames, read-only. Whoever writes first
; takes a page fault; the kernel copies the frame, gives the writer the copy, and lets the write happen again. The last
; one left with a frame needs no copy: its page is simply made writable.
;
; Here both "processes" are one program with two windows, PARENT and CHILD, onto one frame. Under shadow paging watch the
; faults: some are *true* ones and reach the guest's handler, others are *hidden* ones that only fill the shadow table.

%include "lib/start.inc"
%include "lib/user.inc"
%include "lib/paging.inc"

PARENT  equ 0x300000
CHILD   equ 0x301000
WRITE_TO_READ_ONLY equ 7                ; error code: present, write, from ring 3

main:   call    load_tables
        call    install_system_calls
        set_gate 14, page_fault, INTERRUPT_GATE
        call    build_identity_map
        open_to_user user_start, user_data_start
        open_to_user user_data_start, user_end, PTE_W
        call    enable_paging
        mov     dword [frame_one], 1000
        set_page PARENT, frame_one + PTE_P + PTE_U      ; the same frame twice, read-only: this is what fork leaves
        set_page CHILD, frame_one + PTE_P + PTE_U
        mov     byte [sharers], 2
        enter_user program

page_fault:                             ; on the stack: error code, EIP, CS, ...
        pusha
        mov     ebx, cr2
        and     ebx, 0xfffff000
        print   "kernel: #PF at "
        print_hex ebx
        print   ", error code "
        print_decimal [esp + 32]        ; behind the eight registers
        cmp     dword [esp + 32], WRITE_TO_READ_ONLY
        jne     .stop
        shr     ebx, 12
        lea     ebx, [page_table + ebx*4]       ; the entry of the page
        cmp     byte [sharers], 1
        je      .last
        dec     byte [sharers]
        print   ": copied", 10
        mov     esi, frame_one
        mov     edi, frame_two
        mov     ecx, 1024
        rep     movsd
        mov     dword [ebx], frame_two + PTE_P + PTE_U + PTE_W
        jmp     .again
.last:  print   ": nobody else has it", 10
        or      dword [ebx], PTE_W
.again: mov     eax, cr2
        invlpg  [eax]
        popa
        add     esp, 4                  ; the error code
        iret                            ; the write is tried again
.stop:  mov     bl, EXIT_PANIC
        jmp     leave_machine

        section .user
program:
        mov     eax, [PARENT]           ; reading is free
        add     eax, [CHILD]
        user_print "user: parent and child together "
        user_print_hex eax
        user_print 10
        inc     dword [CHILD]           ; <- faults, and happens again
        inc     dword [CHILD]           ; no fault any more
        dec     dword [PARENT]          ; <- faults: the last owner
        mov     eax, [PARENT]
        mov     ebx, [CHILD]
        user_print "user: parent "
        user_print_hex eax
        user_print ", child "
        user_print_hex ebx
        user_print 10
        user_exit

        section .bss align=4096
        alignb 4096
frame_one:      resb 4096
frame_two:      resb 4096
sharers:        resb 1
