; A program as students write them: a20. nasm -O2 -f bin is the reference.

bits 16
a20wait: in al, 0x64
test al, 2
jnz a20wait
ret
a20wait2: in al, 0x64
test al, 1
jz a20wait2
ret
enable: cli
call a20wait
mov al, 0xAD
out 0x64, al
call a20wait
mov al, 0xD0
out 0x64, al
call a20wait2
in al, 0x60
push eax
call a20wait
mov al, 0xD1
out 0x64, al
call a20wait
pop eax
or al, 2
out 0x60, al
call a20wait
mov al, 0xAE
out 0x64, al
call a20wait
sti
mov ax, 2401h
int 15h
in al, 92h
or al, 2
and al, ~1
out 92h, al
mov eax, 0xE820
mov edx, 'PAMS'
mov edx, 0x534D4150
mov ecx, 24
