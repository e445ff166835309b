; A program as students write them: syscalls. nasm -O2 -f bin is the reference.

bits 32
%macro syscall_entry 2
sys_%2_nr equ %1
[section .systab]
dd sys_%2
[section .text]
%endmacro
section .systab
table:
section .text
%macro SYSCALL 1-4
 %if %0 > 1
 mov ebx, %2
 %endif
 %if %0 > 2
 mov ecx, %3
 %endif
 %if %0 > 3
 mov edx, %4
 %endif
 mov eax, sys_%1_nr
 int 0x80
%endmacro
syscall_entry 0, exit
syscall_entry 1, write
sys_exit: hlt
sys_write: ret
 SYSCALL write, 1, msg, msg.len
 SYSCALL exit
dispatch: cmp eax, 2
 jae .bad
 call [table + eax*4]
.bad: iret
section .data
msg: db "hi", 10
.len equ $ - msg
