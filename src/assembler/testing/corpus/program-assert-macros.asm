; A program as students write them: assert macros. nasm -O2 -f bin is the reference.

%macro assert 1-2 "assertion failed"
%if !(%1)
%error %2
%endif
%endmacro
%macro pad_to 1-2 0
 assert ($-$$) <= 65536
 times %1-($-$$) db %2
%endmacro
bits 16
start: jmp start
pad_to 16
pad_to 32, 0xff
