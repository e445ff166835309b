; hello-rings: a small kernel and two user programs, to be watched under a hypervisor.
;
; The kernel (ring 0) builds its tables, turns paging on, starts the timer and enters ring 3.
; Two tasks (ring 3) share the processor: one sieves primes, provokes a page fault and tries a
; forbidden instruction; the other checks the primes. System calls go through `int 0x80`.
;
; The text on the console never depends on timing, so every PC, real or not, prints the same.
;
; It is a Multiboot 1 kernel: a boot loader puts it at 1 MiB and starts it in 32-bit protected
; mode with flat segments, paging off and interrupts off. It relies on nothing else.

        bits 32
        org 0x100000

; --- names for numbers ------------------------------------------------------------------------

KERNEL_CODE     equ 0x08                ; selectors: index * 8 + requested privilege level
KERNEL_DATA     equ 0x10
USER_CODE       equ 0x18 + 3
USER_DATA       equ 0x20 + 3
TASK_STATE      equ 0x28

COM1            equ 0x3f8               ; serial port; +5 is the line status register
PIC1            equ 0x20                ; interrupt controllers: command port, data port is +1
PIC2            equ 0xa0
PIT_CHANNEL0    equ 0x40                ; timer
PIT_COMMAND     equ 0x43
PIT_DIVISOR     equ 600                 ; 1,193,182 Hz / 600: about 2,000 ticks a second
CRTC            equ 0x3d4               ; VGA cursor position
DEBUG_EXIT      equ 0xf4                ; ends an emulator run with a code
SCREEN          equ 0xb8000             ; VGA text: 80 x 25 cells of character and colour
COLUMNS         equ 80
ROWS            equ 25

CR0_WP          equ 1 << 16             ; read-only pages bind the kernel too
CR0_PG          equ 1 << 31             ; paging
PTE_P           equ 1                   ; present
PTE_W           equ 2                   ; writable
PTE_U           equ 4                   ; ring 3 may use it
EFLAGS_IF       equ 1 << 9              ; interrupts are taken

INTERRUPT_GATE  equ 0x8e                ; present, DPL 0; clears IF on entry
SYSTEM_GATE     equ 0xef                ; present, DPL 3: user code may call it; leaves IF alone

SYS_WRITE       equ 1                   ; ebx = text, ecx = length
SYS_YIELD       equ 2
SYS_EXIT        equ 3

EXIT_OK         equ 0x10                ; what the debug-exit port gets
EXIT_PANIC      equ 0x11

LIMIT           equ 4000                ; primes below this number
CHECKED         equ 400                 ; the checker tries those below this one
DEMAND_PAGE     equ 0x300000            ; not present until someone touches it
KERNEL_STACK    equ 4096
USER_STACK      equ 4096

; What a trap leaves on the kernel stack, lowest address first.
        struc frame
.es             resd 1                  ; saved by trap_entry
.ds             resd 1
.edi            resd 1                  ; `pusha`
.esi            resd 1
.ebp            resd 1
.esp            resd 1                  ; (ignored by `popa`)
.ebx            resd 1
.edx            resd 1
.ecx            resd 1
.eax            resd 1
.vector         resd 1                  ; pushed by the stub
.error          resd 1                  ; pushed by the processor or by the stub
.eip            resd 1                  ; pushed by the processor
.cs             resd 1
.eflags         resd 1
.user_esp       resd 1                  ; only when coming from ring 3
.user_ss        resd 1
        endstruc

; --- Multiboot header and entry ---------------------------------------------------------------

        section .text
        global _start

        align 4
multiboot_header:
        dd 0x1badb002                   ; magic, flags, and a checksum that makes the sum zero
        dd 0
        dd -0x1badb002

_start: mov     esp, boot_stack_top
        cld
        call    clear_screen
        call    init_serial
        mov     esi, text_hello
        call    print

