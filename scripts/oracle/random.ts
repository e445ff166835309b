/** Pseudo-random numbers with a seed (xorshift32): the same seed, the same program, on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not give similar streams, and the state must not be 0.
    this.state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 1;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** 32 bits, unsigned. */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  /** 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.next() / 2 ** 32) * bound);
  }

  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** Values at the edges of their range come up more often than others. */
  value(): number {
    return this.oneIn(3) ? this.pick(EDGES) : this.oneIn(3) ? this.below(256) : this.next();
  }
}

const EDGES = [
  ...[0, 1, 2, 7, 8, 0xf, 0x10, 0x1f, 0x20, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff],
  ...[0x10000, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x99, 0x9a, 0x66],
];
