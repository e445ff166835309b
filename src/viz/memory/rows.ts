/**
 * Memory as rows of hexadecimal cells. A pointer and the cell it points at share a number from 1 on, which the page
 * shows as a colour and as a small digit; a pointer that leads out of the picture has none.
 */
import { hex8 } from '../../base/hex';
import type { MemoryView, PointerView } from '../../session/debug';

export interface MemoryCell {
  readonly offset: number;
  readonly address: number;
  /** Two hexadecimal digits, or `--` where nothing is mapped. */
  readonly text: string;
  readonly value: number | null;
  /** The character, `.` for what cannot be printed, a blank where nothing is mapped. */
  readonly character: string;
  readonly changed: boolean;
  /** The pointer this byte is part of. */
  readonly pointer: PointerView | null;
  /** Shared by a pointer and its target; null: not part of a pair. */
  readonly pair: number | null;
  /** A pointer in the picture leads here. */
  readonly isTarget: boolean;
  /** The label that begins here. */
  readonly label: string | null;
  /** `esp`, `ebp`, `eip`. */
  readonly registers: readonly string[];
}

export interface MemoryRow {
  readonly address: number;
  /** Labels that begin in this row. */
  readonly labels: readonly { readonly name: string; readonly offset: number }[];
  readonly cells: readonly MemoryCell[];
}

/** As many pairs as there are colours that can be told apart. */
export const MOST_PAIRS = 6;

export function memoryRows(view: MemoryView, bytesPerRow: number): readonly MemoryRow[] {
  const changed = new Set(view.changed);
  const { pairOfPointer, pairOfTarget } = pairsOf(view);
  const pointerAt = new Map<number, PointerView>();
  for (const pointer of view.pointers) {
    for (let i = 0; i < 4; i++) pointerAt.set(pointer.offset + i, pointer);
  }
  const rows: MemoryRow[] = [];
  for (let start = 0; start < view.bytes.length; start += bytesPerRow) {
    const values = view.bytes.slice(start, start + bytesPerRow);
    rows.push({
      address: view.address + start,
      labels: view.symbols.filter(({ offset }) => offset >= start && offset < start + bytesPerRow),
      cells: values.map((value, i): MemoryCell => {
        const offset = start + i;
        const pointer = pointerAt.get(offset) ?? null;
        const target = pairOfTarget.get(offset) ?? null;
        return {
          offset,
          address: view.address + offset,
          text: value === null ? '--' : hex8(value),
          value,
          character: characterOf(value),
          changed: changed.has(offset),
          pointer,
          pair: target ?? (pointer ? (pairOfPointer.get(pointer.offset) ?? null) : null),
          isTarget: target !== null,
          label: view.symbols.find((symbol) => symbol.offset === offset)?.name ?? null,
          registers: view.registers
            .filter((mark) => mark.offset === offset)
            .map(({ name }) => name),
        };
      }),
    });
  }
  return rows;
}

function pairsOf(view: MemoryView) {
  const pairOfTarget = new Map<number, number>();
  const pairOfPointer = new Map<number, number>();
  for (const { offset, target } of view.pointers) {
    const at = target - view.address;
    if (at < 0 || at >= view.bytes.length) continue;
    const known = pairOfTarget.get(at);
    if (known === undefined && pairOfTarget.size === MOST_PAIRS) continue;
    const pair = known ?? pairOfTarget.size + 1;
    pairOfTarget.set(at, pair);
    pairOfPointer.set(offset, pair);
  }
  return { pairOfPointer, pairOfTarget };
}

const characterOf = (value: number | null): string => {
  if (value === null) return ' ';
  return value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.';
};

/** The bytes at an offset as little-endian numbers; null where some are missing. */
export function valuesAt(view: MemoryView, offset: number) {
  const read = (size: number): number | null => {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) {
      const byte = view.bytes[offset + i];
      if (byte === null || byte === undefined) return null;
      value = value * 256 + byte;
    }
    return value;
  };
  return { byte: read(1), word: read(2), dword: read(4) };
}
