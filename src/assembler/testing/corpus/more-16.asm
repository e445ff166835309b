; What grid-16.asm leaves out: branch distances, rarer system instructions, and a grid of addresses (16-bit code).
bits 16
org 0x7c00
label:
jo $
jo short $+100
jo $-126
jo $-127
jo $+129
jo $+130
jno $
jno short $+100
jno $-126
jno $-127
jno $+129
jno $+130
jb $
jb short $+100
jb $-126
jb $-127
jb $+129
jb $+130
jnb $
jnb short $+100
jnb $-126
jnb $-127
jnb $+129
jnb $+130
jc $
jc short $+100
jc $-126
jc $-127
jc $+129
jc $+130
jnc $
jnc short $+100
jnc $-126
jnc $-127
jnc $+129
jnc $+130
jnae $
jnae short $+100
jnae $-126
jnae $-127
jnae $+129
jnae $+130
jae $
jae short $+100
jae $-126
jae $-127
jae $+129
jae $+130
jz $
jz short $+100
jz $-126
jz $-127
jz $+129
jz $+130
jnz $
jnz short $+100
jnz $-126
jnz $-127
jnz $+129
jnz $+130
je $
je short $+100
je $-126
je $-127
je $+129
je $+130
jne $
jne short $+100
jne $-126
jne $-127
jne $+129
jne $+130
jbe $
jbe short $+100
jbe $-126
jbe $-127
jbe $+129
jbe $+130
jna $
jna short $+100
jna $-126
jna $-127
jna $+129
jna $+130
jnbe $
jnbe short $+100
jnbe $-126
jnbe $-127
jnbe $+129
jnbe $+130
ja $
ja short $+100
ja $-126
ja $-127
ja $+129
ja $+130
js $
js short $+100
js $-126
js $-127
js $+129
js $+130
jns $
jns short $+100
jns $-126
jns $-127
jns $+129
jns $+130
jp $
jp short $+100
jp $-126
jp $-127
jp $+129
jp $+130
jnp $
jnp short $+100
jnp $-126
jnp $-127
jnp $+129
jnp $+130
jpe $
jpe short $+100
jpe $-126
jpe $-127
jpe $+129
jpe $+130
jpo $
jpo short $+100
jpo $-126
jpo $-127
jpo $+129
jpo $+130
jl $
jl short $+100
jl $-126
jl $-127
jl $+129
jl $+130
jnge $
jnge short $+100
jnge $-126
jnge $-127
jnge $+129
jnge $+130
jnl $
jnl short $+100
jnl $-126
jnl $-127
jnl $+129
jnl $+130
jge $
jge short $+100
jge $-126
jge $-127
jge $+129
jge $+130
jle $
jle short $+100
jle $-126
jle $-127
jle $+129
jle $+130
jng $
jng short $+100
jng $-126
jng $-127
jng $+129
jng $+130
jnle $
jnle short $+100
jnle $-126
jnle $-127
jnle $+129
jnle $+130
jg $
jg short $+100
jg $-126
jg $-127
jg $+129
jg $+130
mov [0x1234],ax
mov [label],ax
mov ax,[label]
lds ax,[bx]
lss ax,[ebx]
lfs ax,[bx]
lgs eax,[ebx]
lgs ax,[si]
shld cx,dx,3
shrd [bx],dx,9
ud1 ax,cx
ud0 ax,cx
ud0
tzcnt ax,cx
lzcnt ax,[bx]
rdrand ax
rdseed eax
movbe ax,[ebx]
movbe [ebx],eax
crc32 eax,cx
crc32 eax,byte [ebx]
xsetbv
vmfunc
vmmcall
vmrun
vmload
vmsave
stgi
clgi
clac
stac
xsave [ebx]
xrstor [ebx]
xsaveopt [ebx]
xsavec [ebx]
xsaves [ebx]
xrstors [ebx]
invpcid eax,[ebx]
adcx eax,ecx
adox eax,[ebx]
rdpid eax
prefetch [ebx]
prefetchw [ebx]
prefetcht1 [ebx]
prefetcht2 [ebx]
prefetchwt1 [ebx]
clflushopt [ebx]
clwb [ebx]
cldemote [ebx]
xend
xtest
xabort 1
getsec
endbr32
endbr64
serialize
wbnoinvd
femms
monitorx
mwaitx
clzero
invlpga
pconfig
encls
enclu
enclv
movdiri [ebx],eax
tpause eax
umwait eax
umonitor eax
xsusldtrk
xresldtrk
ffreep st1
fcom qword [ebx]
fcomp dword [ebx]
ficom dword [ebx]
ficomp word [ebx]
fisttp word [ebx]
fisttp dword [ebx]
fcmove st1
fcmovu st1
fcmovnb st2
fcmovnbe st0,st3
fcmovnu st1
feni
fneni
fdisi
fndisi
fsetpm
fstenv [bx]
fsave [bx]
fstcw [si]
fstsw [di]
pop ss
bswap ecx
loopne near2,cx
loope near2,ecx
near2:
call far [es:bx]
jmp far [cs:ebx]
push word [fs:si]
mov eax,[ebx+label-$$]
mov word [label],label-$$
imul ax,ax,label2-label
cmp byte [ebx],"a"
mov dword [edi],'abcd'
add sp,-2
sub esp,0x80
and esp,-16
lea eax,[eax+eax*4]
lea edi,[edi*8+label]
xchg ebp,[ebp]
xchg sp,ax
adc [esp+ecx*8-0x80],dl
cmp word [bp+si-0x81],0x7fff
rep lodsd
repne movsw
rep insb
rep outsd
lock not byte [ebx]
lock neg word [si]
lock dec dword [label]
lock xor [di],cx
lock cmpxchg8b [si]
o32 pushf
o16 popf
o32 push es
o16 pop gs
a16 loop $
a32 loop $
a32 jmp $
a16 jne $-126
nop
jecxz $+20
jcxz $-20
label2:
add [eax+eax*1],ch
add [eax+eax*2+1],ch
add [eax+eax*4-128],ch
add [eax+eax*8+0x80],ch
add [eax+ecx*1],ch
add [eax+ecx*2+1],ch
add [eax+ecx*4-128],ch
add [eax+ecx*8+0x80],ch
add [eax+edx*1],ch
add [eax+edx*2+1],ch
add [eax+edx*4-128],ch
add [eax+edx*8+0x80],ch
add [eax+ebx*1],ch
add [eax+ebx*2+1],ch
add [eax+ebx*4-128],ch
add [eax+ebx*8+0x80],ch
add [eax+esp*1],ch
add [eax+ebp*1],ch
add [eax+ebp*2+1],ch
add [eax+ebp*4-128],ch
add [eax+ebp*8+0x80],ch
add [eax+esi*1],ch
add [eax+esi*2+1],ch
add [eax+esi*4-128],ch
add [eax+esi*8+0x80],ch
add [eax+edi*1],ch
add [eax+edi*2+1],ch
add [eax+edi*4-128],ch
add [eax+edi*8+0x80],ch
add [ecx+eax*1],ch
add [ecx+eax*2+1],ch
add [ecx+eax*4-128],ch
add [ecx+eax*8+0x80],ch
add [ecx+ecx*1],ch
add [ecx+ecx*2+1],ch
add [ecx+ecx*4-128],ch
add [ecx+ecx*8+0x80],ch
add [ecx+edx*1],ch
add [ecx+edx*2+1],ch
add [ecx+edx*4-128],ch
add [ecx+edx*8+0x80],ch
add [ecx+ebx*1],ch
add [ecx+ebx*2+1],ch
add [ecx+ebx*4-128],ch
add [ecx+ebx*8+0x80],ch
add [ecx+esp*1],ch
add [ecx+ebp*1],ch
add [ecx+ebp*2+1],ch
add [ecx+ebp*4-128],ch
add [ecx+ebp*8+0x80],ch
add [ecx+esi*1],ch
add [ecx+esi*2+1],ch
add [ecx+esi*4-128],ch
add [ecx+esi*8+0x80],ch
add [ecx+edi*1],ch
add [ecx+edi*2+1],ch
add [ecx+edi*4-128],ch
add [ecx+edi*8+0x80],ch
add [edx+eax*1],ch
add [edx+eax*2+1],ch
add [edx+eax*4-128],ch
add [edx+eax*8+0x80],ch
add [edx+ecx*1],ch
add [edx+ecx*2+1],ch
add [edx+ecx*4-128],ch
add [edx+ecx*8+0x80],ch
add [edx+edx*1],ch
add [edx+edx*2+1],ch
add [edx+edx*4-128],ch
add [edx+edx*8+0x80],ch
add [edx+ebx*1],ch
add [edx+ebx*2+1],ch
add [edx+ebx*4-128],ch
add [edx+ebx*8+0x80],ch
add [edx+esp*1],ch
add [edx+ebp*1],ch
add [edx+ebp*2+1],ch
add [edx+ebp*4-128],ch
add [edx+ebp*8+0x80],ch
add [edx+esi*1],ch
add [edx+esi*2+1],ch
add [edx+esi*4-128],ch
add [edx+esi*8+0x80],ch
add [edx+edi*1],ch
add [edx+edi*2+1],ch
add [edx+edi*4-128],ch
add [edx+edi*8+0x80],ch
add [ebx+eax*1],ch
add [ebx+eax*2+1],ch
add [ebx+eax*4-128],ch
add [ebx+eax*8+0x80],ch
add [ebx+ecx*1],ch
add [ebx+ecx*2+1],ch
add [ebx+ecx*4-128],ch
add [ebx+ecx*8+0x80],ch
add [ebx+edx*1],ch
add [ebx+edx*2+1],ch
add [ebx+edx*4-128],ch
add [ebx+edx*8+0x80],ch
add [ebx+ebx*1],ch
add [ebx+ebx*2+1],ch
add [ebx+ebx*4-128],ch
add [ebx+ebx*8+0x80],ch
add [ebx+esp*1],ch
add [ebx+ebp*1],ch
add [ebx+ebp*2+1],ch
add [ebx+ebp*4-128],ch
add [ebx+ebp*8+0x80],ch
add [ebx+esi*1],ch
add [ebx+esi*2+1],ch
add [ebx+esi*4-128],ch
add [ebx+esi*8+0x80],ch
add [ebx+edi*1],ch
add [ebx+edi*2+1],ch
add [ebx+edi*4-128],ch
add [ebx+edi*8+0x80],ch
add [esp+eax*1],ch
add [esp+eax*2+1],ch
add [esp+eax*4-128],ch
add [esp+eax*8+0x80],ch
add [esp+ecx*1],ch
add [esp+ecx*2+1],ch
add [esp+ecx*4-128],ch
add [esp+ecx*8+0x80],ch
add [esp+edx*1],ch
add [esp+edx*2+1],ch
add [esp+edx*4-128],ch
add [esp+edx*8+0x80],ch
add [esp+ebx*1],ch
add [esp+ebx*2+1],ch
add [esp+ebx*4-128],ch
add [esp+ebx*8+0x80],ch
add [esp+ebp*1],ch
add [esp+ebp*2+1],ch
add [esp+ebp*4-128],ch
add [esp+ebp*8+0x80],ch
add [esp+esi*1],ch
add [esp+esi*2+1],ch
add [esp+esi*4-128],ch
add [esp+esi*8+0x80],ch
add [esp+edi*1],ch
add [esp+edi*2+1],ch
add [esp+edi*4-128],ch
add [esp+edi*8+0x80],ch
add [ebp+eax*1],ch
add [ebp+eax*2+1],ch
add [ebp+eax*4-128],ch
add [ebp+eax*8+0x80],ch
add [ebp+ecx*1],ch
add [ebp+ecx*2+1],ch
add [ebp+ecx*4-128],ch
add [ebp+ecx*8+0x80],ch
add [ebp+edx*1],ch
add [ebp+edx*2+1],ch
add [ebp+edx*4-128],ch
add [ebp+edx*8+0x80],ch
add [ebp+ebx*1],ch
add [ebp+ebx*2+1],ch
add [ebp+ebx*4-128],ch
add [ebp+ebx*8+0x80],ch
add [ebp+esp*1],ch
add [ebp+ebp*1],ch
add [ebp+ebp*2+1],ch
add [ebp+ebp*4-128],ch
add [ebp+ebp*8+0x80],ch
add [ebp+esi*1],ch
add [ebp+esi*2+1],ch
add [ebp+esi*4-128],ch
add [ebp+esi*8+0x80],ch
add [ebp+edi*1],ch
add [ebp+edi*2+1],ch
add [ebp+edi*4-128],ch
add [ebp+edi*8+0x80],ch
add [esi+eax*1],ch
add [esi+eax*2+1],ch
add [esi+eax*4-128],ch
add [esi+eax*8+0x80],ch
add [esi+ecx*1],ch
add [esi+ecx*2+1],ch
add [esi+ecx*4-128],ch
add [esi+ecx*8+0x80],ch
add [esi+edx*1],ch
add [esi+edx*2+1],ch
add [esi+edx*4-128],ch
add [esi+edx*8+0x80],ch
add [esi+ebx*1],ch
add [esi+ebx*2+1],ch
add [esi+ebx*4-128],ch
add [esi+ebx*8+0x80],ch
add [esi+esp*1],ch
add [esi+ebp*1],ch
add [esi+ebp*2+1],ch
add [esi+ebp*4-128],ch
add [esi+ebp*8+0x80],ch
add [esi+esi*1],ch
add [esi+esi*2+1],ch
add [esi+esi*4-128],ch
add [esi+esi*8+0x80],ch
add [esi+edi*1],ch
add [esi+edi*2+1],ch
add [esi+edi*4-128],ch
add [esi+edi*8+0x80],ch
add [edi+eax*1],ch
add [edi+eax*2+1],ch
add [edi+eax*4-128],ch
add [edi+eax*8+0x80],ch
add [edi+ecx*1],ch
add [edi+ecx*2+1],ch
add [edi+ecx*4-128],ch
add [edi+ecx*8+0x80],ch
add [edi+edx*1],ch
add [edi+edx*2+1],ch
add [edi+edx*4-128],ch
add [edi+edx*8+0x80],ch
add [edi+ebx*1],ch
add [edi+ebx*2+1],ch
add [edi+ebx*4-128],ch
add [edi+ebx*8+0x80],ch
add [edi+esp*1],ch
add [edi+ebp*1],ch
add [edi+ebp*2+1],ch
add [edi+ebp*4-128],ch
add [edi+ebp*8+0x80],ch
add [edi+esi*1],ch
add [edi+esi*2+1],ch
add [edi+esi*4-128],ch
add [edi+esi*8+0x80],ch
add [edi+edi*1],ch
add [edi+edi*2+1],ch
add [edi+edi*4-128],ch
add [edi+edi*8+0x80],ch
sbb dx,[bx+si]
sbb dx,[bx+si+1]
sbb dx,[bx+si-1]
sbb dx,[bx+si+0x7f]
sbb dx,[bx+si-0x80]
sbb dx,[bx+si+0x80]
sbb dx,[bx+si-0x81]
sbb dx,[bx+si+0x1234]
sbb dx,[bx+di]
sbb dx,[bx+di+1]
sbb dx,[bx+di-1]
sbb dx,[bx+di+0x7f]
sbb dx,[bx+di-0x80]
sbb dx,[bx+di+0x80]
sbb dx,[bx+di-0x81]
sbb dx,[bx+di+0x1234]
sbb dx,[bp+si]
sbb dx,[bp+si+1]
sbb dx,[bp+si-1]
sbb dx,[bp+si+0x7f]
sbb dx,[bp+si-0x80]
sbb dx,[bp+si+0x80]
sbb dx,[bp+si-0x81]
sbb dx,[bp+si+0x1234]
sbb dx,[bp+di]
sbb dx,[bp+di+1]
sbb dx,[bp+di-1]
sbb dx,[bp+di+0x7f]
sbb dx,[bp+di-0x80]
sbb dx,[bp+di+0x80]
sbb dx,[bp+di-0x81]
sbb dx,[bp+di+0x1234]
sbb dx,[si]
sbb dx,[si+1]
sbb dx,[si-1]
sbb dx,[si+0x7f]
sbb dx,[si-0x80]
sbb dx,[si+0x80]
sbb dx,[si-0x81]
sbb dx,[si+0x1234]
sbb dx,[di]
sbb dx,[di+1]
sbb dx,[di-1]
sbb dx,[di+0x7f]
sbb dx,[di-0x80]
sbb dx,[di+0x80]
sbb dx,[di-0x81]
sbb dx,[di+0x1234]
sbb dx,[bp]
sbb dx,[bp+1]
sbb dx,[bp-1]
sbb dx,[bp+0x7f]
sbb dx,[bp-0x80]
sbb dx,[bp+0x80]
sbb dx,[bp-0x81]
sbb dx,[bp+0x1234]
sbb dx,[bx]
sbb dx,[bx+1]
sbb dx,[bx-1]
sbb dx,[bx+0x7f]
sbb dx,[bx-0x80]
sbb dx,[bx+0x80]
sbb dx,[bx-0x81]
sbb dx,[bx+0x1234]
mov [eax],ax
mov [eax+0],ax
mov [eax+1],ax
mov [eax-1],ax
mov [eax+0x7f],ax
mov [eax-0x80],ax
mov [eax+0x80],ax
mov [eax-0x81],ax
mov [eax+0x12345678],ax
mov [ecx],cx
mov [ecx+0],cx
mov [ecx+1],cx
mov [ecx-1],cx
mov [ecx+0x7f],cx
mov [ecx-0x80],cx
mov [ecx+0x80],cx
mov [ecx-0x81],cx
mov [ecx+0x12345678],cx
mov [edx],dx
mov [edx+0],dx
mov [edx+1],dx
mov [edx-1],dx
mov [edx+0x7f],dx
mov [edx-0x80],dx
mov [edx+0x80],dx
mov [edx-0x81],dx
mov [edx+0x12345678],dx
mov [ebx],bx
mov [ebx+0],bx
mov [ebx+1],bx
mov [ebx-1],bx
mov [ebx+0x7f],bx
mov [ebx-0x80],bx
mov [ebx+0x80],bx
mov [ebx-0x81],bx
mov [ebx+0x12345678],bx
mov [esp],sp
mov [esp+0],sp
mov [esp+1],sp
mov [esp-1],sp
mov [esp+0x7f],sp
mov [esp-0x80],sp
mov [esp+0x80],sp
mov [esp-0x81],sp
mov [esp+0x12345678],sp
mov [ebp],bp
mov [ebp+0],bp
mov [ebp+1],bp
mov [ebp-1],bp
mov [ebp+0x7f],bp
mov [ebp-0x80],bp
mov [ebp+0x80],bp
mov [ebp-0x81],bp
mov [ebp+0x12345678],bp
mov [esi],si
mov [esi+0],si
mov [esi+1],si
mov [esi-1],si
mov [esi+0x7f],si
mov [esi-0x80],si
mov [esi+0x80],si
mov [esi-0x81],si
mov [esi+0x12345678],si
mov [edi],di
mov [edi+0],di
mov [edi+1],di
mov [edi-1],di
mov [edi+0x7f],di
mov [edi-0x80],di
mov [edi+0x80],di
mov [edi-0x81],di
mov [edi+0x12345678],di
or [es:eax],bl
or [es:ebp],bl
or [es:esp],bl
or [es:bp],bl
or [es:bx],bl
or [es:si],bl
or [es:0x1234],bl
or [cs:eax],bl
or [cs:ebp],bl
or [cs:esp],bl
or [cs:bp],bl
or [cs:bx],bl
or [cs:si],bl
or [cs:0x1234],bl
or [ss:eax],bl
or [ss:ebp],bl
or [ss:esp],bl
or [ss:bp],bl
or [ss:bx],bl
or [ss:si],bl
or [ss:0x1234],bl
or [ds:eax],bl
or [ds:ebp],bl
or [ds:esp],bl
or [ds:bp],bl
or [ds:bx],bl
or [ds:si],bl
or [ds:0x1234],bl
or [fs:eax],bl
or [fs:ebp],bl
or [fs:esp],bl
or [fs:bp],bl
or [fs:bx],bl
or [fs:si],bl
or [fs:0x1234],bl
or [gs:eax],bl
or [gs:ebp],bl
or [gs:esp],bl
or [gs:bp],bl
or [gs:bx],bl
or [gs:si],bl
or [gs:0x1234],bl
