; Where sections lie: load and run addresses, order, gaps. nasm -O2 -f bin is the reference.

        org     0x7c00
        bits    32
section .text align=16
start:  dd      start, $$, high, high_end - high
        dd      section..high.start, section..high.vstart, section..text.start
        dd      table, counter, buffer, after_high, late, behind
section .late start=0x9000
late:   dd      late, $$, $ - $$
section .behind
behind: dd      behind
section .high vstart=0xc0000000 align=32
high:   dd      high, $$, low
        nop
high_end:
section .above vfollows=.high align=8 valign=64
after_high:
        dd      after_high
section .low follows=.text
low:    db      1
section .data align=8
table:  dd      table
section .bss
        resb    3
        alignb  16
counter resd    1
section .more nobits vfollows=.bss
buffer: resb    64

; Attributes given later, and directives in brackets, which leave __SECT__ alone.
section .data align=64
        db      2
%macro  text 1
[section .strings]
%%at:   db      %1, 0
__SECT__
        dd      %%at
%endmacro
        text    "one"
        text    'two'
section .text
        text    `three\n`
[section .data]
        db      3
__SECT__
        nop
struc   pair
.a:     resd    1
.b:     resd    1
endstruc
        mov     eax, [ebx + pair.b]
        mov     eax, [table + ecx * pair_size]
        sectalign 64
        align   128
        nop
        sectalign off
        align   1024, db 0
        nop
first:  istruc  pair
        at .b,  dd 7
        iend
second: istruc  pair
        at pair.a
        dd      1
        at pair.b
        dd      2
        iend
        dd      pair_size, pair.b
absolute 0x500
scratch resw    3
other   resb    1
section .text
        dd      scratch, other
