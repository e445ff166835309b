/**
 * One instruction form plus operand values to bytes, through iced-x86's encoder.
 *
 * One `Instruction` of iced's is refilled each time and one `Encoder` per bitness is kept, so nothing is left to free.
 * Prefixes are put in the order NASM uses (lock/rep, segment, operand size, address size); the CPU does not care.
 */
import { Encoder, Instruction as IcedInstruction, OpKind, Register } from 'iced-x86';
import type { Bitness } from './instruction';
import type { OpcodeForm, OperandPattern } from './opcode-forms';

export type EncodeOperand =
  | { readonly kind: 'register'; readonly register: Register }
  | {
      readonly kind: 'memory';
      readonly base: Register;
      readonly index: Register;
      readonly scale: 1 | 2 | 4 | 8;
      /** Signed or unsigned 32-bit; wrapped to the address size. */
      readonly displacement: number;
      /** Bytes of displacement to encode: 0, 1, 2 (16-bit addressing) or 4. */
      readonly displacementSize: 0 | 1 | 2 | 4;
      readonly addressSize: Bitness;
    }
  | { readonly kind: 'immediate'; readonly value: number }
  /** Offset in the code segment that a branch goes to, unsigned. */
  | { readonly kind: 'target'; readonly address: number }
  | { readonly kind: 'far'; readonly selector: number; readonly offset: number };

export interface EncodePrefixes {
  readonly lock?: boolean;
  readonly repeat?: 'rep' | 'repne';
  /** Segment-override prefix to emit, `Register.None` (0) for none. */
  readonly segment?: Register;
  /** Emit 67 even when no operand asks for it. */
  readonly addressSize?: boolean;
  /** Emit 66 even when the form does not ask for it. */
  readonly operandSize?: boolean;
}

const SEGMENT_PREFIX: Readonly<Record<number, number>> = {
  [Register.ES]: 0x26,
  [Register.CS]: 0x2e,
  [Register.SS]: 0x36,
  [Register.DS]: 0x3e,
  [Register.FS]: 0x64,
  [Register.GS]: 0x65,
};

const WAIT = 0x9b;

const scratch = new IcedInstruction();
const encoders: { 16?: Encoder; 32?: Encoder } = {};

function encoderFor(bitness: Bitness): Encoder {
  const kept = encoders[bitness];
  if (kept) return kept;
  const encoder = new Encoder(bitness);
  encoders[bitness] = encoder;
  return encoder;
}

/** Explicit operands in form order; implied ones (string places) are filled in here. */
function fill(form: OpcodeForm, operands: readonly EncodeOperand[], stringAddress: Bitness): void {
  scratch.code = form.code;
  scratch.segmentPrefix = Register.None;
  scratch.memoryBase = Register.None;
  scratch.memoryIndex = Register.None;
  scratch.memoryIndexScale = 1;
  scratch.memoryDisplSize = 0;
  scratch.memoryDisplacement = 0n;
  let next = 0;
  let immediates = 0;
  for (let i = 0; i < form.operands.length; i++) {
    const pattern = form.operands[i]!;
    if (pattern.kind === 'implied') {
      fillImplied(i, pattern.place, stringAddress);
      continue;
    }
    if (pattern.kind === 'fixed') {
      scratch.setOpKind(i, OpKind.Register);
      scratch.setOpRegister(i, pattern.register);
      next++;
      continue;
    }
    const operand = operands[next++];
    if (!operand) throw new Error(`${form.name}: operand ${i + 1} is missing`);
    fillOperand(i, pattern, operand, immediates);
    if (operand.kind === 'immediate') immediates++;
  }
}

function fillImplied(i: number, place: 'seg:si' | 'es:di' | 'seg:bx+al', bits: Bitness): void {
  if (place === 'seg:bx+al') {
    scratch.setOpKind(i, OpKind.Memory);
    scratch.memoryBase = bits === 16 ? Register.BX : Register.EBX;
    scratch.memoryIndex = Register.AL;
  } else if (place === 'seg:si') {
    scratch.setOpKind(i, bits === 16 ? OpKind.MemorySegSI : OpKind.MemorySegESI);
  } else {
    scratch.setOpKind(i, bits === 16 ? OpKind.MemoryESDI : OpKind.MemoryESEDI);
  }
}

