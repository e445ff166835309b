; Virtual-8086 mode: a hypervisor from 1985. The 386 could run a real-mode program as a task of a protected-mode system.
;
; In this mode segments are 8086 segments and the CPL is always 3. With IOPL 0 everything that concerns interrupts traps
; with #GP: CLI, STI, PUSHF, POPF, INT n, IRET. So a small monitor in ring 0 can give the program an interrupt flag of
; its own and send its software interrupts through its own table at address 0. With IOPL 3 most of them run freely, and the
; program has the machine's real IF in its hands. The same program is run both ways; compare the lists of traps.

%include "lib/start.inc"
%include "lib/tables.inc"

PROGRAM         equ 0x20000             ; physical; the program sees segment 0x2000
PROGRAM_SEGMENT equ PROGRAM >> 4
EFLAGS_IF       equ 1 << 9
EFLAGS_VM       equ 1 << 17
IOPL_3          equ 3 << 12

; What a trap from virtual-8086 mode leaves on the stack, above the eight registers of `pusha`.
TRAP_ERROR      equ 32
TRAP_IP         equ 36
TRAP_CS         equ 40
TRAP_FLAGS      equ 44
TRAP_SP         equ 48
TRAP_SS         equ 52

main:   call    load_tables
        set_gate 13, monitor, INTERRUPT_GATE
        mov     esi, program            ; to memory that an 8086 can reach
        mov     edi, PROGRAM
        mov     ecx, program_end - program
        rep     movsb
        mov     word [0x21 * 4], service - program      ; the program's own table of interrupts
        mov     word [0x21 * 4 + 2], PROGRAM_SEGMENT
        print   "IOPL 0 traps:"
        xor     ebx, ebx
        call    run
        print   "IOPL 3 traps:"
        mov     ebx, IOPL_3
        call    run
        ret

run:    mov     [main_esp], esp         ; the program's HLT ends here
        mov     word [virtual_flags], EFLAGS_IF
        push    dword 0                 ; IRET into virtual-8086 mode pops nine words: GS FS DS ES,
        push    dword 0
        push    dword PROGRAM_SEGMENT
        push    dword PROGRAM_SEGMENT
        push    dword PROGRAM_SEGMENT   ; SS SP,
        push    dword 0x1000
        or      ebx, EFLAGS_VM + EFLAGS_IF + 2
        push    ebx                     ; EFLAGS with VM set,
        push    dword PROGRAM_SEGMENT   ; CS IP
        push    dword 0
        iret

; --- the monitor: carries out what trapped, on the program's behalf ---------------------------

monitor:
        pusha
        mov     ebp, esp
        mov     eax, KERNEL_DATA        ; a trap from virtual-8086 mode leaves null in DS and ES
        mov     ds, eax
        mov     es, eax
        movzx   edi, word [ebp + TRAP_CS]
        shl     edi, 4
        add     edi, [ebp + TRAP_IP]    ; the instruction that trapped: segment * 16 + offset
        movzx   esi, word [ebp + TRAP_SS]
        shl     esi, 4                  ; its stack segment
        inc     word [ebp + TRAP_IP]    ; all of them but INT n are one byte long
        mov     al, [edi]
        cmp     al, 0xfa
        je      .cli
        cmp     al, 0x9c
        je      .pushf
        cmp     al, 0xcd
        je      .int
        cmp     al, 0xcf
        je      .iret
        cmp     al, 0xf4
        je      .hlt
        print   " unknown", 10
        mov     bl, EXIT_PANIC
        jmp     leave_machine

.cli:   print   " cli"
        and     word [virtual_flags], ~EFLAGS_IF        ; only its own IF
        jmp     .resume

.pushf: print   " pushf"
        mov     ax, [virtual_flags]
        call    .push
        jmp     .resume

.int:   print   " int"                  ; reflected: as an 8086 would have done it
        movzx   ecx, byte [edi + 1]
        inc     word [ebp + TRAP_IP]
        mov     ax, [virtual_flags]
        call    .push
        mov     ax, [ebp + TRAP_CS]
        call    .push
        mov     ax, [ebp + TRAP_IP]
        call    .push
        mov     ax, [ecx*4]
        mov     [ebp + TRAP_IP], ax
        mov     ax, [ecx*4 + 2]
        mov     [ebp + TRAP_CS], ax
        jmp     .resume

.iret:  print   " iret"
        call    .pop
        mov     [ebp + TRAP_IP], ax
        call    .pop
        mov     [ebp + TRAP_CS], ax
        call    .pop
        mov     [virtual_flags], ax
.resume:
        popa
        add     esp, 4                  ; the error code
        iret

.hlt:   print   " hlt", 10, "  the service said "
        print_hex [PROGRAM + answer - program]
        print   ", PUSHF showed IF and IOPL "
        movzx   eax, word [PROGRAM + flags - program]
        and     eax, EFLAGS_IF + IOPL_3
        print_hex eax
        print   10
        mov     esp, [main_esp]
        ret

.push:  sub     word [ebp + TRAP_SP], 2 ; ax on the program's stack
        movzx   edx, word [ebp + TRAP_SP]
        mov     [esi + edx], ax
        ret
.pop:   movzx   edx, word [ebp + TRAP_SP]
        mov     ax, [esi + edx]
        add     word [ebp + TRAP_SP], 2
        ret

; --- the program: 16 bits, and it believes it owns the machine --------------------------------

        section .program align=16
        bits 16
program:
        cli
        pushf
        pop     ax
        mov     [flags - program], ax
        mov     ax, 0x0042
        int     0x21
        mov     [answer - program], ax
        hlt

service:                                ; its own interrupt handler
        add     ax, 0x1000
        iret

flags:  dw 0
answer: dd 0
program_end:
        bits 32

        section .bss
main_esp:       resd 1
virtual_flags:  resw 1
