; A program as students write them: while loops. nasm -O2 -f bin is the reference.

%macro while 3
 %push while
 %$begin:
 cmp %1, %3
 j%-2 %$end
%endmacro
%macro endwhile 0
 jmp %$begin
 %$end:
 %pop
%endmacro
bits 16
while ax, l, 10
 inc ax
endwhile
