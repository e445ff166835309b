/**
 * A decoded x86 instruction as a plain record, free of WebAssembly-owned objects.
 *
 * Not here: what an instruction does (`cpu/`), or how a translator treats it (`hypervisor/binary-translation/`).
 */
import type { Code, FlowControl, Mnemonic, Register } from 'iced-x86';

export type Bitness = 16 | 32;

/** `[segment: base + index * scale + displacement]`; registers are iced `Register` numbers, 0 = none. */
export interface MemoryOperand {
  readonly kind: 'memory';
  /** Effective segment register (default or prefix). */
  readonly segment: Register;
  readonly base: Register;
  readonly index: Register;
  readonly scale: 1 | 2 | 4 | 8;
  /** Sign-extended to 32 bits (signed number). */
  readonly displacement: number;
  /** Width of address arithmetic: 16 or 32 bits (the address-size attribute). */
  readonly addressSize: Bitness;
}

export type Operand =
  | { readonly kind: 'register'; readonly register: Register }
  | MemoryOperand
  /** Sign-extended to operand size as the instruction says; signed 32-bit number. */
  | { readonly kind: 'immediate'; readonly value: number }
  /** Absolute offset in the code segment, unsigned. */
  | { readonly kind: 'near-branch'; readonly target: number }
  | { readonly kind: 'far-branch'; readonly selector: number; readonly offset: number }
  /** String operand: DS:(E)SI (or override) or ES:(E)DI. */
  | {
      readonly kind: 'string';
      readonly end: 'source' | 'destination';
      readonly segment: Register;
      readonly addressSize: Bitness;
    };

export interface Instruction {
  /** Offset in the code segment (EIP) it was decoded at, unsigned. */
  readonly address: number;
  /** Bytes, 1 to 15. 0 only when `code` is `Code.INVALID`. */
  readonly length: number;
  /** The exact encoding form, e.g. `Code.Add_rm32_r32`; `Code.INVALID` when undefined. */
  readonly code: Code;
  readonly mnemonic: Mnemonic;
  readonly operands: readonly Operand[];
  readonly flowControl: FlowControl;
  /** CALL or JMP through a far pointer in memory. */
  readonly farIndirect: boolean;
  readonly lock: boolean;
  /** F3 / F2 as a string-repeat prefix. */
  readonly repeat: 'none' | 'rep' | 'repne';
  /** Explicit segment-override prefix, 0 = none. */
  readonly segmentPrefix: Register;
  /** Why it is undefined: bytes ran out before the end of the instruction, or no such encoding. */
  readonly invalid: 'no' | 'truncated' | 'undefined';
}
