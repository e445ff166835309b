; A program as students write them: calc with macros. nasm -O2 -f bin is the reference.

%macro swap 2
xchg %1, %2
%endmacro
%macro for 3
 %push for
 mov %1, %2
 %define %$reg %1
 %define %$lim %3
 %$top:
 cmp %$reg, %$lim
 jge %$out
%endmacro
%macro next 0
 inc %$reg
 jmp %$top
 %$out:
 %pop
%endmacro
bits 32
for ecx, 0, 10
 for edx, 0, ecx
  add eax, edx
 next
next
swap eax, ebx
