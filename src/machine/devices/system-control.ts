/**
 * System control port B, 0x61: the speaker's gate and data, the refresh toggle, and counter 2's output.
 *
 * ```text
 * bit 0  gate of timer counter 2 (read/write)     bit 4  toggles with every memory refresh (read)
 * bit 1  speaker data enable (read/write)         bit 5  OUT of timer counter 2 (read)
 * ```
 * Bits 2, 3, 6 and 7 (parity and channel checks) read 0: our memory has no parity errors.
 *
 * @see IBM PC/AT Technical Reference, "System Control Port B"
 */
import { CYCLES_PER_PIT_TICK, type Scheduler } from '../clock';
import type { PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';
import type { Pit } from './pit';

/** Firmware programs counter 1 to refresh every 18 ticks (15 microseconds); we have no firmware, but its result. */
const REFRESH_TICKS = 18;

export interface SystemControlState {
  readonly written: number;
}

export class SystemControl implements PortDevice, Snapshotable<SystemControlState> {
  static readonly ports = [[0x61, 1]] as const;

  private written = 0;

  constructor(
    private readonly clock: Pick<Scheduler, 'cycles'>,
    private readonly pit: Pick<Pit, 'output' | 'setSpeakerGate'>,
    private readonly marker: ReadMarker,
  ) {}

  readPort(): number {
    this.marker.timeDependent = true;
    const refreshes = Math.floor(this.clock.cycles / (CYCLES_PER_PIT_TICK * REFRESH_TICKS));
    return this.written | ((refreshes & 1) << 4) | (this.pit.output(2) ? 0x20 : 0);
  }

  writePort(_port: number, value: number): void {
    this.written = value & 0x03;
    this.pit.setSpeakerGate((value & 0x01) !== 0);
  }

  reset(): void {
    this.writePort(0x61, 0);
  }

  save(): SystemControlState {
    return { written: this.written };
  }

  restore(state: SystemControlState): void {
    this.written = state.written;
  }
}
