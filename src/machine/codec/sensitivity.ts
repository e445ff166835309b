/**
 * Which instructions a monitor cares about, as data: the translator, the page and the lessons read the same table.
 *
 * - *privileged*: raises #GP(0) outside ring 0 (or, for the IOPL group, where CPL > IOPL).
 * - *sensitive*: reads or changes machine state that belongs to the monitor, and does **not** trap outside ring 0.
 *
 * @see Robin and Irvine, "Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine Monitor", 2000
 * @see Intel SDM vol. 3, "Privileged Instructions"
 */
import { FlowControl, Mnemonic, Register } from 'iced-x86';
import type { Instruction } from './instruction';

export type Sensitivity = 'plain' | 'sensitive' | 'privileged';

const PRIVILEGED: ReadonlySet<Mnemonic> = new Set([
  Mnemonic.Lgdt,
  Mnemonic.Lidt,
  Mnemonic.Lldt,
  Mnemonic.Ltr,
  Mnemonic.Lmsw,
  Mnemonic.Clts,
  Mnemonic.Hlt,
  Mnemonic.Invlpg,
  Mnemonic.Invd,
  Mnemonic.Wbinvd,
  Mnemonic.Rdmsr,
  Mnemonic.Wrmsr,
  Mnemonic.Rdpmc,
  Mnemonic.Rdtsc,
  Mnemonic.Sysexit,
  Mnemonic.Rsm,
  // The IOPL group: #GP(0) where CPL > IOPL.
  Mnemonic.Cli,
  Mnemonic.Sti,
  Mnemonic.In,
  Mnemonic.Out,
  Mnemonic.Insb,
  Mnemonic.Insw,
  Mnemonic.Insd,
  Mnemonic.Outsb,
  Mnemonic.Outsw,
  Mnemonic.Outsd,
]);

const SENSITIVE: ReadonlySet<Mnemonic> = new Set([
  Mnemonic.Sgdt,
  Mnemonic.Sidt,
  Mnemonic.Sldt,
  Mnemonic.Str,
  Mnemonic.Smsw,
  Mnemonic.Pushf,
  Mnemonic.Pushfd,
  Mnemonic.Popf,
  Mnemonic.Popfd,
  Mnemonic.Lar,
  Mnemonic.Lsl,
  Mnemonic.Verr,
  Mnemonic.Verw,
  Mnemonic.Lds,
  Mnemonic.Les,
  Mnemonic.Lfs,
  Mnemonic.Lgs,
  Mnemonic.Lss,
  Mnemonic.Iret,
  Mnemonic.Iretd,
  Mnemonic.Retf,
  Mnemonic.Int,
  Mnemonic.Int1,
  Mnemonic.Int3,
  Mnemonic.Into,
  Mnemonic.Sysenter,
  Mnemonic.Cpuid,
  Mnemonic.Arpl,
]);

/** Sensitive in virtual-8086 mode too. (The others either obey IOPL there, or touch the program's own paragraphs.) */
const SENSITIVE_IN_VIRTUAL_8086: ReadonlySet<Mnemonic> = new Set([
  Mnemonic.Sgdt,
  Mnemonic.Sidt,
  Mnemonic.Smsw,
  Mnemonic.Cpuid,
]);

export const isSensitiveInVirtual8086 = (instruction: Instruction): boolean =>
  SENSITIVE_IN_VIRTUAL_8086.has(instruction.mnemonic);

export const isSegmentRegister = (register: Register): boolean =>
  register >= Register.ES && register <= Register.GS;

const isControlRegister = (register: Register): boolean =>
  register >= Register.CR0 && register <= Register.CR15;

const isDebugRegister = (register: Register): boolean =>
  register >= Register.DR0 && register <= Register.DR15;

/** True when an operand names a segment register (MOV, PUSH, POP of one). */
export const usesSegmentRegister = (instruction: Instruction): boolean =>
  instruction.operands.some(
    (operand) => operand.kind === 'register' && isSegmentRegister(operand.register),
  );

/** True for MOV to or from a control or debug register. */
export const usesSystemRegister = (instruction: Instruction): boolean =>
  instruction.operands.some(
    (operand) =>
      operand.kind === 'register' &&
      (isControlRegister(operand.register) || isDebugRegister(operand.register)),
  );

/** True for CALL and JMP to another code segment, direct or through memory. */
export const isFarTransfer = (instruction: Instruction): boolean =>
  (instruction.mnemonic === Mnemonic.Call || instruction.mnemonic === Mnemonic.Jmp) &&
  (instruction.operands[0]?.kind === 'far-branch' || instruction.farIndirect);

/** Where the instruction stands between harmless and trapping. */
export function sensitivityOf(instruction: Instruction): Sensitivity {
  if (PRIVILEGED.has(instruction.mnemonic) || usesSystemRegister(instruction)) return 'privileged';
  if (SENSITIVE.has(instruction.mnemonic)) return 'sensitive';
  if (usesSegmentRegister(instruction) || isFarTransfer(instruction)) return 'sensitive';
  return 'plain';
}

/** True when no instruction of the same basic block can follow it. */
export const endsBasicBlock = (instruction: Instruction): boolean =>
  instruction.flowControl !== FlowControl.Next;
