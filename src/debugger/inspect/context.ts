/**
 * What a look into the machine is given: the guest's machine at the present moment, the names of the guest's places, and
 * how to evaluate what a person typed. A look copies out what it needs and never runs the machine.
 */
import type { Result } from '../../base/result';
import type { System } from '../../hypervisor/core/system';

export interface SourcePlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

export interface GuestLabel {
  readonly name: string;
  /** Guest linear address. */
  readonly address: number;
}

/** From addresses to what people call them, and back. */
export interface GuestNames {
  /** In ascending order of address. */
  readonly symbols: readonly GuestLabel[];
  /** Nearest label at or before the address: `kernel_main+0x12`, or null if there is none within 64 KiB. */
  labelOf(address: number): string | null;
  /** Address of a label, or null. */
  addressOf(name: string): number | null;
  /** The source line whose instruction begins exactly at the address, or null. */
  lineOf(address: number): SourcePlace | null;
}

export interface InspectContext {
  /** Stands at the present moment. To be read only. */
  readonly system: System;
  readonly names: GuestNames;
  /**
   * The value of an expression (`[ebp+8]`, `gdt + 8`) at the present moment, unsigned 32-bit; a number stands for
   * itself. Fails with a sentence for people: what is wrong with it, and at which column.
   */
  evaluate(expression: string | number): Result<number, string>;
  /**
   * What `look` finds on the machine at the start of the step just taken, for marks of what changed: compare with what
   * it finds now. The machine is back at the present moment afterwards. Null after a jump, or if the step was too long.
   */
  before<T>(look: (system: System) => T): T | null;
}
