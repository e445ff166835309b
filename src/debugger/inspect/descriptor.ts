/**
 * One descriptor of a GDT, LDT or IDT, field by field.
 *
 * ```text
 *        63     56 55  54 53 52  51  48 47 46 45 44 43  40 39     32 31       16 15        0
 *       +---------+--+---+--+---+------+--+-----+--+------+---------+-----------+-----------+
 * memory| base    | G|D/B| L|AVL| limit| P| DPL | 1| type | base    | base 15:0 | limit 15:0|
 * gate  | offset 31:16                 | P| DPL | 0| type | (count) | selector  | offset    |
 *       +------------------------------+--+-----+--+------+---------+-----------+-----------+
 * ```
 *
 * @see Intel SDM vol. 3, "Protected-Mode Memory Management": "Segment Descriptors"; "Interrupt and Exception Handling":
 *   "IDT Descriptors"; "Protection": "Call Gates"
 */
import { address as hex, hex16 } from '../../base/hex';
import type { BitField, DescriptorView } from '../../session/debug';
import { bit, bits, cutFields, type FieldSpec } from './bit-fields';

export interface DescriptorPlace {
  readonly index: number;
  readonly selector: number;
  readonly address: number;
}

/** Types of system descriptors (S = 0). */
const SYSTEM_TYPES: Readonly<Record<number, string>> = {
  1: 'TSS 16 available',
  2: 'LDT',
  3: 'TSS 16 busy',
  4: 'call gate 16',
  5: 'task gate',
  6: 'interrupt gate 16',
  7: 'trap gate 16',
  9: 'TSS 32 available',
  11: 'TSS 32 busy',
  12: 'call gate 32',
  14: 'interrupt gate 32',
  15: 'trap gate 32',
};

const GATES = new Set([4, 5, 6, 7, 12, 14, 15]);
const TASK_GATE = 5;

