; System calls: the only door from ring 3 into the kernel, and a kernel that does not trust what comes through it.
;
; EAX says which service, EBX and ECX are its arguments, the answer comes back in EAX. `int 0x80` works from ring 3 because
; the gate's DPL is 3. The program has its own pages; the kernel's are closed to it, and the kernel checks every pointer
; it is given: in ring 0 it could read anything for anyone.

%include "lib/start.inc"
%include "lib/user.inc"
%include "lib/paging.inc"

CALL_EXIT       equ 0                   ; ebx = exit code
CALL_WRITE      equ 1                   ; ebx = text, ecx = length; answer: characters written
CALL_SUM        equ 2                   ; ebx = dwords, ecx = how many; answer: their sum
CALLS           equ 3
REFUSED         equ -1

main:   call    load_tables
        call    build_identity_map
        open_to_user user_start, user_data_start        ; its code: read and execute
        open_to_user user_data_start, user_end, PTE_W
        call    enable_paging
        set_gate 0x80, service, USER_GATE
        enter_user program

service:                                ; entered in ring 0, on the stack the task state names
        cmp     eax, CALLS
        jae     .unknown
        call    [services + eax*4]
        iret                            ; back to ring 3, with the answer in eax
.unknown:
        mov     eax, REFUSED
        iret

write:  mov     edx, ecx
        call    check
        jc      refuse
        mov     eax, ecx
        jecxz   .done
        mov     esi, ebx
.next:  push    eax
        lodsb
        call    put_char
        pop     eax
        loop    .next
.done:  ret

sum:    lea     edx, [ecx * 4]
        call    check
        jc      refuse
        xor     eax, eax
        jecxz   .done
.next:  add     eax, [ebx]
        add     ebx, 4
        loop    .next
.done:  ret

refuse: mov     eax, REFUSED
        ret

; Do edx bytes from ebx lie in the program's own memory? Carry: no.
check:  cmp     ebx, user_start
        jb      .no
        mov     eax, ebx
        add     eax, edx                ; the end, unless it wraps around
        jc      .no
        cmp     eax, user_end
        ja      .no
        clc
        ret
.no:    stc
        ret

exit:   print   "kernel: exit code "
        print_decimal ebx
        print   10
        jmp     leave_ok

        section .rodata
services:
        dd      exit, write, sum

%macro request 3                        ; number, ebx, ecx
        mov     eax, %1
        mov     ebx, %2
        mov     ecx, %3
        int     0x80                    ; <- ring 3 to ring 0 and back
%endmacro

        section .user
program:
        request CALL_WRITE, hello, hello_end - hello
        request CALL_SUM, numbers, 4
        cmp     eax, 100
        jne     .wrong
        request CALL_WRITE, good_sum, good_sum_end - good_sum
        request CALL_WRITE, gdt, 16     ; the kernel's memory: would it print it for me?
        cmp     eax, REFUSED
        jne     .wrong
        request CALL_WRITE, refused, refused_end - refused
        request 99, 0, 0
        cmp     eax, REFUSED
        jne     .wrong
        request CALL_EXIT, 7, 0
.wrong: request CALL_EXIT, 1, 0

        section .user_text
hello:          db "user: hello", 10
hello_end:
good_sum:       db "user: 10 + 20 + 30 + 40 is 100, says the kernel", 10
good_sum_end:
refused:        db "user: the kernel keeps its memory to itself", 10
refused_end:
        align 4
numbers:        dd 10, 20, 30, 40
