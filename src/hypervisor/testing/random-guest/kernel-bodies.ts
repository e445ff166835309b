/**
 * Random bodies for the kernel of a random guest. Each is a handful of instructions around one thing a monitor has to
 * get right; any of them may fault in the middle, which ends the body (see scaffold.ts).
 */
import { CONDITION_NAMES } from '../../../machine/codec/conditions';
import { arithmetic, register32, value } from './arithmetic';
import type { Random } from './random';
import { HIGH, LARGE, POOL, POOL_PAGES, randomEntry, WINDOW, WINDOW_PAGES } from './scaffold';

export interface Body {
  /** In line; labels begin with the given name. */
  readonly code: string;
  /** Out of line, behind the kernel's handlers. */
  readonly subroutine?: string;
  /** The body may leave segment registers changed. */
  readonly segments?: boolean;
}

export type BodyMaker = (random: Random, name: string) => Body;

const hex = (number: number): string => `0x${(number >>> 0).toString(16)}`;

/** One instruction a line. */
const lines = (...text: readonly string[]): string =>
  text.map((line) => (line.endsWith(':') ? `${line}\n` : `        ${line}\n`)).join('');

const windowAddress = (random: Random): string => {
  const page = random.below(WINDOW_PAGES + 1);
  const offset = random.pick([0, 4, 0x123, 0x800, 0xffc, 0xffd, 0xffe, 0xfff]);
  return hex(WINDOW + page * 0x1000 + offset);
};

const highAddress = (random: Random): string =>
  hex(
    HIGH +
      random.pick([
        -0x1001, -0x1000, -4, -2, -1, 0, 4, 0xffe, 0x1000, 0x2ffc, 0x14000, 0x15004, 0x3ffffc,
      ]),
  );

const dataAddress = (random: Random): string => {
  switch (random.below(6)) {
    case 0:
      return highAddress(random);
    case 1:
      return hex(POOL + random.below(POOL_PAGES * 0x1000 - 4));
    case 2:
      return `scratch + ${random.below(4000)}`;
    default:
      return windowAddress(random);
  }
};

const SELECTORS = [
  ...[
    0x00, 0x03, 0x08, 0x10, 0x13, 0x18, 0x1b, 0x20, 0x23, 0x28, 0x30, 0x38, 0x40, 0x43, 0x48, 0x58,
  ],
  ...[
    0x60, 0x68, 0x70, 0x73, 0x78, 0x90, 0x93, 0x98, 0x9b, 0xa0, 0xa8, 0xb0, 0xb8, 0x04, 0x0f, 0x17,
  ],
  ...[0x1000, 0xff00, 0xff01, 0xff10, 0xff19, 0xff20, 0xff28, 0xff58, 0xfff8, 0xffff],
];
export const selector = (random: Random): string => hex(random.pick(SELECTORS));

const memoryOp = (random: Random, address: string, prefix = ''): string => {
  const register = register32(random);
  const at = `[${prefix}${address}]`;
  return random.pick([
    `mov ${register}, ${at}`,
    `mov ${at}, ${register}`,
    `add ${at}, ${register}`,
    `inc byte ${at}`,
    `mov word ${at}, ${value(random, 16)}`,
    `cmp dword ${at}, ${value(random)}`,
    `xchg ${register}, ${at}`,
    `push dword ${at}`,
    `pop dword ${at}`,
    `lock xadd ${at}, ${register}`,
    `not dword ${at}`,
    `movzx ${register}, word ${at}`,
  ]);
};

/** ECX, ESI and EDI for a string instruction that may run into other pages. */
const stringOp = (random: Random, prefix: string): string => {
  const width = random.pick(['b', 'w', 'd']);
  const op = random.pick(['movs', 'stos', 'lods', 'scas', 'cmps']);
  const repeat = op === 'scas' || op === 'cmps' ? ['repe ', 'repne ', ''] : ['rep ', 'rep ', ''];
  return `${prefix}${random.pick(repeat)}${op}${width}`;
};

const entryOf = (random: Random): { page: number; entry: string } => {
  const page = random.below(WINDOW_PAGES);
  return { page, entry: `${random.oneIn(2) ? 'window_a' : 'window_b'} + ${page * 4}` };
};

