; A program as students write them: checksum. nasm -O2 -f bin is the reference.

%macro checksum 1-*
%assign %%s 0
%rep %0
%assign %%s (%%s + %1) & 0xff
%rotate 1
%endrep
db %%s
%endmacro
checksum 1,2,3,250
