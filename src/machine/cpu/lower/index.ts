/**
 * From a decoded instruction to its closure: one table, filled family by family.
 * What is in no table does not exist on this CPU and is #UD: MMX, SSE and everything after the Pentium.
 */
import { Code } from 'iced-x86';
import type { Instruction } from '../../codec/instruction';
import { isSensitiveInVirtual8086, sensitivityOf } from '../../codec/sensitivity';
import type { Core } from '../core';
import { raise } from '../fault';
import { EFLAGS_VM, VECTOR, WORD } from '../state';
import { ARITHMETIC } from './arithmetic';
import { BITS } from './bits';
import { CONTROL } from './control';
import { DATA, move } from './data';
import { IO } from './io';
import { MULTIPLY } from './multiply';
import {
  callFar,
  isFarTransfer,
  isSegmentOperand,
  jumpFar,
  moveFromSegment,
  moveToSegment,
  popSegment,
  pushSegment,
  SEGMENTS,
} from './segments';
import { SHIFTS } from './shifts';
import { aloneBranch, type Lowered, type Lowering, type Site, type Size } from './site';
import { STRINGS } from './strings';
import { floatingPoint, moveFromSpecial, moveToSpecial, SYSTEM } from './system';

const TABLE: Readonly<Record<string, Lowering>> = {
  ...ARITHMETIC,
  ...DATA,
  ...SHIFTS,
  ...MULTIPLY,
  ...BITS,
  ...CONTROL,
  ...STRINGS,
  ...IO,
  ...SEGMENTS,
  ...SYSTEM,
  Mov: (site) => {
    if (site.parts[0] === 'Sreg') return moveToSegment(site);
    if (site.parts[1] === 'Sreg') return moveFromSegment(site);
    if (site.parts[1] === 'cr' || site.parts[1] === 'dr') return moveFromSpecial(site);
    if (site.parts[0] === 'cr' || site.parts[0] === 'dr') return moveToSpecial(site);
    return site.parts[0] === 'tr' || site.parts[1] === 'tr' ? undefinedOpcode() : move(site);
  },
  Jmp: (site) => (isFarTransfer(site) ? jumpFar(site) : CONTROL.Jmp!(site)),
  Call: (site) => (isFarTransfer(site) ? callFar(site) : CONTROL.Call!(site)),
  Pushd: (site) => (isSegmentOperand(site, 0) ? pushSegment(site) : DATA.Pushd!(site)),
  Pushw: (site) => (isSegmentOperand(site, 0) ? pushSegment(site) : DATA.Pushw!(site)),
  Popd: (site) => (isSegmentOperand(site, 0) ? popSegment(site) : DATA.Popd!(site)),
  Popw: (site) => (isSegmentOperand(site, 0) ? popSegment(site) : DATA.Popw!(site)),
};

/** `Add_rm32_imm8` names sizes; `Retnd`, `Pushw` say it in the stem; `moffs16`, `rel8_32` in the last digits. */
function sizeOf(stem: string, parts: readonly string[]): Size {
  const sized = /^(?:Push|Pop|Retn|Enter|Leave|Pusha|Popa)([dw])$/.exec(stem);
  if (sized) return sized[1] === 'd' ? 4 : 2;
  if (parts[0]?.startsWith('rel')) return parts[0] === 'rel16' || parts[1] === '16' ? 2 : 4;
  for (const part of parts) {
    if (part === 'AL') return 1;
    if (part === 'AX') return 2;
    if (part === 'EAX') return 4;
    const digits = /^(?:rm|r|m|moffs|imm)(8|16|32)(?:m16)?$/.exec(part);
    if (digits) return digits[1] === '8' ? 1 : digits[1] === '16' ? 2 : 4;
  }
  return 4;
}

/** On `x86-strict`: #GP(0) outside ring 0 for what is sensitive and does not trap by itself. */
function guarded(core: Core, ins: Instruction, lowered: Lowered): Lowered {
  if (core.profile !== 'x86-strict' || sensitivityOf(ins) !== 'sensitive') return lowered;
  const inVirtual8086 = isSensitiveInVirtual8086(ins);
  const { state } = core;
  const { op } = lowered;
  return {
    ...lowered,
    op: () => {
      if (state[WORD.CPL] !== 0 && (inVirtual8086 || (state[WORD.EFLAGS]! & EFLAGS_VM) === 0)) {
        raise(VECTOR.GP, 0);
      }
      op();
    },
  };
}

const undefinedOpcode = (): Lowered => aloneBranch(() => raise(VECTOR.UD));

/** @param bytes the instruction's bytes, for what the record does not tell */
export function lower(core: Core, ins: Instruction, bytes: Uint8Array): Lowered {
  const [stem = '', ...parts] = (Code[ins.code] ?? '').split('_');
  const site: Site = {
    core,
    ins,
    stem,
    parts,
    size: sizeOf(stem, parts),
    next: (ins.address + ins.length) | 0,
  };
  if (ins.invalid !== 'no') {
    // Every encoding of ESC goes to the coprocessor: whether it exists is not this CPU's question.
    const escapes = ins.invalid === 'undefined' && isEscape(bytes) && !bytes.includes(LOCK);
    return escapes ? floatingPoint(site) : undefinedOpcode();
  }
  const lowering = Object.hasOwn(TABLE, stem) ? TABLE[stem] : undefined;
  if (lowering && !isLaterExtension(stem, parts)) return guarded(core, ins, lowering(site));
  if (isEscape(bytes)) return floatingPoint(site);
  return undefinedOpcode();
}

/** Reserved NOPs (0F 0D, 0F 18 to 1F) and other forms that came after the Pentium are undefined here. */
function isLaterExtension(stem: string, parts: readonly string[]): boolean {
  return stem === 'Nop' && parts.length > 0;
}

/** The first opcode byte after prefixes is D8..DF. */
function isEscape(bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (PREFIXES.has(byte)) continue;
    return byte >= 0xd8 && byte <= 0xdf;
  }
  return false;
}

const LOCK = 0xf0;

export const PREFIXES: ReadonlySet<number> = new Set([
  0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3,
]);
