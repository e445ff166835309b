/**
 * A growing column of numbers, ascending where it is searched: what a long run's index is made of. Numbers that are
 * close to each other are most of it, so full blocks keep their distances from the smallest, in as few bytes as do: an
 * hour of interrupts would not fit otherwise.
 */

const BLOCK = 256;
const SHIFT = 8;

/** Never written once it is made: columns share them. */
interface Block {
  readonly base: number;
  /** Null: all are the base. */
  readonly above: Uint8Array | Uint16Array | Uint32Array | Float64Array | null;
}

export class Column {
  private blocks: Block[] = [];
  /** The newest numbers: the last full block, which may still be changed a lot, and the one that fills up. */
  private tail: number[] = [];

  get length(): number {
    return this.blocks.length * BLOCK + this.tail.length;
  }

  /** Roughly what the numbers occupy. */
  get bytes(): number {
    const full = this.blocks.reduce((sum, { above }) => sum + 48 + (above?.byteLength ?? 0), 0);
    return full + 8 * this.tail.length;
  }

  push(value: number): void {
    if (this.tail.length === 2 * BLOCK) {
      this.blocks.push(packed(this.tail.slice(0, BLOCK)));
      this.tail = this.tail.slice(BLOCK);
    }
    this.tail.push(value);
  }

  /** @throws nothing: NaN outside the column */
  at(index: number): number {
    const block = this.blocks[index >> SHIFT];
    if (!block) return this.tail[index - this.blocks.length * BLOCK] ?? Number.NaN;
    return block.above === null ? block.base : block.base + block.above[index % BLOCK]!;
  }

  /** A column of its own with the first `length` values. */
  first(length: number): Column {
    const copy = new Column();
    const wanted = Math.min(length, this.length);
    const full = Math.min(this.blocks.length, wanted >> SHIFT);
    copy.blocks = this.blocks.slice(0, full);
    for (let index = full * BLOCK; index < wanted; index++) copy.push(this.at(index));
    return copy;
  }

  set(index: number, value: number): void {
    const block = index >> SHIFT;
    if (block >= this.blocks.length) {
      this.tail[index - this.blocks.length * BLOCK] = value;
      return;
    }
    const values = Array.from({ length: BLOCK }, (_, i) => this.at(block * BLOCK + i));
    values[index % BLOCK] = value;
    this.blocks[block] = packed(values);
  }

  /** Index of the first value that is at least `value`; `length` if there is none. The column ascends. */
  firstAtLeast(value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function packed(values: readonly number[]): Block {
  const base = values.reduce((a, b) => Math.min(a, b));
  const largest = values.reduce((a, b) => Math.max(a, b));
  if (largest === base) return { base, above: null };
  // Where a number is Infinity nothing is narrow enough, and 0 is the base that changes nothing.
  if (!Number.isFinite(largest) || largest - base > 0xffffffff) {
    return { base: 0, above: Float64Array.from(values) };
  }
  const above = values.map((value) => value - base);
  const span = largest - base;
  if (span <= 0xff) return { base, above: Uint8Array.from(above) };
  return { base, above: span <= 0xffff ? Uint16Array.from(above) : Uint32Array.from(above) };
}
