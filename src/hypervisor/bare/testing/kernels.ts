/** Small Multiboot kernels for tests of whole machines. */
import { assemble, toElf } from '../../../assembler';

/** GDT, IDT, 8259 pair at 0x20, then `start` goes on at `main`. `tick` handles IRQ 0, `bad` everything else. */
const PROLOGUE = `
bits 32
section .text
  align 4
header:
  dd 0x1badb002, 3, -(0x1badb002 + 3)
global start
start:
  cmp eax, 0x2badb002
  jne bad
  mov esp, stack_top
  lgdt [gdtr]
  jmp 0x08:.flat
.flat:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  mov ss, ax
  ; every gate to bad, vector 0x20 to tick
  mov edi, idt
  mov ecx, 256
  mov edx, bad
.gate:
  call set_gate
  loop .gate
  mov edi, idt + 0x20 * 8
  mov edx, tick
  call set_gate
  lidt [idtr]
  mov al, 0x11
  out 0x20, al
  out 0xa0, al
  mov al, 0x20
  out 0x21, al
  mov al, 0x28
  out 0xa1, al
  mov al, 4
  out 0x21, al
  mov al, 2
  out 0xa1, al
  mov al, 1
  out 0x21, al
  out 0xa1, al
  jmp main
set_gate:
  mov [edi], dx
  mov word [edi + 2], 0x08
  mov eax, edx
  shr eax, 16
  shl eax, 16
  mov ax, 0x8e00
  mov [edi + 4], eax
  add edi, 8
  ret
bad:
  mov al, 0xbd
  out 0xf4, al
putchar:
  push edx
  push eax
  mov dx, 0x3fd
.wait:
  in al, dx
  test al, 0x20
  jz .wait
  pop eax
  mov dx, 0x3f8
  out dx, al
  pop edx
  ret
timer:                       ; ECX ticks per interrupt, periodic
  mov al, 0x34
  out 0x43, al
  mov al, cl
  out 0x40, al
  mov al, ch
  out 0x40, al
  ret
section .data
  align 8
gdt:
  dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdtr:
  dw 23
  dd gdt
idtr:
  dw 2047
  dd idt
section .bss
  align 8
idt: resb 2048
stack: resb 4096
stack_top:
count: resd 1
section .text
`;

/** Prints "Hi", takes five timer interrupts while halted between them, prints a dot at each, exits with 0x2a. */
export const TICKING = `${PROLOGUE}
main:
  mov al, 'H'
  call putchar
  mov al, 'i'
  call putchar
  mov word [0xb8000], 0x1f48
  mov ecx, 1000
  call timer
  sti
.sleep:
  hlt
  cmp dword [count], 5
  jb .sleep
  cli
  mov al, 0x2a
  out 0xf4, al
  jmp $
tick:
  push eax
  inc dword [count]
  mov al, '.'
  call putchar
  mov al, 0x20
  out 0x20, al
  pop eax
  iretd
`;

/** Works in a loop with interrupts on; handler and loop read the timer, the status of the beam and the TSC. */
export const BUSY = `${PROLOGUE}
main:
  xor ebx, ebx
  xor esi, esi
  mov ecx, 40
  call timer
  sti
.work:
  imul ebx, ebx, 1664525
  add ebx, 1013904223
  rol esi, 3
  xor esi, ebx
  test bl, 7
  jnz .next
  mov al, 0
  out 0x43, al
  in al, 0x40
  movzx eax, al
  add esi, eax
  in al, 0x40
  mov dx, 0x3da
  in al, dx
  add esi, eax
  rdtsc
  add esi, eax
.next:
  cmp dword [count], 30
  jb .work
  mov eax, esi
  out 0xf4, al
  jmp $
tick:
  push eax
  inc dword [count]
  add esi, 0x1234567
  mov al, 0x20
  out 0x20, al
  pop eax
  iretd
`;

/** Sleeps with interrupts on while the only thing scheduled is a timer whose line is masked. */
export const ASLEEP = `${PROLOGUE}
main:
  mov al, 0xff
  out 0x21, al
  mov ecx, 1000
  call timer
  sti
  hlt
  jmp bad
tick:
  jmp bad
`;

/** Reads a port nobody answers. */
export const LOST = `${PROLOGUE}
main:
  mov dx, 0x1f7
  in al, dx
  jmp bad
tick:
  jmp bad
`;

export function kernel(source: string): Uint8Array {
  const assembled = assemble(source, { name: 'kernel.asm', bits: 32 });
  if (!assembled.ok) throw new Error(JSON.stringify(assembled.error));
  return toElf(assembled.value);
}
