/**
 * A disk as people make them: a boot sector that loads 20 sectors through the BIOS, half by cylinder, head and sector and
 * half by sector number, and a 32-bit kernel in them that drives the disk by itself: READ and WRITE SECTORS through
 * the ATA ports, one IRQ 14 a sector. It prints on COM1 what it found.
 */
import { bytesOf } from './boot';

const KERNEL_SECTORS = 20;
/** What the kernel reads by itself; `DATA_SECTOR + i` is filled with words of 0x1000 * (i + 1) + their index. */
const DATA_SECTOR = 30;
const DATA_SECTORS = 4;
const WRITTEN_SECTOR = 40;
const SECTORS = 64;

/** Sends the string at (E)SI to the serial port, up to its 0. The same text serves both modes. */
const PRINT = `print:
    lodsb
    test al,al
    jz .end
    mov dx,0x3f8
    out dx,al
    jmp print
.end:
    ret
`;

const BOOT = `bits 16
org 0x7c00
    jmp 0:start
start:
    xor ax,ax
    mov ds,ax
    mov es,ax
    mov ss,ax
    mov sp,0x7c00
    mov [drive],dl
    cld
    ; ten sectors by cylinder, head and sector
    mov ax,0x1000
    mov es,ax
    mov ax,0x020a
    mov cx,0x0002
    mov dh,0
    mov dl,[drive]
    xor bx,bx
    int 0x13
    jc failed
    mov si,by_cylinder
    call print
    ; and ten by their number
    mov ah,0x42
    mov dl,[drive]
    mov si,packet
    int 0x13
    jc failed
    mov si,by_number
    call print
    cli
    lgdt [gdt_pointer]
    mov eax,cr0
    or al,1
    mov cr0,eax
    jmp dword 8:0x10000
failed:
    mov si,bad
    call print
    mov al,0x11
    out 0xf4,al
    hlt
${PRINT}drive: db 0
packet: db 16,0
    dw 10,0x1400,0x1000
    dq 11
align 8
gdt: dq 0,0x00cf9b000000ffff,0x00cf93000000ffff
gdt_pointer: dw 23
    dd gdt
by_cylinder: db 'ten sectors by cylinder',10,0
by_number: db 'ten sectors by number',10,0
bad: db 'the disk failed',10,0
times 510-($-$$) db 0
dw 0xaa55
`;

