/**
 * The debug-exit port 0xF4, as QEMU's isa-debug-exit has it: a byte written there ends the machine's run with that
 * byte as the guest's exit code (QEMU reports `code * 2 + 1` as its own status; we report the code).
 *
 * @see QEMU documentation, "isa-debug-exit"
 */
import type { EventSink, PortDevice } from '../ports';
import type { Snapshotable } from '../snapshot';

export interface DebugExitState {
  readonly code: number | null;
}

export class DebugExit implements PortDevice, Snapshotable<DebugExitState> {
  /** Four ports, so that 16- and 32-bit writes find it; only the lowest byte counts. */
  static readonly ports = [[0xf4, 4]] as const;

  /** The byte written, null while the guest runs. */
  code: number | null = null;

  /** @param onExit stops the machine after the current instruction */
  constructor(
    private readonly events: EventSink,
    private readonly onExit: (code: number) => void,
  ) {}

  readPort(): number {
    return 0;
  }

  writePort(port: number, value: number): void {
    if (port !== 0xf4) return;
    this.code = value;
    this.events.emit({ kind: 'exit', code: value });
    this.onExit(value);
  }

  reset(): void {
    this.code = null;
  }

  save(): DebugExitState {
    return { code: this.code };
  }

  restore(state: DebugExitState): void {
    this.code = state.code;
  }
}
