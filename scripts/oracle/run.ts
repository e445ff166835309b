/** One program on both sides, and what came of it in words. */
import type { Departure, Emulator } from '../../src/machine/oracle/departures';
import { LockStep } from '../../src/machine/oracle/lock-step';
import { reportOf } from '../../src/machine/oracle/report';
import { runBochs } from './bochs';
import { prepare } from './machine';
import { runQemu } from './qemu';

export interface Program {
  readonly name: string;
  /** NASM source of a Multiboot guest that ends by itself. */
  readonly source: string;
  /** What `%include` names in it. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Compared {
  readonly passed: boolean;
  readonly instructions: number;
  /** The divergence with its history; empty if there is none. */
  readonly report: string;
  /** Departures from the manual that were met and let pass, and how often. */
  readonly departures: ReadonlyMap<Departure, number>;
}

/** @param steps compare so many instructions at most */
export async function compare(
  emulator: Emulator,
  { name, source, files }: Program,
  steps: number,
): Promise<Compared> {
  const prepared = prepare(source, name, files);
  try {
    const lockStep = new LockStep(prepared.pc, {
      emulator,
      entry: prepared.entry,
      steps,
      showsDeliveries: emulator === 'qemu',
    });
    if (emulator === 'qemu') await runQemu(prepared, lockStep);
    else await runBochs(prepared, lockStep, steps);
    const { divergence, instructions, departures } = lockStep;
    const report = divergence ? reportOf(divergence) : '';
    return { passed: divergence === null, instructions, report, departures };
  } finally {
    prepared.dispose();
  }
}
