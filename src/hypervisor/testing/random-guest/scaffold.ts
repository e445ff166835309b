/**
 * The fixed part of a random guest: tables, handlers, timer, and the frame into which random bodies go.
 *
 * Every exception handler writes vector, error code, EIP, CS, EFLAGS and CR2 to a log in memory, and goes on at the
 * label the body has put into `resume` (kernel) or `uresume` (user). So a body may do anything: it comes back.
 *
 * ```text
 * 0x00100000  image: code, tables, data; identity mapped, supervisor; user pages open to ring 3
 * 0x00200000  pool: 16 data frames, identity mapped, supervisor
 * 0x00800000  window: 16 pages with random rights over pool frames, different in the two address spaces
 * 0x00c00000  the first 4 MiB once more, as one large page (used only with CR4.PSE)
 * 0xffbff000  the last page below a monitor, then pages above it: pool frames, some read-only, some absent
 * ```
 */
import type { Random } from './random';

export const POOL = 0x200000;
export const POOL_PAGES = 16;
export const WINDOW = 0x800000;
export const WINDOW_PAGES = 16;
export const LARGE = 0xc00000;
/** First linear address that a monitor in the top 4 MiB keeps from its guest's segments. */
export const HIGH = 0xffc00000;

export interface Bodies {
  readonly kernel: string;
  /** Subroutines of kernel bodies, in the kernel's code. */
  readonly subroutines: string;
  readonly user: string;
}

const P = 1;
const W = 2;
const U = 4;
const A = 0x20;
const D = 0x40;

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** A page-table entry for the window: random frame and rights, seldom absent or beyond RAM. */
export function randomEntry(random: Random): number {
  const frame = random.oneIn(24) ? 0x700000 : POOL + random.below(POOL_PAGES) * 0x1000;
  const rights = random.pick([
    P | W | U,
    P | W | U,
    P | W,
    P | U,
    P,
    0,
    P | W | U | A,
    P | W | A | D,
  ]);
  return frame | rights;
}

/** The same 1024 entries as `dd` lines. */
function table(label: string, entry: (index: number) => string | number): string {
  const lines = [`${label}:`];
  for (let i = 0; i < 1024; i += 8) {
    const cells = Array.from({ length: 8 }, (_, k) => {
      const value = entry(i + k);
      return typeof value === 'number' ? hex(value) : value;
    });
    lines.push(`        dd ${cells.join(', ')}`);
  }
  return lines.join('\n');
}

/** Code pages begin accessed: a translator looks ahead. The lowest pages are absent, so that wild jumps end there. */
const lowEntry = (index: number): number => {
  if (index < 0x10) return 0;
  return (index * 0x1000) | (index >= 0x100 && index < 0x140 ? P | W | A : P | W);
};

/** Interrupt gates leave IF = 0, trap gates keep it; DPL 3 opens a gate to user code. */
function gates(random: Random): string {
  const WITH_STUB = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 17, 32, 39, 0x41, 0x42, 0x80];
  const lines = ['idt:'];
  for (let vector = 0; vector < 256; vector++) {
    if (!WITH_STUB.includes(vector)) {
      lines.push(vector === 0x40 ? '        dw 0, KCODE, 0x6e00, 0' : '        dd 0, 0');
      continue;
    }
    const open =
      vector === 0x80 || vector === 0x42 || (vector >= 3 && vector <= 5 && random.oneIn(2));
    const trap = vector === 0x80 || vector === 0x41 || (vector < 8 && random.oneIn(3));
    const type = 0x8e | (open ? 0x60 : 0) | (trap ? 1 : 0);
    lines.push(
      `        dw trap_${vector} & 0xffff, KCODE, ${hex(type << 8)}, trap_${vector} >> 16`,
    );
  }
  return lines.join('\n');
}

const ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);

function stubs(): string {
  const vectors = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 17, 0x41, 0x42, 0x80];
  return vectors
    .map((vector) => {
      const push = ERROR_CODE.has(vector) ? '' : '        push    dword 0\n';
      return `trap_${vector}:\n${push}        push    dword ${vector}\n        jmp     trap_entry`;
    })
    .join('\n');
}

