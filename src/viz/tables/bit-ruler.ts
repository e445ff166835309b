/** Bit fields as a ruler: rows of 32 bits, high bits at the left, each field a stretch of columns. */
import type { BitField } from '../../session/debug';

export interface RulerPart {
  readonly field: BitField;
  /** 0-based, from the left. */
  readonly column: number;
  readonly columns: number;
  /** The bits, high first, as 0 and 1. */
  readonly bits: string;
  /** The name, or its first word, as far as the columns have room; empty: the list of meanings names it. */
  readonly label: string;
  /** There is room for the label only where columns are wide. */
  readonly tight: boolean;
}

export interface RulerRow {
  readonly high: number;
  readonly low: number;
  readonly parts: readonly RulerPart[];
}

const ROW_BITS = 32;

/** Fields must each lie in one row; they are drawn in the order of their bits whatever order they come in. */
export function rulerRows(fields: readonly BitField[]): readonly RulerRow[] {
  const rows = new Map<number, RulerPart[]>();
  for (const field of [...fields].sort((a, b) => b.high - a.high)) {
    const row = Math.floor(field.low / ROW_BITS);
    const columns = field.high - field.low + 1;
    const part = {
      field,
      column: ROW_BITS * (row + 1) - 1 - field.high,
      columns,
      bits: field.value.toString(2).padStart(columns, '0'),
      ...labelFor(field.name, columns),
    };
    rows.set(row, [...(rows.get(row) ?? []), part]);
  }
  return [...rows]
    .sort(([a], [b]) => b - a)
    .map(([row, parts]) => ({ high: row * ROW_BITS + ROW_BITS - 1, low: row * ROW_BITS, parts }));
}

/** Characters that fit in a column, at the widths of a wide and of a narrow panel. */
const WIDE_CHARACTERS = 3;
const NARROW_CHARACTERS = 2;

function labelFor(name: string, columns: number) {
  const [first = ''] = name.split(' ');
  const fits = (text: string) => text.length <= columns * WIDE_CHARACTERS;
  const whole = name.length <= columns * NARROW_CHARACTERS;
  const label = whole ? name : fits(first) ? first : '';
  return { label, tight: label.length > columns * NARROW_CHARACTERS };
}

/** `31:12`, or `5` for one bit. */
export const bitRange = ({ high, low }: BitField): string =>
  high === low ? `${high}` : `${high}:${low}`;
