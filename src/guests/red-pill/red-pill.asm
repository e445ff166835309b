; The red pill: a user program finds out that there is a hypervisor beneath.
;
; SIDT, SGDT and STR show system registers and are not privileged. The kernel leaves a note of what it loaded; a program in
; ring 3 asks the processor and compares.
;
; On bare hardware both agree. Under the binary translator the *kernel's* SIDT is rewritten and shows the guest's own table,
; but user code runs directly on the silicon: there is no trap and no translation, so it sees the hypervisor's IDT, high in
; memory. (Later processors have UMIP, which lets these instructions trap in ring 3.)

%include "lib/start.inc"
%include "lib/user.inc"

main:   call    load_tables
        call    install_system_calls
        sidt    [seen]                  ; in ring 0: under the translator not the real instruction
        mov     eax, [seen + 2]
        cmp     eax, idt
        jne     .other
        print   "kernel: sidt shows the table I loaded", 10
.other: enter_user program

        section .user
program:
        sidt    [seen]                  ; six bytes: limit, base
        mov     eax, [seen + 2]         ; <- the hypervisor's, or the kernel's?
        cmp     eax, idt
        setne   bl
        sgdt    [seen]
        mov     eax, [seen + 2]
        cmp     eax, gdt
        setne   bh
        str     eax
        cmp     eax, TASK_STATE
        setne   cl
        cmp     bl, 0
        je      .idt
        user_print "user: sidt shows a table that is not the kernel's", 10
.idt:   cmp     bh, 0
        je      .gdt
        user_print "user: sgdt shows a table that is not the kernel's", 10
.gdt:   cmp     cl, 0
        je      .task
        user_print "user: str shows a task that is not the kernel's", 10
.task:  or      bl, bh
        or      bl, cl
        jnz     .found
        user_print "user: no hypervisor to be seen", 10
        user_exit
.found: user_print "user: I am in a virtual machine", 10
        user_exit

        section .user_data
seen:   times 8 db 0
