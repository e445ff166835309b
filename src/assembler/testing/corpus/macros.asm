; Macros and conditions as kernels use them. nasm -O2 -f bin is the reference.

        org     0x7c00
        bits    32
start:
; --- %if on addresses ---
%if ($ - $$) != 0
  %error "not at the start"
%endif
        nop
        times 3 nop
%if ($ - $$) > 3
        db      'long'
%endif
%if $ - start < 100
        db      'short'
%endif
        jmp     far_away
        jmp     far_away
        je      far_away
%assign here $ - $$
        dd      here
        times 16 - (here % 16) db here
%rep ($ - $$) / 16
        db      0xee
%endrep
struc   task
.esp:   resd    1
.next:  resd    1
endstruc
%if task_size != 8
  %error "size"
%endif
        mov     eax, [ebx + ecx * task_size]
        times 200 nop
far_away:
; --- parameters ---
%macro  counted 1-4 5, 'x'
        db      %0, %1, %2, %3
  %ifnempty %4
        db      %4
  %endif
%endmacro
        counted 1
        counted 1, 2
        counted 1, 2, 3
        counted 1, 2, 3, 4
%macro  rest 1-2+
        db      %0, %1
  %ifnempty %2
        dw      %2
  %endif
%endmacro
        rest    1
        rest    1, 2
        rest    1, 2, 3, 4
; --- macros with the names of instructions ---
%macro  push 2-*
  %rep %0
        push    %1
    %rotate 1
  %endrep
%endmacro
        push    eax
        push    eax, ebx, ecx
%macro  mov 2
  %ifidni %2, 0
        xor     %1, %1
  %else
        mov     %1, %2
  %endif
%endmacro
        mov     eax, 0
        mov     eax, ebx
%unmacro mov 2
%unmacro push 2-*
; --- names ---
%macro  named 0
  %defstr own %?
        db      own
%endmacro
        named
%imacro ANYCASE 0
  %defstr own %?
        db      own
  %defstr own %??
        db      own
%endmacro
        anyCase
%idefine keyword $%?
keyword:
        jmp     keyword
%define put write
%define write(x) x, x + 1
        db      put(5)
%defalias other put
        db      other(7)
%idefstr Text abc
        db      tEXT
%ideftok Idle 'nop'
        IDLE
; --- parameters of %define ---
%define value(=x) x * 2
%define all(a, b+) b, a
        db      value(1 + 2), all(1, 2, 3)
; --- what is asked ---
%macro  kind 1
  %ifid %1
        db      'i'
  %elifnum %1
        db      'n'
  %elifstr %1
        db      's'
  %else
        db      '?'
  %endif
%endmacro
        kind    foo
        kind    5
        kind    -5
        kind    5 + 6
        kind    'x'
        kind    [x]
%ifenv NOBODY_SETS_THIS
        db      1
%endif
%ifusable ifunc
        db      2
%endif
%use ifunc
%ifusing ifunc
        db      3
%endif
        db      ilog2(64), ilog2e(32), ilog2f(33), ilog2c(33), ilog2w(33), ilog2f(0)
%use fp
        dd      float32(1.5), Inf
%use altreg
        mov     r0d, r1d
        mov     r3l, r2h
%ifdef __?NASM_MAJOR?__
        db      4
%endif
%ifidn __OUTPUT_FORMAT__, bin
        db      5
%endif
; --- stack frames ---
%push   frame
%stacksize flat
%assign %$localsize 0
%arg    first:dword, second:byte, third:qword
%local  count:dword, flag:byte
        enter   %$localsize, 0
        mov     eax, [first]
        mov     al, [second]
        mov     eax, [third]
        mov     [count], eax
        mov     [flag], al
        leave
        ret
%pop
%push   frame
%stacksize small
%arg    i:word, j:word
        mov     ax, [i]
        mov     bx, [j]
%pop
%pathsearch found "no.inc"
        db      found
%depend "no.inc"
%pragma limit 5
