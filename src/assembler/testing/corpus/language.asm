; Directives, expressions and the preprocessor: what is around the instructions. nasm -O2 -f bin is the reference.

        bits 32
        org 0x100000

; --- labels, equ, $ and $$ ---
start:
.local: jmp     .local
        jmp     .later
        times 100 nop
.later: jmp     start.local
other:
.local: jne     .local
        call    start
..@special:
        loop    .local
size    equ     $ - start
twice   equ     size * 2
here    equ     $
        mov     eax, size
        mov     eax, twice
        mov     eax, here
        mov     eax, forward
        mov     eax, [ebx + forward]
        add     eax, forward
forward equ     5
        mov     eax, $$
        dd      $, $$, $ - $$, start, other.local
no_colon nop
no_colon_data db 1
        mov     al, [no_colon_data]
$eax:   mov     ebx, $eax

; --- numbers and expressions ---
        dd      10, 0x10, 10h, 0b10, 10b, 0o10, 10q, 10o, 0d10, 10d, 0h10, $10, 1_000, 0ffh
        dd      1 + 2 * 3, (1 + 2) * 3, 10 / 3, 10 % 3, -10 // 3, -10 %% 3, 1 << 4, 256 >> 4
        dd      -8 >>> 1, 6 & 3, 6 | 3, 6 ^ 3, ~0, -1, +1, !0, !5
        dd      1 < 2, 1 > 2, 1 <= 1, 1 >= 2, 1 = 1, 1 == 2, 1 != 2, 1 <> 1, 1 && 0, 1 || 0, 1 ^^ 1
        dd      1 | 2 ^ 3 & 4, 1 << 2 + 1, 2 * 3 % 4, - 2 * 3, ~1 & 0xff
        dq      0xffffffffffffffff / 2, -1 // 2, 1 << 40
        dd      'a', 'ab', 'abc', 'abcd', 'a' + 1
        dw      'a', 'ab', "abc"
        dd      1.5, -0.25, 3.0e2
        dq      1.5, -0.25, 1e10, "12345678", "123456789"
        db      'single', "double", `back\tquoted\n\x41\101\\\``, 'it"s', "it's", 0
        db      `caf\xc3\xa9`, "é"
        dw      1, 2, 3,
        db      "a;b", 'c' ; comment with ' and "

; --- times, align, reservations ---
        times 5 db 0xaa
        times 3 dw 1, 2
        times 2 mov eax, ebx
        times 3 jmp short $ + 2
        times 0 nop
        times 16 - ($ - $$) % 16 db 0x55
        align 8
        nop
        align 16, db 0
        nop
        align 4, db 0xcc
        resb 3
        align 32

; --- near and far branches that just reach and just do not ---
near_start:
        jmp     near_end
        times 127 nop
near_end:
        jmp     far_end
        times 128 nop
far_end:
        times 126 nop
        jmp     far_end
        times 127 - 2 nop
back:   times 126 nop
        jz      back
        times 127 nop
        jz      back
; A branch that becomes long pushes others out of reach.
chain1: jmp     chain_end1
        jmp     chain_end2
        jmp     chain_end3
        times 117 nop
chain_end1:
        times 3 nop
chain_end2:
        times 3 nop
chain_end3:

; --- single-line macros ---
%define VALUE 7
%define TWICE(x) ((x) * 2)
%define ADD2(a, b) a + b
%define EMPTY
%define LATER VALUE
        mov     eax, VALUE
        mov     eax, TWICE(VALUE + 1)
        mov     eax, ADD2(1, TWICE(2))
        mov     eax, EMPTY 3
%define VALUE 8
        mov     eax, LATER
%xdefine NOW VALUE
%define VALUE 9
        mov     eax, NOW
%undef VALUE
%assign count 0
%assign count count + 5
        mov     eax, count
%define register ebx
        mov     register, [register + count]
%define pasted(x) label_ %+ x
pasted(one): jmp pasted(one)
%strlen length "hello"
        mov     eax, length

; --- conditions ---
%if 1 + 1 = 2
        mov     al, 1
%else
        this is not assembled
%endif
%if 0
        not assembled either
  %if 1
        nor this
  %endif
%elif 1
        mov     al, 2