; The loader's GDT may be anywhere. Ours has one segment pair per ring, and the task state.
load_gdt:
        mov     eax, task_state         ; the base of a descriptor is in three pieces
        mov     [gdt.task + 2], ax
        shr     eax, 16
        mov     [gdt.task + 4], al
        mov     [gdt.task + 7], ah
        lgdt    [gdt_pointer]
        jmp     KERNEL_CODE:.reload     ; CS changes only by a far jump
.reload:
        mov     eax, KERNEL_DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax

        mov     dword [task_state + 8], KERNEL_DATA     ; SS0: the stack segment of ring 0
        mov     word [task_state + 102], 104            ; no I/O permission bitmap
        mov     eax, TASK_STATE
        ltr     ax

; SGDT is not privileged. A hypervisor has its own table in the real GDTR, so on a processor
; without virtualization this is where a guest could see that it is not alone.
check_gdt:
        sgdt    [gdt_seen]
        mov     esi, gdt_seen
        mov     edi, gdt_pointer
        mov     ecx, 6
        repe    cmpsb
        mov     esi, text_gdt_same
        je      .print
        mov     esi, text_gdt_other
.print: call    print

load_idt:
        mov     esi, trap_table         ; pairs of vector and stub, ended by -1
.next:  lodsd
        cmp     eax, -1
        je      .load
        mov     edi, eax
        lodsd                           ; address of the stub
        mov     edx, INTERRUPT_GATE
        cmp     edi, 0x80
        jne     .gate
        mov     edx, SYSTEM_GATE
.gate:  mov     [idt + edi*8], ax       ; offset 15:0
        mov     word [idt + edi*8 + 2], KERNEL_CODE
        mov     [idt + edi*8 + 5], dl   ; type and DPL
        shr     eax, 16
        mov     [idt + edi*8 + 6], ax   ; offset 31:16
        jmp     .next
.load:  lidt    [idt_pointer]

; Linear address = physical address for the first 4 MiB. Only user pages are open to ring 3.
enable_paging:
        mov     edi, page_table
        mov     eax, PTE_W + PTE_P
.kernel:
        stosd
        add     eax, 4096
        cmp     eax, 0x400000
        jb      .kernel
        mov     esi, user_code_start    ; user code may be read, not written
        mov     ecx, user_code_end
        mov     edx, PTE_U + PTE_P
        call    map_range
        mov     esi, user_data_start
        mov     ecx, user_data_end
        mov     edx, PTE_U + PTE_W + PTE_P
        call    map_range
        mov     dword [page_table + DEMAND_PAGE / 4096 * 4], 0
        mov     eax, page_table
        or      eax, PTE_U + PTE_W + PTE_P
        mov     [page_directory], eax
        mov     eax, page_directory
        mov     cr3, eax
        mov     eax, cr0
        or      eax, CR0_PG + CR0_WP
        mov     cr0, eax
        jmp     .on                     ; start afresh with translated addresses
.on:    mov     esi, text_paging
        call    print

; Interrupts are enabled first and the timer is programmed inside a critical section.
; If the `popf` at its end did nothing, no tick would ever come and wait_tick would never return.
start_timer:
        call    init_pic
        sti
        call    save_interrupts
        mov     al, 0x34                ; channel 0, low byte then high byte, mode 2
        out     PIT_COMMAND, al
        mov     al, PIT_DIVISOR & 0xff
        out     PIT_CHANNEL0, al
        mov     al, PIT_DIVISOR >> 8
        out     PIT_CHANNEL0, al
        call    restore_interrupts
        mov     ebx, 3
.wait:  call    wait_tick
        dec     ebx
        jnz     .wait
        mov     esi, text_timer
        call    print

