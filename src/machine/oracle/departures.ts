/**
 * Where an emulator departs from the manual, and what of its behaviour the comparison therefore lets pass. The same
 * table stands in docs/oracle.md; `departures.test.ts` holds the two together.
 */
import { Mnemonic } from 'iced-x86';
import type { Instruction } from '../codec/instruction';
import { PF_WRITE, VECTOR } from '../cpu/state';
import type { Trap } from './lock-step';

export type Emulator = 'qemu' | 'bochs';

export interface Departure {
  readonly emulator: Emulator;
  readonly name: string;
  /** Title of the section of the Intel SDM that says otherwise. */
  readonly section: string;
  /** True where a different error code or CR2 is this departure; the emulator's are taken over then. */
  readonly pageFault?: (at: {
    readonly instruction: Instruction;
    readonly trap: Trap;
    /** The emulator's. */
    readonly errorCode: number;
    readonly cr2: number;
  }) => boolean;
  /** True where the emulator changes arithmetic flags although the instruction faults. */
  readonly flags?: (at: { readonly instruction: Instruction; readonly trap: Trap }) => boolean;
  /** Programs that show it are not generated. */
  readonly avoided?: true;
}

const READ_THEN_WRITE: ReadonlySet<Mnemonic> = new Set([
  ...[Mnemonic.Add, Mnemonic.Or, Mnemonic.Adc, Mnemonic.Sbb, Mnemonic.And, Mnemonic.Sub],
  ...[Mnemonic.Xor, Mnemonic.Inc, Mnemonic.Dec, Mnemonic.Neg, Mnemonic.Not],
  ...[Mnemonic.Shl, Mnemonic.Sal, Mnemonic.Shr, Mnemonic.Sar, Mnemonic.Rol, Mnemonic.Ror],
  ...[Mnemonic.Rcl, Mnemonic.Rcr, Mnemonic.Shld, Mnemonic.Shrd],
  ...[Mnemonic.Bts, Mnemonic.Btr, Mnemonic.Btc],
  ...[Mnemonic.Xchg, Mnemonic.Xadd, Mnemonic.Cmpxchg, Mnemonic.Cmpxchg8b, Mnemonic.Arpl],
]);

/** By name: SETcc and the shifts are many mnemonics. */
const KEEPS_NO_FLAGS = /^(Rcl|Rcr|Rol|Ror|Shl|Sal|Shr|Sar|Set)/;

/** Bytes that PUSHAD pushes. */
const EIGHT_REGISTERS = 32;

export const DEPARTURES: readonly Departure[] = [
  {
    emulator: 'qemu',
    name: 'a read-modify-write reads first: its fault may be a read fault, or on the second page',
    section: 'Page-Fault Exceptions',
    pageFault: ({ instruction, trap, errorCode, cr2 }) =>
      trap.vector === VECTOR.PF &&
      READ_THEN_WRITE.has(instruction.mnemonic) &&
      (trap.errorCode! & PF_WRITE) !== 0 &&
      (errorCode & PF_WRITE) === 0 &&
      (cr2 === trap.cr2! >>> 0 || (cr2 & 0xfff) === 0),
  },
  {
    emulator: 'qemu',
    name: 'PUSHA stores EDI first, from the lowest address up: CR2 of its fault is another of the eight',
    section: 'PUSHA/PUSHAD-Push All General-Purpose Registers',
    pageFault: ({ instruction, trap, errorCode, cr2 }) =>
      trap.vector === VECTOR.PF &&
      (instruction.mnemonic === Mnemonic.Pusha || instruction.mnemonic === Mnemonic.Pushad) &&
      errorCode === trap.errorCode &&
      cr2 < trap.cr2! >>> 0 &&
      (trap.cr2! >>> 0) - cr2 <= EIGHT_REGISTERS - 4,
  },
  {
    emulator: 'qemu',
    name: 'a shift, rotate or SETcc whose memory access faults has changed the flags',
    section: 'Exception Classifications (faults leave the machine as before the instruction)',
    flags: ({ instruction, trap }) =>
      trap.vector === VECTOR.PF && KEEPS_NO_FLAGS.test(Mnemonic[instruction.mnemonic] ?? ''),
  },
  {
    emulator: 'qemu',
    name: 'segment limits and types are not checked when memory is accessed; a null DS works',
    section: 'Limit Checking; Type Checking; Null Segment Selector Checking',
    avoided: true,
  },
  {
    emulator: 'qemu',
    name: 'a far jump does not set the accessed bit of the code descriptor',
    section: 'Code- and Data-Segment Descriptor Types',
    avoided: true,
  },
  {
    emulator: 'qemu',
    name: 'all 32 bits of the offset in a 16-bit gate are used',
    section: 'Call Gates; IDT Descriptors',
    avoided: true,
  },
  {
    emulator: 'qemu',
    name: 'the reg field of POP (8F) and MOV (C6, C7) is not decoded: no #UD',
    section: 'One-Byte and Two-Byte Opcodes: Opcode Extensions (Group 1A, Group 11)',
    avoided: true,
  },
  {
    emulator: 'qemu',
    name: 'LOCK is accepted on MOV from memory and on XADD to a register: no #UD',
    section: 'LOCK-Assert LOCK# Signal Prefix',
    avoided: true,
  },
  {
    emulator: 'qemu',
    name: 'MOV from CR1 in ring 3 is #GP(0), not #UD',
    section: 'MOV-Move to/from Control Registers',
    avoided: true,
  },
  {
    emulator: 'qemu',
    name: 'SGDT and SIDT across pages store the limit before the base faults',
    section: 'SGDT-Store Global Descriptor Table Register',
    avoided: true,
  },
];

export const departuresOf = (emulator: Emulator): readonly Departure[] =>
  DEPARTURES.filter((departure) => departure.emulator === emulator);
