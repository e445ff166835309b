/**
 * What the manual leaves undefined after an instruction: flags, and a few results. Two correct CPUs may differ there,
 * so the oracle does not compare these bits; it takes over the other side's and goes on.
 *
 * @see Intel SDM vol. 2, the sections named in `UNDEFINED`, "Flags Affected"; vol. 1, appendix
 *      "EFLAGS Cross-Reference"
 */
import { Mnemonic } from 'iced-x86';
import type { Instruction } from '../codec/instruction';
import {
  EFLAGS_AF,
  EFLAGS_ARITHMETIC,
  EFLAGS_CF,
  EFLAGS_OF,
  EFLAGS_PF,
  EFLAGS_SF,
  EFLAGS_ZF,
} from '../cpu/state';
import { FIELD, type View } from './trace';

export interface Undefined {
  /** EFLAGS bits. */
  readonly flags: number;
  /** Bits of the destination register. */
  readonly result: number;
}

const NOTHING: Undefined = { flags: 0, result: 0 };
const flags = (bits: number): Undefined => ({ flags: bits, result: 0 });

interface Rule {
  /** Section of SDM vol. 2 that says so. */
  readonly section: string;
  readonly mnemonics: readonly Mnemonic[];
  /** `before`: registers before the instruction; `bits`: operand size. */
  readonly undefined: (instruction: Instruction, before: View, bits: number) => Undefined;
}

export const UNDEFINED: readonly Rule[] = [
  {
    section: 'AND-Logical AND; OR; XOR; TEST-Logical Compare',
    mnemonics: [Mnemonic.And, Mnemonic.Or, Mnemonic.Xor, Mnemonic.Test],
    undefined: () => flags(EFLAGS_AF),
  },
  {
    section: 'SAL/SAR/SHL/SHR-Shift',
    mnemonics: [Mnemonic.Shl, Mnemonic.Sal, Mnemonic.Shr, Mnemonic.Sar],
    undefined: (instruction, before, bits) => {
      const count = countOf(instruction, before);
      if (count === 0) return NOTHING;
      const lost = instruction.mnemonic !== Mnemonic.Sar && count >= bits ? EFLAGS_CF : 0;
      return flags(EFLAGS_AF | (count === 1 ? 0 : EFLAGS_OF) | lost);
    },
  },
  {
    section: 'RCL/RCR/ROL/ROR-Rotate',
    mnemonics: [Mnemonic.Rcl, Mnemonic.Rcr, Mnemonic.Rol, Mnemonic.Ror],
    undefined: (instruction, before) =>
      countOf(instruction, before) > 1 ? flags(EFLAGS_OF) : NOTHING,
  },
  {
    section: 'SHLD-Double Precision Shift Left; SHRD-Double Precision Shift Right',
    mnemonics: [Mnemonic.Shld, Mnemonic.Shrd],
    undefined: (instruction, before, bits) => {
      const count = countOf(instruction, before);
      if (count === 0) return NOTHING;
      if (count > bits) return { flags: EFLAGS_ARITHMETIC, result: -1 };
      return flags(EFLAGS_AF | (count === 1 ? 0 : EFLAGS_OF));
    },
  },
  {
    section: 'MUL-Unsigned Multiply; IMUL-Signed Multiply',
    mnemonics: [Mnemonic.Mul, Mnemonic.Imul],
    undefined: () => flags(EFLAGS_SF | EFLAGS_ZF | EFLAGS_AF | EFLAGS_PF),
  },
  {
    section: 'DIV-Unsigned Divide; IDIV-Signed Divide',
    mnemonics: [Mnemonic.Div, Mnemonic.Idiv],
    undefined: () => flags(EFLAGS_ARITHMETIC),
  },
  {
    section: 'BSF-Bit Scan Forward; BSR-Bit Scan Reverse',
    mnemonics: [Mnemonic.Bsf, Mnemonic.Bsr],
    undefined: () => ({
      flags: EFLAGS_CF | EFLAGS_OF | EFLAGS_SF | EFLAGS_AF | EFLAGS_PF,
      // The destination too, with a source of 0; but silicon leaves it alone, and so do all emulators.
      result: 0,
    }),
  },
  {
    section: 'BT-Bit Test; BTC; BTR; BTS',
    mnemonics: [Mnemonic.Bt, Mnemonic.Btc, Mnemonic.Btr, Mnemonic.Bts],
    undefined: () => flags(EFLAGS_OF | EFLAGS_SF | EFLAGS_AF | EFLAGS_PF),
  },
  {
    section: 'DAA-Decimal Adjust AL after Addition; DAS-Decimal Adjust AL after Subtraction',
    mnemonics: [Mnemonic.Daa, Mnemonic.Das],
    undefined: () => flags(EFLAGS_OF),
  },
  {
    section: 'AAA-ASCII Adjust After Addition; AAS-ASCII Adjust AL After Subtraction',
    mnemonics: [Mnemonic.Aaa, Mnemonic.Aas],
    undefined: () => flags(EFLAGS_OF | EFLAGS_SF | EFLAGS_ZF | EFLAGS_PF),
  },
  {
    section: 'AAM-ASCII Adjust AX After Multiply; AAD-ASCII Adjust AX Before Division',
    mnemonics: [Mnemonic.Aam, Mnemonic.Aad],
    undefined: () => flags(EFLAGS_OF | EFLAGS_AF | EFLAGS_CF),
  },
  {
    section: 'LAR-Load Access Rights Byte',
    mnemonics: [Mnemonic.Lar],
    // "00FxFF00H, where x is undefined": the limit's upper bits.
    undefined: () => ({ flags: 0, result: 0xf0000 }),
  },
];

const RULES = new Map(UNDEFINED.flatMap((rule) => rule.mnemonics.map((m) => [m, rule] as const)));

/** @param bits operand size of the instruction: 8, 16 or 32 */
export function undefinedAfter(instruction: Instruction, before: View, bits: number): Undefined {
  return RULES.get(instruction.mnemonic)?.undefined(instruction, before, bits) ?? NOTHING;
}

/** Shift counts are taken modulo 32: an immediate, or CL. */
function countOf(instruction: Instruction, before: View): number {
  const last = instruction.operands.at(-1);
  return (last?.kind === 'immediate' ? last.value : before[FIELD.ECX]!) & 31;
}
