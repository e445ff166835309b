; A program as students write them: linked list xdefine. nasm -O2 -f bin is the reference.

bits 32
%assign prev 0
%macro defword 3
name_%2: dd link
%define link name_%2
%strlen %%l %1
db %%l + %3, %1
align 4
%2: dd DOCOL
%endmacro
%define link 0
defword "+", PLUS, 0
 dd EXIT
defword "DOUBLE", DOUBLE, 0x40
 dd PLUS, EXIT
DOCOL: 
%define NEXT lodsd
NEXT
jmp dword [eax]
EXIT: ret
LATEST dd link
