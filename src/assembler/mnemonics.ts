/** NASM's names beside Intel's: synonyms, spelled-out sizes, prefixes and size keywords. */
import { type OpcodeForm, opcodeForms } from '../machine/codec/opcode-forms';
import type { DataUnit, Size } from './statements';
import { type Table, table } from './table';

const CONDITIONS: Readonly<Record<string, string>> = {
  z: 'e',
  nz: 'ne',
  c: 'b',
  nae: 'b',
  nc: 'ae',
  nb: 'ae',
  na: 'be',
  nbe: 'a',
  nge: 'l',
  nl: 'ge',
  ng: 'le',
  nle: 'g',
  pe: 'p',
  po: 'np',
};

/** Name in source to the Intel mnemonics whose forms it may use. */
const SYNONYMS: Table<readonly string[]> = table({
  sal: ['shl'],
  xlat: ['xlatb'],
  retn: ['ret'],
  int03: ['int3'],
  icebp: ['int1'],
  int01: ['int1'],
  fwait: ['wait'],
  fsetpm: ['fnsetpm'],
  loopz: ['loope'],
  loopnz: ['loopne'],
  // Without a suffix these follow the code segment's size; the form without a prefix is the shortest.
  pushf: ['pushf', 'pushfd'],
  pushfw: ['pushf'],
  popf: ['popf', 'popfd'],
  popfw: ['popf'],
  pusha: ['pusha', 'pushad'],
  pushaw: ['pusha'],
  popa: ['popa', 'popad'],
  popaw: ['popa'],
  iret: ['iret', 'iretd'],
  iretw: ['iret'],
});

for (const [synonym, intel] of Object.entries(CONDITIONS)) {
  for (const prefix of ['j', 'set', 'cmov']) {
    (SYNONYMS as Record<string, readonly string[] | undefined>)[prefix + synonym] = [
      prefix + intel,
    ];
  }
}

/** Names that pick an operand size by themselves: `retw`, `enterd`. */
const SIZED: Table<readonly [string, 16 | 32]> = table({
  retw: ['ret', 16],
  retd: ['ret', 32],
  retfw: ['retf', 16],
  retfd: ['retf', 32],
  enterw: ['enter', 16],
  enterd: ['enter', 32],
  leavew: ['leave', 16],
  leaved: ['leave', 32],
});

/** Every form a source mnemonic (lower case) may stand for; undefined when it is no mnemonic. */
export function formsNamed(mnemonic: string): readonly OpcodeForm[] | undefined {
  const forms = opcodeForms();
  const sized = SIZED[mnemonic];
  if (sized) return forms.get(sized[0])?.filter((form) => form.operandSize === sized[1]);
  const intel = SYNONYMS[mnemonic];
  if (intel) return intel.flatMap((name) => forms.get(name) ?? []);
  return forms.get(mnemonic);
}

/** The Intel mnemonic whose documentation and first form a source mnemonic has: `je` for `jz`. */
export const canonicalMnemonic = (mnemonic: string): string =>
  SIZED[mnemonic]?.[0] ?? SYNONYMS[mnemonic]?.[0] ?? mnemonic;

/** Every mnemonic accepted in source, for completion and near misses. */
export function mnemonicNames(): string[] {
  return [...opcodeForms().keys(), ...Object.keys(SYNONYMS), ...Object.keys(SIZED)];
}

export const SIZE_KEYWORDS: Table<Size> = table({
  byte: 1,
  word: 2,
  dword: 4,
  qword: 8,
  tword: 10,
  oword: 16,
});

export const PREFIXES: ReadonlySet<string> = new Set([
  'lock',
  'rep',
  'repe',
  'repz',
  'repne',
  'repnz',
  'a16',
  'a32',
  'o16',
  'o32',
]);

/** Directives that start a statement; listed for near misses. */
export const DIRECTIVES: readonly string[] = [
  'db',
  'dw',
  'dd',
  'dq',
  'dt',
  'resb',
  'resw',
  'resd',
  'resq',
  'rest',
  'reso',
  'resy',
  'resz',
  'equ',
  'times',
  'align',
  'alignb',
  'sectalign',
  'incbin',
  'org',
  'bits',
  'use16',
  'use32',
  'section',
  'segment',
  'global',
  'extern',
  'required',
  'static',
  'common',
  'default',
  'cpu',
  'absolute',
  'struc',
  'endstruc',
  'istruc',
  'iend',
  'at',
];

export const DATA_UNITS: Table<DataUnit> = table({
  db: 1,
  dw: 2,
  dd: 4,
  dq: 8,
  dt: 10,
});
export const RESERVE_UNITS: Table<number> = table({
  resb: 1,
  resw: 2,
  resd: 4,
  resq: 8,
  rest: 10,
  reso: 16,
  resy: 32,
  resz: 64,
});
