/**
 * A loaded world: the machine shown, the machine that runs ahead recording, and what both of them fill. Two machines
 * share one store of checkpoints, so what the scout has passed is quick to reach.
 */
import { err, ok, type Result } from '../base/result';
import { CheckpointStore, Cursor, Recording } from '../history';
import type { System } from '../hypervisor/core/system';
import { createSystem } from '../hypervisor/registry';
import type { LoadedGuest } from './api';
import type { BlockFollower } from './block-follower';
import { EventStops } from './event-stops';
import { Excursions } from './excursions';
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
  const loaded = loadGuest(world.guest);
  if (!loaded.ok) return loaded;
  const { guest, map } = loaded.value;
  const shown = build(world, loaded.value);
  if (!shown.ok) return shown;
  const scout = build(world, loaded.value);
  if (!scout.ok) return scout;
  const store = new CheckpointStore();
  const eventStops = new EventStops();
  const excursions = new Excursions();
  const timeline = new Timeline(shown.value.real().cpl);
  return ok({
    world,
    guest,
    map,
    cursor: new Cursor(shown.value, store),
    recording: new Recording(new Cursor(scout.value, store), [eventStops, excursions, timeline]),
    eventStops,
    excursions,
    timeline,
    whatIfs: new Map(),
    follower: null,
  });
}

/** One machine of a world, without history: what the command runs. */
export function makeSystem(world: World): Result<System, Problem> {
  const loaded = loadGuest(world.guest);
  return loaded.ok ? build(world, loaded.value) : loaded;
}

function build(world: World, { guest, image }: GuestImage): Result<System, Problem> {
  const wrong = wrongSize(world.memoryBytes);
  if (wrong) return err(wrong);
  const { technique, memoryBytes, costs } = world;
  const made = createSystem({ technique, image, memoryBytes, costs });
  return made.ok ? made : err({ ...made.error, file: guest.name });
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