; A task that never ran looks like one that was interrupted just before its first instruction.
start_tasks:
        mov     esi, text_tasks
        call    print
        cli                             ; no tick between here and the first IRET
        mov     edi, sieve_stack_top - frame_size
        mov     dword [edi + frame.eip], sieve_main
        mov     dword [edi + frame.user_esp], sieve_user_stack_top
        mov     [task_esp], edi
        call    fill_frame
        mov     edi, checker_stack_top - frame_size
        mov     dword [edi + frame.eip], checker_main
        mov     dword [edi + frame.user_esp], checker_user_stack_top
        mov     [task_esp + 4], edi
        call    fill_frame
        mov     dword [current_task], 0
        mov     dword [task_state + 4], sieve_stack_top ; ESP0: where traps from ring 3 push
        mov     esp, [task_esp]
        jmp     return_from_trap

fill_frame:                             ; edi = frame of a new task
        mov     dword [edi + frame.es], USER_DATA
        mov     dword [edi + frame.ds], USER_DATA
        mov     dword [edi + frame.cs], USER_CODE
        mov     dword [edi + frame.eflags], EFLAGS_IF + 2
        mov     dword [edi + frame.user_ss], USER_DATA
        ret

map_range:                              ; identity-map esi..ecx with the bits in edx
        mov     eax, esi
        shr     eax, 12
        mov     edi, esi
        or      edi, edx
        mov     [page_table + eax*4], edi
        add     esi, 4096
        cmp     esi, ecx
        jb      map_range
        ret

; --- traps: exceptions, interrupts and system calls -------------------------------------------

; Each vector has a stub that makes all frames look alike: some exceptions push an error code,
; for the others the stub pushes a zero.
%macro stub 2                           ; vector, 1 if the processor pushes an error code
trap_%1:
  %if %2 = 0
        push    dword 0
  %endif
        push    dword %1
        jmp     trap_entry
%endmacro

        stub 0, 0                       ; #DE divide error
        stub 6, 0                       ; #UD undefined opcode
        stub 8, 1                       ; #DF double fault
        stub 11, 1                      ; #NP segment not present
        stub 12, 1                      ; #SS stack
        stub 13, 1                      ; #GP general protection
        stub 14, 1                      ; #PF page fault
        stub 32, 0                      ; IRQ 0, timer
        stub 39, 0                      ; IRQ 7, spurious
        stub 128, 0                     ; system call

trap_entry:
        pusha
        push    ds
        push    es
        mov     eax, KERNEL_DATA
        mov     ds, eax
        mov     es, eax
        cld
        mov     ebp, esp                ; handlers find the frame here
        mov     ebx, trap_panic
        mov     eax, [ebp + frame.vector]
        cmp     eax, 13
        je      .protection
        cmp     eax, 14
        je      .page
        cmp     eax, 32
        je      .timer
        cmp     eax, 39
        je      return_from_trap
        cmp     eax, 128
        jne     .call
        mov     ebx, system_call
        jmp     .call
.protection:
        mov     ebx, protection_fault
        jmp     .call
.page:  mov     ebx, page_fault
        jmp     .call
.timer: mov     ebx, timer_interrupt
.call:  call    ebx
        cmp     dword [switch_wanted], 0
        je      return_from_trap

; The whole state of a task is its frame, so switching tasks is switching stacks.
switch_task:
        cli
        mov     dword [switch_wanted], 0
        mov     eax, [current_task]
        mov     [task_esp + eax*4], esp
        xor     eax, 1                  ; the other one, unless it has ended
        cmp     dword [task_esp + eax*4], 0
        jne     .take
        xor     eax, 1
.take:  mov     [current_task], eax
        mov     esp, [task_esp + eax*4]
        mov     ecx, [task_stack_top + eax*4]
        mov     [task_state + 4], ecx   ; ESP0

return_from_trap:
        pop     es
        pop     ds
        popa
        add     esp, 8                  ; vector and error code
        iret

timer_interrupt:
        inc     dword [ticks]
        mov     al, 0x20                ; end of interrupt
        out     PIC1, al
        test    dword [ebp + frame.cs], 3
        jz      .done                   ; the kernel itself is never switched away from
        mov     dword [switch_wanted], 1
