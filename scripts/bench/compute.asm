; A guest that only computes: primes by sieving, for ever. `RING` (0 or 3) says where; bench defines it.
; Loads, stores, taken and untaken branches, calls and returns; no interrupts, no port I/O.

N       equ 8192

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
%if RING = 3
        mov al, 0xff                    ; mask all interrupts: user code runs with IF = 1, none comes
        out 0x21, al
        out 0xa1, al
        mov ax, 0x23
        mov ds, ax
        mov es, ax
        push dword 0x23                 ; SS
        push dword stack_top
        push dword 0x00000202           ; EFLAGS: interrupts on
        push dword 0x1b                 ; CS
        push dword sieve
        iretd
%endif

sieve:
        mov ecx, N / 4
        mov eax, 0x01010101
.clear:
        mov [flags + ecx * 4 - 4], eax
        dec ecx
        jnz .clear
        mov esi, 2
.next:
        cmp byte [flags + esi], 0
        je .composite
        lea eax, [esi + esi]
.mark:
        mov byte [flags + eax], 0
        add eax, esi
        cmp eax, N
        jb .mark
.composite:
        inc esi
        cmp esi, N / 2
        jb .next
        call count
        mov [primes], eax
        jmp sieve

; Adds up the flags of 2 to N - 1. Result in EAX.
count:
        xor eax, eax
        mov ecx, N - 1
.add:
        movzx edx, byte [flags + ecx]
        add eax, edx
        dec ecx
        cmp ecx, 1
        ja .add
        ret

        align 8
gdt:    dq 0
        dq 0x00cf9a000000ffff           ; 0x08 code, DPL 0
        dq 0x00cf92000000ffff           ; 0x10 data, DPL 0
        dq 0x00cffa000000ffff           ; 0x18 code, DPL 3
        dq 0x00cff2000000ffff           ; 0x20 data, DPL 3
gdtr:   dw gdtr - gdt - 1
        dd gdt

; On a page of its own, as a linker would put it: a translator protects pages that hold code it has translated.
        section .data align=4096
primes: dd 0
flags:  times N db 0
        times 1024 db 0
stack_top:
