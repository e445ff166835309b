; Every operand form of the integer, system and x87 instructions, with operands at the edges of each encoding (16-bit code).
; One statement per line; nasm -O2 -f bin is the reference (see nasm.test.ts).
bits 16
org 0x7c00
label:
add al,cl
add bh,al
add cl,[ebx]
add [ebx],al
add cl,[ebp+esi*2+0x12345]
add [ebp+esi*2+0x12345],al
add cl,[0x2000]
add [0x2000],al
add ax,cx
add si,ax
add cx,[ebx]
add [ebx],ax
add cx,[ebp+esi*2+0x12345]
add [ebp+esi*2+0x12345],ax
add cx,[0x2000]
add [0x2000],ax
add eax,ecx
add edi,eax
add ecx,[ebx]
add [ebx],eax
add ecx,[ebp+esi*2+0x12345]
add [ebp+esi*2+0x12345],eax
add ecx,[0x2000]
add [0x2000],eax
add byte [ebx],5
add byte [ebx],-1
add byte [ebx],127
add byte [ebx],-128
add byte [ebx],0x7f
add word [ebx],5
add word [ebx],-1
add word [ebx],127
add word [ebx],128
add word [ebx],-128
add word [ebx],0x7f
add dword [ebx],5
add dword [ebx],-1
add dword [ebx],127
add dword [ebx],128
add dword [ebx],-128
add dword [ebx],0x7f
add ax,1
add cx,1
add eax,1
add edx,1
add ax,-1
add cx,-1
add eax,-1
add edx,-1
add ax,127
add cx,127
add eax,127
add edx,127
add ax,128
add cx,128
add eax,128
add edx,128
add ax,-128
add cx,-128
add eax,-128
add edx,-128
add ax,-129
add cx,-129
add eax,-129
add edx,-129
add ax,0xff
add cx,0xff
add eax,0xff
add edx,0xff
add al,1
add dh,1
add al,-1
add dh,-1
add al,127
add dh,127
add al,128
add dh,128
add al,255
add dh,255
add al,-128
add dh,-128
add eax,0xffffff80
add ax,0xff80
add eax,0x80000000
add ecx,label
add eax,label
add dword [eax],label
add eax,byte 3
add eax,dword 3
add eax,strict dword 3
add cx,word 3
add [eax],dword 3
add [ebx],byte 3
lock add dword [ebx],eax
lock add byte [label],1
or al,cl
or bh,al
or cl,[ebx]
or [ebx],al
or cl,[ebp+esi*2+0x12345]
or [ebp+esi*2+0x12345],al
or cl,[0x2000]
or [0x2000],al
or ax,cx
or si,ax
or cx,[ebx]
or [ebx],ax
or cx,[ebp+esi*2+0x12345]
or [ebp+esi*2+0x12345],ax
or cx,[0x2000]
or [0x2000],ax
or eax,ecx
or edi,eax
or ecx,[ebx]
or [ebx],eax
or ecx,[ebp+esi*2+0x12345]
or [ebp+esi*2+0x12345],eax
or ecx,[0x2000]
or [0x2000],eax
or byte [ebx],5
or byte [ebx],-1
or byte [ebx],127
or byte [ebx],-128
or byte [ebx],0x7f
or word [ebx],5
or word [ebx],-1
or word [ebx],127
or word [ebx],128
or word [ebx],-128
or word [ebx],0x7f
or dword [ebx],5
or dword [ebx],-1
or dword [ebx],127
or dword [ebx],128
or dword [ebx],-128
or dword [ebx],0x7f
or ax,1
or cx,1
or eax,1
or edx,1
or ax,-1
or cx,-1
or eax,-1
or edx,-1
or ax,127
or cx,127
or eax,127
or edx,127
or ax,128
or cx,128
or eax,128
or edx,128
or ax,-128
or cx,-128
or eax,-128
or edx,-128
or ax,-129
or cx,-129
or eax,-129
or edx,-129
or ax,0xff
or cx,0xff
or eax,0xff
or edx,0xff
or al,1
or dh,1
or al,-1
or dh,-1
or al,127
or dh,127
or al,128
or dh,128
or al,255
or dh,255
or al,-128
or dh,-128
or eax,0xffffff80
or ax,0xff80
or eax,0x80000000
or ecx,label
or eax,label
or dword [eax],label
or eax,byte 3
or eax,dword 3
or eax,strict dword 3
or cx,word 3
or [eax],dword 3
or [ebx],byte 3
lock or dword [ebx],eax
lock or byte [label],1
adc al,cl
adc bh,al
adc cl,[ebx]
adc [ebx],al
adc cl,[ebp+esi*2+0x12345]
adc [ebp+esi*2+0x12345],al
adc cl,[0x2000]
adc [0x2000],al
adc ax,cx
adc si,ax
adc cx,[ebx]
adc [ebx],ax
adc cx,[ebp+esi*2+0x12345]
adc [ebp+esi*2+0x12345],ax
adc cx,[0x2000]
adc [0x2000],ax
adc eax,ecx
adc edi,eax
adc ecx,[ebx]
adc [ebx],eax
adc ecx,[ebp+esi*2+0x12345]
adc [ebp+esi*2+0x12345],eax
adc ecx,[0x2000]
adc [0x2000],eax
adc byte [ebx],5
adc byte [ebx],-1
adc byte [ebx],127
adc byte [ebx],-128
adc byte [ebx],0x7f
adc word [ebx],5
adc word [ebx],-1
adc word [ebx],127
adc word [ebx],128
adc word [ebx],-128
adc word [ebx],0x7f
adc dword [ebx],5
adc dword [ebx],-1
adc dword [ebx],127
adc dword [ebx],128
adc dword [ebx],-128
adc dword [ebx],0x7f
adc ax,1
adc cx,1
adc eax,1
adc edx,1
adc ax,-1
adc cx,-1
adc eax,-1
adc edx,-1
adc ax,127
adc cx,127
adc eax,127
adc edx,127
adc ax,128
adc cx,128
adc eax,128
adc edx,128
adc ax,-128
adc cx,-128
adc eax,-128
adc edx,-128
adc ax,-129
adc cx,-129
adc eax,-129
adc edx,-129
adc ax,0xff
adc cx,0xff
adc eax,0xff
adc edx,0xff
adc al,1
adc dh,1
adc al,-1
adc dh,-1
adc al,127
adc dh,127
adc al,128
adc dh,128
adc al,255
adc dh,255
adc al,-128
adc dh,-128
adc eax,0xffffff80
adc ax,0xff80
adc eax,0x80000000
adc ecx,label
adc eax,label
adc dword [eax],label
adc eax,byte 3
adc eax,dword 3
adc eax,strict dword 3
adc cx,word 3
adc [eax],dword 3
adc [ebx],byte 3
lock adc dword [ebx],eax
lock adc byte [label],1
sbb al,cl
sbb bh,al
sbb cl,[ebx]
sbb [ebx],al
sbb cl,[ebp+esi*2+0x12345]
sbb [ebp+esi*2+0x12345],al
sbb cl,[0x2000]
sbb [0x2000],al
sbb ax,cx
sbb si,ax
sbb cx,[ebx]
sbb [ebx],ax
sbb cx,[ebp+esi*2+0x12345]
sbb [ebp+esi*2+0x12345],ax
sbb cx,[0x2000]
sbb [0x2000],ax
sbb eax,ecx
sbb edi,eax
sbb ecx,[ebx]
sbb [ebx],eax
sbb ecx,[ebp+esi*2+0x12345]
sbb [ebp+esi*2+0x12345],eax
sbb ecx,[0x2000]
sbb [0x2000],eax
sbb byte [ebx],5
sbb byte [ebx],-1
sbb byte [ebx],127
sbb byte [ebx],-128
sbb byte [ebx],0x7f
sbb word [ebx],5
sbb word [ebx],-1
sbb word [ebx],127
sbb word [ebx],128
sbb word [ebx],-128
sbb word [ebx],0x7f
sbb dword [ebx],5
sbb dword [ebx],-1
sbb dword [ebx],127
sbb dword [ebx],128
sbb dword [ebx],-128
sbb dword [ebx],0x7f
sbb ax,1
sbb cx,1
sbb eax,1
sbb edx,1
sbb ax,-1
sbb cx,-1
sbb eax,-1
sbb edx,-1
sbb ax,127
sbb cx,127
sbb eax,127
sbb edx,127
sbb ax,128
sbb cx,128
sbb eax,128
sbb edx,128
sbb ax,-128
sbb cx,-128
sbb eax,-128
sbb edx,-128
sbb ax,-129
sbb cx,-129
sbb eax,-129
sbb edx,-129
sbb ax,0xff
sbb cx,0xff
sbb eax,0xff
sbb edx,0xff
sbb al,1
sbb dh,1
sbb al,-1
sbb dh,-1
sbb al,127
sbb dh,127
sbb al,128
sbb dh,128
sbb al,255
sbb dh,255
sbb al,-128
sbb dh,-128
sbb eax,0xffffff80
sbb ax,0xff80
sbb eax,0x80000000
sbb ecx,label
sbb eax,label
sbb dword [eax],label
sbb eax,byte 3
sbb eax,dword 3
sbb eax,strict dword 3
sbb cx,word 3
sbb [eax],dword 3
sbb [ebx],byte 3
lock sbb dword [ebx],eax
lock sbb byte [label],1
and al,cl
and bh,al
and cl,[ebx]
and [ebx],al
and cl,[ebp+esi*2+0x12345]
and [ebp+esi*2+0x12345],al
and cl,[0x2000]
and [0x2000],al
and ax,cx
and si,ax
and cx,[ebx]
and [ebx],ax
and cx,[ebp+esi*2+0x12345]
and [ebp+esi*2+0x12345],ax
and cx,[0x2000]
and [0x2000],ax
and eax,ecx
and edi,eax
and ecx,[ebx]
and [ebx],eax
and ecx,[ebp+esi*2+0x12345]
and [ebp+esi*2+0x12345],eax
and ecx,[0x2000]
and [0x2000],eax
and byte [ebx],5
and byte [ebx],-1
and byte [ebx],127
and byte [ebx],-128
and byte [ebx],0x7f
and word [ebx],5
and word [ebx],-1
and word [ebx],127
and word [ebx],128
and word [ebx],-128
and word [ebx],0x7f
and dword [ebx],5
and dword [ebx],-1
and dword [ebx],127
and dword [ebx],128
and dword [ebx],-128
and dword [ebx],0x7f
and ax,1
and cx,1
and eax,1
and edx,1
and ax,-1
and cx,-1
and eax,-1
and edx,-1
and ax,127
and cx,127
and eax,127
and edx,127
and ax,128
and cx,128
and eax,128
and edx,128
and ax,-128
and cx,-128
and eax,-128
and edx,-128
and ax,-129
and cx,-129
and eax,-129
and edx,-129
and ax,0xff
and cx,0xff
and eax,0xff
and edx,0xff
and al,1
and dh,1
and al,-1
and dh,-1
and al,127
and dh,127
and al,128
and dh,128
and al,255
and dh,255
and al,-128
and dh,-128
and eax,0xffffff80
and ax,0xff80
and eax,0x80000000
and ecx,label
and eax,label
and dword [eax],label
and eax,byte 3
and eax,dword 3
and eax,strict dword 3
and cx,word 3
and [eax],dword 3
and [ebx],byte 3
lock and dword [ebx],eax
lock and byte [label],1
sub al,cl
sub bh,al
sub cl,[ebx]
sub [ebx],al
sub cl,[ebp+esi*2+0x12345]
sub [ebp+esi*2+0x12345],al
sub cl,[0x2000]
sub [0x2000],al
sub ax,cx
sub si,ax
sub cx,[ebx]
sub [ebx],ax
sub cx,[ebp+esi*2+0x12345]
sub [ebp+esi*2+0x12345],ax
sub cx,[0x2000]
sub [0x2000],ax
sub eax,ecx
sub edi,eax
sub ecx,[ebx]
sub [ebx],eax
sub ecx,[ebp+esi*2+0x12345]
sub [ebp+esi*2+0x12345],eax
sub ecx,[0x2000]
sub [0x2000],eax
sub byte [ebx],5
sub byte [ebx],-1
sub byte [ebx],127
sub byte [ebx],-128
sub byte [ebx],0x7f
sub word [ebx],5
sub word [ebx],-1
sub word [ebx],127
sub word [ebx],128
sub word [ebx],-128
sub word [ebx],0x7f
sub dword [ebx],5
sub dword [ebx],-1
sub dword [ebx],127
sub dword [ebx],128
sub dword [ebx],-128
sub dword [ebx],0x7f
sub ax,1
sub cx,1
sub eax,1
sub edx,1
sub ax,-1
sub cx,-1
sub eax,-1
sub edx,-1
sub ax,127
sub cx,127
sub eax,127
sub edx,127
sub ax,128
sub cx,128
sub eax,128
sub edx,128
sub ax,-128
sub cx,-128
sub eax,-128
sub edx,-128
sub ax,-129
sub cx,-129
sub eax,-129
sub edx,-129
sub ax,0xff
sub cx,0xff
sub eax,0xff
sub edx,0xff
sub al,1
sub dh,1
sub al,-1
sub dh,-1
sub al,127
sub dh,127
sub al,128
sub dh,128
sub al,255
sub dh,255
sub al,-128
sub dh,-128
sub eax,0xffffff80
sub ax,0xff80
sub eax,0x80000000
sub ecx,label
sub eax,label
sub dword [eax],label
sub eax,byte 3
sub eax,dword 3
sub eax,strict dword 3
sub cx,word 3
sub [eax],dword 3
sub [ebx],byte 3
lock sub dword [ebx],eax
lock sub byte [label],1
xor al,cl
xor bh,al
xor cl,[ebx]
xor [ebx],al
xor cl,[ebp+esi*2+0x12345]
xor [ebp+esi*2+0x12345],al
xor cl,[0x2000]
xor [0x2000],al
xor ax,cx
xor si,ax
xor cx,[ebx]
xor [ebx],ax
xor cx,[ebp+esi*2+0x12345]
xor [ebp+esi*2+0x12345],ax
xor cx,[0x2000]
xor [0x2000],ax
xor eax,ecx
xor edi,eax
xor ecx,[ebx]
xor [ebx],eax
xor ecx,[ebp+esi*2+0x12345]
xor [ebp+esi*2+0x12345],eax
xor ecx,[0x2000]
xor [0x2000],eax
xor byte [ebx],5
xor byte [ebx],-1
xor byte [ebx],127
xor byte [ebx],-128
xor byte [ebx],0x7f
xor word [ebx],5
xor word [ebx],-1
xor word [ebx],127
xor word [ebx],128
xor word [ebx],-128
xor word [ebx],0x7f
xor dword [ebx],5
xor dword [ebx],-1
xor dword [ebx],127
xor dword [ebx],128
xor dword [ebx],-128
xor dword [ebx],0x7f
xor ax,1
xor cx,1
xor eax,1
xor edx,1
xor ax,-1
xor cx,-1
xor eax,-1
xor edx,-1
xor ax,127
xor cx,127
xor eax,127
xor edx,127
xor ax,128
xor cx,128
xor eax,128
xor edx,128
xor ax,-128
xor cx,-128
xor eax,-128
xor edx,-128
xor ax,-129
xor cx,-129
xor eax,-129
xor edx,-129
xor ax,0xff
xor cx,0xff
xor eax,0xff
xor edx,0xff
xor al,1
xor dh,1
xor al,-1
xor dh,-1
xor al,127
xor dh,127
xor al,128
xor dh,128
xor al,255
xor dh,255
xor al,-128
xor dh,-128
xor eax,0xffffff80
xor ax,0xff80
xor eax,0x80000000
xor ecx,label
xor eax,label
xor dword [eax],label
xor eax,byte 3
xor eax,dword 3
xor eax,strict dword 3
xor cx,word 3
xor [eax],dword 3
xor [ebx],byte 3
lock xor dword [ebx],eax
lock xor byte [label],1
cmp al,cl
cmp bh,al
cmp cl,[ebx]
cmp [ebx],al
cmp cl,[ebp+esi*2+0x12345]
cmp [ebp+esi*2+0x12345],al
cmp cl,[0x2000]
cmp [0x2000],al
cmp ax,cx
cmp si,ax
cmp cx,[ebx]
cmp [ebx],ax
cmp cx,[ebp+esi*2+0x12345]
cmp [ebp+esi*2+0x12345],ax
cmp cx,[0x2000]
cmp [0x2000],ax
cmp eax,ecx
cmp edi,eax
cmp ecx,[ebx]
cmp [ebx],eax
cmp ecx,[ebp+esi*2+0x12345]
cmp [ebp+esi*2+0x12345],eax
cmp ecx,[0x2000]
cmp [0x2000],eax
cmp byte [ebx],5
cmp byte [ebx],-1
cmp byte [ebx],127
cmp byte [ebx],-128
cmp byte [ebx],0x7f
cmp word [ebx],5
cmp word [ebx],-1
cmp word [ebx],127
cmp word [ebx],128
cmp word [ebx],-128
cmp word [ebx],0x7f
cmp dword [ebx],5
cmp dword [ebx],-1
cmp dword [ebx],127
cmp dword [ebx],128
cmp dword [ebx],-128
cmp dword [ebx],0x7f
cmp ax,1
cmp cx,1
cmp eax,1
cmp edx,1
cmp ax,-1
cmp cx,-1
cmp eax,-1
cmp edx,-1
cmp ax,127
cmp cx,127
cmp eax,127
cmp edx,127
cmp ax,128
cmp cx,128
cmp eax,128
cmp edx,128
cmp ax,-128
cmp cx,-128
cmp eax,-128
cmp edx,-128
cmp ax,-129
cmp cx,-129
cmp eax,-129
cmp edx,-129
cmp ax,0xff
cmp cx,0xff
cmp eax,0xff
cmp edx,0xff
cmp al,1
cmp dh,1
cmp al,-1
cmp dh,-1
cmp al,127
cmp dh,127
cmp al,128
cmp dh,128
cmp al,255
cmp dh,255
cmp al,-128
cmp dh,-128
cmp eax,0xffffff80
cmp ax,0xff80
cmp eax,0x80000000
cmp ecx,label
cmp eax,label
cmp dword [eax],label
cmp eax,byte 3
cmp eax,dword 3
cmp eax,strict dword 3
cmp cx,word 3
cmp [eax],dword 3
cmp [ebx],byte 3
nop
nop
mov eax,[eax]
mov [eax],eax
mov cl,[eax]
mov [eax],cx
mov al,[eax]
mov [eax],al
mov ax,[eax]
mov dword [eax],5
mov word [eax],-1
mov byte [eax],0xff
lea ebx,[eax]
lea si,[eax]
mov es,[eax]
mov [eax],ds
inc dword [eax]
push dword [eax]
pop word [eax]
call [eax]
jmp [eax]
call far [eax]
jmp far [eax]
not byte [eax]
lgdt [eax]
test [eax],edx
test byte [eax],1
xchg [eax],ecx
call dword [eax]
jmp word [eax]
mov eax,[ebp]
mov [ebp],eax
mov cl,[ebp]
mov [ebp],cx
mov al,[ebp]
mov [ebp],al
mov ax,[ebp]
mov dword [ebp],5
mov word [ebp],-1
mov byte [ebp],0xff
lea ebx,[ebp]
lea si,[ebp]
mov es,[ebp]
mov [ebp],ds
inc dword [ebp]
push dword [ebp]
pop word [ebp]
call [ebp]
jmp [ebp]
call far [ebp]
jmp far [ebp]
not byte [ebp]
lgdt [ebp]
test [ebp],edx
test byte [ebp],1
xchg [ebp],ecx
call dword [ebp]
jmp word [ebp]
mov eax,[esp]
mov [esp],eax
mov cl,[esp]
mov [esp],cx
mov al,[esp]
mov [esp],al
mov ax,[esp]
mov dword [esp],5
mov word [esp],-1
mov byte [esp],0xff
lea ebx,[esp]
lea si,[esp]
mov es,[esp]
mov [esp],ds
inc dword [esp]
push dword [esp]
pop word [esp]
call [esp]
jmp [esp]
call far [esp]
jmp far [esp]
not byte [esp]
lgdt [esp]
test [esp],edx
test byte [esp],1
xchg [esp],ecx
call dword [esp]
jmp word [esp]
mov eax,[ebx+4]
mov [ebx+4],eax
mov cl,[ebx+4]
mov [ebx+4],cx
mov al,[ebx+4]
mov [ebx+4],al
mov ax,[ebx+4]
mov dword [ebx+4],5
mov word [ebx+4],-1
mov byte [ebx+4],0xff
lea ebx,[ebx+4]
lea si,[ebx+4]
mov es,[ebx+4]
mov [ebx+4],ds
inc dword [ebx+4]
push dword [ebx+4]
pop word [ebx+4]
call [ebx+4]
jmp [ebx+4]
call far [ebx+4]
jmp far [ebx+4]
not byte [ebx+4]
lgdt [ebx+4]
test [ebx+4],edx
test byte [ebx+4],1
xchg [ebx+4],ecx
call dword [ebx+4]
jmp word [ebx+4]
mov eax,[ebp-8]
mov [ebp-8],eax
mov cl,[ebp-8]
mov [ebp-8],cx
mov al,[ebp-8]
mov [ebp-8],al
mov ax,[ebp-8]
mov dword [ebp-8],5
mov word [ebp-8],-1
mov byte [ebp-8],0xff
lea ebx,[ebp-8]
lea si,[ebp-8]
mov es,[ebp-8]
mov [ebp-8],ds
inc dword [ebp-8]
push dword [ebp-8]
pop word [ebp-8]
call [ebp-8]
jmp [ebp-8]
call far [ebp-8]
jmp far [ebp-8]
not byte [ebp-8]
lgdt [ebp-8]
test [ebp-8],edx
test byte [ebp-8],1
xchg [ebp-8],ecx
call dword [ebp-8]
jmp word [ebp-8]
mov eax,[esp+127]
mov [esp+127],eax
mov cl,[esp+127]
mov [esp+127],cx
mov al,[esp+127]
mov [esp+127],al
mov ax,[esp+127]
mov dword [esp+127],5
mov word [esp+127],-1
mov byte [esp+127],0xff
lea ebx,[esp+127]
lea si,[esp+127]
mov es,[esp+127]
mov [esp+127],ds
inc dword [esp+127]
push dword [esp+127]
pop word [esp+127]
call [esp+127]
jmp [esp+127]
call far [esp+127]
jmp far [esp+127]
not byte [esp+127]
lgdt [esp+127]
test [esp+127],edx
test byte [esp+127],1
xchg [esp+127],ecx
call dword [esp+127]
jmp word [esp+127]
mov eax,[ecx+128]
mov [ecx+128],eax
mov cl,[ecx+128]
mov [ecx+128],cx
mov al,[ecx+128]
mov [ecx+128],al
mov ax,[ecx+128]
mov dword [ecx+128],5
mov word [ecx+128],-1
mov byte [ecx+128],0xff
lea ebx,[ecx+128]
lea si,[ecx+128]
mov es,[ecx+128]
mov [ecx+128],ds
inc dword [ecx+128]
push dword [ecx+128]
pop word [ecx+128]
call [ecx+128]
jmp [ecx+128]
call far [ecx+128]
jmp far [ecx+128]
not byte [ecx+128]
lgdt [ecx+128]
test [ecx+128],edx
test byte [ecx+128],1
xchg [ecx+128],ecx
call dword [ecx+128]
jmp word [ecx+128]
mov eax,[esi+edi*4]
mov [esi+edi*4],eax
mov cl,[esi+edi*4]
mov [esi+edi*4],cx
mov al,[esi+edi*4]
mov [esi+edi*4],al
mov ax,[esi+edi*4]
mov dword [esi+edi*4],5
mov word [esi+edi*4],-1
mov byte [esi+edi*4],0xff
lea ebx,[esi+edi*4]
lea si,[esi+edi*4]
mov es,[esi+edi*4]
mov [esi+edi*4],ds
inc dword [esi+edi*4]
push dword [esi+edi*4]
pop word [esi+edi*4]
call [esi+edi*4]
jmp [esi+edi*4]
call far [esi+edi*4]
jmp far [esi+edi*4]
not byte [esi+edi*4]
lgdt [esi+edi*4]
test [esi+edi*4],edx
test byte [esi+edi*4],1
xchg [esi+edi*4],ecx
call dword [esi+edi*4]
jmp word [esi+edi*4]
mov eax,[eax*8+0x1000]
mov [eax*8+0x1000],eax
mov cl,[eax*8+0x1000]
mov [eax*8+0x1000],cx
mov al,[eax*8+0x1000]
mov [eax*8+0x1000],al
mov ax,[eax*8+0x1000]
mov dword [eax*8+0x1000],5
mov word [eax*8+0x1000],-1
mov byte [eax*8+0x1000],0xff
lea ebx,[eax*8+0x1000]
lea si,[eax*8+0x1000]
mov es,[eax*8+0x1000]
mov [eax*8+0x1000],ds
inc dword [eax*8+0x1000]
push dword [eax*8+0x1000]
pop word [eax*8+0x1000]
call [eax*8+0x1000]
jmp [eax*8+0x1000]
call far [eax*8+0x1000]
jmp far [eax*8+0x1000]
not byte [eax*8+0x1000]
lgdt [eax*8+0x1000]
test [eax*8+0x1000],edx
test byte [eax*8+0x1000],1
xchg [eax*8+0x1000],ecx
call dword [eax*8+0x1000]
jmp word [eax*8+0x1000]
mov eax,[ebp+eax*2-1]
mov [ebp+eax*2-1],eax
mov cl,[ebp+eax*2-1]
mov [ebp+eax*2-1],cx
mov al,[ebp+eax*2-1]
mov [ebp+eax*2-1],al
mov ax,[ebp+eax*2-1]
mov dword [ebp+eax*2-1],5
mov word [ebp+eax*2-1],-1
mov byte [ebp+eax*2-1],0xff
lea ebx,[ebp+eax*2-1]
lea si,[ebp+eax*2-1]
mov es,[ebp+eax*2-1]
mov [ebp+eax*2-1],ds
inc dword [ebp+eax*2-1]
push dword [ebp+eax*2-1]
pop word [ebp+eax*2-1]
call [ebp+eax*2-1]
jmp [ebp+eax*2-1]
call far [ebp+eax*2-1]
jmp far [ebp+eax*2-1]
not byte [ebp+eax*2-1]
lgdt [ebp+eax*2-1]
test [ebp+eax*2-1],edx
test byte [ebp+eax*2-1],1
xchg [ebp+eax*2-1],ecx
call dword [ebp+eax*2-1]
jmp word [ebp+eax*2-1]
mov eax,[0x1234]
mov [0x1234],eax
mov cl,[0x1234]
mov [0x1234],cx
mov al,[0x1234]
mov [0x1234],al
mov ax,[0x1234]
mov dword [0x1234],5
mov word [0x1234],-1
mov byte [0x1234],0xff
lea ebx,[0x1234]
lea si,[0x1234]
mov es,[0x1234]
mov [0x1234],ds
inc dword [0x1234]
push dword [0x1234]
pop word [0x1234]
call [0x1234]
jmp [0x1234]
call far [0x1234]
jmp far [0x1234]
not byte [0x1234]
lgdt [0x1234]
test [0x1234],edx
test byte [0x1234],1
xchg [0x1234],ecx
call dword [0x1234]
jmp word [0x1234]
mov eax,[es:edi]
mov [es:edi],eax
mov cl,[es:edi]
mov [es:edi],cx
mov al,[es:edi]
mov [es:edi],al
mov ax,[es:edi]
mov dword [es:edi],5
mov word [es:edi],-1
mov byte [es:edi],0xff
lea ebx,[es:edi]
lea si,[es:edi]
mov es,[es:edi]
mov [es:edi],ds
inc dword [es:edi]
push dword [es:edi]
pop word [es:edi]
call [es:edi]
jmp [es:edi]
call far [es:edi]
jmp far [es:edi]
not byte [es:edi]
lgdt [es:edi]
test [es:edi],edx
test byte [es:edi],1
xchg [es:edi],ecx
call dword [es:edi]
jmp word [es:edi]
mov eax,[fs:0x10]
mov [fs:0x10],eax
mov cl,[fs:0x10]
mov [fs:0x10],cx
mov al,[fs:0x10]
mov [fs:0x10],al
mov ax,[fs:0x10]
mov dword [fs:0x10],5
mov word [fs:0x10],-1
mov byte [fs:0x10],0xff
lea ebx,[fs:0x10]
lea si,[fs:0x10]
mov es,[fs:0x10]
mov [fs:0x10],ds
inc dword [fs:0x10]
push dword [fs:0x10]
pop word [fs:0x10]
call [fs:0x10]
jmp [fs:0x10]
call far [fs:0x10]
jmp far [fs:0x10]
not byte [fs:0x10]
lgdt [fs:0x10]
test [fs:0x10],edx
test byte [fs:0x10],1
xchg [fs:0x10],ecx
call dword [fs:0x10]
jmp word [fs:0x10]
mov eax,[label]
mov [label],eax
mov cl,[label]
mov [label],cx
mov al,[label]
mov [label],al
mov ax,[label]
mov dword [label],5
mov word [label],-1
mov byte [label],0xff
lea ebx,[label]
lea si,[label]
mov es,[label]
mov [label],ds
inc dword [label]
push dword [label]
pop word [label]
call [label]
jmp [label]
call far [label]
jmp far [label]
not byte [label]
lgdt [label]
test [label],edx
test byte [label],1
xchg [label],ecx
call dword [label]
jmp word [label]
mov eax,[label+ebx]
mov [label+ebx],eax
mov cl,[label+ebx]
mov [label+ebx],cx
mov al,[label+ebx]
mov [label+ebx],al
mov ax,[label+ebx]
mov dword [label+ebx],5
mov word [label+ebx],-1
mov byte [label+ebx],0xff
lea ebx,[label+ebx]
lea si,[label+ebx]
mov es,[label+ebx]
mov [label+ebx],ds
inc dword [label+ebx]
push dword [label+ebx]
pop word [label+ebx]
call [label+ebx]
jmp [label+ebx]
call far [label+ebx]
jmp far [label+ebx]
not byte [label+ebx]
lgdt [label+ebx]
test [label+ebx],edx
test byte [label+ebx],1
xchg [label+ebx],ecx
call dword [label+ebx]
jmp word [label+ebx]
mov eax,[bx+si]
mov [bx+si],eax
mov cl,[bx+si]
mov [bx+si],cx
mov al,[bx+si]
mov [bx+si],al
mov ax,[bx+si]
mov dword [bx+si],5
mov word [bx+si],-1
mov byte [bx+si],0xff
lea ebx,[bx+si]
lea si,[bx+si]
mov es,[bx+si]
mov [bx+si],ds
inc dword [bx+si]
push dword [bx+si]
pop word [bx+si]
call [bx+si]
jmp [bx+si]
call far [bx+si]
jmp far [bx+si]
not byte [bx+si]
lgdt [bx+si]
test [bx+si],edx
test byte [bx+si],1
xchg [bx+si],ecx
call dword [bx+si]
jmp word [bx+si]
mov eax,[bp+di+5]
mov [bp+di+5],eax
mov cl,[bp+di+5]
mov [bp+di+5],cx
mov al,[bp+di+5]
mov [bp+di+5],al
mov ax,[bp+di+5]
mov dword [bp+di+5],5
mov word [bp+di+5],-1
mov byte [bp+di+5],0xff
lea ebx,[bp+di+5]
lea si,[bp+di+5]
mov es,[bp+di+5]
mov [bp+di+5],ds
inc dword [bp+di+5]
push dword [bp+di+5]
pop word [bp+di+5]
call [bp+di+5]
jmp [bp+di+5]
call far [bp+di+5]
jmp far [bp+di+5]
not byte [bp+di+5]
lgdt [bp+di+5]
test [bp+di+5],edx
test byte [bp+di+5],1
xchg [bp+di+5],ecx
call dword [bp+di+5]
jmp word [bp+di+5]
mov eax,[bp]
mov [bp],eax
mov cl,[bp]
mov [bp],cx
mov al,[bp]
mov [bp],al
mov ax,[bp]
mov dword [bp],5
mov word [bp],-1
mov byte [bp],0xff
lea ebx,[bp]
lea si,[bp]
mov es,[bp]
mov [bp],ds
inc dword [bp]
push dword [bp]
pop word [bp]
call [bp]
jmp [bp]
call far [bp]
jmp far [bp]
not byte [bp]
lgdt [bp]
test [bp],edx
test byte [bp],1
xchg [bp],ecx
call dword [bp]
jmp word [bp]
mov eax,[si-3]
mov [si-3],eax
mov cl,[si-3]
mov [si-3],cx
mov al,[si-3]
mov [si-3],al
mov ax,[si-3]
mov dword [si-3],5
mov word [si-3],-1
mov byte [si-3],0xff
lea ebx,[si-3]
lea si,[si-3]
mov es,[si-3]
mov [si-3],ds
inc dword [si-3]
push dword [si-3]
pop word [si-3]
call [si-3]
jmp [si-3]
call far [si-3]
jmp far [si-3]
not byte [si-3]
lgdt [si-3]
test [si-3],edx
test byte [si-3],1
xchg [si-3],ecx
call dword [si-3]
jmp word [si-3]
mov eax,[di]
mov [di],eax
mov cl,[di]
mov [di],cx
mov al,[di]
mov [di],al
mov ax,[di]
mov dword [di],5
mov word [di],-1
mov byte [di],0xff
lea ebx,[di]
lea si,[di]
mov es,[di]
mov [di],ds
inc dword [di]
push dword [di]
pop word [di]
call [di]
jmp [di]
call far [di]
jmp far [di]
not byte [di]
lgdt [di]
test [di],edx
test byte [di],1
xchg [di],ecx
call dword [di]
jmp word [di]
mov eax,[bx+0x1234]
mov [bx+0x1234],eax
mov cl,[bx+0x1234]
mov [bx+0x1234],cx
mov al,[bx+0x1234]
mov [bx+0x1234],al
mov ax,[bx+0x1234]
mov dword [bx+0x1234],5
mov word [bx+0x1234],-1
mov byte [bx+0x1234],0xff
lea ebx,[bx+0x1234]
lea si,[bx+0x1234]
mov es,[bx+0x1234]
mov [bx+0x1234],ds
inc dword [bx+0x1234]
push dword [bx+0x1234]
pop word [bx+0x1234]
call [bx+0x1234]
jmp [bx+0x1234]
call far [bx+0x1234]
jmp far [bx+0x1234]
not byte [bx+0x1234]
lgdt [bx+0x1234]
test [bx+0x1234],edx
test byte [bx+0x1234],1
xchg [bx+0x1234],ecx
call dword [bx+0x1234]
jmp word [bx+0x1234]
rol al,1
rol al,cl
rol al,5
rol al,31
rol dx,1
rol dx,cl
rol dx,5
rol dx,31
rol ebx,1
rol ebx,cl
rol ebx,5
rol ebx,31
rol byte [ebx],1
rol byte [ebx],cl
rol byte [ebx],5
rol byte [ebx],31
rol word [si],1
rol word [si],cl
rol word [si],5
rol word [si],31
rol dword [label],1
rol dword [label],cl
rol dword [label],5
rol dword [label],31
ror al,1
ror al,cl
ror al,5
ror al,31
ror dx,1
ror dx,cl
ror dx,5
ror dx,31
ror ebx,1
ror ebx,cl
ror ebx,5
ror ebx,31
ror byte [ebx],1
ror byte [ebx],cl
ror byte [ebx],5
ror byte [ebx],31
ror word [si],1
ror word [si],cl
ror word [si],5
ror word [si],31
ror dword [label],1
ror dword [label],cl
ror dword [label],5
ror dword [label],31
rcl al,1
rcl al,cl
rcl al,5
rcl al,31
rcl dx,1
rcl dx,cl
rcl dx,5
rcl dx,31
rcl ebx,1
rcl ebx,cl
rcl ebx,5
rcl ebx,31
rcl byte [ebx],1
rcl byte [ebx],cl
rcl byte [ebx],5
rcl byte [ebx],31
rcl word [si],1
rcl word [si],cl
rcl word [si],5
rcl word [si],31
rcl dword [label],1
rcl dword [label],cl
rcl dword [label],5
rcl dword [label],31
rcr al,1
rcr al,cl
rcr al,5
rcr al,31
rcr dx,1
rcr dx,cl
rcr dx,5
rcr dx,31
rcr ebx,1
rcr ebx,cl
rcr ebx,5
rcr ebx,31
rcr byte [ebx],1
rcr byte [ebx],cl
rcr byte [ebx],5
rcr byte [ebx],31
rcr word [si],1
rcr word [si],cl
rcr word [si],5
rcr word [si],31
rcr dword [label],1
rcr dword [label],cl
rcr dword [label],5
rcr dword [label],31
shl al,1
shl al,cl
shl al,5
shl al,31
shl dx,1
shl dx,cl
shl dx,5
shl dx,31
shl ebx,1
shl ebx,cl
shl ebx,5
shl ebx,31
shl byte [ebx],1
shl byte [ebx],cl
shl byte [ebx],5
shl byte [ebx],31
shl word [si],1
shl word [si],cl
shl word [si],5
shl word [si],31
shl dword [label],1
shl dword [label],cl
shl dword [label],5
shl dword [label],31
shr al,1
shr al,cl
shr al,5
shr al,31
shr dx,1
shr dx,cl
shr dx,5
shr dx,31
shr ebx,1
shr ebx,cl
shr ebx,5
shr ebx,31
shr byte [ebx],1
shr byte [ebx],cl
shr byte [ebx],5
shr byte [ebx],31
shr word [si],1
shr word [si],cl
shr word [si],5
shr word [si],31
shr dword [label],1
shr dword [label],cl
shr dword [label],5
shr dword [label],31
sar al,1
sar al,cl
sar al,5
sar al,31
sar dx,1
sar dx,cl
sar dx,5
sar dx,31
sar ebx,1
sar ebx,cl
sar ebx,5
sar ebx,31
sar byte [ebx],1
sar byte [ebx],cl
sar byte [ebx],5
sar byte [ebx],31
sar word [si],1
sar word [si],cl
sar word [si],5
sar word [si],31
sar dword [label],1
sar dword [label],cl
sar dword [label],5
sar dword [label],31
sal al,1
sal al,cl
sal al,5
sal al,31
sal dx,1
sal dx,cl
sal dx,5
sal dx,31
sal ebx,1
sal ebx,cl
sal ebx,5
sal ebx,31
sal byte [ebx],1
sal byte [ebx],cl
sal byte [ebx],5
sal byte [ebx],31
sal word [si],1
sal word [si],cl
sal word [si],5
sal word [si],31
sal dword [label],1
sal dword [label],cl
sal dword [label],5
sal dword [label],31
not al
not bh
not ax
not bp
not eax
not esp
not byte [ebx]
not word [si]
not dword [label]
neg al
neg bh
neg ax
neg bp
neg eax
neg esp
neg byte [ebx]
neg word [si]
neg dword [label]
mul al
mul bh
mul ax
mul bp
mul eax
mul esp
mul byte [ebx]
mul word [si]
mul dword [label]
div al
div bh
div ax
div bp
div eax
div esp
div byte [ebx]
div word [si]
div dword [label]
idiv al
idiv bh
idiv ax
idiv bp
idiv eax
idiv esp
idiv byte [ebx]
idiv word [si]
idiv dword [label]
imul al
imul bh
imul ax
imul bp
imul eax
imul esp
imul byte [ebx]
imul word [si]
imul dword [label]
inc al
inc bh
inc ax
inc bp
inc eax
inc esp
inc byte [ebx]
inc word [si]
inc dword [label]
dec al
dec bh
dec ax
dec bp
dec eax
dec esp
dec byte [ebx]
dec word [si]
dec dword [label]
bt ax,cx
bt eax,ecx
bt [ebx],eax
bt [ebx],ax
bt eax,5
bt word [bx],15
bt dword [ebx],31
nop
bts ax,cx
bts eax,ecx
bts [ebx],eax
bts [ebx],ax
bts eax,5
bts word [bx],15
bts dword [ebx],31
lock bts [ebx],eax
btr ax,cx
btr eax,ecx
btr [ebx],eax
btr [ebx],ax
btr eax,5
btr word [bx],15
btr dword [ebx],31
lock btr [ebx],eax
btc ax,cx
btc eax,ecx
btc [ebx],eax
btc [ebx],ax
btc eax,5
btc word [bx],15
btc dword [ebx],31
lock btc [ebx],eax
bsf ax,cx
bsf eax,ecx
bsf eax,[ebx]
bsf si,[bx]
bsr ax,cx
bsr eax,ecx
bsr eax,[ebx]
bsr si,[bx]
popcnt ax,cx
popcnt eax,ecx
popcnt eax,[ebx]
popcnt si,[bx]
lar ax,cx
lar eax,ecx
lar eax,[ebx]
lar si,[bx]
lsl ax,cx
lsl eax,ecx
lsl eax,[ebx]
lsl si,[bx]
imul ax,cx
imul eax,ecx
imul eax,[ebx]
imul si,[bx]
cmovz ax,cx
cmovz eax,ecx
cmovz eax,[ebx]
cmovz si,[bx]
cmovnle ax,cx
cmovnle eax,ecx
cmovnle eax,[ebx]
cmovnle si,[bx]
imul eax,5
imul eax,ecx,5
imul eax,ecx,500
imul ax,cx,-5
imul ax,[bx],500
imul edx,[ebx],-128
imul edx,[ebx],128
imul ecx,1000
imul ax,byte 5
imul eax,ecx,dword 4
imul eax,label
shld ax,cx,cl
shld eax,ecx,cl
shld [ebx],eax,7
shld [si],dx,cl
shld eax,ebx,3
shrd ax,cx,cl
shrd eax,ecx,cl
shrd [ebx],eax,7
shrd [si],dx,cl
shrd eax,ebx,3
jo near0
jo far0
jo near near0
seto al
seto [ebx]
seto byte [si]
cmovo eax,ebx
cmovo cx,[ebx]
jno near0
jno far0
jno near near0
setno al
setno [ebx]
setno byte [si]
cmovno eax,ebx
cmovno cx,[ebx]
jb near0
jb far0
jb near near0
setb al
setb [ebx]
setb byte [si]
cmovb eax,ebx
cmovb cx,[ebx]
jnb near0
jnb far0
jnb near near0
setnb al
setnb [ebx]
setnb byte [si]
cmovnb eax,ebx
cmovnb cx,[ebx]
jc near0
jc far0
jc near near0
setc al
setc [ebx]
setc byte [si]
cmovc eax,ebx
cmovc cx,[ebx]
jnc near0
jnc far0
jnc near near0
setnc al
setnc [ebx]
setnc byte [si]
cmovnc eax,ebx
cmovnc cx,[ebx]
jnae near0
jnae far0
jnae near near0
setnae al
setnae [ebx]
setnae byte [si]
cmovnae eax,ebx
cmovnae cx,[ebx]
jae near0
jae far0
jae near near0
setae al
setae [ebx]
setae byte [si]
cmovae eax,ebx
cmovae cx,[ebx]
jz near0
jz far0
jz near near0
setz al
setz [ebx]
setz byte [si]
cmovz eax,ebx
cmovz cx,[ebx]
jnz near0
jnz far0
jnz near near0
setnz al
setnz [ebx]
setnz byte [si]
cmovnz eax,ebx
cmovnz cx,[ebx]
je near0
je far0
je near near0
sete al
sete [ebx]
sete byte [si]
cmove eax,ebx
cmove cx,[ebx]
jne near0
jne far0
jne near near0
setne al
setne [ebx]
setne byte [si]
cmovne eax,ebx
cmovne cx,[ebx]
jbe near0
jbe far0
jbe near near0
setbe al
setbe [ebx]
setbe byte [si]
cmovbe eax,ebx
cmovbe cx,[ebx]
jna near0
jna far0
jna near near0
setna al
setna [ebx]
setna byte [si]
cmovna eax,ebx
cmovna cx,[ebx]
jnbe near0
jnbe far0
jnbe near near0
setnbe al
setnbe [ebx]
setnbe byte [si]
cmovnbe eax,ebx
cmovnbe cx,[ebx]
ja near0
ja far0
ja near near0
seta al
seta [ebx]
seta byte [si]
cmova eax,ebx
cmova cx,[ebx]
js near0
js far0
js near near0
sets al
sets [ebx]
sets byte [si]
cmovs eax,ebx
cmovs cx,[ebx]
jns near0
jns far0
jns near near0
setns al
setns [ebx]
setns byte [si]
cmovns eax,ebx
cmovns cx,[ebx]
jp near0
jp far0
jp near near0
setp al
setp [ebx]
setp byte [si]
cmovp eax,ebx
cmovp cx,[ebx]
jnp near0
jnp far0
jnp near near0
setnp al
setnp [ebx]
setnp byte [si]
cmovnp eax,ebx
cmovnp cx,[ebx]
jpe near0
jpe far0
jpe near near0
setpe al
setpe [ebx]
setpe byte [si]
cmovpe eax,ebx
cmovpe cx,[ebx]
jpo near0
jpo far0
jpo near near0
setpo al
setpo [ebx]
setpo byte [si]
cmovpo eax,ebx
cmovpo cx,[ebx]
jl near0
jl far0
jl near near0
setl al
setl [ebx]
setl byte [si]
cmovl eax,ebx
cmovl cx,[ebx]
jnge near0
jnge far0
jnge near near0
setnge al
setnge [ebx]
setnge byte [si]
cmovnge eax,ebx
cmovnge cx,[ebx]
jnl near0
jnl far0
jnl near near0
setnl al
setnl [ebx]
setnl byte [si]
cmovnl eax,ebx
cmovnl cx,[ebx]
jge near0
jge far0
jge near near0
setge al
setge [ebx]
setge byte [si]
cmovge eax,ebx
cmovge cx,[ebx]
jle near0
jle far0
jle short near0
jle near near0
setle al
setle [ebx]
setle byte [si]
cmovle eax,ebx
cmovle cx,[ebx]
jng near0
jng far0
jng short near0
jng near near0
setng al
setng [ebx]
setng byte [si]
cmovng eax,ebx
cmovng cx,[ebx]
jnle near0
jnle far0
jnle short near0
jnle near near0
setnle al
setnle [ebx]
setnle byte [si]
cmovnle eax,ebx
cmovnle cx,[ebx]
jg near0
jg far0
jg short near0
jg near near0
setg al
setg [ebx]
setg byte [si]
cmovg eax,ebx
cmovg cx,[ebx]
near0:
jmp near0
jmp far0
jmp near far0
jmp eax
jmp cx
jmp 0x10:label
jmp dword 0x10:label
jmp word 0x10:5
jmp far [ebx]
jmp dword far [ebx]
jmp word far [bx]
jmp word [ebx]
jmp dword [bx]
jmp 0x123456
jmp near [ebx]
jmp near eax
jmp $
jmp $$
jmp $+2
call near0
call far0
call near far0
call eax
call cx
call 0x10:label
call dword 0x10:label
call word 0x10:5
call far [ebx]
call dword far [ebx]
call word far [bx]
call word [ebx]
call dword [bx]
call 0x123456
call near [ebx]
call near eax
call $
call $$
call $+2
jmp short $
jmp short $+10
jcxz $
jecxz $
jecxz near1
jcxz near1
loop near1
loope near1
loopne near1
loopz near1
loopnz near1
loop near1,cx
loop near1,ecx
loope near1,cx
loopne near1,ecx
near1:
movzx eax,al
movzx eax,byte [ebx]
movzx eax,word [ebx]
movzx eax,cx
movzx cx,dl
movzx cx,byte [si]
movsx eax,al
movsx eax,byte [ebx]
movsx eax,word [ebx]
movsx eax,cx
movsx cx,dl
movzx cx,[si]
movsx dx,[ebx]
push es
mov eax,es
mov cx,es
mov [ebx],es
mov word [ebx],es
mov eax,[es:ebx]
es mov eax,[ebx]
mov al,[es:0x10]
es lodsb
pop es
mov es,ax
mov es,ecx
mov es,[ebx]
mov es,word [ebx]
push cs
mov eax,cs
mov cx,cs
mov [ebx],cs
mov word [ebx],cs
mov eax,[cs:ebx]
cs mov eax,[ebx]
mov al,[cs:0x10]
cs lodsb
push ss
mov eax,ss
mov cx,ss
mov [ebx],ss
mov word [ebx],ss
mov eax,[ss:ebx]
ss mov eax,[ebx]
mov al,[ss:0x10]
ss lodsb
pop ss
mov ss,ax
mov ss,ecx
mov ss,[ebx]
mov ss,word [ebx]
push ds
mov eax,ds
mov cx,ds
mov [ebx],ds
mov word [ebx],ds
mov eax,[ds:ebx]
ds mov eax,[ebx]
mov al,[ds:0x10]
ds lodsb
pop ds
mov ds,ax
mov ds,ecx
mov ds,[ebx]
mov ds,word [ebx]
push fs
mov eax,fs
mov cx,fs
mov [ebx],fs
mov word [ebx],fs
mov eax,[fs:ebx]
fs mov eax,[ebx]
mov al,[fs:0x10]
fs lodsb
pop fs
mov fs,ax
mov fs,ecx
mov fs,[ebx]
mov fs,word [ebx]
push gs
mov eax,gs
mov cx,gs
mov [ebx],gs
mov word [ebx],gs
mov eax,[gs:ebx]
gs mov eax,[ebx]
mov al,[gs:0x10]
gs lodsb
pop gs
mov gs,ax
mov gs,ecx
mov gs,[ebx]
mov gs,word [ebx]
push ax
pop ax
push eax
pop eax
push sp
pop sp
push esp
pop esp
push bp
pop bp
push edi
pop edi
push 0
push 5
push -1
push 127
push 128
push -128
push -129
push 0x1234
push byte 5
push word 5
push dword 5
push word 0x1234
push dword 0x12345
push label
push strict dword 5
push strict word 5
push strict byte 5
push dword label
push word [ebx]
push dword [bx]
pop dword [esp+4]
pop word [bx]
push byte -1
push dword 0xffffffff
push word 0xffff
push 'ab'
xchg eax,eax
xchg eax,ecx
xchg ecx,eax
xchg ecx,edx
xchg ax,bx
xchg bx,ax
xchg cx,dx
xchg al,ah
xchg bl,[ebx]
xchg [ebx],bl
xchg ax,ax
xchg al,cl
lock xchg [ebx],eax
xchg esi,[esi]
test al,1
test cl,1
test ax,1
test cx,1
test eax,1
test ecx,1
test eax,-1
test byte [ebx],1
test word [ebx],1
test dword [ebx],1
test eax,ecx
test cl,dl
test [ebx],al
test al,[ebx]
test cx,[ebx]
test eax,label
mov al,5
mov ah,-1
mov ax,5
mov ax,-1
mov eax,5
mov eax,-1
mov eax,0xffffffff
mov ebp,label
mov esp,label+4
mov eax,label2-label
mov eax,strict dword 5
mov al,cl
mov ax,cx
mov eax,ecx
mov byte [ebx],5
mov eax,'abcd'
mov al,'a'
mov eax,cr0
mov cr0,ebx
mov eax,cr2
mov cr2,ebx
mov eax,cr3
mov cr3,ebx
mov eax,cr4
mov cr4,ebx
mov ecx,dr0
mov dr0,edx
mov ecx,dr1
mov dr1,edx
mov ecx,dr2
mov dr2,edx
mov ecx,dr3
mov dr3,edx
mov ecx,dr6
mov dr6,edx
mov ecx,dr7
mov dr7,edx
cmpxchg [ebx],al
cmpxchg [ebx],ecx
cmpxchg cx,dx
lock cmpxchg [ebx],eax
cmpxchg8b [ebx]
lock cmpxchg8b [ebx]
xadd al,cl
xadd [ebx],ecx
lock xadd [ebx],ax
bswap eax
bswap edi
in al,dx
in ax,dx
in eax,dx
in al,0x60
in ax,0x60
in eax,0x60
out dx,al
out dx,ax
out dx,eax
out 0x60,al
out 0x60,ax
out 0x60,eax
in al,byte 5
movsb
rep movsb
a16 movsb
a32 movsb
es movsb
rep fs movsb
gs a16 movsb
movsw
rep movsw
a16 movsw
a32 movsw
es movsw
rep fs movsw
gs a16 movsw
movsd
rep movsd
a16 movsd
a32 movsd
es movsd
rep fs movsd
gs a16 movsd
cmpsb
rep cmpsb
a16 cmpsb
a32 cmpsb
repe cmpsb
repne cmpsb
repnz cmpsb
repz cmpsb
es cmpsb
rep fs cmpsb
gs a16 cmpsb
cmpsw
rep cmpsw
a16 cmpsw
a32 cmpsw
repe cmpsw
repne cmpsw
repnz cmpsw
repz cmpsw
es cmpsw
rep fs cmpsw
gs a16 cmpsw
cmpsd
rep cmpsd
a16 cmpsd
a32 cmpsd
repe cmpsd
repne cmpsd
repnz cmpsd
repz cmpsd
es cmpsd
rep fs cmpsd
gs a16 cmpsd
stosb
rep stosb
a16 stosb
a32 stosb
stosw
rep stosw
a16 stosw
a32 stosw
stosd
rep stosd
a16 stosd
a32 stosd
lodsb
rep lodsb
a16 lodsb
a32 lodsb
es lodsb
rep fs lodsb
gs a16 lodsb
lodsw
rep lodsw
a16 lodsw
a32 lodsw
es lodsw
rep fs lodsw
gs a16 lodsw
lodsd
rep lodsd
a16 lodsd
a32 lodsd
es lodsd
rep fs lodsd
gs a16 lodsd
scasb
rep scasb
a16 scasb
a32 scasb
repe scasb
repne scasb
repnz scasb
repz scasb
scasw
rep scasw
a16 scasw
a32 scasw
repe scasw
repne scasw
repnz scasw
repz scasw
scasd
rep scasd
a16 scasd
a32 scasd
repe scasd
repne scasd
repnz scasd
repz scasd
insb
rep insb
a16 insb
a32 insb
insw
rep insw
a16 insw
a32 insw
insd
rep insd
a16 insd
a32 insd
outsb
rep outsb
a16 outsb
a32 outsb
es outsb
rep fs outsb
gs a16 outsb
outsw
rep outsw
a16 outsw
a32 outsw
es outsw
rep fs outsw
gs a16 outsw
outsd
rep outsd
a16 outsd
a32 outsd
es outsd
rep fs outsd
gs a16 outsd
aaa
aas
daa
das
aam
aad
cbw
cwde
cwd
cdq
clc
stc
cmc
cld
std
cli
sti
clts
hlt
nop
wait
fwait
lahf
sahf
pushf
popf
pushfw
popfw
pushfd
popfd
pusha
popa
pushaw
popaw
pushad
popad
iret
iretw
iretd
ret
retn
retf
leave
into
int3
int1
icebp
ud2
xlat
xlatb
salc
cpuid
rdtsc
rdmsr
wrmsr
rdpmc
invd
wbinvd
sysenter
sysexit
rsm
pause
lfence
mfence
sfence
monitor
mwait
rdtscp
xgetbv
vmcall
vmlaunch
vmresume
vmxoff
emms
syscall
sysret
aam 16
aad 7
int 0x80
int 3
int 255
ret 4
ret 0x100
retf 8
retn 4
enter 8,0
enter 0x100,1
leave
bound eax,[ebx]
bound ax,[bx]
arpl ax,cx
arpl [ebx],dx
les eax,[ebx]
les ax,[bx]
lds ecx,[ebx]
lss esp,[ebx]
lfs eax,[ebx]
lgs ax,[ebx]
invlpg [ebx]
invlpg [0x300000]
lgdt [ebx]
sgdt [ebx]
lidt [ebx]
sidt [label]
lldt ax
lldt [ebx]
sldt ax
sldt eax
sldt [ebx]
ltr ax
ltr word [ebx]
str ax
str eax
str [ebx]
str word [ebx]
smsw ax
smsw eax
smsw [ebx]
lmsw ax
lmsw [ebx]
verr ax
verr [ebx]
verw cx
verw word [ebx]
lldt word [ebx]
o16 lgdt [ebx]
o32 lgdt [ebx]
o32 iret
o16 iret
o32 ret
o16 ret
o32 retf
a32 movsb
a16 xlatb
a32 xlatb
fs xlatb
nop eax
nop dword [ebx]
nop word [ebx]
vmread eax,ebx
vmread [ecx],ebx
vmwrite eax,[ebx]
vmptrld [ebx]
vmptrst [ebx]
vmclear [ebx]
vmxon [ebx]
invept eax,[ebx]
invvpid eax,[ebx]
movnti [ebx],eax
prefetchnta [ebx]
prefetcht0 [ebx]
clflush [ebx]
fxsave [ebx]
fxrstor [ebx]
ldmxcsr [ebx]
stmxcsr [ebx]
movbe eax,[ebx]
movbe [ebx],cx
rdrand eax
rdseed cx
lzcnt eax,ecx
tzcnt eax,[ebx]
crc32 eax,cl
crc32 eax,dword [ebx]
ud1 eax,ecx
ud0 eax,[ebx]
lar eax,cx
lsl eax,cx
lar eax,word [ebx]
mov eax,[eax*2]
mov eax,[eax*2+4]
mov eax,[eax*3]
mov eax,[ebp*2]
mov eax,[ecx*5+7]
mov eax,[edx*9]
mov eax,[eax+eax]
mov eax,[eax+esp]
mov eax,[esp+eax]
mov eax,[esp*1+ebx]
mov eax,[ebp+esi]
mov eax,[esi+ebp]
mov eax,[esi*1+ebp]
mov eax,[ebp*1+esi]
mov eax,[eax*1]
mov eax,[eax*1+ebx*1]
mov eax,[eax*4+ebx*1]
mov eax,[ebx*1+eax*4]
mov eax,[byte ebp+1]
mov eax,[dword ebp+1]
mov eax,[byte eax+0]
mov eax,[dword eax]
mov ax,[word bx+1]
mov eax,[dword 5]
mov eax,[word 5]
mov eax,[nosplit eax*2]
mov eax,[eax+4+4-8]
mov eax,[eax-(-4)]
mov eax,[4+eax]
mov eax,[4+eax*4+ebx]
mov eax,[ebx+eax*(2+2)]
mov eax,[label+eax*4]
mov eax,[label2-label+ebx]
mov eax,[ebx+0xfffffffc]
mov ax,[bx+0xfffe]
mov eax,[bp+si]
mov eax,[bx]
mov eax,[bp]
mov eax,[si+0x80]
mov eax,[di-0x80]
mov [bx+label-label],al
mov eax,[eax*2+label]
nop
mov eax,[ebx*2+ecx]
mov eax,[ebx+ecx]
mov eax,[ecx+ebx]
mov eax,[ecx*1+ebx*2]
mov eax,[ebp*3]
mov eax,[ebp*1]
mov eax,[ebp*4]
mov eax,[a16 5]
mov eax,[a32 5]
mov al,[a16 5]
fld1
fldz
fldpi
fldl2e
fldl2t
fldlg2
fldln2
fchs
fabs
ftst
fxam
fsqrt
fsin
fcos
fsincos
fptan
fpatan
f2xm1
fyl2x
fyl2xp1
fscale
fprem
fprem1
frndint
fxtract
fdecstp
fincstp
fnop
fninit
finit
fnclex
fclex
fcompp
fucompp
fadd st0,st1
fadd st1,st0
fadd dword [ebx]
fadd qword [ebx]
faddp st1,st0
faddp
faddp st2
fadd st3
fadd to st3
fiadd word [ebx]
fiadd dword [ebx]
fmul st0,st1
fmul st1,st0
fmul dword [ebx]
fmul qword [ebx]
fmulp st1,st0
fmulp
fmulp st2
fmul st3
fmul to st3
fimul word [ebx]
fimul dword [ebx]
fsub st0,st1
fsub st1,st0
fsub dword [ebx]
fsub qword [ebx]
fsubp st1,st0
fsubp
fsubp st2
fsub st3
fsub to st3
fisub word [ebx]
fisub dword [ebx]
fsubr st0,st1
fsubr st1,st0
fsubr dword [ebx]
fsubr qword [ebx]
fsubrp st1,st0
fsubrp
fsubrp st2
fsubr st3
fsubr to st3
fisubr word [ebx]
fisubr dword [ebx]
fdiv st0,st1
fdiv st1,st0
fdiv dword [ebx]
fdiv qword [ebx]
fdivp st1,st0
fdivp
fdivp st2
fdiv st3
fdiv to st3
fidiv word [ebx]
fidiv dword [ebx]
fdivr st0,st1
fdivr st1,st0
fdivr dword [ebx]
fdivr qword [ebx]
fdivrp st1,st0
fdivrp
fdivrp st2
fdivr st3
fdivr to st3
fidivr word [ebx]
fidivr dword [ebx]
fcom
fcom st2
fcomp
fcomp st2
fucom
fucom st2
fucomp
fucomp st2
fxch
fxch st2
fcom dword [ebx]
fcomp qword [ebx]
fld dword [ebx]
fld qword [ebx]
fld tword [ebx]
fld st1
fst dword [ebx]
fst qword [ebx]
fst st2
fstp dword [ebx]
fstp qword [ebx]
fstp tword [ebx]
fstp st1
fild word [ebx]
fild dword [ebx]
fild qword [ebx]
fist word [ebx]
fist dword [ebx]
fistp word [ebx]
fistp dword [ebx]
fistp qword [ebx]
fbld [ebx]
fbstp [ebx]
fnstcw [ebx]
fstcw [ebx]
fldcw [ebx]
fnstsw ax
fstsw ax
fnstsw [ebx]
fldenv [ebx]
fnstenv [ebx]
fstenv [ebx]
fnsave [ebx]
fsave [ebx]
frstor [ebx]
ffree st1
fcomi st0,st1
fcomip st0,st1
fucomi st0,st1
fucomip st0,st1
fcmovb st0,st1
fcmovne st0,st3
fcomi st1
fcmovbe st2
ficom word [ebx]
ficomp dword [ebx]
fisttp qword [ebx]
movd mm0,eax
movd [ebx],mm1
movq mm0,[ebx]
movq [ebx],mm1
paddb mm0,mm1
pxor mm0,mm0
movaps xmm0,xmm1
movaps xmm0,[ebx]
movups [ebx],xmm1
addps xmm0,xmm1
addss xmm0,[ebx]
addsd xmm0,xmm2
movss xmm0,[ebx]
movsd xmm0,[ebx]
movdqa xmm0,[ebx]
movd xmm0,eax
pxor xmm0,xmm0
cvtsi2sd xmm0,eax
cvttsd2si eax,xmm0
psrldq xmm0,4
pshufd xmm0,xmm1,5
movntdq [ebx],xmm0
db 1,2,-1,255
db "hello",0
nop
dw 'ab','c'
dd 'abcd',"abcde"
dq 1,-1,0x123456789abcdef0
dd 1.5,-2.5
dq 1.5, 1e10
dw label-$$
dd label,$,$$
db `a\n\x41\0`
times 3 db 7
times 2 nop
times 3 dw 1,2
align 8
align 4,db 0
nop
align 16
dd 0b101,101b,0o17,17q,0ffh,$0ff,1_000,0d10,0x_ff
dw 1,2,
label2:
far0: nop