.done:  ret

; One page exists only when someone asks for it. Not at its own address, to show that it may be so.
page_fault:
        mov     eax, cr2
        and     eax, 0xfffff000
        cmp     eax, DEMAND_PAGE
        jne     trap_panic
        test    dword [ebp + frame.error], PTE_P
        jnz     trap_panic              ; it is there: a protection fault
        mov     esi, text_fault_address
        call    print
        mov     eax, cr2
        call    print_hex
        mov     esi, text_fault_error
        call    print
        mov     eax, [ebp + frame.error]
        call    print_hex
        mov     eax, demand_frame
        or      eax, PTE_U + PTE_W + PTE_P
        mov     [page_table + DEMAND_PAGE / 4096 * 4], eax
        invlpg  [DEMAND_PAGE]
        mov     esi, text_fault_mapped
        jmp     print                   ; IRET will execute the instruction again

; User code may not touch IF. CLI in ring 3 faults; we say so and step over it.
protection_fault:
        test    dword [ebp + frame.cs], 3
        jz      trap_panic
        mov     eax, [ebp + frame.eip]
        cmp     byte [eax], 0xfa        ; the opcode of CLI
        jne     trap_panic
        inc     dword [ebp + frame.eip]
        mov     esi, text_user_cli
        jmp     print

system_call:
        mov     eax, [ebp + frame.eax]
        cmp     eax, SYS_WRITE
        je      .write
        cmp     eax, SYS_YIELD
        je      .yield
        cmp     eax, SYS_EXIT
        je      .exit
        mov     dword [ebp + frame.eax], -1
        ret
.write: mov     esi, [ebp + frame.ebx]
        mov     ecx, [ebp + frame.ecx]
        mov     edx, esi                ; never trust a pointer from ring 3
        add     edx, ecx
        jc      .bad
        cmp     esi, user_code_start
        jb      .bad
        cmp     edx, user_data_end
        ja      .bad
        mov     [ebp + frame.eax], ecx
        jmp     print_counted
.bad:   mov     dword [ebp + frame.eax], -1
        ret
.yield: mov     dword [switch_wanted], 1
        ret
.exit:  cli                             ; this task's frame is given up
        mov     eax, [current_task]
        mov     dword [task_esp + eax*4], 0
        xor     eax, 1
        cmp     dword [task_esp + eax*4], 0
        je      all_ended
        add     esp, 4                  ; forget the return address: this stack is done
        mov     [current_task], eax
        jmp     switch_task.take

all_ended:
        mov     esi, text_ended
        call    print
        mov     al, EXIT_OK
        jmp     leave_machine

trap_panic:
        mov     esi, text_panic
        call    print
        mov     eax, [ebp + frame.vector]
        call    print_hex
        mov     esi, text_at
        call    print
        mov     eax, [ebp + frame.eip]
        call    print_hex
        mov     al, EXIT_PANIC

leave_machine:
        mov     bl, al
        mov     edx, COM1 + 5
.drain: in      al, dx
        test    al, 0x40                ; has the last bit of text left the serial port?
        jz      .drain
        mov     al, bl
        out     DEBUG_EXIT, al
.stop:  cli                             ; no such port: stay here
        hlt
        jmp     .stop

; --- critical sections ------------------------------------------------------------------------

; Between these two no interrupt is taken. The second puts IF back as the first found it, so both
; work in interrupt handlers (IF = 0) and outside (IF = 1). Critical sections do not nest.
save_interrupts:
        pushf
        pop     dword [saved_flags]
        cli
        ret

; In ring 0 this POPF switches interrupts back on. Anywhere else the processor would ignore
; that bit without a word: the instruction that lies.
restore_interrupts:
        mov     edx, [critical_sections]
        inc     edx
        mov     [critical_sections], edx
        push    dword [saved_flags]
        popf
        ret

