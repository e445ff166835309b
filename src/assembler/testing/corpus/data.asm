; Values in data: numbers of all kinds, strings, lists. nasm -O2 -f bin is the reference.

        bits    32
        org     0x1000
; --- floating point, in all sizes ---
        db      1.5, -0.5
        dw      1.5, 65504.0, 1e-7, 6e-8, -2.0
        dd      1.0, -1.5, 1e10, 1.e5, 0.1, 3.14159265358979, 1e-40, 1e40, 16777217.0, 1_0.5
        dq      1.0, -1.5, 2.5e-3, 0.1, 1e308, 1e-320, 1e400, 9007199254740993.0
        dt      1.5, 0.1, -2.25, 1e4000, 3.14159265358979323846, "abcdefghijk"
        dd      0x1p3, 0x1.8p1, 0x.8p0, -0x1.921fb6p1
        dd      __Infinity__, -__Infinity__, __NaN__, __QNaN__, __SNaN__, +1.5, __?Infinity?__
        dq      __?QNaN?__, -__?Infinity?__
        dt      -__Infinity__, __SNaN__
        dd      __float32__(-1.5), __?float32?__(1.0), __float16__(1.5), __float64__(1.0) >> 32
        mov     eax, __float32__(3.14)
        mov     eax, __?float32?__(-0.5)
        cmp     dword [eax], __float32__(1.0)
; --- strings ---
        db      `\u263a\U0001F600`, `\x41\101\e\0`, "it's", 'say "a"', 0
        dw      __utf16__('hello'), 0, __?utf16?__("a"), __utf16be__('ab'), __utf16le__(`\u263a`)
        dd      __utf32__('hi'), __utf32be__("x"), __utf16__ "abc"
        mov     ax, __utf16__('a')
; --- lists, repetitions, values of another size ---
        db      %(1, 2), 3, %(4)
        db      4 dup (0), 2 dup (1, 2), 2 dup ('ab'), 2 dup (%(1, 2), 3)
        dw      2 dup (3 dup (1), 5), 1 dup (0x1234), ?
        dd      3 dup (?), 2 dup (byte 1, 2)
        db      word 5, 6, dword %(1, 2), 3
        dw      byte 5, 6
        dd      byte (1, 2), 3, qword 4
; --- room ---
section .bss
a:      db      ?
b:      dw      ?, ?
c:      db      3 dup (?)
d       resy    1
e       resz    1
f       rest    1
g       reso    2
h:      dd      ?
section .text
        dd      a, b, c, d, e, f, g, h
; --- times ---
        times 3 db 1, 2
        times 4 dw $ - $$
        times 3 mov eax, [ebx + 4]
        times 2 dd 1.5
        times 5 jmp a
; --- addresses that are sums ---
        mov     eax, [ebx + (ecx * 4)]
        mov     eax, [(ebx + 4) * 2]
        mov     eax, [eax * 2 - eax]
        mov     eax, [eax + ebx - eax]
        mov     eax, [ebx - (-4)]
        mov     eax, [rel a]
$add    equ     5
$mov:   mov     eax, $add
        jmp     $mov
