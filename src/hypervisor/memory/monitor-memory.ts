/** The monitor's 4 MiB by linear address, for the monitor's own software. No translation: it is mapped in order. */
import type { PhysicalMemory } from '../../machine/memory';
import { MONITOR_BASE } from './layout';

export class MonitorMemory {
  /** @param base machine-physical address that MONITOR_BASE maps to */
  constructor(
    readonly memory: PhysicalMemory,
    readonly base: number,
  ) {}

  physical(linear: number): number {
    return this.base + (linear - MONITOR_BASE);
  }

  /** Unsigned. */
  read32(linear: number): number {
    return this.memory.read32(this.physical(linear));
  }

  write32(linear: number, value: number): void {
    this.memory.write32(this.physical(linear), value);
  }

  write(linear: number, bytes: ArrayLike<number>): void {
    this.memory.writeBytes(this.physical(linear), Uint8Array.from(bytes));
  }
}