wait_tick:                              ; returns after the next timer interrupt
        mov     eax, [ticks]
.sleep: hlt
        cmp     eax, [ticks]
        je      .sleep
        ret

; --- devices ----------------------------------------------------------------------------------

init_serial:
        mov     esi, .settings
        mov     ecx, (.end - .settings) / 2
        xor     edx, edx
.next:  mov     dl, [esi]
        mov     dh, COM1 >> 8
        mov     al, [esi + 1]
        out     dx, al
        add     esi, 2
        loop    .next
        ret
.settings:                              ; low byte of the port, value
        db 0xf9, 0x00                   ; no interrupts
        db 0xfb, 0x80                   ; the next two set the speed:
        db 0xf8, 0x01, 0xf9, 0x00       ; 115,200 baud
        db 0xfb, 0x03                   ; 8 data bits, no parity, 1 stop bit
        db 0xfa, 0xc7                   ; clear and use the FIFO
        db 0xfc, 0x03                   ; ready
.end:

; The controllers start with vectors that collide with exceptions: move IRQs to 0x20 and 0x28.
init_pic:
        mov     al, 0x11                ; start, four words follow
        out     PIC1, al
        out     PIC2, al
        mov     al, 0x20
        out     PIC1 + 1, al
        mov     al, 0x28
        out     PIC2 + 1, al
        mov     al, 4                   ; the second hangs on IRQ 2 of the first
        out     PIC1 + 1, al
        mov     al, 2
        out     PIC2 + 1, al
        mov     al, 1                   ; 8086 mode
        out     PIC1 + 1, al
        out     PIC2 + 1, al
        mov     al, 0xfe                ; only the timer may interrupt
        out     PIC1 + 1, al
        mov     al, 0xff
        out     PIC2 + 1, al
        ret

clear_screen:
        mov     edi, SCREEN
        mov     ecx, COLUMNS * ROWS
        mov     eax, 0x0720             ; light grey blank
        rep     stosw
        ret

print:                                  ; esi = length byte, then the text
        movzx   ecx, byte [esi]
        inc     esi

print_counted:                          ; esi = text, ecx = length
        test    ecx, ecx
        jz      update_cursor
.next:  mov     al, [esi]
        call    put_char
        inc     esi
        dec     ecx
        jnz     .next

update_cursor:                          ; the blinking cursor is moved once per text
        mov     ebx, [cursor]
        mov     edx, CRTC
        mov     al, 14
        mov     ah, bh
        out     dx, ax                  ; index and value in one go
        mov     al, 15
        mov     ah, bl
        out     dx, ax
        ret

print_hex:                              ; eax as 0x and eight digits
        mov     ebx, eax
        mov     al, '0'
        call    put_char
        mov     al, 'x'
        call    put_char
        mov     ecx, 8
.digit: rol     ebx, 4
        mov     eax, ebx
        and     eax, 15
        mov     al, [digits + eax]
        call    put_char
        loop    .digit
        jmp     update_cursor

put_char:                               ; al to the serial port and the screen; keeps ebx ecx esi edi
        push    edi
        call    save_interrupts
        mov     ah, al
        mov     edx, COM1 + 5
.wait:  in      al, dx
        test    al, 0x20                ; transmitter empty?
        jz      .wait
        mov     edx, COM1
        mov     al, ah
        out     dx, al
        mov     edi, [cursor]           ; in cells from the top left corner
        cmp     al, 10
        je      .newline
        mov     ah, 0x07
        mov     [SCREEN + edi*2], ax
        inc     edi
        jmp     .scroll
.newline:
        mov     eax, edi
        xor     edx, edx
        mov     edi, COLUMNS
        div     edi                     ; edx = column
        mov     edi, [cursor]
        sub     edi, edx
        add     edi, COLUMNS
