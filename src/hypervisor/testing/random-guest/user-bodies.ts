/**
 * Random bodies for ring 3. A fault ends a body at `uresume`.
 *
 * SGDT, SIDT, SLDT, STR, SMSW, LAR, LSL, VERR and VERW are not here: run directly in ring 3 they show the monitor's
 * own tables, and nothing traps. That is what the hardware is like; a monitor of this kind lets it happen.
 */
import { CONDITION_NAMES } from '../../../machine/codec/conditions';
import { arithmetic, register32, value } from './arithmetic';
import { selector } from './kernel-bodies';
import type { Random } from './random';
import { HIGH, WINDOW, WINDOW_PAGES } from './scaffold';

export type UserBodyMaker = (random: Random, name: string) => string;

const hex = (number: number): string => `0x${(number >>> 0).toString(16)}`;
const lines = (...text: readonly string[]): string =>
  text.map((line) => (line.endsWith(':') ? `${line}\n` : `        ${line}\n`)).join('');

const address = (random: Random): string =>
  random.pick([
    `uscratch + ${random.below(900)}`,
    hex(WINDOW + random.below(WINDOW_PAGES) * 0x1000 + random.pick([0, 0x44, 0xffe, 0xffc])),
    hex(WINDOW + random.below(WINDOW_PAGES) * 0x1000 + random.pick([0, 0x44, 0xffe, 0xffc])),
    hex(HIGH + random.pick([-2, -4, 0, 4, 0x1000, 0x14000, 0x15000, 0x3ffffc])),
    'scratch',
    'user_start',
    '0xb8000',
  ]);

const memoryOp = (random: Random, at: string): string => {
  const register = register32(random);
  return random.pick([
    `mov ${register}, [${at}]`,
    `mov [${at}], ${register}`,
    `add dword [${at}], ${value(random)}`,
    `dec byte [${at}]`,
    `xchg [${at}], ${register}`,
    `push dword [${at}]`,
    `cmp word [${at}], ${value(random, 16)}`,
  ]);
};

const PRIVILEGED = [
  ...[
    'cli',
    'sti',
    'hlt',
    'in al, 0x21',
    'out 0x80, al',
    'in al, dx',
    'clts',
    'invlpg [uscratch]',
    'wbinvd',
  ],
  ...[
    'mov eax, cr0',
    'mov cr3, eax',
    'mov eax, dr0',
    'lgdt [uscratch]',
    'lidt [uscratch]',
    'lldt ax',
    'ltr ax',
  ],
  ...['lmsw ax', 'rdmsr', 'wrmsr', 'mov cr0, eax', 'insb', 'rep outsb', 'sysexit'],
];

