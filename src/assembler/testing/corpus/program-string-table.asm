; A program as students write them: string table. nasm -O2 -f bin is the reference.

bits 32
%assign nstr 0
%macro STR 1
 [section .strs]
 str_%[nstr]: db %1, 0
 [section .text]
 dd str_ %+ nstr
 %assign nstr nstr+1
%endmacro
section .text
table:
STR "one"
STR 'two'
STR `three\n`
count equ ($ - table) / 4
db count
db nstr