.scroll:
        cmp     edi, COLUMNS * ROWS
        jb      .store
        push    esi
        push    ecx
        mov     esi, SCREEN + COLUMNS * 2
        mov     edi, SCREEN
        mov     ecx, COLUMNS * (ROWS - 1) / 2
        rep     movsd
        mov     eax, 0x07200720
        mov     ecx, COLUMNS / 2
        rep     stosd
        pop     ecx
        pop     esi
        mov     edi, COLUMNS * (ROWS - 1)
.store: mov     [cursor], edi
        call    restore_interrupts
        pop     edi
        ret

; --- kernel data ------------------------------------------------------------------------------

%macro text 2+                          ; label, text: its length goes before it
%1:     db %%end - %%start
%%start:
        db %2
%%end:
%endmacro

        section .data

        text text_hello, "hello-rings: the kernel runs in ring 0", 10
        text text_gdt_same, "gdt: the table I loaded is the table I see", 10
        text text_gdt_other, "gdt: this is not the table I loaded", 10
        text text_paging, "paging: on", 10
        text text_timer, "timer: ok", 10
        text text_tasks, "tasks: entering ring 3", 10
        text text_fault_address, "page fault: address "
        text text_fault_error, ", error code "
        text text_fault_mapped, ": page mapped", 10
        text text_user_cli, "user cli: #GP, as it should be", 10
        text text_ended, "kernel: all tasks have ended", 10
        text text_panic, "panic: vector "
        text text_at, " at "
digits: db "0123456789abcdef"

        align 8
gdt:    dq 0                            ; the null descriptor
        dq 0x00cf9a000000ffff           ; 0x08 kernel code: base 0, limit 4 GiB, DPL 0
        dq 0x00cf92000000ffff           ; 0x10 kernel data
        dq 0x00cffa000000ffff           ; 0x18 user code: DPL 3
        dq 0x00cff2000000ffff           ; 0x20 user data
.task:  dq 0x0000890000000067           ; 0x28 task state, 104 bytes; its base is filled in
gdt_end:

gdt_pointer:
        dw gdt_end - gdt - 1
        dd gdt
idt_pointer:
        dw 256 * 8 - 1
        dd idt

        align 4
trap_table:
%macro trap 1
        dd %1, trap_%1
%endmacro
        trap 0
        trap 6
        trap 8
        trap 11
        trap 12
        trap 13
        trap 14
        trap 32
        trap 39
        trap 128
        dd -1

task_stack_top:
        dd sieve_stack_top, checker_stack_top

; --- the tasks: everything below runs in ring 3 -----------------------------------------------

        section .user align=4096
user_code_start:

%macro write 1                          ; a text made by the `text` macro
        mov     eax, SYS_WRITE
        mov     ebx, %1 + 1
        movzx   ecx, byte [%1]
        int     0x80
%endmacro

sieve_main:
        write   text_sieve_hello
        mov     edi, composite          ; one byte per number, all candidates at first
        mov     ecx, LIMIT
        xor     eax, eax
        rep     stosb
        mov     esi, 2
.next:  cmp     byte [composite + esi], 0
        jne     .skip
        mov     edi, esi
        imul    edi, edi                ; smaller multiples are crossed out already
.cross: cmp     edi, LIMIT
        jae     .skip
        mov     byte [composite + edi], 1
        add     edi, esi
        jmp     .cross
.skip:  inc     esi
        mov     eax, esi
        imul    eax, eax
        cmp     eax, LIMIT
        jb      .next

        xor     ebx, ebx                ; how many are left?
        mov     esi, 2
.count: cmp     byte [composite + esi], 1
        adc     ebx, 0                  ; the comparison borrows when it is a prime
        inc     esi
        cmp     esi, LIMIT
        jb      .count

        mov     eax, ebx                ; decimal digits, last one first
        mov     edi, number + 8
        mov     ecx, 10
