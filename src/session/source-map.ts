/** From addresses to what people call them: labels and source lines of a guest. */

export interface GuestSymbol {
  readonly name: string;
  readonly address: number;
}

export class SourceMap {
  private readonly sorted: readonly GuestSymbol[];

  /** @param lines address of an instruction to its source line, 1-based; absent for images without source */
  constructor(
    readonly symbols: readonly GuestSymbol[],
    private readonly lines: ReadonlyMap<number, number>,
  ) {
    this.sorted = [...symbols].sort((a, b) => a.address - b.address);
  }

  lineOf(address: number): number | null {
    return this.lines.get(address) ?? null;
  }

  addressOf(name: string): number | null {
    return this.symbols.find((symbol) => symbol.name === name)?.address ?? null;
  }

  /** Nearest label at or before the address: `kernel_main+0x12`, or null if there is none within 64 KiB. */
  labelOf(address: number): string | null {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sorted[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = this.sorted[low - 1];
    if (!symbol || address - symbol.address > 0xffff) return null;
    const offset = address - symbol.address;
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }
}