export const KERNEL_BODIES: Readonly<Record<string, BodyMaker>> = {
  arithmetic: (r) => ({ code: arithmetic(r, r.between(3, 16), 'scratch') }),

  flags: (r) => {
    const image = r.next() & 0xcd5;
    const extra = r.pick([0, 0x200, 0x200, 0x3000, 0x1000, 0x240000, 0x200000]);
    return {
      code: lines(
        `push dword ${hex(image | extra | 2)}`,
        r.oneIn(6) ? 'popfw' : 'popf',
        arithmetic(r, r.below(3), 'scratch').trim() || 'nop',
        'pushf',
        'pop dword [scratch + 1000]',
        r.oneIn(3) ? 'pushfw' : 'nop',
        'push dword 2',
        r.oneIn(2) ? 'popf' : 'pop eax',
      ),
    };
  },

  interruptFlag: (r) => {
    const toggles = Array.from({ length: r.between(2, 8) }, () =>
      r.pick(['cli', 'sti', 'sti', 'nop', 'pushf', 'popf', 'pushf\n        pop eax', 'inc ecx']),
    );
    return { code: lines('pushf', 'pushf', ...toggles, 'pushf', 'pop dword [scratch + 1004]') };
  },

  singleStep: (r) => ({
    code: lines(
      `mov dword [steps], ${r.between(1, 6)}`,
      'pushf',
      'or dword [esp], 0x100',
      r.oneIn(6) ? 'popfw\n        pop cx' : 'popf',
      arithmetic(r, r.between(1, 8), 'scratch').trim(),
      r.pick([
        'nop',
        'mov eax, ds\n        mov ds, eax',
        'cli',
        'int 0x80',
        'mov ax, ss\n        mov ss, ax',
        'in al, 0x21',
      ]),
      arithmetic(r, 3, 'scratch').trim(),
    ),
  }),

  stepInSsShadow: (r) => ({
    code: lines(
      'mov eax, ss',
      r.oneIn(2) ? 'mov ss, eax' : 'nop',
      'nop',
      'nop',
      'push dword 0x102',
      'mov dword [steps], 2',
      r.oneIn(2) ? 'mov ss, eax' : 'nop',
      'popf',
      'nop',
      'inc eax',
      'inc eax',
      'inc eax',
    ),
  }),

  calls: (r, name) => {
    const cells = Array.from({ length: 4 }, (_, i) => `${name}_f${i}`);
    return {
      code: lines(
        `mov ecx, ${r.between(2, 9)}`,
        `${name}_loop:`,
        'push ecx',
        'and ecx, 3',
        r.pick([
          `call [${name}_table + ecx*4]`,
          `mov eax, [${name}_table + ecx*4]\n        call eax`,
          `push dword ${name}_there\n        jmp [${name}_table + ecx*4]`,
          `push dword 0\n        push dword ${name}_there\n        push dword [${name}_table + ecx*4]\n        ret 4`,
        ]),
        `${name}_there:`,
        'mov ecx, [esp]',
        r.oneIn(8) ? 'lea esp, [esp + 4]' : 'pop ecx',
        `${r.pick(['loop', 'loop', 'loopne', 'dec ecx\n        jnz'])} ${name}_loop`,
      ),
      subroutine: lines(
        'align 4',
        `${name}_table: dd ${cells.join(', ')}`,
        `${name}_f0: add [scratch], ecx`,
        'ret',
        `${name}_f1: call ${name}_f0`,
        r.pick(['ret', 'jmp near .x', 'pushf\n        popf\n        ret']),
        '.x: ret',
        `${name}_f2: ${r.pick(['cmp ecx, 3', 'sti', 'cli', 'test ecx, ecx'])}`,
        `j${r.pick(CONDITION_NAMES)} near ${name}_f0`,
        r.oneIn(3) ? 'ret 0' : 'ret',
        `${name}_f3: ${r.pick(['jecxz .x', 'jcxz .x', 'loop .x', 'o16 push ax\n        pop ax'])}`,
        `xor dword [scratch + 8], ${value(r)}`,
        '.x: ret',
      ),
    };
  },

  nearBranches16: (r, name) => ({
    code: lines(
      `mov eax, ${name}_x`,
      r.pick([
        'o16 jmp ax',
        `push ax\n        o16 ret`,
        'o16 call ax',
        `cmp eax, eax\n        o16 je ${name}_x`,
      ]),
      'nop',
      `${name}_x: inc eax`,
    ),
  }),

  segmentLoads: (r) => {
    const to = r.pick(['ds', 'es', 'fs', 'gs', 'es', 'fs', 'gs', 'ss']);
    const from = selector(r);
    const load = r.pick([
      `mov ax, ${from}\n        mov ${to}, ax`,
      `mov eax, ${from}\n        mov ${to}, eax`,
      `push dword ${from}\n        pop ${to}`,
      `push word ${from}\n        o16 pop ${to}`,
      ...(to === 'ss' || to === 'ds'
        ? []
        : [
            `mov dword [scratch], ${value(r)}\n        mov word [scratch + 4], ${from}\n        l${to} ebx, [scratch]`,
          ]),
    ]);
    const override = to === 'ss' ? 'ds' : to;
    return {
      segments: true,
      code: lines(
        load,
        memoryOp(r, `${hex(r.pick([0, 0x10, 0xffc, 0x1000, WINDOW, POOL]))}`, `${override}:`),
        `mov eax, ${to}`,
        `push ${to}`,
        'pop ecx',
        `mov [ss:scratch + 20], ${to}`,
        memoryOp(r, dataAddress(r), `${override}:`),
      ),
    };
  },

  stackSwitch: (r) => ({
    segments: true,
    code: lines(
      r.oneIn(2) ? 'cli' : 'sti',
      `mov eax, ${r.pick(['0x10', '0x30', '0xb0', '0x04', '0x10'])}`,
      r.oneIn(2) ? 'mov ss, eax' : 'push eax\n        pop ss',
      r.oneIn(2) ? `mov esp, ${r.pick(['0x100800', '0x200800', 'kstack_top - 256'])}` : 'nop',
      'push dword 5',
      'pushf',
      'pop eax',
      'pop eax',
    ),
  }),

  stack16: (r, name) => ({
    segments: true,
    code: lines(
      'cli',
      'mov eax, 0x80',
      'mov ss, eax',
      `mov esp, ${r.pick(['0x800', '0x12340800', '0xfff00800'])}`,
      'push dword 0x11223344',
      'pushf',
      'pop ecx',
      `call ${name}_f`,
      'pushf',
      'popf',
      'pop edx',
      'mov ebx, esp',
      'pusha',
      'popa',
      `push dword ${name}_x`,
      'ret 2',
      `${name}_x: enter 8, 1`,
      'leave',
      'mov [ds:scratch + 40], esp',
    ),
    subroutine: lines(`${name}_f: pushf`, 'pop ax', 'push ax', 'popf', 'ret'),
  }),

  overrides: (r) => ({
    segments: true,
    code: lines(
      `mov eax, ${r.pick(['0x10', '0x30', '0x23', '0x70', '0x40', '0x04', '0x0f'])}`,
      `mov ${r.pick(['fs', 'gs', 'es'])}, eax`,
      memoryOp(r, `scratch + ${r.below(900)}`, `${r.pick(['fs', 'gs', 'cs', 'ss', 'es'])}:`),
      'mov ebx, scratch',
      'xlatb',
      r.pick(['cs xlatb', 'gs xlatb', 'fs xlatb', 'a16 xlatb']),
      memoryOp(r, `scratch + ${r.below(900)}`, `${r.pick(['cs', 'gs'])}:`),
      `push dword [gs:scratch]`,
      `mov esi, scratch\n        mov edi, scratch + 64\n        mov ecx, 3`,
      stringOp(r, r.pick(['gs ', 'fs ', 'cs ', 'ss '])),
      `mov eax, [cs:scratch + 4]`,
    ),
  }),

  strings: (r) => ({
    code: lines(
      `mov esi, ${dataAddress(r)}`,
      `mov edi, ${dataAddress(r)}`,
      `mov ecx, ${r.pick([0, 1, 2, 5, 17, 40, 0x10003])} & 0xff`,
      r.oneIn(3) ? 'std' : 'cld',
      `mov eax, ${value(r)}`,
      stringOp(r, r.oneIn(8) ? 'a16 ' : ''),
      'mov [scratch + 12], ecx',
      stringOp(r, ''),
      'cld',
    ),
  }),

  memory: (r) => ({
    code: lines(...Array.from({ length: r.between(1, 5) }, () => memoryOp(r, dataAddress(r)))),
  }),

  highStack: (r, name) => ({
    code: lines(
      `mov esp, ${hex(HIGH + r.pick([0, 2, 4, 8, 12, 0x100, 0x1004, 0x800]))}`,
      'push dword 0x5a5a',
      'pushf',
      'pop eax',
      `call ${name}_f`,
      `${name}_x: pop ebx`,
      'push esp',
      'popf',
    ),
    subroutine: lines(`${name}_f: push eax`, 'pop ecx', r.oneIn(2) ? 'ret' : 'jmp [esp]'),
  }),

  descriptorTables: (r) => ({
    code: lines(
      `sgdt [scratch + 32]`,
      `sidt [scratch + 40]`,
      r.pick(['str eax', 'str ax', 'str [scratch + 48]']),
      r.pick(['sldt ecx', 'sldt cx', 'sldt [scratch + 50]']),
      r.pick(['smsw edx', 'smsw dx', 'smsw [scratch + 52]']),
      `mov eax, ${selector(r)}`,
      `${r.pick(['lar', 'lsl'])} ${r.pick(['ecx, eax', 'cx, ax', 'ecx, [scratch + 32]'])}`,
      'pushf',
      'pop dword [scratch + 60]',
      `${r.pick(['verr', 'verw'])} ${r.pick(['ax', 'word [scratch + 32]'])}`,
      `lar edx, ${r.pick(['eax', 'edx'])}`,
      `arpl ${r.pick(['ax, cx', '[scratch + 34], dx'])}`,
      'setz [scratch + 64]',
    ),
  }),

  loadTables: (r) => ({
    segments: true,
    code: lines(
      `lgdt [${r.pick(['gdtr_first', 'gdtr_second', 'gdtr_second', 'gdtr_short'])}]`,
      `mov eax, ${r.pick(['0x30', '0x10', '0xb0', '0x70', '0x04'])}`,
      'mov es, eax',
      'mov dword [es:0x20], 0x77777777',
      `mov ecx, ${r.pick(['0x68', '0x68', '0', '0x30'])}`,
      'lldt cx',
      `lar edx, ${r.pick(['eax', 'ecx'])}`,
      r.oneIn(3) ? 'lgdt [gdtr_first]' : 'nop',
      `mov eax, ${r.pick(['0x04', '0x0f', '0x10'])}`,
      'mov fs, eax',
      'mov eax, [fs:0x10]',
    ),
  }),

  descriptorEdit: (r) => {
    const index = r.pick([0x30, 0x40, 0x70, 0x90, 0xb0]);
    return {
      segments: true,
      code: lines(
        `mov eax, ${hex(index)}`,
        'mov fs, eax',
        `xor ${r.pick(['word', 'byte'])} [${r.pick(['gdt', 'second'])} + ${hex(index + r.pick([0, 1, 2, 4, 5, 6]))}], ${hex(r.pick([1, 2, 0x10, 0x20, 0x80]))}`,
        'mov ecx, [fs:16]',
        'mov es, eax',
        'mov ecx, [es:16]',
        'lsl ebx, eax',
      ),
    };
  },

  controlRegisters: (r, name) => ({
    code: lines(
      `mov ${register32(r)}, ${r.pick(['cr0', 'cr2', 'cr3', 'cr4'])}`,
      'mov eax, cr0',
      r.pick([
        'xor eax, 0x10000',
        'xor eax, 8',
        'or eax, 2',
        'and eax, 0x7fffffff',
        'xor eax, 0x10000',
        'and eax, 0xfffffff3',
      ]),
      'mov cr0, eax',
      r.oneIn(2) ? `jmp ${name}_x` : 'nop',
      `${name}_x: mov ebx, cr0`,
      memoryOp(r, dataAddress(r)),
      'smsw ecx',
      r.pick(['clts', 'nop', 'lmsw cx', 'mov cr2, ebx']),
      'or eax, 0x80000000',
      'mov cr0, eax',
      memoryOp(r, dataAddress(r)),
    ),
  }),

  restorePaging: () => ({
    code: lines('mov eax, cr0', 'or eax, 0x80010000', 'mov cr0, eax', 'clts'),
  }),

  addressSpace: (r, name) => ({
    code: lines(
      `mov eax, ${r.pick(['space_a', 'space_b', 'space_b'])}`,
      'mov cr3, eax',
      memoryOp(r, windowAddress(r)),
      `call ${name}_f`,
      `mov eax, ${r.pick(['space_a', 'space_b'])}`,
      'mov cr3, eax',
      `call ${name}_f`,
      memoryOp(r, windowAddress(r)),
    ),
    subroutine: lines(`${name}_f: mov ecx, [${hex(WINDOW)}]`, 'ret'),
  }),

  largePages: (r) => ({
    code: lines(
      'mov eax, cr4',
      `xor eax, ${r.pick(['0x10', '0x10', '0x90', '4'])}`,
      'mov cr4, eax',
      memoryOp(r, hex(LARGE + r.pick([POOL, POOL + 0xffe, 0x3ffffe, 0x100000]))),
      memoryOp(r, hex(LARGE + POOL + r.below(0x8000))),
      `mov eax, [${r.pick(['space_a', 'space_b'])} + 12]`,
      'mov [scratch + 72], eax',
    ),
  }),

  pageEdit: (r) => {
    const { page, entry } = entryOf(r);
    const address = hex(WINDOW + page * 0x1000 + r.below(0xff0));
    return {
      code: lines(
        ...(r.oneIn(2) ? [memoryOp(r, address)] : []),
        r.pick([
          `and dword [${entry}], ~0x60`,
          `xor dword [${entry}], ${r.pick(['1', '2', '4', '0x20', '0x40'])}`,
          `mov dword [${entry}], ${hex(randomEntry(r))}`,
          `mov dword [${entry}], ${hex(randomEntry(r))}`,
        ]),
        r.oneIn(4) ? 'mov eax, cr3\n        mov cr3, eax' : `invlpg [${address}]`,
        memoryOp(r, address),
        `mov eax, [${entry}]`,
        memoryOp(r, address),
        `mov ebx, [${entry}]`,
      ),
    };
  },

  pageEditLoop: (r, name) => ({
    code: lines(
      `mov ecx, ${r.between(4, 8)}`,
      `${name}_loop:`,
      `mov edx, ecx`,
      'shl edx, 12',
      `lea eax, [edx + ${hex(POOL + r.pick([1, 3, 7, 0]))}]`,
      'mov [window_a + ecx*4], eax',
      'mov [window_b + ecx*4], eax',
      `invlpg [edx + ${hex(WINDOW)}]`,
      `${r.pick(['mov', 'add', 'xor'])} [edx + ${hex(WINDOW + 0x40)}], ecx`,
      'mov eax, [window_a + ecx*4]',
      'add [scratch], eax',
      `loop ${name}_loop`,
    ),
  }),

  directoryEdit: (r) => ({
    code: lines(
      `and dword [${r.pick(['space_a', 'space_b'])} + ${r.pick([0, 8])}], ~0x20`,
      'mov eax, cr3',
      'mov cr3, eax',
      `mov eax, [space_a]`,
      'mov ebx, [space_b]',
      memoryOp(r, windowAddress(r)),
      `mov ecx, [space_a + 8]`,
      'mov edx, [space_b + 8]',
    ),
  }),

  demandPaging: (r) => ({
    code: lines(
      `mov dword [demand], ${r.between(1, 4)}`,
      `mov esi, ${windowAddress(r)}`,
      `mov edi, ${windowAddress(r)}`,
      `mov ecx, ${r.between(1, 30)}`,
      stringOp(r, ''),
      memoryOp(r, windowAddress(r)),
      'mov dword [demand], 0',
    ),
  }),

  halt: (r) => ({
    code: lines(
      'mov al, 0xfe',
      'out 0x21, al',
      r.pick(['sti', 'sti', 'push dword 0x202\n        popf']),
      'hlt',
      r.pick(['cli', 'nop']),
    ),
  }),

  ports: (r) => ({
    code: lines(
      ...Array.from({ length: r.between(2, 6) }, () =>
        r.pick([
          'out 0x80, al',
          'in al, 0x21',
          'in al, 0xa1',
          'in al, 0x20',
          'mov al, 0\n        out 0x43, al\n        in al, 0x40\n        mov ah, al\n        in al, 0x40',
          'in al, 0x40\n        in al, 0x40',
          "mov edx, 0x3f8\n        mov al, 'x'\n        out dx, al",
          'mov edx, 0x3fd\n        in al, dx',
          'mov edx, 0x3fa\n        in al, dx',
          'out 0x80, al',
          'rdtsc\n        mov [scratch + 80], eax',
          'mov al, 0xff\n        out 0x21, al\n        sti\n        nop\n        mov al, 0xfe\n        out 0x21, al',
          'mov al, 0x0b\n        out 0x20, al\n        in al, 0x20',
          'mov edi, scratch\n        mov ecx, 3\n        mov edx, 0x21\n        cld\n        rep insb',
          'mov esi, scratch\n        mov ecx, 2\n        mov edx, 0x80\n        cld\n        rep outsb',
          'mov edi, 0x800fff\n        mov edx, 0x21\n        insb',
        ]),
      ),
    ),
  }),

  faults: (r, name) => ({
    code: lines(
      arithmetic(r, 2, 'scratch').trim(),
      r.pick([
        'ud2',
        'db 0x0f, 0x3f',
        'db 0x0f, 0xff',
        'int 3',
        'db 0xcd, 3',
        'int 0x80',
        'int 0x40',
        'int 0x41',
        'int 0x90',
        'mov al, 0x7f\n        inc al\n        into',
        'db 0xf1',
        'db 0xf0, 0x90',
        'lock add eax, ebx',
        `mov eax, 5\n        bound eax, [${name}_limits]`,
        'xor ecx, ecx\n        div ecx',
        'mov eax, 0x80000000\n        cdq\n        mov ecx, -1\n        idiv ecx',
        'mov ecx, 0x174\n        rdmsr',
        'mov ecx, 0x999\n        wrmsr',
        'mov eax, -1\n        mov cr4, eax',
        'mov eax, 0x80000000\n        mov cr0, eax',
        'db 0x8e, 0xc8',
        'mov dr4, eax',
        'mov eax, dr6\n        mov dr1, eax\n        mov eax, dr1',
        'mov eax, dr7',
        'mov eax, 0x28\n        ltr ax',
        'ltr [scratch]',
        'jmp 0x38:0',
        'jmp 0x10:0',
        'call 0:0',
        `call 0xdeadbeef`,
        `jmp 0xffc00ff0`,
        `mov eax, ${windowAddress(r)}\n        call eax`,
        `call [${windowAddress(r)}]`,
        'times 14 db 0x66\n        nop',
        'times 16 db 0x66\n        nop',
        'db 0xc5, 0xc0',
        'mov esp, 0x800004\n        push eax\n        push eax\n        push eax',
        'wbinvd',
        'rdpmc',
        'sysexit',
      ]),
      'nop',
      arithmetic(r, 2, 'scratch').trim(),
    ),
    subroutine: lines('align 4', `${name}_limits: dd ${r.pick(['0, 10', '6, 9', '-5, 4'])}`),
  }),

  patchAhead: (r, name) => ({
    code: lines(
      `mov dword [${name}_p + 1], ${value(r)}`,
      ...(r.oneIn(2) ? ['nop'] : []),
      `${name}_p: mov eax, 0x11111111`,
      `mov byte [${name}_q], ${r.pick(['0x40', '0x48', '0x90', '0xf8', '0xfa', '0xfb', '0x9c'])}`,
      `${name}_q: nop`,
      r.oneIn(2) ? 'mov [scratch + 4], eax' : `xor byte [${name}_p + ${r.between(1, 4)}], 0x3c`,
    ),
  }),

  patchElsewhere: (r, name) => ({
    code: lines(
      `mov ecx, ${r.between(3, 7)}`,
      `${name}_loop:`,
      r.pick([
        `mov [${name}_f + 1], cl`,
        `mov [${name}_f + 1], ecx`,
        `xor byte [${name}_g], 1`,
        `mov [${name}_h], ecx`,
      ]),
      `call ${name}_f`,
      'add [scratch + 16], eax',
      `loop ${name}_loop`,
    ),
    subroutine: lines(
      `${name}_f: mov eax, 0`,
      `${name}_g: stc`,
      'adc eax, 0',
      r.oneIn(2) ? 'ret' : `jmp ${name}_x`,
      `${name}_h: dd 0`,
      `${name}_x: ret`,
    ),
  }),

  guiltyThenPatched: (r, name) => ({
    code: lines(
      `mov edx, ${r.between(2, 7)}`,
      `${name}_outer:`,
      `mov ecx, ${r.pick([1, 1, 3, 6])}`,
      ...(r.oneIn(2) ? [`jmp ${name}_loop`] : []),
      `${name}_loop:`,
      ...(r.oneIn(2)
        ? [`mov [${name}_data], ecx`, `${name}_p: add eax, 0x1234567`]
        : [`${name}_p: add eax, 0x1234567`, `mov [${name}_data], ecx`]),
      `loop ${name}_loop`,
      `xor dword [${name}_p + ${r.between(1, 4)}], ${value(r, 8)}`,
      ...(r.oneIn(3) ? ['mov ebx, cr3', 'mov cr3, ebx'] : []),
      'dec edx',
      `jnz ${name}_outer`,
    ),
    subroutine: lines(`${name}_data: dd 0`),
  }),

  codeInWindow: (r) => {
    const page = r.below(WINDOW_PAGES - 1);
    const frame = POOL + r.below(POOL_PAGES) * 0x1000;
    const other = POOL + r.below(POOL_PAGES) * 0x1000;
    const offset = r.pick([0, 0x100, 0xff8, 0xffc]);
    const at = hex(WINDOW + page * 0x1000 + offset);
    return {
      code: lines(
        `mov dword [window_a + ${page * 4}], ${hex(frame | 0x23)}`,
        `mov dword [window_b + ${page * 4}], ${hex(other | 0x23)}`,
        `mov dword [window_a + ${page * 4 + 4}], ${hex((frame + 0x1000) | 0x23)}`,
        `mov dword [window_b + ${page * 4 + 4}], ${hex((frame + 0x1000) | 0x23)}`,
        'mov eax, cr3',
        'mov cr3, eax',
        `mov dword [${hex(frame + offset)}], ${r.pick(['0x9040c3', '0x404040', '0x48484040'])}`,
        `mov dword [${hex(frame + offset + 4)}], 0xc3404140`,
        `mov dword [${hex(other + offset)}], ${r.pick(['0x90909048', '0x424242', '0xc3c3c39c'])}`,
        `mov dword [${hex(other + offset + 4)}], ${r.pick(['0xc3484a48', '0xc34a4a90'])}`,
        `call ${at}`,
        ...(r.oneIn(2) ? ['mov eax, space_b', 'mov cr3, eax', `call ${at}`] : []),
        ...(r.oneIn(2)
          ? [`mov byte [${hex(WINDOW + page * 0x1000 + offset)}], 0x4b`, `call ${at}`]
          : []),
        `xor byte [${hex(frame + offset)}], 2`,
        `call ${at}`,
        'mov eax, space_a',
        'mov cr3, eax',
        `call ${at}`,
        `mov dword [window_a + ${page * 4}], ${hex(other | 0x63)}`,
        `invlpg [${at}]`,
        `call ${at}`,
      ),
    };
  },

  highCode: (r) => ({
    code: lines(
      `mov dword [high_table], ${hex((POOL + r.below(POOL_PAGES) * 0x1000) | 0x63)}`,
      'mov eax, cr3',
      'mov cr3, eax',
      `mov dword [${hex(HIGH + 0x20)}], 0x409c4090`,
      `mov dword [${hex(HIGH + 0x24)}], 0xc3${r.pick(['c3', 'cc', '90', 'f4'])}9d40`,
      'cli',
      `call ${hex(HIGH + 0x20)}`,
      'nop',
    ),
  }),

  farTransfers: (r, name) => ({
    segments: true,
    code: lines(
      r.pick([
        `jmp KCODE:${name}_x`,
        `jmp 0x48:${name}_x`,
        `jmp 0x50:${name}_x - 0x1000`,
        `jmp 0x58:${name}_x`,
        `call 0x48:${name}_f`,
        `call 0x50:${name}_f - 0x1000`,
        `call 0x58:${name}_f`,
        `call 0x60:0`,
        `call far [${name}_pointer]`,
        `jmp far [${name}_pointer]`,
        `push cs\n        call ${name}_f`,
        `push dword 0x48\n        push dword ${name}_x\n        retf`,
        `pushf\n        push dword 0x50\n        push dword ${name}_x - 0x1000\n        iret`,
        `pushf\n        push cs\n        push dword ${name}_x\n        iret`,
      ]),
      'nop',
      `${name}_x: mov eax, cs`,
      'push cs',
      'pop ecx',
      arithmetic(r, 3, 'scratch').trim(),
      `mov ecx, 3`,
      `${name}_loop: inc edx`,
      `loop ${name}_loop`,
      r.oneIn(4) ? 'mov eax, 0x500000\n        call eax' : 'nop',
      r.oneIn(4) ? 'call 0x500000' : 'nop',
      `jmp KCODE:${name}_end`,
    ),
    subroutine: lines(
      `${name}_pointer: dd ${name}_f`,
      `dw ${r.pick(['0x08', '0x48', '0x58', '0x1b', '0x60', '0x10', '0x0b'])}`,
      `${name}_f: mov eax, cs`,
      'inc edx',
      r.pick(['retf', 'retf', 'retf 0', 'pushf\n        retf']),
    ),
  }),

  code16: (r, name) => ({
    segments: true,
    code: lines(
      r.oneIn(2) ? 'cli' : 'sti',
      `mov dword [seen + 4], ${name}_x`,
      'jmp 0x88:0',
      `${name}_x: mov eax, cs`,
    ),
  }),

  ring1: (r, name) => ({
    segments: true,
    code: lines(
      'mov [cont_esp], esp',
      `mov dword [cont], ${name}_x`,
      `mov dword [uresume], ${name}_r`,
      'push dword 0xa9',
      'push dword ring1_stack_top',
      ...(r.oneIn(2)
        ? ['push dword 0x202', 'push dword 0xa1', `push dword ${name}_one`, 'iret']
        : ['push dword 0xa1', `push dword ${name}_one`, 'retf']),
      `${name}_one: mov eax, cs`,
      'mov ecx, 0xa9',
      'mov ds, ecx',
      arithmetic(r, 4, 'scratch').trim(),
      r.pick([
        'cli',
        'nop',
        'pushf\n        popf',
        'mov eax, cr0',
        'int 0x42',
        'lar eax, ecx',
        'mov ecx, 0x10\n        mov es, ecx',
      ]),
      'inc edx',
      `${name}_r: mov eax, 0xc0de`,
      'int 0x80',
      `jmp ${name}_r`,
      `${name}_x: nop`,
    ),
  }),

  nestedTask: (r) => ({
    code: lines(
      'push dword 0x4002',
      'popf',
      r.pick([
        'sti',
        'cli',
        'in al, 0x21',
        'mov eax, ds\n        mov ds, eax',
        'sgdt [scratch]',
        'mov eax, cr3\n        mov cr3, eax',
      ]),
      'pushf',
      'pop eax',
      r
        .pick(['int 0x80', 'nop', 'rdtsc', 'call .near\n.near: pop eax'])
        .replaceAll('.near', `.n${r.next()}`),
      'push dword 2',
      'popf',
    ),
  }),
};