.digit: xor     edx, edx
        div     ecx
        add     dl, '0'
        dec     edi
        mov     [edi], dl
        test    eax, eax
        jnz     .digit
        mov     esi, edi
        write   text_sieve_found
        mov     eax, SYS_WRITE
        mov     ebx, esi
        mov     ecx, number + 8
        sub     ecx, esi
        int     0x80
        write   text_sieve_primes
        mov     dword [sieve_done], 1   ; the checker may start

        mov     dword [DEMAND_PAGE], 0x600df00d         ; not present: page fault, then again
        mov     esi, text_page_bad
        cmp     dword [DEMAND_PAGE], 0x600df00d
        jne     .report
        mov     esi, text_page_good
.report:
        mov     eax, SYS_WRITE
        lea     ebx, [esi + 1]
        movzx   ecx, byte [esi]
        int     0x80

        cli                             ; forbidden in ring 3
        mov     dword [checker_may_print], 1
        mov     eax, SYS_EXIT
        int     0x80

checker_main:                           ; gives its turn away until there is something to check
        mov     eax, SYS_YIELD
        int     0x80
        cmp     dword [sieve_done], 0
        je      checker_main
        mov     esi, 2
.number:
        mov     ecx, 2                  ; trial division
.divide:
        mov     eax, ecx
        imul    eax, ecx
        cmp     eax, esi
        ja      .prime
        mov     eax, esi
        xor     edx, edx
        div     ecx
        inc     ecx
        test    edx, edx
        jnz     .divide
        mov     al, 1                   ; it has a divisor
        jmp     .compare
.prime: xor     eax, eax
.compare:
        cmp     [composite + esi], al
        jne     .wrong
        inc     esi
        cmp     esi, CHECKED
        jb      .number
        mov     esi, text_check_good
        jmp     .wait
.wrong: mov     esi, text_check_bad
.wait:  cmp     dword [checker_may_print], 0
        jne     .print
        mov     eax, SYS_YIELD
        int     0x80
        jmp     .wait
.print: mov     eax, SYS_WRITE
        lea     ebx, [esi + 1]
        movzx   ecx, byte [esi]
        int     0x80
        mov     eax, SYS_EXIT
        int     0x80

        text text_sieve_hello, "sieve: hello from ring 3", 10
        text text_sieve_found, "sieve: found "
        text text_sieve_primes, " primes below 4000", 10
        text text_page_good, "sieve: the page is there now", 10
        text text_page_bad, "sieve: the page lost my data", 10
        text text_check_good, "checker: trial division agrees", 10
        text text_check_bad, "checker: trial division disagrees", 10
user_code_end:

; --- memory that starts as zero ---------------------------------------------------------------

        section .bss align=4096

; Open to ring 3. It follows the user code, so that one range holds all user memory.
user_data_start:
sieve_user_stack:       resb USER_STACK
sieve_user_stack_top:
checker_user_stack:     resb USER_STACK
checker_user_stack_top:
composite:              resb LIMIT
number:                 resb 8
sieve_done:             resd 1
checker_may_print:      resd 1
        alignb 4096
user_data_end:

; For the kernel only.
page_directory:         resb 4096
page_table:             resb 4096
demand_frame:           resb 4096
idt:                    resb 256 * 8
task_state:             resb 104
gdt_seen:               resb 6
        alignb 4
; Variables lie away from the code and the descriptor table: whoever watches those pages for writes (a binary
; translator does) must not be disturbed by every counter.
task_esp:               resd 2          ; where each task's frame is; 0: ended
current_task:           resd 1
switch_wanted:          resd 1
ticks:                  resd 1
saved_flags:            resd 1
critical_sections:      resd 1
cursor:                 resd 1
        alignb 16
boot_stack:             resb KERNEL_STACK
boot_stack_top:
sieve_stack:            resb KERNEL_STACK
sieve_stack_top:
checker_stack:          resb KERNEL_STACK
checker_stack_top:
