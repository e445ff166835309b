/**
 * Every 16/32-bit instruction form iced-x86 knows, as plain records: the table the assembler matches operands against.
 *
 * Not here: which of several matching forms is chosen (`assembler/select-form.ts`), or its bytes (`encode.ts`).
 */
import {
  Code,
  CodeExt,
  EncodingKind,
  MemorySizeExt,
  Mnemonic,
  type OpCodeInfo,
  OpCodeOperandKind,
  Register,
} from 'iced-x86';

export type RegisterClass =
  | 'r8'
  | 'r16'
  | 'r32'
  | 'segment'
  | 'control'
  | 'debug'
  | 'fpu'
  | 'mmx'
  | 'xmm';

/** A register as written in source, with iced's number for it. */
export interface RegisterInfo {
  readonly name: string;
  readonly register: Register;
  readonly class: RegisterClass;
  /** Its number within its class: 0 for AL, AX, EAX, ES, CR0 … */
  readonly number: number;
}

/** What one operand position of a form accepts. */
export type OperandPattern =
  /** A register of the class, or (`memory`) a memory operand of the form's `memorySize`. */
  | { readonly kind: 'register'; readonly class: RegisterClass; readonly memory: boolean }
  /** This register and no other; it takes no bits of the encoding. */
  | { readonly kind: 'fixed'; readonly register: Register }
  | { readonly kind: 'memory' }
  /** A bare offset in the opcode's own address field (MOV AL/AX/EAX). */
  | { readonly kind: 'offset' }
  /** `bits` in the encoding, sign-extended to `extended` bits by the CPU. */
  | { readonly kind: 'immediate'; readonly bits: 8 | 16 | 32; readonly extended: 8 | 16 | 32 }
  /** The constant 1 of the short shift forms. */
  | { readonly kind: 'one' }
  | { readonly kind: 'relative'; readonly bits: 8 | 16 | 32; readonly ipBits: 16 | 32 }
  | { readonly kind: 'far'; readonly offsetBits: 16 | 32 }
  /** Addressed by the opcode itself (string instructions, XLAT): never written in NASM source. */
  | { readonly kind: 'implied'; readonly place: 'seg:si' | 'es:di' | 'seg:bx+al' };

export interface OpcodeForm {
  readonly code: Code;
  /** iced's name of the form, as `Add_rm32_imm8`; for tests and messages. */
  readonly name: string;
  /** Lower case, Intel's name: `add`, `iretd`, `jae`. */
  readonly mnemonic: string;
  readonly operands: readonly OperandPattern[];
  /** 16 or 32 when the operand-size attribute is part of the form, else 0. */
  readonly operandSize: 0 | 16 | 32;
  readonly addressSize: 0 | 16 | 32;
  /** Bytes read or written by a memory operand; 0 when the form has none or does not care. */
  readonly memorySize: number;
  readonly lockable: boolean;
}

const GENERAL: Readonly<Record<number, RegisterClass>> = {
  [OpCodeOperandKind.r8_reg]: 'r8',
  [OpCodeOperandKind.r8_opcode]: 'r8',
  [OpCodeOperandKind.r16_reg]: 'r16',
  [OpCodeOperandKind.r16_rm]: 'r16',
  [OpCodeOperandKind.r16_opcode]: 'r16',
  [OpCodeOperandKind.r32_reg]: 'r32',
  [OpCodeOperandKind.r32_rm]: 'r32',
  [OpCodeOperandKind.r32_opcode]: 'r32',
  [OpCodeOperandKind.seg_reg]: 'segment',
  [OpCodeOperandKind.cr_reg]: 'control',
  [OpCodeOperandKind.dr_reg]: 'debug',
  [OpCodeOperandKind.mm_reg]: 'mmx',
  [OpCodeOperandKind.mm_rm]: 'mmx',
  [OpCodeOperandKind.xmm_reg]: 'xmm',
  [OpCodeOperandKind.xmm_rm]: 'xmm',
  [OpCodeOperandKind.sti_opcode]: 'fpu',
};

