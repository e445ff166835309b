/** Which registers an instruction writes, those it only may write and those it writes implicitly included. */
import {
  Decoder,
  Instruction as IcedInstruction,
  InstructionInfoFactory,
  Mnemonic,
  OpAccess,
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
 * @param bytes at least those of the instruction
 * @returns names of whole registers in lower case: `eax` where AL is written, `eflags` where any flag is. EIP, which
 *   every instruction writes, is not among them.
 */
export function writtenRegisters(bytes: Uint8Array, bitness: Bitness): ReadonlySet<string> {
  const decoder = new Decoder(bitness, bytes, 0);
  try {
    decoder.decodeOut(scratch);
  } finally {
    decoder.free();
  }
  const written = new Set<string>();
  const info = factory.info(scratch);
  for (const used of info.usedRegisters()) {
    if (WRITES.has(used.access)) {
      const name = NAMES.get(RegisterExt.fullRegister32(used.register));
      if (name) written.add(name);
    }
    used.free();
  }
  info.free();
  if (scratch.rflagsModified !== 0) written.add('eflags');
  const table = TABLE_REGISTERS.get(scratch.mnemonic);
  if (table) written.add(table);
  return written;
}
