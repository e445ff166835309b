/**
 * Port 0xCF9, the chipset's reset control: a rising bit 2 resets, bit 1 says whether the devices too.
 *
 * The port lies inside the PCI address register's dword; there is no PCI here, so it stands alone.
 *
 * @see Intel 82371SB (PIIX3) datasheet, "Reset Control Register"
 */
import type { PortDevice } from '../ports';
import type { Snapshotable } from '../snapshot';

const RESET_CPU = 0x04;
const DEVICES_TOO = 0x02;

export interface ResetControlState {
  readonly value: number;
}

export class ResetControl implements PortDevice, Snapshotable<ResetControlState> {
  static readonly ports = [[0xcf9, 1]] as const;

  private value = 0;

  constructor(private readonly resetCpu: (by: string, devices: boolean) => void) {}

  readPort(): number {
    return this.value;
  }

  writePort(_port: number, value: number): void {
    const rises = (value & ~this.value & RESET_CPU) !== 0;
    this.value = value & 0x0e;
    if (rises) this.resetCpu('port 0xcf9', (value & DEVICES_TOO) !== 0);
  }

  reset(): void {
    this.value = 0;
  }

  save(): ResetControlState {
    return { value: this.value };
  }

  restore(state: ResetControlState): void {
    this.value = state.value;
  }
}