const REGISTER_OR_MEMORY: Readonly<Record<number, RegisterClass>> = {
  [OpCodeOperandKind.r8_or_mem]: 'r8',
  [OpCodeOperandKind.r16_or_mem]: 'r16',
  [OpCodeOperandKind.r32_or_mem]: 'r32',
  [OpCodeOperandKind.mm_or_mem]: 'mmx',
  [OpCodeOperandKind.xmm_or_mem]: 'xmm',
};

const OTHER: Readonly<Record<number, OperandPattern>> = {
  [OpCodeOperandKind.mem]: { kind: 'memory' },
  [OpCodeOperandKind.mem_offs]: { kind: 'offset' },
  [OpCodeOperandKind.imm8]: { kind: 'immediate', bits: 8, extended: 8 },
  [OpCodeOperandKind.imm8_const_1]: { kind: 'one' },
  [OpCodeOperandKind.imm8sex16]: { kind: 'immediate', bits: 8, extended: 16 },
  [OpCodeOperandKind.imm8sex32]: { kind: 'immediate', bits: 8, extended: 32 },
  [OpCodeOperandKind.imm16]: { kind: 'immediate', bits: 16, extended: 16 },
  [OpCodeOperandKind.imm32]: { kind: 'immediate', bits: 32, extended: 32 },
  [OpCodeOperandKind.br16_1]: { kind: 'relative', bits: 8, ipBits: 16 },
  [OpCodeOperandKind.br32_1]: { kind: 'relative', bits: 8, ipBits: 32 },
  [OpCodeOperandKind.br16_2]: { kind: 'relative', bits: 16, ipBits: 16 },
  [OpCodeOperandKind.br32_4]: { kind: 'relative', bits: 32, ipBits: 32 },
  [OpCodeOperandKind.farbr2_2]: { kind: 'far', offsetBits: 16 },
  [OpCodeOperandKind.farbr4_2]: { kind: 'far', offsetBits: 32 },
  [OpCodeOperandKind.seg_rSI]: { kind: 'implied', place: 'seg:si' },
  [OpCodeOperandKind.es_rDI]: { kind: 'implied', place: 'es:di' },
  [OpCodeOperandKind.seg_rBX_al]: { kind: 'implied', place: 'seg:bx+al' },
  [OpCodeOperandKind.al]: { kind: 'fixed', register: Register.AL },
  [OpCodeOperandKind.cl]: { kind: 'fixed', register: Register.CL },
  [OpCodeOperandKind.ax]: { kind: 'fixed', register: Register.AX },
  [OpCodeOperandKind.dx]: { kind: 'fixed', register: Register.DX },
  [OpCodeOperandKind.eax]: { kind: 'fixed', register: Register.EAX },
  [OpCodeOperandKind.es]: { kind: 'fixed', register: Register.ES },
  [OpCodeOperandKind.cs]: { kind: 'fixed', register: Register.CS },
  [OpCodeOperandKind.ss]: { kind: 'fixed', register: Register.SS },
  [OpCodeOperandKind.ds]: { kind: 'fixed', register: Register.DS },
  [OpCodeOperandKind.fs]: { kind: 'fixed', register: Register.FS },
  [OpCodeOperandKind.gs]: { kind: 'fixed', register: Register.GS },
  [OpCodeOperandKind.st0]: { kind: 'fixed', register: Register.ST0 },
};

function patternOf(kind: OpCodeOperandKind): OperandPattern | null {
  const either = REGISTER_OR_MEMORY[kind];
  if (either) return { kind: 'register', class: either, memory: true };
  const general = GENERAL[kind];
  if (general) return { kind: 'register', class: general, memory: false };
  return OTHER[kind] ?? null;
}

