; A program as students write them: crc table. nasm -O2 -f bin is the reference.

%assign i 0
%rep 256
 %assign c i
 %rep 8
 %if c & 1
 %assign c (c >> 1) ^ 0xEDB88320
 %else
 %assign c c >> 1
 %endif
 %endrep
 dd c
 %assign i i+1
%endrep
