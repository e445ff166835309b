; A program as students write them: dispatch. nasm -O2 -f bin is the reference.

bits 32
jmp [table + eax*4]
call [table + eax*4 - 4]
table: dd .a, .b
.a: ret
.b: ret 4
mov eax, [fs:0]
mov [gs:ebx+4], eax
cmp byte [esi], 0
mov cl, [esi+ecx]
movzx eax, word [ebx]
movsx ecx, byte [edx+1]
test dword [eax], 0x80000000
bt dword [eax], 5
bts [eax], ecx
lock cmpxchg [ebx], ecx
lock xadd [ebx], eax
xchg [lock_], eax
bsf eax, ecx
bswap eax
cpuid
rdtsc
rdmsr
wrmsr
invd
wbinvd
clts
smsw ax
lmsw ax
str ax
sldt ax
sgdt [eax]
sidt [eax]
lar eax, bx
lsl eax, bx
verr ax
verw ax
arpl ax, bx
mov dr7, eax
mov eax, dr6
mov cr4, eax
fninit
fnstsw ax
fldcw [esp]
fild dword [esp]
fistp qword [esp]
fld qword [eax]
fld tword [eax]
fxch
faddp
fsqrt
cmovz eax, ebx
setc al
enter 8, 0
into
bound eax, [ebx]
ud2
int3
int 3
icebp
lock_: dd 0