/**
 * Second encodings that no assembler emits: opcode 82, TEST at F6 /1, SAL at C0 /6, the FPU's twins, the moves "with
 * extension" from 16 to 16 bits, BSWAP of 16 bits, whose result is
 * undefined, and the 8086's POP CS, whose opcode means something else since.
 */
const SHADOW =
  /_82$|_F[67]r1$|^Sal_|_D[CDEF][CD][08]$|^Mov[sz]x_r16_rm16$|^Bswap_r16$|^Pop[wd]_CS$/;

function formOf(code: Code, info: OpCodeInfo): OpcodeForm | null {
  if (info.encoding !== EncodingKind.Legacy || !(info.mode16 || info.mode32)) return null;
  if (!info.isInstruction || info.isReservedNop || info.decoderOption !== 0) return null;
  const name = Code[code]!;
  if (SHADOW.test(name)) return null;
  const operands: OperandPattern[] = [];
  for (let i = 0; i < info.opCount; i++) {
    const pattern = patternOf(info.opKind(i));
    if (!pattern) return null;
    operands.push(pattern);
  }
  return {
    code,
    name,
    mnemonic: Mnemonic[info.mnemonic]!.toLowerCase(),
    operands,
    operandSize: info.operandSize as 0 | 16 | 32,
    addressSize: info.addressSize as 0 | 16 | 32,
    memorySize: MemorySizeExt.size(info.memorySize),
    lockable: info.canUseLockPrefix,
  };
}

let table: Map<string, OpcodeForm[]> | null = null;

/** All forms by Intel mnemonic, in opcode order. Built on first use (tens of milliseconds). */
export function opcodeForms(): ReadonlyMap<string, readonly OpcodeForm[]> {
  if (table) return table;
  table = new Map();
  for (let code: Code = 1; Code[code] !== undefined; code++) {
    const info = CodeExt.opCode(code);
    try {
      const form = formOf(code, info);
      if (!form) continue;
      const forms = table.get(form.mnemonic);
      if (forms) forms.push(form);
      else table.set(form.mnemonic, [form]);
    } finally {
      info.free();
    }
  }
  return table;
}

function registersOf(first: Register, names: string, of: RegisterClass): RegisterInfo[] {
  return names.split(' ').map((name, number) => ({
    name,
    register: first + number,
    class: of,
    number,
  }));
}

const numbered = (prefix: string, count: number): string =>
  Array.from({ length: count }, (_, i) => prefix + i).join(' ');

const REGISTERS: readonly RegisterInfo[] = [
  ...registersOf(Register.AL, 'al cl dl bl ah ch dh bh', 'r8'),
  ...registersOf(Register.AX, 'ax cx dx bx sp bp si di', 'r16'),
  ...registersOf(Register.EAX, 'eax ecx edx ebx esp ebp esi edi', 'r32'),
  ...registersOf(Register.ES, 'es cs ss ds fs gs', 'segment'),
  ...registersOf(Register.CR0, numbered('cr', 8), 'control'),
  ...registersOf(Register.DR0, numbered('dr', 8), 'debug'),
  ...registersOf(Register.ST0, numbered('st', 8), 'fpu'),
  ...registersOf(Register.MM0, numbered('mm', 8), 'mmx'),
  ...registersOf(Register.XMM0, numbered('xmm', 8), 'xmm'),
];

const REGISTER_BY_NAME: ReadonlyMap<string, RegisterInfo> = new Map(
  REGISTERS.map((register) => [register.name, register]),
);

/** The register of that lower-case name, or undefined. */
export const registerNamed = (name: string): RegisterInfo | undefined => REGISTER_BY_NAME.get(name);

/** The register with iced's number, or undefined for those that 32-bit code does not have. */
export const registerByNumber = (register: Register): RegisterInfo | undefined =>
  REGISTERS.find((known) => known.register === register);

export const registerNames = (): readonly string[] => REGISTERS.map((register) => register.name);
