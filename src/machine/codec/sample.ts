/**
 * An example of an opcode form: its bytes with the plainest operands that fit. For tables that ask "what does this
 * instruction do" and for tests that walk every form.
 */
import { Register } from 'iced-x86';
import { type EncodeOperand, type EncodePrefixes, encode } from './encode';
import type { Bitness } from './instruction';
import type { OpcodeForm, OperandPattern, RegisterClass } from './opcode-forms';

/** Where an example stands, and where its branches lead: within reach of a short one. */
export const SAMPLE_ADDRESS = 0x1000;
const SAMPLE_TARGET = 0x1010;

const FIRST: Readonly<Record<RegisterClass, Register>> = {
  r8: Register.AL,
  r16: Register.AX,
  r32: Register.EAX,
  segment: Register.ES,
  control: Register.CR0,
  debug: Register.DR0,
  fpu: Register.ST0,
  mmx: Register.MM0,
  xmm: Register.XMM0,
};

function operandOf(
  pattern: OperandPattern,
  position: number,
  preferMemory: boolean,
  immediate: number,
): EncodeOperand | null {
  const memory: EncodeOperand = {
    kind: 'memory',
    base: Register.EBX,
    index: Register.None,
    scale: 1,
    displacement: 16,
    displacementSize: 1,
    addressSize: 32,
  };
  switch (pattern.kind) {
    case 'register':
      if (pattern.memory && preferMemory) return memory;
      // A different register at each place: `xor eax,eax` has other flags than `xor eax,ecx`. CR1 and CS cannot be written.
      return {
        kind: 'register',
        register:
          FIRST[pattern.class] +
          (pattern.class === 'control' || pattern.class === 'segment' ? 0 : position),
      };
    case 'fixed':
      return { kind: 'register', register: pattern.register };
    case 'memory':
      return memory;
    case 'offset':
      return {
        ...memory,
        base: Register.None,
        displacement: 0x2000,
        displacementSize: 4,
      } as EncodeOperand;
    case 'immediate':
      return { kind: 'immediate', value: immediate };
    case 'one':
      return { kind: 'immediate', value: 1 };
    case 'relative':
      return { kind: 'target', address: SAMPLE_TARGET };
    case 'far':
      return { kind: 'far', selector: 8, offset: SAMPLE_TARGET };
    case 'implied':
      return null;
  }
}

export interface SampleOptions {
  /** Memory rather than a register where the form takes either. */
  readonly preferMemory?: boolean;
  /** For immediates; 1 by default. */
  readonly immediate?: number;
  readonly prefixes?: EncodePrefixes;
}

/** Bytes of the form in code of this bitness, as if at `SAMPLE_ADDRESS`; null when there are none. */
export function sampleOf(
  form: OpcodeForm,
  bitness: Bitness,
  options: SampleOptions = {},
): Uint8Array | null {
  const operands = form.operands
    .map((pattern, position) =>
      operandOf(pattern, position, options.preferMemory ?? false, options.immediate ?? 1),
    )
    .filter((operand) => operand !== null);
  const bytes = encode(form, operands, SAMPLE_ADDRESS, bitness, options.prefixes);
  return typeof bytes === 'string' ? null : bytes;
}
