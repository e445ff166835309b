/** From addresses to what people call them, labels and source lines of a guest, and back. */
import type { GuestLabel, GuestNames, SourcePlace } from '../debugger/inspect/context';

export class SourceMap implements GuestNames {
  readonly symbols: readonly GuestLabel[];
  private readonly byName = new Map<string, number>();

  /** Addresses of all instructions with a source line, ascending. */
  readonly codeAddresses: readonly number[];

  /** @param lines address of an instruction to its source line; absent for images without source */
  constructor(
    symbols: readonly GuestLabel[],
    readonly lines: ReadonlyMap<number, SourcePlace>,
  ) {
    this.codeAddresses = [...lines.keys()].sort((a, b) => a - b);
    this.symbols = [...symbols].sort((a, b) => a.address - b.address);
    for (const { name, address } of symbols) {
      if (!this.byName.has(name)) this.byName.set(name, address);
    }
  }

  lineOf(address: number): SourcePlace | null {
    return this.lines.get(address) ?? null;
  }

  addressOf(name: string): number | null {
    return this.byName.get(name) ?? null;
  }

  labelOf(address: number): string | null {
    let low = 0;
    let high = this.symbols.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.symbols[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = this.symbols[low - 1];
    if (!symbol || address - symbol.address > 0xffff) return null;
    const offset = address - symbol.address;
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }
}