const KERNEL = `bits 32
org 0x10000
    mov ax,16
    mov ds,ax
    mov es,ax
    mov ss,ax
    mov esp,0x90000
    cld
    mov esi,hello
    call print
    ; one gate: IRQ 14 at vector 0x2e
    mov eax,on_disk
    mov [idt+0x2e*8],ax
    mov word [idt+0x2e*8+2],8
    mov word [idt+0x2e*8+4],0x8e00
    shr eax,16
    mov [idt+0x2e*8+6],ax
    lidt [idt_pointer]
    mov esi,pic_setup
.pic:
    movzx edx,byte [esi]
    mov al,[esi+1]
    add esi,2
    out dx,al
    cmp esi,pic_setup_end
    jb .pic
    mov dx,0x3f6
    mov al,0
    out dx,al

    ; read
    mov eax,${DATA_SECTOR}
    mov ecx,${DATA_SECTORS}
    mov bl,0x20
    call command
    mov edi,0x20000
    mov ecx,${DATA_SECTORS}
.sector:
    push ecx
    call wait_for_disk
    mov ecx,256
    mov dx,0x1f0
    rep insw
    lea esi,[edi-512]
    call print_sum
    pop ecx
    loop .sector

    ; write what was read last, backwards
    mov eax,${WRITTEN_SECTOR}
    mov ecx,1
    mov bl,0x30
    call command
.ask:
    mov dx,0x1f7
    in al,dx
    and al,0x88
    cmp al,8
    jne .ask
    mov ecx,256
.word:
    mov ax,[0x20000+${DATA_SECTORS - 1}*512+ecx*2-2]
    mov dx,0x1f0
    out dx,ax
    loop .word
    call wait_for_disk
    mov esi,written
    call print
    ; and read it back
    mov eax,${WRITTEN_SECTOR}
    mov ecx,1
    mov bl,0x20
    call command
    call wait_for_disk
    mov edi,0x30000
    mov ecx,256
    mov dx,0x1f0
    rep insw
    movzx eax,word [0x30000]
    call print_number
    movzx eax,word [0x301fe]
    call print_number

    movzx eax,byte [interrupts]
    call print_number
    ; behind the last sector
    mov eax,0x0fffff00
    mov ecx,1
    mov bl,0x20
    call command
    call wait_for_disk
    and eax,1
    call print_number
    mov dx,0x1f1
    in al,dx
    ; "not found" or "aborted": the standard allows both, and QEMU takes the other one
    test al,0x14
    setnz al
    movzx eax,al
    call print_number
    mov al,0x10
    out 0xf4,al
    cli
    hlt

; EAX: sector, CL: sectors, BL: command
command:
    mov byte [pending],0
    push eax
    mov dx,0x1f2
    mov al,cl
    out dx,al
    pop eax
    inc dx
    out dx,al
    shr eax,8
    inc dx
    out dx,al
    shr eax,8
    inc dx
    out dx,al
    mov al,ah
    and al,0x0f
    or al,0xe0
    inc dx
    out dx,al
    inc dx
    mov al,bl
    out dx,al
    ret

; -> AL: status as the handler read it
wait_for_disk:
    cli
    cmp byte [pending],0
    jne .came
    sti
    hlt
    jmp wait_for_disk
.came:
    mov byte [pending],0
    mov al,[status]
    ret

on_disk:
    push eax
    push edx
    mov dx,0x1f7
    in al,dx
    mov [status],al
    mov byte [pending],1
    inc byte [interrupts]
    mov al,0x20
    out 0xa0,al
    out 0x20,al
    pop edx
    pop eax
    iret

print_sum:
    xor eax,eax
    mov ecx,256
.add:
    movzx edx,word [esi]
    add esi,2
    add eax,edx
    loop .add
; EAX in hexadecimal
print_number:
    mov ecx,8
.digit:
    rol eax,4
    push eax
    and eax,0x0f
    mov al,[digits+eax]
    mov dx,0x3f8
    out dx,al
    pop eax
    loop .digit
    mov al,10
    mov dx,0x3f8
    out dx,al
    ret

${PRINT}
pic_setup:
    db 0x20,0x11, 0xa0,0x11, 0x21,0x20, 0xa1,0x28, 0x21,0x04, 0xa1,0x02, 0x21,0x01, 0xa1,0x01
    db 0x21,0xfb, 0xa1,0xbf
pic_setup_end:
digits: db '0123456789abcdef'
hello: db 'kernel',10,0
written: db 'written',10,0
interrupts: db 0
pending: db 0
status: db 0
idt_pointer: dw 0x30*8-1
    dd idt
align 8
idt: times 0x30*8 db 0
times ${KERNEL_SECTORS}*512-($-$$) db 0
`;

export function diskWithKernel(): Uint8Array {
  const disk = new Uint8Array(SECTORS * 512);
  disk.set(bytesOf(BOOT));
  disk.set(bytesOf(KERNEL), 512);
  const view = new DataView(disk.buffer);
  for (let sector = 0; sector < DATA_SECTORS; sector++) {
    for (let word = 0; word < 256; word++) {
      const at = (DATA_SECTOR + sector) * 512 + word * 2;
      view.setUint16(at, 0x1000 * (sector + 1) + word, true);
    }
  }
  return disk;
}

const hex = (value: number) => value.toString(16).padStart(8, '0');
const sum = (sector: number) => 256 * 0x1000 * (sector + 1) + (255 * 256) / 2;

/** What it prints, computed from what is on the disk. */
export const EXPECTED_SERIAL = [
  'ten sectors by cylinder',
  'ten sectors by number',
  'kernel',
  ...[0, 1, 2, 3].map((sector) => hex(sum(sector))),
  'written',
  // The last word of the last sector comes first now: CX counted down, the words went out backwards.
  hex(0x4000 + 255),
  hex(0x4000),
  // Four sectors read, one written, one read back.
  hex(6),
  hex(1),
  hex(1),
  '',
].join('\n');

export const EXPECTED_EXIT = 0x10;
export const WRITTEN = WRITTEN_SECTOR;
