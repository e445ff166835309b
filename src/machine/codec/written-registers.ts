/** Which registers an instruction writes, those it only may write and those it writes implicitly included. */
import {
  ConditionCode,
  Decoder,
  DecoderOptions,
  Instruction as IcedInstruction,
  InstructionInfoFactory,
  Mnemonic,
  OpAccess,
  OpKind,
  Register,
  RegisterExt,
} from 'iced-x86';
import type { Bitness } from './instruction';

const scratch = new IcedInstruction();
const factory = new InstructionInfoFactory();

const NAMES: ReadonlyMap<Register, string> = new Map(
  (
    [
      ...['EAX', 'ECX', 'EDX', 'EBX', 'ESP', 'EBP', 'ESI', 'EDI'],
      ...['ES', 'CS', 'SS', 'DS', 'FS', 'GS', 'CR0', 'CR2', 'CR3', 'CR4'],
    ] as const
  ).map((name) => [Register[name as keyof typeof Register], name.toLowerCase()]),
);

/** Registers that iced's list of used registers has no entry for. */
const TABLE_REGISTERS: ReadonlyMap<Mnemonic, string> = new Map([
  [Mnemonic.Lgdt, 'gdtr'],
  [Mnemonic.Lidt, 'idtr'],
  [Mnemonic.Lldt, 'ldtr'],
  [Mnemonic.Ltr, 'tr'],
  [Mnemonic.Lmsw, 'cr0'],
  [Mnemonic.Clts, 'cr0'],
]);

const WRITES: ReadonlySet<OpAccess> = new Set([
  OpAccess.Write,
  OpAccess.CondWrite,
  OpAccess.ReadWrite,
  OpAccess.ReadCondWrite,
]);

/**
 * When an instruction writes a register that it need not write. `condition`: if the flags before it say so; `count`: if CL
 * is not 0 modulo 32; `repeats`: if (E)CX is not 0; `zf`: if ZF comes out so.
 */
export type WriteRule =
  | { readonly kind: 'always' }
  /** `code`: the opcode's low four bits, as in `CONDITION_NAMES`. */
  | { readonly kind: 'condition'; readonly code: number }
  | { readonly kind: 'count' }
  | { readonly kind: 'repeats'; readonly bits: 16 | 32 }
  | { readonly kind: 'zf'; readonly set: boolean };

const ALWAYS: WriteRule = { kind: 'always' };
const IF_COUNTED: WriteRule = { kind: 'count' };
const IF_ZERO: WriteRule = { kind: 'zf', set: true };
const IF_NOT_ZERO: WriteRule = { kind: 'zf', set: false };

const SHIFTS: ReadonlySet<Mnemonic> = new Set([
  ...[Mnemonic.Shl, Mnemonic.Sal, Mnemonic.Shr, Mnemonic.Sar, Mnemonic.Shld, Mnemonic.Shrd],
  ...[Mnemonic.Rol, Mnemonic.Ror, Mnemonic.Rcl, Mnemonic.Rcr],
]);

const BY_ZERO_FLAG: ReadonlyMap<Mnemonic, WriteRule> = new Map([
  [Mnemonic.Lar, IF_ZERO],
  [Mnemonic.Lsl, IF_ZERO],
  [Mnemonic.Arpl, IF_ZERO],
  [Mnemonic.Bsf, IF_NOT_ZERO],
  [Mnemonic.Bsr, IF_NOT_ZERO],
  [Mnemonic.Cmpxchg8b, IF_NOT_ZERO],
]);

const STRINGS_OF_16_BITS: ReadonlySet<OpKind> = new Set([
  ...[OpKind.MemorySegSI, OpKind.MemorySegDI, OpKind.MemoryESDI],
]);

function ruleFor(instruction: IcedInstruction, name: string): WriteRule | null {
  const { mnemonic } = instruction;
  if (instruction.isStringInstruction) {
    if (!instruction.hasRepPrefix && !instruction.hasRepnePrefix) return ALWAYS;
    const isShort =
      STRINGS_OF_16_BITS.has(instruction.op0Kind) || STRINGS_OF_16_BITS.has(instruction.op1Kind);
    return { kind: 'repeats', bits: isShort ? 16 : 32 };
  }
  if (SHIFTS.has(mnemonic)) {
    const last = instruction.opCount - 1;
    if (instruction.opKind(last) === OpKind.Register) return IF_COUNTED;
    // Shifted by a constant 0: nothing happens.
    return (instruction.immediate8 & 31) === 0 ? null : ALWAYS;
  }
  if (name === 'eflags') return ALWAYS;
  if (instruction.conditionCode !== ConditionCode.None) {
    const isMove = instruction.op0Kind === OpKind.Register && instruction.opCount === 2;
    return isMove
      ? { kind: 'condition', code: instruction.conditionCode - ConditionCode.o }
      : ALWAYS;
  }
  if (mnemonic === Mnemonic.Cmpxchg) {
    const isTarget =
      instruction.op0Kind === OpKind.Register &&
      NAMES.get(RegisterExt.fullRegister32(instruction.op0Register)) === name;
    return isTarget ? IF_ZERO : IF_NOT_ZERO;
  }
  return BY_ZERO_FLAG.get(mnemonic) ?? ALWAYS;
}

/** JMP, CALL and RET to another segment, and IRET. */
function isFar(instruction: IcedInstruction): boolean {
  switch (instruction.mnemonic) {
    case Mnemonic.Retf:
    case Mnemonic.Iret:
    case Mnemonic.Iretd:
      return true;
    default:
      return (
        instruction.isCallFar ||
        instruction.isJmpFar ||
        instruction.isCallFarIndirect ||
        instruction.isJmpFarIndirect
      );
  }
}

export interface WrittenRegisters {
  /**
   * When each is written, by the name of the whole register in lower case: `eax` where AL is written, `eflags` where any
   * flag is. EIP, which every instruction writes, is not among them.
   */
  readonly rules: ReadonlyMap<string, WriteRule>;
  /** On its way to another ring or task it may write registers that are not among `rules`. */
  readonly isFarTransfer: boolean;
}

/** @param bytes at least those of the instruction */
export function writtenRegisters(bytes: Uint8Array, bitness: Bitness): WrittenRegisters {
  const decoder = new Decoder(
    bitness,
    bytes,
    // As the CPU decodes: TZCNT and LZCNT are BSF and BSR there.
    DecoderOptions.NoMPFX_0FBC | DecoderOptions.NoMPFX_0FBD,
  );
  try {
    decoder.decodeOut(scratch);
  } finally {
    decoder.free();
  }
  const rules = new Map<string, WriteRule>();
  const add = (name: string): void => {
    const rule = ruleFor(scratch, name);
    if (rule) rules.set(name, rule);
  };
  const info = factory.info(scratch);
  for (const used of info.usedRegisters()) {
    if (WRITES.has(used.access)) {
      const name = NAMES.get(RegisterExt.fullRegister32(used.register));
      if (name) add(name);
    }
    used.free();
  }
  info.free();
  if (scratch.rflagsModified !== 0) add('eflags');
  const table = TABLE_REGISTERS.get(scratch.mnemonic);
  if (table) add(table);
  const isFarTransfer = isFar(scratch);
  if (isFarTransfer) add('cs');
  return { rules, isFarTransfer };
}
