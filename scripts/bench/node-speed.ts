/**
 * How fast machines run in Node: machine instructions per second of wall-clock time, on a guest that only computes.
 * Its kernel half is executed as it is under `bare` and out of the translation cache under `binary-translation`.
 */
import { readFileSync } from 'node:fs';
import { assemble, formatAsmError, toElf } from '../../src/assembler';
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
  const created = createSystem({
    technique,
    image: computeGuest(ring),
    memoryBytes: DEFAULT_WORLD.memoryBytes,
    costs: DEFAULT_WORLD.costs,
  });
  if (!created.ok) throw new Error(`createSystem: ${JSON.stringify(created.error)}`);
  const system = created.value;
  const run = (instructions: number): void => {
    const outcome = system.run(system.retired + instructions);
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

/** @returns a Multiboot ELF image */
function computeGuest(ring: 0 | 3): Uint8Array {
  const file = new URL('compute.asm', import.meta.url);
  const source = `%define RING ${ring}\n${readFileSync(file, 'utf8')}`;
  const assembled = assemble(source, { name: 'compute.asm' });
  if (!assembled.ok) throw new Error(assembled.error.map(formatAsmError).join('\n'));
  return toElf(assembled.value);
}