%else
        and not this
%endif
%ifdef count
        mov     al, 3
%endif
%ifndef nothing_of_the_kind
        mov     al, 4
%endif
%ifidn eax, eax
        mov     al, 5
%endif
%ifnidn eax, ebx
        mov     al, 6
%endif
%ifnum 12
        mov     al, 7
%endif
%ifid name
        mov     al, 8
%endif
%ifstr "text"
        mov     al, 9
%endif
%if forward = 5
        mov     al, 10
%endif

; --- repetition ---
%assign i 0
%rep 5
        db      i
  %if i = 3
    %exitrep
  %endif
  %assign i i + 1
%endrep
%rep 2
  %rep 3
        inc     eax
  %endrep
        dec     eax
%endrep
%rep 0
        hlt
%endrep

; --- multi-line macros ---
%macro  prologue 1
        push    ebp
        mov     ebp, esp
        sub     esp, %1
%endmacro
%macro  epilogue 0
        leave
        ret
%endmacro
function:
        prologue 16
        epilogue

%macro  skip_if_zero 1
        test    %1, %1
        jz      %%done
        dec     %1
%%done:
%endmacro
        skip_if_zero eax
        skip_if_zero ecx

%macro  defaults 1-3 11, 22
        dd      %0, %1, %2, %3
%endmacro
        defaults 1
        defaults 1, 2
        defaults 1, 2, 3

%macro  message 2+
%1:     db      %%end - %%text
%%text: db      %2
%%end:
%endmacro
        message hello, "hello", 10, 0
        mov     esi, hello

%macro  push_all 1-*
  %rep %0
        push    %1
    %rotate 1
  %endrep
%endmacro
        push_all eax, ebx, ecx
        push_all esi

%macro  handler 1
handler_%1:
        push    dword %1
        jmp     handler_common
%endmacro
        handler 3
        handler 200
handler_common:
        dd      handler_3, handler_200
with_label: prologue 4

%macro  braces 2
        db      %1, %2
%endmacro
        braces  {1, 2}, 3
%macro  overloaded 1
        db      %1
%endmacro
%macro  overloaded 2
        dw      %1, %2
%endmacro
        overloaded 1
        overloaded 1, 2
%macro  outer 1
        overloaded %1
        skip_if_zero %1
%endmacro
%define bl_alias bl
        skip_if_zero bl_alias

; --- structures ---
        struc point
.x:     resd 1
.y      resd 1
.flags: resb 1
        alignb 4
.name:  resb 8
        endstruc
        mov     eax, [ebx + point.y]
        mov     ecx, point_size
        mov     al, [ebx + point.flags]
        mov     al, [ebx + point.name]
origin0:
        istruc point
        at point.x, dd 1
        at point.y, dd 2
        at point.name, db "origin"
        iend

; --- sections, forward and backward references between them ---
        section .data
counter: dd 1, counter, buffer, start, constant
        section .rodata align=16
constant: dq 0x1122334455667788
        section .text
        inc     dword [counter]
        mov     eax, [constant]
        mov     edi, buffer
        lea     esi, [buffer + 4 + ecx * 8]
        section .bss
buffer: resb 64
        alignb 16
more:   resd 4
        resq 1
        section .data
        db      5
        align 4, db 0
        dd      more, more - buffer
        section .text
        mov     eax, more - buffer
        absolute 0x500
bios_a: resw 1
bios_b: resd 1
        section .text
        mov     ax, [bios_a]
        mov     eax, [bios_b]
        mov     ecx, bios_b - bios_a

; --- bitness ---
        bits 16
        mov     eax, 5
        mov     ax, [bx + si + 5]
        jmp     dword 0x08:start
        a32 rep movsb
        o32 ret
        use32
        mov     ax, 5
        [bits 16]
        push    0x1234
        [bits 32]
        push    0x1234

; --- prefixes, line continuation, case ---
        MOV     EAX, \
                EBX
        Rep     MovsB
        lock    inc dword [counter]
        es      lodsb
        rep     fs movsd
        cs      mov eax, [ebx]
        mov     eax, [dword ebx + 4]
        mov     eax, [byte ebx + 0]
        db      __LINE__ & 0xff
