/**
 * How fast machines run in Node: machine instructions per second of wall-clock time, on a guest that only computes.
 * Its kernel half is executed as it is under `bare` and out of the translation cache under `binary-translation`.
 */
import { readFileSync } from 'node:fs';
import { assemble, formatAsmError, toElf } from '../../src/assembler';
import { shippedGuest } from '../../src/guests/registry';
import { meantRun } from '../../src/guests/shipped-guest';
import type { System } from '../../src/hypervisor/core/system';
import { createSystem } from '../../src/hypervisor/registry';
import { DEFAULT_WORLD, type TechniqueId } from '../../src/session/world';
import { median } from './numbers';

export interface Speed {
  readonly technique: TechniqueId;
  readonly ring: 0 | 3;
  /** Machine instructions per second: median, slowest and fastest of the rounds. */
  readonly perSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  /** Guest instructions per machine instruction over the measured rounds. */
  readonly guestShare: number;
}

const ROUNDS = 7;
const ROUND_MS = 1000;
/** Run before measuring: translations are made, and the JavaScript engine has optimised. */
const WARM_UP_INSTRUCTIONS = 10_000_000;
/** Between looks at the clock. */
const SLICE_INSTRUCTIONS = 1_000_000;

export function measureSpeed(technique: TechniqueId, ring: 0 | 3): Speed {
  const file = new URL('compute.asm', import.meta.url);
  const source = `%define RING ${ring}\n${readFileSync(file, 'utf8')}`;
  const system = systemWith(technique, imageOf(source, 'compute.asm'));
  const run = (instructions: number): void => {
    const outcome = system.run(system.moment + instructions);
    if (outcome.kind !== 'budget') throw new Error(`the guest ended: ${JSON.stringify(outcome)}`);
  };
  run(WARM_UP_INSTRUCTIONS);
  // The numbers mean nothing if the guest is not where it should be.
  if (system.guest().cpl !== ring) throw new Error(`the guest is in ring ${system.guest().cpl}`);

  const [retiredBefore, guestBefore] = [system.retired, system.guestRetired];
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = system.retired;
    const start = performance.now();
    while (performance.now() - start < ROUND_MS) run(SLICE_INSTRUCTIONS);
    return ((system.retired - before) / (performance.now() - start)) * 1000;
  });
  return {
    technique,
    ring,
    perSecond: median(rounds),
    slowest: Math.min(...rounds),
    fastest: Math.max(...rounds),
    guestShare: (system.guestRetired - guestBefore) / (system.retired - retiredBefore),
  };
}

/** A whole run of `hello-rings`, from power-on to its exit, cold: nothing is decoded or translated before. */
export interface WholeRun {
  readonly technique: TechniqueId;
  /** Machine instructions retired in one run; the same each time. */
  readonly instructions: number;
  /** Machine instructions per second: median of the runs. */
  readonly perSecond: number;
}

const WHOLE_RUNS = 15;
const MAX_INSTRUCTIONS = 100_000_000;

export function measureWholeRun(technique: TechniqueId): WholeRun {
  const guest = shippedGuest('hello-rings');
  if (!guest) throw new Error('hello-rings is not shipped');
  const image = imageOf(guest.source, guest.fileName);
  let instructions = 0;
  const speeds = Array.from({ length: WHOLE_RUNS }, () => {
    const system = systemWith(technique, image);
    const start = performance.now();
    const outcome = system.run(MAX_INSTRUCTIONS);
    const seconds = (performance.now() - start) / 1000;
    if (outcome.kind !== 'exited' || system.serial() !== meantRun(guest, technique).console) {
      throw new Error(`hello-rings went wrong: ${JSON.stringify(outcome)}`);
    }
    instructions = system.retired;
    return instructions / seconds;
  });
  return { technique, instructions, perSecond: median(speeds) };
}

function systemWith(technique: TechniqueId, image: Uint8Array): System {
  const { memoryBytes, costs } = DEFAULT_WORLD;
  const created = createSystem({ technique, image, memoryBytes, costs });
  if (!created.ok) throw new Error(`createSystem: ${JSON.stringify(created.error)}`);
  return created.value;
}

/** @returns a Multiboot ELF image */
function imageOf(source: string, name: string): Uint8Array {
  const assembled = assemble(source, { name });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  return toElf(assembled.value);
}
