/**
 * A loaded world: the machine shown, the machine that runs ahead recording, and what both of them fill. Two machines
 * share one store of checkpoints, so what the scout has passed is quick to reach.
 */
import { err, ok, type Result } from '../base/result';
import { CheckpointStore, Cursor, InputLog, Recording } from '../history';
import type { System } from '../hypervisor/core/system';
import { createSystem } from '../hypervisor/registry';
import type { OutsideInput } from '../machine/board';
import type { LoadedGuest } from './api';
import type { BlockFollower } from './block-follower';
import { EventStops } from './event-stops';
import { Excursions } from './excursions';
import { outsideInput } from './guest-input';
import { type GuestImage, loadGuest } from './load-guest';
import type { SourceMap } from './source-map';
import { Timeline } from './timeline';
import type { Problem, WhatIf } from './view';
import type { World } from './world';

export interface Run {
  readonly world: World;
  readonly guest: LoadedGuest;
  readonly map: SourceMap;
  /** The machine that stands at the moment shown. */
  readonly cursor: Cursor<System>;
  readonly recording: Recording;
  readonly store: CheckpointStore;
  /** What came from outside, each with its moment. */
  readonly inputs: InputLog<OutsideInput>;
  readonly eventStops: EventStops;
  readonly excursions: Excursions;
  readonly timeline: Timeline;
  /** Results by `moment/address`: each really executed once. */
  readonly whatIfs: Map<string, WhatIf | null>;
  /** Stands where the machine stood when it was last shown. */
  follower: BlockFollower | null;
}

/** Makes the machines of a world. Nothing that is open elsewhere is touched. */
export function openWorld(world: World): Result<Run, Problem> {
  const loaded = loadGuest(world);
  if (!loaded.ok) return loaded;
  const { guest, map } = loaded.value;
  const typed = outsideInput(loaded.value.input ?? {});
  if (!typed.ok) return typed;
  const shown = build(world, loaded.value);
  if (!shown.ok) return shown;
  const scout = build(world, loaded.value);
  if (!scout.ok) return scout;
  const store = new CheckpointStore();
  const inputs = new InputLog<OutsideInput>();
  if (loaded.value.input) inputs.add(0, typed.value);
  const given = {
    nextAfter: (moment: number) => inputs.nextAfter(moment),
    give: (system: System, moment: number) => {
      for (const input of inputs.of(moment)) system.receive(input);
    },
  };
  const cursor = new Cursor(shown.value, store, given);
  const lanes = lanesOf(shown.value);
  return ok({
    world,
    guest,
    map,
    cursor,
    ...lanes,
    recording: new Recording(new Cursor(scout.value, store, given), Object.values(lanes)),
    store,
    inputs,
    whatIfs: new Map(),
    follower: null,
  });
}

/** @param system at the start of the run */
function lanesOf(system: System) {
  return {
    eventStops: new EventStops(),
    excursions: new Excursions(),
    timeline: new Timeline(system.real().cpl),
  };
}

/**
 * The run with an input at `moment`: from there on it has another future, and what was known of the old one is gone.
 */
export function withInput(run: Run, moment: number, input: OutsideInput): Run {
  const { cursor, recording, store, inputs } = run;
  cursor.goTo(0);
  const lanes = lanesOf(cursor.machine);
  recording.cutAt(moment, Object.values(lanes));
  cursor.arriveAgain(moment);
  store.dropAfter(moment);
  inputs.add(moment, input);
  return { ...run, ...lanes, whatIfs: new Map(), follower: null };
}

/** One machine of a world, without history: what the command runs. */
export function makeSystem(world: World): Result<System, Problem> {
  const loaded = loadGuest(world);
  if (!loaded.ok) return loaded;
  const typed = outsideInput(loaded.value.input ?? {});
  if (!typed.ok) return typed;
  const made = build(world, loaded.value);
  if (made.ok && loaded.value.input) made.value.receive(typed.value);
  return made;
}

function build(world: World, { guest, image, choice }: GuestImage): Result<System, Problem> {
  const wrong = wrongSize(world.memoryBytes);
  if (wrong) return err(wrong);
  const unfit = wrongCpu(world);
  if (unfit) return err(unfit);
  const { technique, memoryBytes, costs, cpu: profile, logPort } = world;
  const log = logPort === undefined ? {} : { logPort };
  const made = createSystem({
    ...choice,
    technique,
    image,
    memoryBytes,
    costs,
    profile,
    ...log,
  });
  return made.ok ? made : err({ ...made.error, file: guest.name });
}

/** The translator's own sequences read flags outside ring 0, as only silicon with the holes open lets it. */
function wrongCpu({ technique, cpu }: World): Problem | null {
  if (technique !== 'binary-translation' || cpu === 'x86') return null;
  return {
    message: `Binary translation does not run on the CPU ${cpu}.`,
    hint: 'Take the CPU x86, or the technique bare.',
  };
}

const MEMORY_STEP = 64 * 1024;

function wrongSize(bytes: number): Problem | null {
  const largest = 256 * 1024 * 1024;
  if (bytes >= 2 * 1024 * 1024 && bytes <= largest && bytes % MEMORY_STEP === 0) return null;
  return {
    message: `Guest memory of ${bytes} bytes is not possible.`,
    hint: 'Give 2 to 256 MiB, a multiple of 64 KiB.',
  };
}
