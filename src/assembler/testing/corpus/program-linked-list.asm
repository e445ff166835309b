; A program as students write them: linked list. nasm -O2 -f bin is the reference.

bits 32
%define prev 0
%macro word_ 2-3 0
 align 4
 link_%2:
 dd prev
 %define prev link_%2
 %strlen len %1
 db len + %3
 db %1
 align 4
 %2:
%endmacro
word_ "dup", DUP_
 dd code
word_ "swap", SWAP_
 dd code
word_ ":", COLON, 0x80
 dd code
%macro NEXT 0
 lodsd
 jmp [eax]
%endmacro
code: NEXT
last: dd prev
