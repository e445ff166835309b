; A program as students write them: state machine with defines. nasm -O2 -f bin is the reference.

%define DEBUG 1
%ifdef DEBUG
 %if DEBUG >= 2
 %define LOG(x) x
 %elif DEBUG == 1
 %define LOG(x) db 'L', x
 %else
 %define LOG(x)
 %endif
%endif
LOG(5)
LOG('a')
%ifidn DEBUG, 1
db 'one'
%endif
%ifdef __OUTPUT_FORMAT__
%ifidn __OUTPUT_FORMAT__, bin
db 'bin'
%endif
%endif
