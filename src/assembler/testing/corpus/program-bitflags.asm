; A program as students write them: bitflags. nasm -O2 -f bin is the reference.

%assign bit 0
%macro flag 1
 %assign %1 1 << bit
 %assign bit bit+1
%endmacro
flag F_A
flag F_B
flag F_C
dd F_A | F_C, ~F_B, F_A|F_B&F_C
