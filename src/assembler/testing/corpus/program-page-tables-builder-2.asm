; A program as students write them: page tables builder 2. nasm -O2 -f bin is the reference.

bits 32
org 0x200000
pd: times 1024 dd 0
pt:
%assign i 0
%rep 1024
 dd (i << 12) | 3
%assign i i+1
%endrep
times 4096-($-pt) db 0
