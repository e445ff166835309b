/**
 * Port 0x80: the firmware's progress code (power-on self-test). Systems also write it to pass a microsecond. Holds
 * the last byte written, for reading back and for showing.
 *
 * @see IBM PC/AT Technical Reference, "Manufacturing Checkpoint Port"
 */
import type { PortDevice } from '../ports';
import type { Snapshotable } from '../snapshot';

export interface PostState {
  readonly code: number;
}

export class PostPort implements PortDevice, Snapshotable<PostState> {
  static readonly ports = [[0x80, 1]] as const;

  code = 0;

  readPort(): number {
    return this.code;
  }

  writePort(_port: number, value: number): void {
    this.code = value;
  }

  reset(): void {
    this.code = 0;
  }

  save(): PostState {
    return { code: this.code };
  }

  restore(state: PostState): void {
    this.code = state.code;
  }
}
