/**
 * Watches held against slower ways to know: every instruction of a bare machine taken one by one, and every access
 * told because all of memory is watched.
 */
import { SEG, WORD } from '../../machine/cpu/state';
import type { BareSystem } from '../bare/bare-system';
import type { Sighting, System, Watch } from '../core/system';
import type { Random } from './random-guest/random';

export const NOTHING: Watch = { code: new Set(), data: [], pageTables: false };

/** Guest instructions after which a guest is not followed any further, and steps of the machine. */
export interface Limits {
  readonly guest: number;
  readonly machine: number;
}

/** Runs in pieces of varying size to the end or the limits, on from wherever `judge` stops. @returns all sightings */
export function sightingsOf(
  system: System,
  watch: Watch | null,
  limits: Limits,
  judge: (sighting: Sighting) => boolean = () => false,
): Sighting[] {
  const seen: Sighting[] = [];
  system.watch(watch, (sighting) => {
    seen.push(sighting);
    return judge(sighting);
  });
  let piece = 1;
  while (system.guestRetired < limits.guest && system.moment < limits.machine) {
    piece = (piece * 7 + 3) % 1009;
    const to = system.moment + piece + 1;
    let ended = false;
    while (system.moment < to && !ended) ended = system.run(to).kind !== 'budget';
    if (ended) break;
  }
  system.watch(null, () => false);
  return seen;
}

/** One start of an instruction. */
export interface Start {
  readonly linear: number;
  readonly guestMoment: number;
}

/**
 * Every start of an instruction on bare hardware, from hooks at every boundary and what was delivered between two of them.
 */
export function startsOf(system: BareSystem, limits: Limits): Start[] {
  const { cpu, events } = system.pc;
  const starts: Start[] = [];
  let here: (Start & { readonly guestRetired: number }) | null = null;
  let raised = false;
  const settle = (): void => {
    const begun = here && (raised || system.guestRetired > here.guestRetired);
    if (begun && here) starts.push({ linear: here.linear, guestMoment: here.guestMoment });
    raised = false;
    here = null;
  };
  const { listener } = events;
  events.listener = (event) => {
    if (event.kind === 'trap' && event.source === 'exception') raised = true;
  };
  cpu.beforeInstruction = () => {
    settle();
    const linear = (cpu.state[WORD.EIP]! + cpu.state[WORD.BASE + SEG.CS]!) >>> 0;
    here = { linear, guestRetired: system.guestRetired, guestMoment: system.guestMoment };
  };
  while (system.guestRetired < limits.guest && system.moment < limits.machine) {
    if (system.run(system.moment + 1).kind !== 'budget') break;
  }
  settle();
  cpu.beforeInstruction = null;
  events.listener = listener;
  return starts;
}

export const ofCode = (starts: readonly Start[], code: Watch['code']): Start[] =>
  starts.filter(({ linear }) => code.has(linear));

/** Some of what was executed and touched, and some that was not. */
export function randomWatch(
  random: Random,
  starts: readonly Start[],
  accesses: readonly Sighting[],
): Watch {
  const code = new Set<number>();
  while (code.size < 5) {
    const { linear } = random.pick(starts);
    code.add(random.oneIn(6) ? linear + 1 : linear);
  }
  const data = Array.from({ length: 6 }, () => {
    const space = random.pick(['virtual', 'physical'] as const);
    const around = random.pick(accesses);
    const address = space === 'virtual' ? around.linear : around.physical;
    return {
      space,
      address: (address + random.pick([0, 0, 1, 2, -2, 4])) >>> 0,
      length: random.pick([1, 2, 4, 4, 16, 4096]),
      on: random.pick(['write', 'read', 'access'] as const),
    };
  });
  return { code, data, pageTables: random.oneIn(2) };
}

export const inWords = ({ kind, linear, physical, length, watch, by, guestMoment }: Sighting) =>
  `${guestMoment}: ${by} ${kind} ${linear.toString(16)} (${physical.toString(16)}) ${length}, watch ${watch}`;

/** All that could differ between two runs of one system: RAM, both CPUs, cycles, counts, console. */
export function stateOf(system: System): string {
  const { u8 } = system.memory;
  const words = new Uint32Array(u8.buffer, u8.byteOffset, u8.byteLength / 4);
  let hash = 0;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  return JSON.stringify([
    hash,
    system.moment,
    system.guestMoment,
    system.retired,
    system.guestRetired,
    system.real(),
    system.guest(),
    system.cyclesByCause(),
    Object.entries(system.counts()).sort(),
    system.serial(),
    system.timedFacts().length,
  ]);
}
