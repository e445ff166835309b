/**
 * A random program as a Multiboot guest: tables, handlers that look at every frame and go on at the next slot, then
 * random slots in ring 0, then in ring 3, then a walk over all data so that every byte written shows in a register.
 */
import { slotBytes } from './instructions';
import { FS_BASE, GS_BASE, LOW_WINDOW, RESUME, SELECTOR, SLOT_BYTES } from './layout';
import type { Context } from './operands';
import { Random } from './random';
import { LOCAL_DESCRIPTORS, randomDescriptor, segmentSlot } from './segments';

const KERNEL_SLOTS_AT = 0x110000;
const USER_SLOTS_AT = 0x180000;
const DATA_AT = 0x200000;
const DATA_FRAMES = 8;
const EXIT_CODE = 0x10;

export interface ProgramOptions {
  readonly seed: number;
  /** Slots in each of the two rings. */
  readonly slots: number;
  /** About segmentation, which not every emulator checks; otherwise about all else. */
  readonly about: 'instructions' | 'segments';
}

type About = ProgramOptions['about'];

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** NASM source. */
export function randomProgram({ seed, slots, about }: ProgramOptions): string {
  const random = new Random(seed);
  const kernel = slotLines(random, 0, KERNEL_SLOTS_AT, slots, about);
  const user = slotLines(random, 3, USER_SLOTS_AT, slots, about);
  return scaffold(random, slots, about, kernel, user);
}

function slotLines(random: Random, ring: 0 | 3, at: number, slots: number, about: About): string {
  const stack = ring === 0 ? DATA_AT + DATA_FRAMES * 0x1000 + 0x800 : LOW_WINDOW + 0x1800;
  const lines: string[] = [];
  for (let i = 0; i < slots; i++) {
    const context: Context = { random, ring, slot: at + i * SLOT_BYTES, stack };
    lines.push(
      `        db ${Array.from(slotBytes(context, about === 'segments' ? segmentSlot : undefined), hex).join(', ')}`,
    );
  }
  return lines.join('\n');
}

const ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
const OPEN = new Set([3, 4, 0x80, 0x81]);
const HANDLED = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 0x20, 0x80, 0x81];
const ABSENT_GATE = 0x83;

function gates(): string {
  const lines: string[] = [];
  for (let vector = 0; vector < 256; vector++) {
    if (vector === ABSENT_GATE) lines.push(`        dw 0, ${SELECTOR.kernelCode}, 0x6e00, 0`);
    else if (!HANDLED.includes(vector)) lines.push('        dd 0, 0');
    else {
      // Vector 0x80 through a trap gate, all others through interrupt gates.
      const type = (vector === 0x80 ? 0x8f : 0x8e) | (OPEN.has(vector) ? 0x60 : 0);
      lines.push(
        `        dw trap_${vector} & 0xffff, ${SELECTOR.kernelCode}, ${hex(type << 8)}, trap_${vector} >> 16`,
      );
    }
  }
  return lines.join('\n');
}

const stubs = (): string =>
  HANDLED.map((vector) => {
    const push = ERROR_CODE.has(vector) ? '' : '        push    byte 0\n';
    return `trap_${vector}:\n${push}        push    dword ${vector}\n        jmp     trap`;
  }).join('\n');

function descriptor(base: number, limit: number, rights: number): string {
  const low = (((base & 0xffff) << 16) | (limit & 0xffff)) >>> 0;
  const high = (base & 0xff000000) | (rights << 8) | (limit & 0xf0000) | ((base >>> 16) & 0xff);
  return `        dd ${hex(low)}, ${hex(high)}`;
}

const randomWords = (random: Random, count: number): string => {
  const lines: string[] = [];
  for (let i = 0; i < count; i += 16) {
    lines.push(`        dd ${Array.from({ length: 16 }, () => hex(random.value())).join(', ')}`);
  }
  return lines.join('\n');
};

/** Frame and rights of the window's pages. */
const WINDOW_ENTRIES = [
  ...[
    [0, 7],
    [1, 7],
    [2, 5],
    [3, 3],
  ],
  ...[
    [0, 0],
    [0, 7],
    [4, 1],
    [5, 7],
  ],
] as const;

