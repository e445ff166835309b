/**
 * Bytes to `Instruction`. One `Instruction` of iced's is reused, so decoding leaves nothing to free.
 * Encoding and text are in `encode.ts` and `format.ts`; only this folder touches iced-x86 objects.
 */
import {
  Code,
  Decoder,
  DecoderError,
  DecoderOptions,
  Instruction as IcedInstruction,
  OpKind,
  Register,
} from 'iced-x86';
import type { Bitness, Instruction, MemoryOperand, Operand } from './instruction';

const scratch = new IcedInstruction();

/**
 * Decodes one instruction.
 *
 * @param bytes at least the bytes of the instruction; up to 15 are looked at
 * @param address its offset in the code segment (EIP), unsigned 32-bit
 * @param bitness default operand and address size of the code segment (its D bit)
 */
export function decode(bytes: Uint8Array, address: number, bitness: Bitness): Instruction {
  const decoder = new Decoder(
    bitness,
    bytes,
    DecoderOptions.NoMPFX_0FBC | DecoderOptions.NoMPFX_0FBD,
  );
  try {
    // The decoder stays at IP 0 and branch targets are moved afterwards: setting it takes a BigInt per instruction.
    decoder.decodeOut(scratch);
    const truncated =
      scratch.code === Code.INVALID && decoder.lastError === DecoderError.NoMoreBytes;
    return toRecord(scratch, address >>> 0, bitness, truncated);
  } finally {
    decoder.free();
  }
}

function toRecord(
  from: IcedInstruction,
  address: number,
  bitness: Bitness,
  truncated: boolean,
): Instruction {
  const code = from.code;
  const operands: Operand[] = [];
  for (let i = 0; i < from.opCount; i++) operands.push(operandOf(from, i, address, bitness));
  return {
    address,
    length: code === Code.INVALID ? 0 : from.length,
    code,
    mnemonic: from.mnemonic,
    operands,
    flowControl: from.flowControl,
    farIndirect: from.isCallFarIndirect || from.isJmpFarIndirect,
    lock: from.hasLockPrefix,
    repeat: from.hasRepPrefix ? 'rep' : from.hasRepnePrefix ? 'repne' : 'none',
    segmentPrefix: from.segmentPrefix,
    invalid: code !== Code.INVALID ? 'no' : truncated ? 'truncated' : 'undefined',
  };
}

function operandOf(
  from: IcedInstruction,
  index: number,
  address: number,
  bitness: Bitness,
): Operand {
  const kind = from.opKind(index);
  switch (kind) {
    case OpKind.Register:
      return { kind: 'register', register: from.opRegister(index) };
    case OpKind.NearBranch16:
      return { kind: 'near-branch', target: (from.nearBranch16 + address) & 0xffff };
    case OpKind.NearBranch32:
      return { kind: 'near-branch', target: (from.nearBranch32 + address) >>> 0 };
    case OpKind.FarBranch16:
      return { kind: 'far-branch', selector: from.farBranchSelector, offset: from.farBranch16 };
    case OpKind.FarBranch32:
      return {
        kind: 'far-branch',
        selector: from.farBranchSelector,
        offset: from.farBranch32 >>> 0,
      };
    case OpKind.Memory:
      return memoryOf(from, bitness);
    case OpKind.MemorySegSI:
      return stringOperand('source', from.memorySegment, 16);
    case OpKind.MemorySegESI:
      return stringOperand('source', from.memorySegment, 32);
    case OpKind.MemorySegDI:
      return stringOperand('source', from.memorySegment, 16);
    case OpKind.MemorySegEDI:
      return stringOperand('source', from.memorySegment, 32);
    case OpKind.MemoryESDI:
      return stringOperand('destination', Register.ES, 16);
    case OpKind.MemoryESEDI:
      return stringOperand('destination', Register.ES, 32);
    case OpKind.Immediate8:
      return { kind: 'immediate', value: from.immediate8 };
    case OpKind.Immediate8to16:
      return { kind: 'immediate', value: (from.immediate8to16 << 16) >> 16 };
    case OpKind.Immediate8to32:
      return { kind: 'immediate', value: from.immediate8to32 | 0 };
    case OpKind.Immediate16:
      return { kind: 'immediate', value: from.immediate16 };
    case OpKind.Immediate32:
      return { kind: 'immediate', value: from.immediate32 | 0 };
    case OpKind.Immediate8_2nd:
      return { kind: 'immediate', value: Number(BigInt.asIntN(32, from.immediate(index))) };
    default:
      return { kind: 'immediate', value: Number(BigInt.asIntN(32, from.immediate(index))) };
  }
}

function stringOperand(
  end: 'source' | 'destination',
  segment: Register,
  addressSize: Bitness,
): Operand {
  return { kind: 'string', end, segment, addressSize };
}

/**
 * iced does not expose the address-size attribute. It follows from the registers used; with none
 * (`[disp]`), from the displacement's width; XLATB and friends follow their register (BX or EBX).
 */
function memoryOf(from: IcedInstruction, bitness: Bitness): MemoryOperand {
  const base = from.memoryBase;
  const index = from.memoryIndex;
  const displSize = from.memoryDisplSize;
  const wide = (register: Register): boolean =>
    register >= Register.EAX && register <= Register.R15D;
  const addressSize: Bitness =
    base !== Register.None
      ? wide(base)
        ? 32
        : 16
      : index !== Register.None
        ? wide(index)
          ? 32
          : 16
        : displSize === 2
          ? 16
          : displSize === 4
            ? 32
            : bitness;
  return {
    kind: 'memory',
    segment: from.memorySegment,
    base,
    index,
    scale: from.memoryIndexScale as 1 | 2 | 4 | 8,
    displacement: displSize === 0 ? 0 : Number(BigInt.asIntN(32, from.memoryDisplacement)),
    addressSize,
  };
}
