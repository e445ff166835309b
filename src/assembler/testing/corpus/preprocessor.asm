; The rest of NASM's preprocessor and of its data directives. nasm -O2 -f bin is the reference.

        bits 32
        org 0x7c00

; --- strings ---
%define text "hello, world"
%strlen text_length text
%substr one text 2
%substr first_five text 1, 5
%substr to_end text 8, -1
%substr to_last_but_one text 8, -2
%substr past text 11, 10
%strcat both "one", "-", 'two'
%defstr as_text eax + 1
%deftok as_token "ebx"
        db      text_length, one, first_five, to_end, to_last_but_one, past
        db      both, as_text
        mov     eax, as_token
%strcat quoted "it's", ' "', `\n`
        db      quoted

; --- contexts: the classical if and repeat ---
%macro  if 1
  %push if
        j%-1    %$if_not
%endmacro
%macro  else 0
  %ifctx if
    %repl else
        jmp     %$if_end
    %$if_not:
  %else
    %error "expected if before else"
  %endif
%endmacro
%macro  endif 0
  %ifctx if
    %$if_not:
    %pop
  %elifctx else
    %$if_end:
    %pop else
  %else
    %error "expected if or else before endif"
  %endif
%endmacro
        cmp     eax, ebx
        if ae
        cmp     ecx, edx
          if e
        nop
          endif
        mov     eax, 1
        else
        mov     eax, 2
        endif

%macro  repeat 0
  %push repeat
  %$begin:
%endmacro
%macro  until 1
        j%-1    %$begin
  %pop
%endmacro
        repeat
        dec     ecx
        repeat
        dec     edx
        until z
        until z

%macro  keep_going 1
        j%+1    %%there
%%there:
%endmacro
        keep_going nz
        keep_going GE

%push outer
%define %$depth 1
%push inner
%define %$depth 2
        db      %$depth, %$$depth
%assign %$$depth %$$depth + 10
%pop
        db      %$depth
%ifdef %$depth
        db      3
%endif
%ifndef %$never
        db      4
%endif
%pop

; --- leaving macros and repetitions early ---
%macro  small_only 1
  %if %1 > 100
    %exitmacro
  %endif
        db      %1
%endmacro
        small_only 5
        small_only 200
        small_only 7
%macro  first_zero 1-*
  %rep %0
    %if %1 = 0
      %exitrep
    %endif
        db      %1
    %rotate 1
  %endrep
        db      0xff
%endmacro
        first_zero 3, 2, 1, 0, 9

; --- parameters ---
%macro  ranges 1-*
        db      %{2:3}
        db      %{-1:1}
        db      %{1:-1}
%endmacro
        ranges 1, 2, 3, 4
%macro  labelled 1
%00:    db      %1
        dd      %00
%endmacro
here:   labelled 1
there   labelled 2
        dd      here, there
%macro  rest_of 1+
        db      %1
%endmacro
        rest_of 1, 2, 3
%macro  none_to_three 0-3 7, 8, 9
        db      %0
        db      %1, %2, %3
%endmacro
        none_to_three
        none_to_three 1
        none_to_three 1, 2, 3
%macro  quiet 2 .nolist
        db      %1 + %2
%endmacro
        quiet 1, 2
%imacro AnyCase 1
        db      %1
%endmacro
        anycase 1
        ANYCASE 2
%unmacro AnyCase 1
%ifmacro anycase
        db      99
%endif
%ifmacro ranges 1
        db      1
%endif
%ifmacro ranges 0
        db      98
%endif
%macro  backwards 1-*
  %rep %0
    %rotate -1
        db      %1
  %endrep
%endmacro
        backwards 1, 2, 3

; --- single-line macros ---
%idefine Value 12
        db      VALUE, value, Value
%define over(x) x
%define over(x, y) x, y
        db      over(1), over(2, 3)
%define suffix 3
        db      name_%[suffix] - $$ - (name_%[suffix] - $$)
name_3:
%assign n 4
%define list_%[n] n * 2
        db      list_4
%xdefine grow 1
%xdefine grow grow, 2
%xdefine grow grow, 3
        db      grow
%define join(a, b) a %+ b
        mov     e %+ ax, join(eb, x)
%iassign Counter 1
        db      counter
        db      __BITS__
        db      __LINE__ & 0xff

; --- conditions ---
%if 0
%elifdef nothing
%elifndef nothing
        db      1
%else
        db      2
%endif
%ifn 1 = 2
        db      3
%endif
%if 1
  %if 0
  %elif 0
  %else
        db      4
  %endif
%elif 1
        db      5
%endif
%ifidni EAX, eax
        db      6
%endif
%ifnidni EAX, ebx
        db      7
%endif
%ifnnum abc
        db      8
%endif
%ifnum -5
        db      9
%endif
%ifnstr abc
        db      10
%endif
%ifnid 5
        db      11
%endif
%ifempty
        db      12
%endif
%ifnempty x
        db      13
%endif
%iftoken x
        db      14
%endif
%ifntoken x y
        db      15
%endif
%ifdef __NASM_MAJOR__
        db      16
%endif
%if __NASM_MAJOR__ >= 2 && 3 > 2
        db      17
%endif
%ifidn __OUTPUT_FORMAT__, bin
        db      18
%endif
%macro  is_register 1
  %ifidni %1, eax
        db      1
  %elifidni %1, ebx
        db      2
  %else
        db      3
  %endif
%endmacro
        is_register EAX
        is_register ebx
        is_register ecx

; --- dup, reservations ---
        db      3 dup (1)
        db      2 dup (1, 2, "ab")
        dw      2 dup (0x1234), 5
        dd      2 dup (here)
        db      2 dup (2 dup (7), 8)
        db      4 dup (?)
        dw      3 dup ?
        dq      2 dup (1)
        resb    2
        rest    1
        reso    1

; --- structures that begin elsewhere, align inside them ---
        struc frame, 8
.link:  resd 1
        alignb 8
.pc     resd 1
.args:  resb 3
        endstruc
        mov     eax, [ebp + frame.pc]
        db      frame_size, frame.link, frame.args
        istruc frame
        at frame.link, dd 1
        at frame.pc, dd 2
        at frame.args, db 4
        iend
        struc nested
.one:   resb frame_size
.two:   resw 2
        endstruc
        dd      nested_size
        align   16, db 0xcc
        alignb  32

; --- sections and their ends ---
        section .data align=16
data_here:
        dd      data_here, text_end
        section .text
text_end:
        dd      data_end - data_here
        section .data
data_end:
        section .bss
        alignb  64
zeros:  resb 100
        section .text
        mov     edi, zeros
[section .data]
        db      1
[section .text]
        db      2
