; The guest both emulators run for speed: for ever the same work, in ring 0 with paging on (4 KiB pages).
; `SIEVE` (0 or 1) says which: arithmetic in registers, or a sieve with calls, a stack and memory traffic.
; `iterations` counts finished rounds of the work, each of which takes the same number of instructions.

N       equ 8192                        ; the sieve's size

        bits 32
        org 0x100000
        section .text

        align 4
        dd 0x1badb002, 0, -0x1badb002   ; Multiboot header: nothing asked for

_start:
        mov esp, stack_top
        lgdt [gdtr]
        jmp 0x08:flat
flat:
        mov ax, 0x10
        mov ds, ax
        mov es, ax
        mov ss, ax
        call enable_paging
        xor eax, eax
        xor ebx, ebx
        xor edx, edx
        xor esi, esi
        xor edi, edi
        jmp work

; Maps the first 4 MiB to themselves.
enable_paging:
        mov eax, 0x003                  ; present, writable
        mov ecx, 1024
        mov edi, page_table
.entry:
        mov [edi], eax
        add eax, 0x1000
        add edi, 4
        dec ecx
        jnz .entry
        mov eax, page_table
        or eax, 3
        mov [page_directory], eax
        mov eax, page_directory
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        ret

%if SIEVE

work:
        push dword N
        push dword flags
        call clear
        add esp, 8
        mov esi, 2
.next:
        cmp byte [flags + esi], 0
        je .composite
        push dword N
        push esi
        call strike
        add esp, 8
.composite:
        inc esi
        cmp esi, N / 2
        jb .next
        call count
        mov [primes], eax
        inc dword [iterations]
        jmp work

; clear(flags, bytes): every number may be prime.
clear:
        push ebp
        mov ebp, esp
        push edi
        mov edi, [ebp + 8]
        mov ecx, [ebp + 12]
        shr ecx, 2
        mov eax, 0x01010101
.more:
        mov [edi], eax
        add edi, 4
        dec ecx
        jnz .more
        pop edi
        pop ebp
        ret

; strike(prime, bytes): its multiples are not.
strike:
        push ebp
        mov ebp, esp
        mov edx, [ebp + 8]
        lea eax, [edx + edx]
        jmp .test
.more:
        mov byte [flags + eax], 0
        add eax, edx
.test:
        cmp eax, [ebp + 12]
        jb .more
        pop ebp
        ret

; count(): adds up the flags of 2 to N - 1.
count:
        push ebp
        mov ebp, esp
        xor eax, eax
        mov ecx, N - 1
.add:
        movzx edx, byte [flags + ecx]
        add eax, edx
        dec ecx
        cmp ecx, 1
        ja .add
        pop ebp
        ret

%else

work:
        mov ecx, 10000
.more:
        lea esi, [eax + ecx * 4 + 12345]
        add eax, ecx
        xor edx, eax
        imul edi, esi, 1103515245
        shl eax, 3
        sub ebx, edi
        rol edx, 5
        cmp ebx, edx
        jl .less
        or eax, 1
        adc esi, ebx
.less:
        not esi
        and edi, 0x00ffffff
        add eax, esi
        dec ecx
        jnz .more
        ; Start again from the same values: every round takes the same number of instructions.
        xor eax, eax
        xor ebx, ebx
        xor edx, edx
        inc dword [iterations]
        jmp work

%endif

        align 8
gdt:    dq 0
        dq 0x00cf9a000000ffff           ; 0x08 code
        dq 0x00cf92000000ffff           ; 0x10 data
gdtr:   dw gdtr - gdt - 1
        dd gdt

; On pages of its own, as a linker would put it.
        section .data align=4096
iterations:
        dd 0
primes: dd 0
flags:  times N db 0
        times 1024 db 0
stack_top:
        align 4096
page_directory:
        times 1024 dd 0
page_table:
        times 1024 dd 0