export function describeDescriptor(
  place: DescriptorPlace,
  low: number,
  high: number,
  context: {
    readonly labelOf: (offset: number) => string | null;
    readonly usedBy: readonly string[];
  },
): DescriptorView {
  const kind = (high >>> 8) & 15;
  const isSegment = (high & (1 << 12)) !== 0;
  const shown = {
    ...place,
    low: low >>> 0,
    high: high >>> 0,
    present: (high & (1 << 15)) !== 0,
    dpl: (high >>> 13) & 3,
    usedBy: context.usedBy,
  };
  if (low === 0 && high === 0) {
    return { ...shown, type: 'null', base: null, limit: null, target: null, fields: EMPTY };
  }
  if (!isSegment && GATES.has(kind)) {
    const wide = kind >= 8;
    const offset = ((wide ? high & 0xffff0000 : 0) | (low & 0xffff)) >>> 0;
    const selector = low >>> 16;
    return {
      ...shown,
      type: SYSTEM_TYPES[kind] ?? 'gate',
      base: null,
      limit: null,
      target: {
        selector,
        offset: kind === TASK_GATE ? 0 : offset,
        label: kind === TASK_GATE ? null : context.labelOf(offset),
      },
      fields: cutFields(gateFields(kind), low, high),
    };
  }
  const limit20 = (high & 0xf0000) | (low & 0xffff);
  const limit = high & (1 << 23) ? ((limit20 << 12) | 0xfff) >>> 0 : limit20;
  return {
    ...shown,
    type: isSegment ? segmentTypeOf(high) : (SYSTEM_TYPES[kind] ?? `reserved type ${kind}`),
    base: ((high & 0xff000000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0,
    limit,
    target: null,
    fields: cutFields(isSegment ? memoryFields(high, limit) : systemFields(limit), low, high),
  };
}

function segmentTypeOf(high: number): string {
  const big = (high & (1 << 22)) !== 0;
  if (high & (1 << 11)) {
    const conforming = high & (1 << 10) ? ' conforming' : '';
    return `code ${high & (1 << 9) ? 'r-x' : '--x'} ${big ? 32 : 16}${conforming}`;
  }
  return `data ${high & (1 << 9) ? 'rw-' : 'r--'}${high & (1 << 10) ? ' expand-down' : ''}`;
}

const EMPTY: readonly BitField[] = cutFields(
  [
    bits('empty', 63, 32, 'all zero: no segment and no gate'),
    bits('empty', 31, 0, 'all zero: loading it into CS or SS, or using it, is #GP'),
  ],
  0,
  0,
);

const PRESENT = bit('P', 47, 'present', 'not present: loading it is #NP (for SS #SS)');
const S = (segment: boolean): FieldSpec =>
  bits('S', 44, 44, segment ? 'a code or data segment' : 'a system descriptor');

const LOW_HALF: readonly FieldSpec[] = [
  bits('base 23:16', 39, 32, 'middle of the base'),
  bits('base 15:0', 31, 16, 'low part of the base'),
  bits('limit 15:0', 15, 0, 'low part of the limit'),
];

function memoryFields(high: number, limit: number): readonly FieldSpec[] {
  const code = (high & (1 << 11)) !== 0;
  return [
    bits('base 31:24', 63, 56, 'high part of the base'),
    bit('G', 55, 'the limit counts pages of 4 KiB', 'the limit counts bytes'),
    code
      ? bit('D', 54, '32-bit operands and addresses', '16-bit operands and addresses')
      : bit('B', 54, 'as a stack: ESP, 32 bits', 'as a stack: SP, 16 bits'),
    bits('L', 53, 53, 'reserved here'),
    bits('AVL', 52, 52, 'free for the kernel'),
    bits('limit 19:16', 51, 48, `high part of the limit; the last offset is ${hex(limit)}`),
    PRESENT,
    bits('DPL', 46, 45, (dpl) => segmentPrivilege(dpl, high)),
    S(true),
    bit('X', 43, 'code: can be executed', 'data: cannot be executed'),
    code
      ? bit('C', 42, 'conforming: the caller keeps its CPL', 'not conforming')
      : bit('E', 42, 'expand-down: offsets above the limit are valid', 'expand-up'),
    code ? bit('R', 41, 'readable', 'execute only') : bit('W', 41, 'writable', 'read-only'),
    bit('A', 40, 'accessed: it was loaded', 'not loaded since it was cleared'),
    ...LOW_HALF,
  ];
}

function segmentPrivilege(dpl: number, high: number): string {
  const code = (high & (1 << 11)) !== 0;
  if (code && high & (1 << 10)) return `DPL ${dpl}: code of ring ${dpl} and outer rings may enter`;
  if (code) return `DPL ${dpl}: code in it runs in ring ${dpl}`;
  return `DPL ${dpl}: may be used ${inRings(dpl)}`;
}

const systemFields = (limit: number): readonly FieldSpec[] => [
  bits('base 31:24', 63, 56, 'high part of the base'),
  bit('G', 55, 'the limit counts pages of 4 KiB', 'the limit counts bytes'),
  bits('0', 54, 53, 'reserved'),
  bits('AVL', 52, 52, 'free for the kernel'),
  bits('limit 19:16', 51, 48, `high part of the limit; the last offset is ${hex(limit)}`),
  PRESENT,
  bits('DPL', 46, 45, (dpl) => `DPL ${dpl}`),
  S(false),
  bits('type', 43, 40, (kind) => SYSTEM_TYPES[kind] ?? 'reserved'),
  ...LOW_HALF,
];

function gateFields(kind: number): readonly FieldSpec[] {
  const wide = kind >= 8;
  const isCall = kind === 4 || kind === 12;
  const isTask = kind === TASK_GATE;
  return [
    isTask || !wide
      ? bits('unused', 63, 48, 'not used by this type')
      : bits('offset 31:16', 63, 48, 'high part of the handler’s offset'),
    bit('P', 47, 'present', 'not present: using it is #NP'),
    bits('DPL', 46, 45, (dpl) => gatePrivilege(dpl, isCall)),
    S(false),
    bits('type', 43, 40, (value) => `${SYSTEM_TYPES[value] ?? 'reserved'}${entryRule(value)}`),
    bits('zero', 39, 37, 'must be 0'),
    isCall
      ? bits('count', 36, 32, (n) => `${n} parameters are copied to the new stack`)
      : bits('unused', 36, 32, 'not used by this type'),
    bits('selector', 31, 16, (value) =>
      isTask
        ? `the TSS of the task, ${hex16(value)}`
        : `code segment of the handler, ${hex16(value)}`,
    ),
    isTask
      ? bits('unused', 15, 0, 'not used by this type')
      : bits('offset 15:0', 15, 0, 'low part of the handler’s offset'),
  ];
}

const gatePrivilege = (dpl: number, isCall: boolean): string => {
  const what = isCall ? 'a CALL' : 'an INT n';
  const others = isCall ? '' : '; devices and faults always may';
  return `DPL ${dpl}: ${what} may use it ${inRings(dpl)}${others}`;
};

const inRings = (dpl: number): string =>
  dpl === 3 ? 'in any ring' : dpl === 0 ? 'in ring 0' : `in rings 0 to ${dpl}`;

const entryRule = (kind: number): string => {
  if (kind === 6 || kind === 14) return ': IF is cleared on entry';
  if (kind === 7 || kind === 15) return ': IF stays as it is';
  return '';
};
