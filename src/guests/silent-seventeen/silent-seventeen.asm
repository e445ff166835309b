; The instructions that lie. Robin and Irvine (2000) went through the Pentium's instructions and found seventeen (by their
; count) that read or change the state of the machine and do *not* trap in user mode. They show too much, or do less than
; they were asked to, and say nothing. A hypervisor that waits for traps never hears of them.
;
; A program in ring 3 executes them one after another. Not one raises an exception: the kernel handles none, and would
; print `panic`. Under the binary translator user code runs on the silicon as it is, so the first lines tell of the
; hypervisor's tables instead of the kernel's: compare them with a run on bare hardware.

%include "lib/start.inc"
%include "lib/user.inc"

%macro report 2+                        ; value, text: the text, then the value
        user_print %2
        user_print_hex %1
        user_print 10
%endmacro

main:   call    load_tables
        call    install_system_calls
        print   "kernel: into ring 3", 10
        enter_user program

        section .user
program:
; System registers: the kernel's business, shown to everybody.
        sgdt    [seen]                  ; limit, base
        mov     eax, [seen + 2]
        report  eax, "sgdt  base "
        sidt    [seen]
        mov     eax, [seen + 2]
        report  eax, "sidt  base "
        xor     eax, eax
        sldt    ax
        report  eax, "sldt  "
        str     ax
        report  eax, "str   "
        smsw    ax                      ; bit 0: protected mode
        report  eax, "smsw  "

; Flags. PUSHF shows IF and IOPL. POPF may change neither here, and does not say so.
        pushf
        pop     eax
        and     eax, 0x3200
        report  eax, "pushf IF and IOPL "
        push    dword 0x3002            ; please: IF = 0, IOPL = 3
        popf
        pushf
        pop     eax
        and     eax, 0x3200
        report  eax, "popf  of 0x3002 leaves "

; The protection system answers questions for the ring that asks. Ring 0 would have got ZF = 1 each time.
        xor     ebx, ebx
        mov     ecx, KERNEL_CODE
        lar     eax, ecx
        setz    bl
        report  ebx, "lar   ZF "
        lsl     eax, ecx
        setz    bl
        report  ebx, "lsl   ZF "
        verr    cx
        setz    bl
        report  ebx, "verr  ZF "
        mov     ecx, KERNEL_DATA
        verw    cx
        setz    bl
        report  ebx, "verw  ZF "

; A selector carries the ring in its two lowest bits: a kernel at ring 1 or 3 can see that it is not at ring 0.
        push    cs
        pop     eax
        report  eax, "push  cs "
        mov     eax, ss
        report  eax, "mov   from ss "
        push    dword USER_DATA         ; the segment is read from whatever table the GDTR names
        pop     es
        report  dword [es:number], "pop   es reads "

; Transfers of control. A far call pushes CS, and with it the ring; all of them go through the processor's tables.
        call    USER_CODE:subroutine
        user_print "ret   far is back", 10
        jmp     USER_CODE:onwards

subroutine:
        mov     eax, [esp + 4]
        report  eax, "call  far pushed cs "
        retf

onwards:
        user_print "jmp   far is here", 10
        user_print "int   n called the kernel for every line above", 10
        user_exit

        section .user_data
seen:   times 8 db 0
number: dd 0x600d
