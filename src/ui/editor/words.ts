/** What a word in the source is worth looking up as, and numbers in the three ways people read them. Pure. */
import { address as hex } from '../../base/hex';
import type { AssembleReply, Vocabulary } from '../../toolchain/api';
import { lineTokens, wordTables } from './nasm-language';

/** Something under the pointer or the cursor. `from` and `to` are columns, 0-based. */
export interface WordHere {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly kind: 'mnemonic' | 'register' | 'number' | 'name';
}

/** The word at a column of a line, or just before it; null for what has nothing to tell. */
export function wordAt(
  line: string,
  column: number,
  vocabulary: Vocabulary | null,
): WordHere | null {
  const token = lineTokens(line, wordTables(vocabulary)).find(
    ({ from, to, kind }) => from <= column && column <= to && kind !== 'punctuation',
  );
  if (!token) return null;
  const { from, to } = token;
  const text = line.slice(from, to);
  switch (token.kind) {
    case 'mnemonic':
    case 'prefix':
      return { from, to, text, kind: 'mnemonic' };
    case 'register':
      return { from, to, text, kind: 'register' };
    case 'number':
      return { from, to, text, kind: 'number' };
    case 'label':
    case 'name':
      return { from, to, text, kind: 'name' };
    default:
      return null;
  }
}

/** The value of a number as NASM writes it; null when it is none, or not a whole one. */
export function numberValue(text: string): number | null {
  const t = text.toLowerCase().replaceAll('_', '');
  const radix = (digits: string, base: number): number | null => {
    const value = Number.parseInt(digits, base);
    return Number.isSafeInteger(value) ? value : null;
  };
  const start = /^0([xhbyoqdt])([\da-f]+)$/.exec(t);
  if (start?.[1] && start[2]) return radix(start[2], BASES[start[1]] ?? 10);
  if (/^\$\d[\da-f]*$/.test(t)) return radix(t.slice(1), 16);
  const end = /^([\da-f]+)([hxbyoqdt])$/.exec(t);
  if (end?.[1] && end[2] && /^\d/.test(t)) return radix(end[1], BASES[end[2]] ?? 10);
  return /^\d+$/.test(t) ? radix(t, 10) : null;
}

const BASES: Readonly<Record<string, number>> = {
  ...{ x: 16, h: 16, b: 2, y: 2, o: 8, q: 8, d: 10, t: 10 },
};

export interface NumberForms {
  readonly hex: string;
  readonly decimal: string;
  /** In groups of four, without leading groups of zeros. */
  readonly binary: string;
}

export function numberForms(value: number): NumberForms {
  const unsigned = value >>> 0;
  const signed = unsigned | 0;
  const bits = unsigned.toString(2);
  const width = Math.ceil(bits.length / 4) * 4;
  return {
    hex: hex(unsigned),
    decimal: signed < 0 ? `${unsigned} (signed ${signed})` : String(unsigned),
    binary: (bits.padStart(width, '0').match(/.{4}/g) ?? []).join(' '),
  };
}

/** A label as the assembler knows it: a local one in full, by the label above it. */
export function fullLabel(word: string, linesAbove: readonly string[]): string {
  if (!word.startsWith('.')) return word;
  const parent = parentLabel(linesAbove);
  return parent === null ? word : `${parent}${word}`;
}

/** The label that local labels below these lines belong to; null before the first. */
export function parentLabel(linesAbove: readonly string[]): string | null {
  for (let i = linesAbove.length - 1; i >= 0; i--) {
    const name = /^\s*([A-Za-z_?@][\w?@$#~]*)\s*:/.exec(linesAbove[i] ?? '')?.[1];
    if (name) return name;
  }
  return null;
}

/** Where a label or a constant is defined; null for other names. */
export function definitionOf(
  reply: AssembleReply | null,
  name: string,
): { readonly file: string; readonly line: number } | null {
  const label = labelNamed(reply, name);
  if (label) return { file: label.file, line: label.line };
  const { file, line } = reply?.names.find((known) => known.name === name) ?? {};
  return file !== undefined && line !== undefined ? { file, line } : null;
}

/** Whether a name is a label of the program, so that the machine may be asked for what lies there. */
export const labelNamed = (reply: AssembleReply | null, name: string) =>
  reply?.labels.find((label) => label.name === name) ?? null;
