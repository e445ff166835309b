; A program as students write them: enum. nasm -O2 -f bin is the reference.

%macro enum 1-*
 %assign %%v 0
 %rep %0
 %1 equ %%v
 %assign %%v %%v+1
 %rotate 1
 %endrep
%endmacro
enum A_, B_, C_
db A_, B_, C_
