/** A growing column of numbers, ascending where it is searched: what a long run's index is made of. */

export class Column {
  private values = new Float64Array(256);
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
  }

  /** @throws nothing: NaN outside the column */
  at(index: number): number {
    return index >= 0 && index < this.count ? this.values[index]! : Number.NaN;
  }

  /** A column of its own with the first `length` values. */
  first(length: number): Column {
    const copy = new Column();
    copy.values = this.values.slice(0, Math.max(256, length));
    copy.count = Math.min(length, this.count);
    return copy;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  /** Index of the first value that is at least `value`; `length` if there is none. The column ascends. */
  firstAtLeast(value: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.values[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