function scaffold(
  random: Random,
  slots: number,
  about: About,
  kernel: string,
  user: string,
): string {
  const codeEnd = slots * SLOT_BYTES;
  const local =
    about === 'segments'
      ? Array.from({ length: LOCAL_DESCRIPTORS }, () => {
          const [low, high] = randomDescriptor(random);
          return `        dd ${hex(low)}, ${hex(high)}`;
        }).join('\n')
      : [descriptor(0, 0xfffff, 0xc0f3), descriptor(0, 0xfffff, 0xc0fb)].join('\n');
  // Accessed and busy bits of descriptors.
  const tables =
    about === 'segments'
      ? '        mov     ecx, (gdtr - gdt) / 4\n        mov     esi, gdt\n.table: lodsd\n        loop    .table\n'
      : '';
  const userStack = LOW_WINDOW + 0x1800;
  const register = (name: string): string => `        mov     ${name}, ${hex(random.value())}`;
  const registers = ['eax', 'ecx', 'edx', 'ebx', 'ebp', 'esi', 'edi'].map(register).join('\n');
  return `        bits 32
        org 0x100000
KCODE   equ ${SELECTOR.kernelCode}
KDATA   equ ${SELECTOR.kernelData}
UCODE   equ ${SELECTOR.userCode}
UDATA   equ ${SELECTOR.userData}
        section .text
        align 4
        dd 0x1badb002, 0, -0x1badb002
_start: mov     esp, kernel_stack
        lgdt    [gdtr]
        jmp     KCODE:.cs
.cs:    mov     eax, KDATA
        mov     ss, eax
        mov     eax, UDATA
        mov     ds, eax
        mov     es, eax
        mov     eax, ${SELECTOR.fs}
        mov     fs, eax
        mov     eax, ${SELECTOR.gs}
        mov     gs, eax
        lidt    [idtr]
        mov     eax, ${SELECTOR.task}
        ltr     ax
        mov     eax, ${SELECTOR.local}
        lldt    ax
        mov     al, 0xff                ; no device interrupts
        out     0x21, al
        out     0xa1, al
        mov     eax, directory
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80010004         ; PG, WP, EM
        mov     cr0, eax
        jmp     .paging
.paging:
${registers}
        push    dword ${hex(random.next() & 0x8d5)}
        popf
        jmp     ${KERNEL_SLOTS_AT}

into_user:
        mov     esp, kernel_stack
        push    dword UDATA
        push    dword ${userStack}
        push    dword ${hex((random.next() & 0xcd5) | (random.below(3) << 12) | 2)}
        push    dword UCODE
        push    dword ${USER_SLOTS_AT}
        iret

gate_target:
        mov     eax, [esp]              ; offset, selector; from ring 3 also ESP and SS
        mov     ecx, [esp + 4]
        retf

${stubs()}

; The frame goes through registers, where it is compared.
trap:   pusha
        mov     eax, UDATA
        mov     ds, eax
        mov     es, eax
        mov     eax, ${SELECTOR.fs}
        mov     fs, eax
        mov     eax, ${SELECTOR.gs}
        mov     gs, eax
        mov     eax, [esp + 32]         ; vector
        mov     ebx, [esp + 36]         ; error code
        mov     edx, [esp + 44]         ; CS
        mov     edi, 0xfffeffff         ; without RF
        and     edi, [esp + 48]         ; EFLAGS
        mov     ecx, [esp + 40]         ; EIP
        cmp     eax, 0x81
        je      done
        mov     esi, ${KERNEL_SLOTS_AT}
        test    dl, 3
        jz      .ring
        mov     esi, ${USER_SLOTS_AT}
        mov     ebp, [esp + 52]         ; ESP
        mov     edx, [esp + 56]         ; SS
        mov     dword [esp + 44], UCODE
        mov     dword [esp + 56], UDATA
.ring:  mov     ebx, ecx
        sub     ebx, esi
        cmp     ebx, ${codeEnd}
        jb      .slot
        mov     ecx, [${RESUME}]
        mov     ebx, ecx
        sub     ebx, esi
        cmp     ebx, ${codeEnd}
        jb      .go
        lea     ecx, [esi + ${codeEnd}] ; past the last slot
        jmp     .go
.slot:  or      ecx, ${SLOT_BYTES - 1}
        inc     ecx
.go:    lea     ebx, [ecx + ${SLOT_BYTES}]
        mov     [${RESUME}], ebx        ; whatever comes, the program gets on
    and     edi, 0x243ed5           ; without TF, NT, VM and the like
        mov     [esp + 40], ecx
        mov     [esp + 48], edi
        popa
        add     esp, 8
        iret

done:   cld
${tables}        mov     esi, ${DATA_AT}
        mov     ecx, ${about === 'segments' ? 0x2000 / 4 : ((DATA_FRAMES + 1) * 0x1000) / 4}
.frame: lodsd
        loop    .frame
        mov     esi, window_table       ; page tables without accessed bits: a CPU may set them early
        mov     ecx, 16
.pages: mov     eax, ~0x20
        and     eax, [esi]
        add     esi, 4
        loop    .pages
        mov     esi, low_table
        mov     ecx, 16
.low:   mov     eax, ~0x20
        and     eax, [esi]
        add     esi, 4
        loop    .low
        mov     al, ${EXIT_CODE}
        out     0xf4, al
        jmp     $                       ; where nothing listens there

        section .tables align=4096
        align 4096
directory:
        dd low_table + 7, window_table + 7
        times 1022 dd 0
window_table:
${WINDOW_ENTRIES.map(([frame, rights]) => `        dd ${hex(rights === 0 ? 0 : (DATA_AT + frame * 0x1000) | rights)}`).join('\n')}
        times ${1024 - WINDOW_ENTRIES.length} dd 0
low_table:
${lowTable()}
        align 8
gdt:
        dd 0, 0
${[
  descriptor(0, 0xfffff, 0xc09b),
  descriptor(0, 0xfffff, 0xc093),
  descriptor(0, 0xfffff, 0xc0fb),
  descriptor(0, 0xfffff, 0xc0f3),
].join('\n')}
        dw 0x67, tss & 0xffff
        db (tss >> 16) & 0xff, 0x89, 0, 0
${[
  descriptor(FS_BASE, 0xfffff, 0xc0f3),
  descriptor(GS_BASE, 0xfffff, 0xc0f3),
  descriptor(0, 0xfffff, 0xc073),
  descriptor(0, 0xfffff, 0xc0f1),
  descriptor(0, 0xfffff, 0xc09f),
].join('\n')}
        dw ldt_end - ldt - 1, ldt & 0xffff
        db (ldt >> 16) & 0xff, 0x82, 0, 0
        dw gate_target & 0xffff, KCODE, 0xec00, gate_target >> 16
${[descriptor(0, 0xfffff, 0xc0f9), descriptor(0, 0xfffff, 0xc0b3)].join('\n')}
gdt_end:
ldt:
${local}
ldt_end:
gdtr:   dw gdt_end - gdt - 1
        dd gdt
idtr:   dw 256*8 - 1
        dd idt
        align 4
tss:    dd 0, trap_stack, KDATA
        times 22 dd 0
        dw 0, 0x68
        align 8
idt:
${gates()}
        section .kslots start=${KERNEL_SLOTS_AT}
${kernel}
        jmp     into_user
        section .uslots start=${USER_SLOTS_AT}
${user}
        int     0x81
        jmp     $
        section .frames start=${DATA_AT}
${randomWords(random, (DATA_FRAMES * 0x1000) / 4)}
kernel_slot_stack:
${randomWords(random, 0x1000 / 4)}
        times 0x1000 db 0
kernel_stack:
        times 0x1000 db 0
trap_stack:
`;
}

/** Identity, supervisor; the slots of ring 3 open to it; two low pages for 16-bit addresses. */
function lowTable(): string {
  const lines: string[] = [];
  for (let page = 0; page < 1024; page += 8) {
    const cells: string[] = [];
    for (let i = page; i < page + 8; i++) cells.push(hex(lowEntry(i)));
    lines.push(`        dd ${cells.join(', ')}`);
  }
  return lines.join('\n');
}

function lowEntry(page: number): number {
  const at = page * 0x1000;
  const low = page - (LOW_WINDOW >>> 12);
  // The page below the low window holds RESUME.
  if (low >= -1 && low < 2) return (DATA_AT + (low < 0 ? 4 : 6 + low) * 0x1000) | 7;
  if (at < 0x100000 || at >= DATA_AT + 0x40000) return 0;
  if (at >= USER_SLOTS_AT && at < DATA_AT) return at | 5;
  return at | 3;
}