/** Descriptors 0x30 and up: everything segment bodies play with. `second`: the table LGDT may switch to. */
const descriptors = (name: string, second: boolean): string => `
        align 8
${name}:
        dq 0
        dq 0x00cf9b000000ffff           ; 08 kernel code
        dq 0x00cf93000000ffff           ; 10 kernel data
        dq 0x00cffb000000ffff           ; 18 user code
        dq 0x00cff3000000ffff           ; 20 user data
        dw 0x67, tss & 0xffff           ; 28 task state
        db (tss >> 16) & 0xff, 0x89, 0, 0
        dq ${second ? '0x0040932010000fff' : '0x0040932000000fff'} ; 30 kernel data over one pool page
        dq 0x00cf12000000ffff           ; 38 kernel data, not present
        dq 0x00cff1000000ffff           ; 40 user data, read only
        dq 0x00c09b00000003ff           ; 48 kernel code, limit 4 MiB - 1
        dq 0x00cf9b001000ffff           ; 50 kernel code, base 0x1000
        dq 0x00cf9f000000ffff           ; 58 conforming code
        dw gate_target & 0xffff, KCODE, 0xec00, gate_target >> 16 ; 60 call gate for ring 3
        dw 31, ldt & 0xffff             ; 68 local table
        db (ldt >> 16) & 0xff, 0x82, 0, 0
        dq 0x0040f38000004fff           ; 70 user data over the window, five pages
        dq 0x00cf97000000000f           ; 78 kernel data, expand-down
        dw 0xffff, low_stack & 0xffff   ; 80 kernel stack, 16-bit
        db (low_stack >> 16) & 0xff, 0x93, 0, 0
        dw 0xffff, code16 & 0xffff      ; 88 kernel code, 16-bit
        db (code16 >> 16) & 0xff, 0x9b, 0, 0
        dq 0x00cff2000000ffff           ; 90 user data, never accessed
        dq 0x00cff9000000ffff           ; 98 user code, execute only
        dq 0x00cfbb000000ffff           ; a0 ring 1 code
        dq 0x00cfb3000000ffff           ; a8 ring 1 data
        dq 0x00cf920000${second ? '10' : '00'}ffff           ; b0 kernel data, never accessed
        dw 0xffff, user_stack & 0xffff  ; b8 user stack, 16-bit
        db (user_stack >> 16) & 0xff, 0xf3, 0, 0
${name}_end:`;

export interface ScaffoldOptions {
  /** Variables on the code's own pages: stores to them hit write traces. */
  readonly mixed: boolean;
  readonly writeProtect: boolean;
  readonly divisor: number;
  readonly passes: number;
  readonly userPageReadOnly: boolean;
}

const VARIABLES = `
        align 4
resume:         dd 0                    ; where a kernel body goes on after a fault
saved_esp:      dd 0
cont_esp:       dd 0                    ; where the kernel goes on after a user body
cont:           dd 0
passes:         dd 0
faults:         dd 0
ticks:          dd 0
steps:          dd 0                    ; single-step traps until TF is cleared
demand:         dd 0                    ; non-zero: so many faulting window pages are mapped, not skipped
log_at:         dd log
seen:           dd 0, 0, 0, 0
`;

