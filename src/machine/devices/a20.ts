/**
 * Port 0x92, system control port A: bit 1 opens the A20 gate, bit 0 is the fast reset. A20 is open from the start, as
 * a loader leaves it; closing it (every odd megabyte then aliases the one below) is loud, as is the reset.
 *
 * @see IBM PS/2 Hardware Interface Technical Reference, "System Control Port A"
 */
import { NotImplemented } from '../outcome';
import type { PortDevice } from '../ports';
import type { Snapshotable } from '../snapshot';

const A20_OPEN = 0x02;
const FAST_RESET = 0x01;

export interface A20State {
  readonly value: number;
}

export class A20Gate implements PortDevice, Snapshotable<A20State> {
  static readonly ports = [[0x92, 1]] as const;

  private value = A20_OPEN;

  readPort(): number {
    return this.value;
  }

  writePort(_port: number, value: number): void {
    if (value & FAST_RESET) throw new NotImplemented('fast reset by port 0x92');
    if (!(value & A20_OPEN)) throw new NotImplemented('closing the A20 gate by port 0x92');
    this.value = value;
  }

  reset(): void {
    this.value = A20_OPEN;
  }

  save(): A20State {
    return { value: this.value };
  }

  restore(state: A20State): void {
    this.value = state.value;
  }
}
