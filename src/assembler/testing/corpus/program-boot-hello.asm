; A program as students write them: boot hello. nasm -O2 -f bin is the reference.

[org 0x7c00]
[bits 16]
KERNEL_OFFSET equ 0x1000
start:  cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, 0x7c00
        sti
        mov [BOOT_DRIVE], dl
        mov si, msg
        call print
        call load
        jmp $
print:  lodsb
        or al, al
        jz .done
        mov ah, 0x0E
        mov bx, 0x0007
        int 0x10
        jmp print
.done:  ret
load:   mov ah, 02h
        mov al, 15
        mov ch, 00h
        mov cl, 02h
        mov dh, 00h
        mov dl, [BOOT_DRIVE]
        mov bx, KERNEL_OFFSET
        int 13h
        jc .err
        cmp al, 15
        jne .err
        ret
.err:   mov si, err
        call print
        jmp $
msg:    db 'Booting...', 13, 10, 0
err:    db "Disk error!", 0xd, 0xa, 0
BOOT_DRIVE: db 0
times 510-($-$$) db 0
dw 0xaa55