function fillOperand(
  i: number,
  pattern: OperandPattern,
  operand: EncodeOperand,
  immediates: number,
): void {
  switch (operand.kind) {
    case 'register':
      scratch.setOpKind(i, OpKind.Register);
      scratch.setOpRegister(i, operand.register);
      return;
    case 'memory':
      scratch.setOpKind(i, OpKind.Memory);
      scratch.memoryBase = operand.base;
      scratch.memoryIndex = operand.index;
      scratch.memoryIndexScale = operand.scale;
      scratch.memoryDisplSize = operand.displacementSize;
      scratch.memoryDisplacement =
        operand.addressSize === 16
          ? BigInt(operand.displacement & 0xffff)
          : BigInt(operand.displacement >>> 0);
      return;
    case 'immediate': {
      const bits = pattern.kind === 'immediate' ? pattern.bits : 8;
      const extended = pattern.kind === 'immediate' ? pattern.extended : 8;
      const value = operand.value;
      if (immediates > 0) {
        scratch.setOpKind(i, OpKind.Immediate8_2nd);
        scratch.immediate8_2nd = value & 0xff;
      } else if (bits === 8 && extended === 16) {
        scratch.setOpKind(i, OpKind.Immediate8to16);
        scratch.immediate8to16 = (value << 24) >> 24;
      } else if (bits === 8 && extended === 32) {
        scratch.setOpKind(i, OpKind.Immediate8to32);
        scratch.immediate8to32 = (value << 24) >> 24;
      } else if (bits === 8) {
        scratch.setOpKind(i, OpKind.Immediate8);
        scratch.immediate8 = value & 0xff;
      } else if (bits === 16) {
        scratch.setOpKind(i, OpKind.Immediate16);
        scratch.immediate16 = value & 0xffff;
      } else {
        scratch.setOpKind(i, OpKind.Immediate32);
        scratch.immediate32 = value >>> 0;
      }
      return;
    }
    case 'target':
      if (pattern.kind === 'relative' && pattern.ipBits === 16) {
        scratch.setOpKind(i, OpKind.NearBranch16);
        scratch.nearBranch16 = operand.address & 0xffff;
      } else {
        scratch.setOpKind(i, OpKind.NearBranch32);
        scratch.nearBranch32 = operand.address >>> 0;
      }
      return;
    case 'far':
      if (pattern.kind === 'far' && pattern.offsetBits === 16) {
        scratch.setOpKind(i, OpKind.FarBranch16);
        scratch.farBranch16 = operand.offset & 0xffff;
      } else {
        scratch.setOpKind(i, OpKind.FarBranch32);
        scratch.farBranch32 = operand.offset >>> 0;
      }
      scratch.farBranchSelector = operand.selector & 0xffff;
      return;
  }
}

function encodeCore(
  form: OpcodeForm,
  operands: readonly EncodeOperand[],
  address: number,
  bitness: Bitness,
  stringAddress: Bitness,
): Uint8Array | string {
  const encoder = encoderFor(bitness);
  try {
    fill(form, operands, stringAddress);
    encoder.encode(scratch, BigInt(address >>> 0));
    return encoder.takeBuffer();
  } catch (error) {
    encoder.takeBuffer();
    return String(error instanceof Error ? error.message : error);
  }
}

/**
 * Encodes one instruction.
 *
 * @param operands the explicit operands, in the form's order (implied string places left out)
 * @param address offset in the code segment (EIP) of the first byte, prefixes included
 * @returns 1 to 15 bytes, or a message saying why this form cannot hold these values (a branch out of reach, AH with …)
 */
export function encode(
  form: OpcodeForm,
  operands: readonly EncodeOperand[],
  address: number,
  bitness: Bitness,
  prefixes: EncodePrefixes = {},
): Uint8Array | string {
  // FSAVE and its kin are WAIT and FNSAVE: prefixes belong to the second.
  const waits = /^F(init|clex|stcw|stsw|stenv|save|eni|disi|setpm)(_|$)/.test(form.name);
  const explicit: number[] = waits ? [WAIT] : [];
  if (prefixes.lock) explicit.push(0xf0);
  if (prefixes.repeat) explicit.push(prefixes.repeat === 'rep' ? 0xf3 : 0xf2);
  if (prefixes.segment) explicit.push(SEGMENT_PREFIX[prefixes.segment] ?? 0x3e);
  const other: Bitness = bitness === 16 ? 32 : 16;
  const stringAddress = prefixes.addressSize ? other : bitness;
  const coded = encodeCore(form, operands, address + explicit.length, bitness, stringAddress);
  if (typeof coded === 'string') return coded;
  const first = waits ? coded.subarray(coded.indexOf(WAIT) + 1) : coded;
  // Prefixes asked for explicitly may repeat what iced emitted: take both out and write each once.
  let body = 0;
  let has66 = prefixes.operandSize ?? false;
  let has67 = prefixes.addressSize ?? false;
  const isOperandSize = form.operandSize !== 0 && form.operandSize !== bitness;
  for (; first[body] === 0x67 || (first[body] === 0x66 && isOperandSize); body++) {
    if (first[body] === 0x67) has67 = true;
    else has66 = true;
  }
  const added = Number(has66) + Number(has67) - body;
  if (has66) explicit.push(0x66);
  if (has67) explicit.push(0x67);
  // A relative branch counts from its end, which prefixes iced does not know of have moved.
  const moves = added > 0 && form.operands.some((pattern) => pattern.kind === 'relative');
  const start = address + explicit.length - body;
  const core = moves ? encodeCore(form, operands, start, bitness, stringAddress) : first;
  if (typeof core === 'string') return core;
  const bytes = new Uint8Array(explicit.length + core.length - body);
  bytes.set(explicit);
  bytes.set(core.subarray(body), explicit.length);
  return bytes;
}
