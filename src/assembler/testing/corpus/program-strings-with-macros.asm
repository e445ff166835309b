; A program as students write them: strings with macros. nasm -O2 -f bin is the reference.

%macro pstring 1
 %strlen %%len %1
 db %%len, %1
%endmacro
%macro each_char 1
 %strlen %%n %1
 %assign %%i 1
 %rep %%n
 %substr %%c %1 %%i
 db %%c, 0x0f
 %assign %%i %%i+1
 %endrep
%endmacro
pstring "hello"
each_char 'abc'