export function scaffold(random: Random, options: ScaffoldOptions, bodies: Bodies): string {
  const { mixed, writeProtect, divisor, passes } = options;
  const windowEntry = (index: number): number => (index < WINDOW_PAGES ? randomEntry(random) : 0);
  const highEntry = (index: number): number =>
    index < 8 || index > 1021 ? randomEntry(random) : 0;
  return `        bits 32
        org 0x100000
KCODE   equ 0x08
KDATA   equ 0x10
UCODE   equ 0x1b
UDATA   equ 0x23
        section .text
        align 4
        dd 0x1badb002, 0, -0x1badb002
_start: mov     esp, kstack_top
        lgdt    [gdtr_first]
        jmp     KCODE:.cs
.cs:    mov     eax, KDATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     fs, eax
        mov     gs, eax
        lidt    [idtr]
        mov     eax, 0x28
        ltr     ax
        mov     esi, user_start
        shr     esi, 12
.open:  or      dword [low_table + esi*4], 4
        inc     esi
        cmp     esi, user_end >> 12
        jb      .open
        ${options.userPageReadOnly ? 'and     dword [low_table + (user_start >> 12)*4], ~2' : ''}
        mov     eax, space_a
        mov     cr3, eax
        mov     eax, cr0
        or      eax, ${hex(0x80000000 | (writeProtect ? 0x10000 : 0))}
        mov     cr0, eax
        jmp     .on
.on:    mov     al, 0x11
        out     0x20, al
        out     0xa0, al
        mov     al, 0x20
        out     0x21, al
        mov     al, 0x28
        out     0xa1, al
        mov     al, 4
        out     0x21, al
        mov     al, 2
        out     0xa1, al
        mov     al, 1
        out     0x21, al
        out     0xa1, al
        mov     al, 0xfe
        out     0x21, al
        mov     al, 0xff
        out     0xa1, al
        mov     al, 0x34
        out     0x43, al
        mov     al, ${divisor & 0xff}
        out     0x40, al
        mov     al, ${divisor >> 8}
        out     0x40, al
        mov     dword [passes], ${passes}
main:
${bodies.kernel}
        dec     dword [passes]
        jnz     near main
        mov     al, 'k'
        mov     edx, 0x3f8
        out     dx, al
        mov     al, 0x10
        out     0xf4, al
        cli
        hlt

give_up:
        mov     al, 0x11
        out     0xf4, al
        cli
        hlt

${stubs()}

trap_entry:
        pusha
        push    ds
        push    es
        mov     eax, KDATA
        mov     ds, eax
        mov     es, eax
        cld
        mov     ebp, esp                ; +8 registers, +40 vector, error, eip, cs, eflags
        lea     esi, [ebp + 40]
        mov     edi, [log_at]
        mov     ecx, 5
        rep     movsd
        mov     eax, cr2
        stosd
        cmp     edi, log_end - 32
        jb      .kept
        mov     edi, log
.kept:  mov     [log_at], edi
        inc     dword [faults]
        cmp     dword [faults], 90
        ja      near give_up
        mov     eax, [ebp + 40]
        cmp     eax, 1
        je      .step
        cmp     eax, 3
        je      .out
        cmp     eax, 4
        je      .out
        cmp     eax, 0x41
        jae     .call
        cmp     eax, 14
        jne     .skip
        cmp     dword [demand], 0
        je      .skip
        dec     dword [demand]
        mov     eax, cr2
        mov     ecx, eax
        and     ecx, 0xffff0000
        cmp     ecx, ${hex(WINDOW)}
        jne     .skip
        mov     ecx, eax
        shr     ecx, 12
        and     ecx, 15
        mov     edx, ecx
        shl     edx, 12
        or      edx, ${hex(POOL + 7)}
        mov     [window_a + ecx*4], edx
        mov     [window_b + ecx*4], edx
        invlpg  [eax]
        jmp     .out
.skip:  mov     eax, [resume]
        test    dword [ebp + 52], 3
        jz      .go
        mov     eax, [uresume]
.go:    mov     [ebp + 48], eax
        and     dword [ebp + 56], ~0x100
        jmp     .out
.step:  dec     dword [steps]
        jg      .out
        and     dword [ebp + 56], ~0x100
        jmp     .out
.call:  cmp     dword [ebp + 36], 0xc0de
        je      .leave
        inc     dword [ebp + 36]
.out:   pop     es
        pop     ds
        popa
        add     esp, 8
        iret
.leave: mov     esp, [cont_esp]
        jmp     [cont]

trap_32:
        push    eax
        push    ds
        mov     eax, KDATA
        mov     ds, eax
        inc     dword [ticks]
        mov     al, 0x20
        out     0x20, al
        cmp     dword [ticks], 200
        ja      near give_up
        pop     ds
        pop     eax
        iret
trap_39:
        iret

gate_target:                            ; by far call: from ring 0 or ring 3
        push    eax
        mov     eax, cs
        add     [ss:seen], eax
        pop     eax
        retf

${bodies.subroutines}

        align 16
code16:
        bits 16
        push    ax
        add     ax, 0x1234
        a32 mov [0x200100], eax
        mov     cx, 3
.loop:  rol     ax, cl
        loop    .loop
        pushf
        pop     cx
        a32 mov [0x200104], cx
        pop     ax
        jmp     dword KCODE:back16
        bits 32
back16: jmp     [seen + 4]

${mixed ? VARIABLES : ''}
        section .data
${mixed ? '' : VARIABLES}
gdtr_first:     dw gdt_end - gdt - 1
        dd gdt
gdtr_second:    dw second_end - second - 1
        dd second
gdtr_short:     dw 0x37
        dd gdt
idtr:   dw 256*8 - 1
        dd idt
        align 8
ldt:    dq 0x00cf93000000ffff           ; 04 kernel data
        dq 0x0040f32000001fff           ; 0f user data over two pool pages
        dq 0x00cffb000000ffff           ; 17 user code
        dq 0
${descriptors('gdt', false)}
${descriptors('second', true)}
        align 4
tss:    dd 0, tstack_top, KDATA, ring1_stack_top, 0xa9
        times 20 dd 0
        dw 0, 0x68
        align 8
${gates(random)}
        align 4096
space_a:
        dd low_table + 7, 0, window_a + 7, ${hex(0x87)}
        times 1018 dd 0
        dd high_below + 7, high_table + 7
space_b:
        dd low_table + 7, 0, window_b + 7, ${hex(0x83)}
        times 1018 dd 0
        dd high_below + 7, high_table + 7
${table('low_table', lowEntry)}
${table('window_a', windowEntry)}
${table('window_b', windowEntry)}
${table('high_table', highEntry)}
${table('high_below', highEntry)}
log:    times 1024 dd 0
log_end:

        section .user align=4096
user_start:
${bodies.user}
        align 4096
        section .userdata align=4096
uresume:        dd 0
uesp:           dd 0
uscratch:       times 254 dd 0x89abcdef
utable:         times 64 dd 0
user_stack:     times 2048 db 0x90
ustack:         times 512 dd 0
ustack_top:
        align 4096
user_end:
        section .bss align=4096
kstack:         resb 4096
kstack_top:
tstack:         resb 4096
tstack_top:
low_stack:      resb 4096
ring1_stack:    resb 4096
ring1_stack_top:
scratch:        resb 8192
`;
}
