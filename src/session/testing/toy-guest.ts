/**
 * A guest for tests of the debugger that does a little of everything and nothing that depends on time: both techniques
 * execute the same guest instructions. It ends with exit code 0x10.
 */
import { DEFAULT_WORLD, Session, type TechniqueId, type World } from '../index';

export const TOY_SOURCE = `bits 32
org 0x100000
PAGE equ 0x200000
section .text
base:
align 4
dd 0x1badb002, 0, -0x1badb002
global _start
_start:
        mov esp, stack_top
        lgdt [gdtr]
        lidt [idtr]
        jmp 8:flat
flat:
        mov eax, 0x10
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov eax, tss
        mov [gdt + 0x28 + 2], ax
        shr eax, 16
        mov [gdt + 0x28 + 4], al
        mov [gdt + 0x28 + 7], ah
        mov eax, 0x28
        ltr ax
        call paging
        mov ecx, 5
count:
        inc dword [counter]
        mov eax, [counter]
        add [total], eax
        loop count
        mov esi, text
        mov edi, copy
        mov ecx, text_end - text
        cld
        rep movsb
        ; A page-table write, and a look through the new mapping.
        mov dword [table + 0x1ff * 4], PAGE | 7
        invlpg [0x1ff000]
        mov dword [0x1ff000], 0x1234
        mov eax, cr3
        mov cr3, eax
        mov eax, [PAGE]
        mov [seen], eax
        mov al, 'k'
        mov dx, 0x3f8
        out dx, al
        push dword 0x23
        push dword user_stack_top
        push dword 0x202
        push dword 0x1b
        push dword user
        iret
user:
        mov eax, 0x23
        mov ds, eax
        mov es, eax
        mov ecx, 3
user_loop:
        mov [user_word], ecx
        sidt [user_table]
        int 0x80
        loop user_loop
        cli
after_cli:
        mov eax, [0x00800000]
after_fault:
        mov ebx, 1
        int 0x80
        jmp $

system_call:
        push ds
        push eax
        mov eax, 0x10
        mov ds, eax
        inc dword [calls]
        cmp ebx, 1
        je leave
        pop eax
        pop ds
        iret
leave:
        mov al, 0x10
        out 0xf4, al
        hlt
general_protection:
        mov dword [ss:esp + 4], after_cli
        add esp, 4
        iret
page_fault:
        mov dword [ss:esp + 4], after_fault
        add esp, 4
        iret

paging:
        mov edi, table
        mov eax, 7
        mov ecx, 1024
.fill:
        mov [edi], eax
        add edi, 4
        add eax, 0x1000
        loop .fill
        mov dword [directory], table + 7
        mov eax, directory
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        ret

section .data
align 8
gdt:    dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
        dq 0x0000890000000067
gdtr:   dw 47
        dd gdt
idtr:   dw 129 * 8 - 1
        dd idt
align 8
idt:    times 13 dq 0
        dw general_protection - base, 8, 0x8e00, 0x10
        dw page_fault - base, 8, 0x8e00, 0x10
        times 128 - 15 dq 0
        dw system_call - base, 8, 0xee00, 0x10
tss:    dd 0, kernel_stack_top, 0x10
        times 23 dd 0
counter: dd 0
total:  dd 0
seen:   dd 0
calls:  dd 0
user_word: dd 0
user_table: dd 0, 0
text:   db 'twelve bytes'
text_end:
copy:   times 16 db 0
section .bss
align 4096
directory: resb 4096
table:  resb 4096
        resb 4096
stack_top:
        resb 4096
kernel_stack_top:
        resb 4096
user_stack_top:
`;

export const TOY_FILE = 'toy.asm';

export const worldOf = (
  technique: TechniqueId,
  text: string,
  more: Partial<World> = {},
): World => ({
  ...DEFAULT_WORLD,
  technique,
  memoryBytes: 4 * 1024 * 1024,
  guest: { kind: 'assembly', name: TOY_FILE, text },
  ...more,
});

export async function openSession(world: World): Promise<Session> {
  const session = new Session({ yieldNow: () => Promise.resolve() });
  const loaded = await session.load(world);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return session;
}