export const USER_BODIES: Readonly<Record<string, UserBodyMaker>> = {
  arithmetic: (r) => arithmetic(r, r.between(3, 14), 'uscratch'),
  memory: (r) => lines(...Array.from({ length: r.between(1, 4) }, () => memoryOp(r, address(r)))),
  privileged: (r) => lines(arithmetic(r, 2, 'uscratch').trim(), r.pick(PRIVILEGED), 'inc eax'),
  flags: (r) =>
    lines(
      `push dword ${hex((r.next() & 0xcd5) | r.pick([2, 0x202, 0x3202, 0x200002, 0x4002, 0x40002, 2]))}`,
      r.oneIn(5) ? 'popfw\n        pop ax' : 'popf',
      arithmetic(r, 2, 'uscratch').trim(),
      'pushf',
      'pop dword [uscratch + 1000]',
      'push dword 2',
      'popf',
    ),
  singleStep: (r) =>
    lines(
      'pushf',
      'or dword [esp], 0x100',
      'popf',
      arithmetic(r, r.between(1, 5), 'uscratch').trim(),
      memoryOp(r, address(r)),
      r.pick(['pushf\n        pop eax', 'int 0x80', 'nop', 'cli']),
      'inc eax',
    ),
  interrupts: (r) =>
    lines(
      r.pick([
        'mov eax, 7\n        int 0x80',
        'int 0x42',
        'int 0x41',
        'int 0x40',
        'int 0x21',
        'int 0x90',
        'int 13',
        'int 3',
        'db 0xf1',
        'mov al, 0x7f\n        inc al\n        into',
        'int 0',
        'o16 int 0x80',
        'repne int 0x42',
      ]),
      'inc eax',
    ),
  faults: (r, name) =>
    lines(
      r.pick([
        'ud2',
        'db 0x0f, 0x3f',
        'db 0xf0, 0x90',
        'xor ecx, ecx\n        div ecx',
        'aam 0',
        `mov eax, 5\n        bound eax, [uscratch]`,
        'mov esp, 0x800002\n        push eax',
        'mov esp, 0xffc00004\n        push eax\n        pop eax',
        'jmp _start',
        `jmp ${hex(HIGH + 0x20)}`,
        `call ${hex(WINDOW)}`,
        'jmp 0xf0000000',
        'mov eax, 0x300000\n        call eax',
        `db 0xc5, 0xc0`,
        `times 16 db 0x66\n        nop`,
        `${name}_j: jmp near ${name}_k\n${name}_k: ret`,
      ]),
      'nop',
    ),
  segments: (r) => {
    const to = r.pick(['ds', 'es', 'fs', 'gs', 'fs', 'gs', 'ss']);
    const from = selector(r);
    return lines(
      r.pick([
        `mov eax, ${from}\n        mov ${to}, eax`,
        `push dword ${from}\n        pop ${to}`,
        ...(to === 'ds' || to === 'ss'
          ? []
          : [`mov word [uscratch + 4], ${from}\n        l${to} ebx, [uscratch]`]),
      ]),
      `mov ecx, ${to}`,
      `mov eax, [${to}:${r.pick(['0x10', 'uscratch', hex(WINDOW)])}]`,
      `push ${to}`,
      `mov [ss:uscratch + 8], ${to}`,
      memoryOp(r, address(r)),
      `mov edx, ${to}`,
    );
  },
  farTransfers: (r, name) =>
    lines(
      r.pick([
        `jmp UCODE:${name}_x`,
        `jmp 0x5b:${name}_x`,
        `jmp 0x58:${name}_x`,
        `call 0x63:0`,
        `call 0x60:0`,
        `jmp 0x60:0`,
        `call UCODE:${name}_f`,
        `jmp 0x08:${name}_x`,
        `jmp 0x17:${name}_x`,
        `push dword UCODE\n        push dword ${name}_x\n        retf`,
        `push cs\n        push dword ${name}_x\n        retf`,
        `pushf\n        push cs\n        push dword ${name}_x\n        iret`,
        `pushf\n        push dword 8\n        push dword ${name}_x\n        iret`,
        `jmp 0x99:${name}_x`,
        `jmp 0x28:0`,
      ]),
      `${name}_x: mov eax, cs`,
      'inc ebx',
      `jmp UCODE:${name}_y`,
      `${name}_f: retf`,
      `${name}_y: nop`,
    ),
  strings: (r) =>
    lines(
      `mov esi, ${address(r)}`,
      `mov edi, ${address(r)}`,
      `mov ecx, ${r.pick([1, 3, 20, 70])}`,
      'cld',
      `${r.pick(['rep movsb', 'rep movsd', 'rep stosd', 'rep stosb', 'repe cmpsb', 'repne scasw', 'lodsd', 'movsw'])}`,
      'mov [uscratch], ecx',
    ),
  loops: (r, name) =>
    lines(
      `mov ecx, ${r.between(2, 25)}`,
      `${name}_loop: add eax, ecx`,
      `call ${name}_f`,
      `${r.pick(['loop', 'dec ecx\n        jnz'])} ${name}_loop`,
      `jmp ${name}_x`,
      `${name}_f: rol eax, 3`,
      `j${r.pick(CONDITION_NAMES)} ${name}_r`,
      'inc ebx',
      `${name}_r: ret`,
      `${name}_x: nop`,
    ),
  patch: (r, name) =>
    lines(
      `mov byte [${name}_p + 1], ${value(r, 8)}`,
      `${name}_p: mov eax, 0x11111111`,
      `xor dword [${name}_p + 1], 0x01020304`,
      'inc eax',
    ),
  timestamp: () => lines('rdtsc', 'mov [uscratch + 100], eax', 'cpuid'),
  wait: (r, name) =>
    lines(`mov ecx, ${r.between(30, 120)}`, `${name}_loop: dec ecx`, `jnz ${name}_loop`),
};

/** Only for user code that is interpreted anyway: they would show the monitor's tables when run directly. */
export const INTERPRETED_BODIES: Readonly<Record<string, UserBodyMaker>> = {
  tables: (r) =>
    lines(
      'sgdt [uscratch + 32]',
      'sidt [uscratch + 40]',
      'str eax',
      'sldt ecx',
      'smsw edx',
      `mov eax, ${selector(r)}`,
      'lar ecx, eax',
      'lsl edx, eax',
      'verr ax',
      'pushf',
      'pop dword [uscratch + 60]',
      'verw ax',
      'arpl ax, cx',
    ),
  ports: (r) => lines(r.pick(['in al, 0x21', 'out 0x80, al', 'in al, 0x40']), 'pushf', 'pop eax'),
  interruptFlag: (r) =>
    lines(
      ...Array.from({ length: r.between(2, 6) }, () =>
        r.pick(['cli', 'sti', 'pushf\n        popf', 'nop']),
      ),
    ),
};
