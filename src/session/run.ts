/**
 * A loaded world on one of its branches: the machine shown, the machine that runs ahead recording, and what both of them
 * fill. Two machines share one store of checkpoints, so what the scout has passed is quick to reach.
 */
import { invariant } from '../base/assert';
import { err, ok, type Result } from '../base/result';
import { NO_TEXTS } from '../guests/shipped-guest';
import { CheckpointStore, Cursor, type Interventions, MomentLog, Recording } from '../history';
import type { System } from '../hypervisor/core/system';
import { createSystem } from '../hypervisor/registry';
import type { OutsideInput } from '../machine/board';
import type { LoadedGuest } from './api';
import type { BlockFollower } from './block-follower';
import type { Edited } from './edits';
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
  /** The machine that runs ahead for the recording. */
  readonly scout: Cursor<System>;
  readonly store: CheckpointStore;
  /** What was typed and sent, and what was edited, each with its moment. */
  readonly inputs: MomentLog<OutsideInput>;
  readonly edits: MomentLog<Edited>;
  readonly eventStops: EventStops;
  readonly excursions: Excursions;
  readonly timeline: Timeline;
  /** Results by `moment/address`: each really executed once. */
  readonly whatIfs: Map<string, WhatIf | null>;
  /** Stands where the machine stood when it was last shown. */
  follower: BlockFollower | null;
}

/**
 * Makes the machines of a world. Nothing that is open elsewhere is touched.
 *
 * @param texts the shipped texts that its guest needs
 */
export function openWorld(world: World, texts = NO_TEXTS): Result<Run, Problem> {
  const loaded = loadGuest(world, texts);
  if (!loaded.ok) return loaded;
  const { guest, map } = loaded.value;
  const typed = outsideInput(loaded.value.input ?? {});
  if (!typed.ok) return typed;
  const shown = build(world, loaded.value);
  if (!shown.ok) return shown;
  const scout = build(world, loaded.value);
  if (!scout.ok) return scout;
  const store = new CheckpointStore();
  const none = MomentLog.empty<OutsideInput>();
  const inputs = loaded.value.input ? none.with(0, typed.value) : none;
  const edits = MomentLog.empty<Edited>();
  const given = interventions({ inputs, edits });
  const cursor = new Cursor(shown.value, store, given);
  const ahead = new Cursor(scout.value, store, given);
  const lanes = {
    eventStops: EventStops.atStart(),
    excursions: new Excursions(),
    timeline: new Timeline(shown.value.real().cpl, map),
  };
  return ok({
    world,
    guest,
    map,
    cursor,
    ...lanes,
    recording: new Recording(ahead, Object.values(lanes)),
    scout: ahead,
    store,
    inputs,
    edits,
    whatIfs: new Map(),
    follower: null,
  });
}

/** What the machines of a run are given from outside. */
function interventions({ inputs, edits }: Pick<Run, 'inputs' | 'edits'>): Interventions<System> {
  return {
    nextAfter: (moment) => Math.min(inputs.nextAfter(moment), edits.nextAfter(moment)),
    change: (system, moment) => {
      for (const edit of edits.of(moment).flatMap((entry) => entry.edits)) {
        const refused = system.edit(edit);
        invariant(refused === null, `an edit made once can be made again: ${refused}`);
      }
    },
    give: (system, moment) => {
      for (const input of inputs.of(moment)) system.receive(input);
    },
  };
}

/** A run that is the same up to `moment`, edits and inputs of that moment included, and that nobody is on yet. */
function until(run: Run, moment: number): Run {
  run.recording.extend(moment);
  const lanes = {
    eventStops: run.eventStops.until(moment),
    excursions: run.excursions.until(moment),
    timeline: run.timeline.until(moment),
  };
  return {
    ...run,
    ...lanes,
    recording: run.recording.until(moment, Object.values(lanes)),
    store: run.store.fork(moment),
    inputs: run.inputs.until(moment),
    edits: run.edits.until(moment),
    whatIfs: new Map(),
    follower: null,
  };
}

/** The run with an input at `moment`: from there on it has another future. The old one is nobody's any more. */
export function withInput(run: Run, moment: number, input: OutsideInput): Run {
  const fork = until(run, moment);
  const other = { ...fork, inputs: fork.inputs.with(moment, input) };
  // A machine at an edited moment is after the edit, and checkpoints are from before it.
  const edited = run.edits.of(moment).length > 0;
  goOverTo(other, moment, edited ? -1 : moment);
  return other;
}

/** Another run beside this one, with an edit at `moment`. To be gone over to. */
export function withEdit(run: Run, moment: number, edit: Edited): Run {
  const fork = until(run, moment);
  return { ...fork, edits: fork.edits.with(moment, edit) };
}

/**
 * Puts both machines on this run, at `moment`. Until then they are on the run they were on last.
 *
 * @param sameUntil that run is the same up to this moment
 */
export function goOverTo(run: Run, moment: number, sameUntil = -1): void {
  const given = interventions(run);
  // The machine shown may stand there already; the scout then finds its checkpoint.
  run.cursor.follow(run.store, given, moment, sameUntil);
  run.scout.follow(run.store, given, moment, sameUntil);
  run.follower = null;
}

/** What a branch nobody is on may keep: the rest is found again by re-execution. */
const RESTING_CHECKPOINT_BYTES = 16 * 1024 * 1024;
const RESTING_EVENTS = 20_000;

/** Makes a run that is left for another do with less memory. */
export function rest(run: Run, moment: number): void {
  run.store.shrink(RESTING_CHECKPOINT_BYTES, moment);
  run.recording.shrink(RESTING_EVENTS);
}

/**
 * One machine of a world, without history: what the command runs.
 *
 * @param texts the shipped texts that its guest needs
 */
export function makeSystem(world: World, texts = NO_TEXTS): Result<System, Problem> {
  const loaded = loadGuest(world, texts);
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
    // A guest left alone for hours must not fill the memory with them.
    facts: 'firsts',
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
