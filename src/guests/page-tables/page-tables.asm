; Page tables by hand: a directory, two tables, and what the processor does with the bits.
;
; The first table maps the first 4 MiB to themselves, so that the kernel stays where it is. The second maps two pages at
; 16 MiB, both to the same frame: one piece of memory under two names. Look at the entries in memory while stepping: the
; processor itself sets the accessed and the dirty bit.
;
; On silicon the processor walks these tables. Under a hypervisor with shadow paging it walks others, which the hypervisor
; makes from these: a page it has not met is a hidden fault, and INVLPG is how the guest says that an entry has changed.

%include "lib/start.inc"
%include "lib/tables.inc"

PTE_P   equ 1                           ; present
PTE_W   equ 2                           ; writable
PTE_A   equ 0x20                        ; accessed: some instruction came this way
PTE_D   equ 0x40                        ; dirty: some instruction wrote
CR0_WP  equ 1 << 16                     ; read-only pages bind ring 0 too
CR0_PG  equ 1 << 31

ONE     equ 0x01000000                  ; two pages with one frame: 16 MiB is entry 4 of the directory
TWO     equ 0x01001000

main:   call    load_tables
        set_gate 14, page_fault, INTERRUPT_GATE

        mov     edi, low_table          ; 1024 entries: linear = physical
        mov     eax, PTE_P + PTE_W
.entry: stosd
        add     eax, 4096
        cmp     eax, 0x400000
        jb      .entry
        mov     dword [directory + 0 * 4], low_table + PTE_P + PTE_W
        mov     dword [directory + 4 * 4], high_table + PTE_P + PTE_W
        mov     dword [high_table + 0 * 4], red_frame + PTE_P + PTE_W
        mov     dword [high_table + 1 * 4], red_frame + PTE_P + PTE_W
        mov     eax, directory
        mov     cr3, eax
        mov     eax, cr0
        or      eax, CR0_PG + CR0_WP
        mov     cr0, eax                ; from here on every address is translated
        print   "paging: on", 10

        mov     eax, [high_table + 1 * 4]
        and     eax, PTE_A + PTE_D
        print   "accessed and dirty before: "
        print_hex eax
        mov     dword [ONE], 0x0badcafe ; written under one name,
        mov     ebx, [TWO]              ; read under the other
        print   10, "written to ONE, read from TWO: "
        print_hex ebx
        mov     eax, [high_table + 0 * 4]
        and     eax, PTE_A + PTE_D
        print   10, "ONE after the write: "
        print_hex eax
        mov     eax, [high_table + 1 * 4]
        and     eax, PTE_A + PTE_D
        print   10, "TWO after the read: "
        print_hex eax

; The TLB still knows the old entry: INVLPG makes the processor look again.
        mov     dword [blue_frame], 0xb10eb10e
        mov     dword [high_table + 1 * 4], blue_frame + PTE_P + PTE_W
        invlpg  [TWO]
        print   10, "TWO points elsewhere now: "
        print_hex [TWO]
        print   10, "ONE is as it was: "
        print_hex [ONE]

; A read-only page. With CR0.WP even the kernel may not write it.
        mov     dword [high_table + 0 * 4], red_frame + PTE_P
        invlpg  [ONE]
        print   10, "read-only ONE: "
        mov     dword [ONE], 1          ; <- faults once, then succeeds
        print_hex [ONE]
        print   10
        ret

; Error code: bit 0 the page was present, bit 1 it was a write, bit 2 from ring 3. CR2: the address.
page_fault:
        print   "#PF at "
        push    eax
        mov     eax, cr2
        print_hex eax
        print   ", error code "
        print_hex [esp + 4]
        print   ": opened, "
        or      dword [high_table + 0 * 4], PTE_W
        invlpg  [ONE]
        pop     eax
        add     esp, 4                  ; the error code
        iret                            ; the write is tried again

        section .bss align=4096
        alignb 4096
directory:      resb 4096
low_table:      resb 4096
high_table:     resb 4096
red_frame:      resb 4096
blue_frame:     resb 4096
