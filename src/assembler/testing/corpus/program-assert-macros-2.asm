; A program as students write them: assert macros 2. nasm -O2 -f bin is the reference.

%macro assert 1-2 "assertion failed"
%if !(%1)
%error %2
%endif
%endmacro
A equ 5
assert A == 5
assert A > 4, "A too small"
%define B A*2
assert B = 10
db A, B
