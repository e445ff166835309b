/**
 * The A20 gate and port 0x92, system control port A: bit 1 opens the gate, bit 0 resets the CPU. While the gate is
 * closed address bit 20 reads 0 on the bus, so every odd megabyte is the one below.
 *
 * There is one gate with two handles, here and in the keyboard controller's output port: the last one that moved
 * decides, and both show it. It is open from the start, as a loader leaves it.
 *
 * @see IBM PS/2 Hardware Interface Technical Reference, "System Control Port A"
 */
import type { PortDevice } from '../ports';
import type { Snapshotable } from '../snapshot';

const A20_OPEN = 0x02;
const FAST_RESET = 0x01;

/** What a device may do with the gate. */
export interface A20Handle {
  readonly open: boolean;
  /** @throws NotImplemented on a machine that cannot close it */
  set(open: boolean): void;
}

export interface A20State {
  readonly open: boolean;
  /** Bits 2 to 7 as written: they are kept. */
  readonly rest: number;
  readonly resetBit: boolean;
}

export class A20Gate implements PortDevice, A20Handle, Snapshotable<A20State> {
  static readonly ports = [[0x92, 1]] as const;

  open = true;
  private rest = 0;
  private resetBit = false;

  /**
   * @param onMove the gate is about to move: what depends on addresses must be told
   * @param resetCpu a rising edge of bit 0
   */
  constructor(
    private readonly onMove: (open: boolean) => void,
    private readonly resetCpu: (by: string) => void,
  ) {}

  set(open: boolean): void {
    if (open === this.open) return;
    this.onMove(open);
    this.open = open;
  }

  readPort(): number {
    return this.rest | (this.open ? A20_OPEN : 0) | (this.resetBit ? FAST_RESET : 0);
  }

  writePort(_port: number, value: number): void {
    this.set((value & A20_OPEN) !== 0);
    this.rest = value & ~(A20_OPEN | FAST_RESET);
    const rises = (value & FAST_RESET) !== 0 && !this.resetBit;
    this.resetBit = (value & FAST_RESET) !== 0;
    if (rises) this.resetCpu('port 0x92');
  }

  reset(): void {
    this.set(true);
    this.rest = 0;
    this.resetBit = false;
  }

  save(): A20State {
    return { open: this.open, rest: this.rest, resetBit: this.resetBit };
  }

  restore(state: A20State): void {
    // The CPU's translations come back with the CPU, so nobody is told.
    this.open = state.open;
    this.rest = state.rest;
    this.resetBit = state.resetBit;
  }
}
