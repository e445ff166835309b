/**
 * The view of one moment. It depends on the run, the moment and the step that led there, never on the way a person
 * took: going back and forward again shows the same.
 */
import type { Registers } from '../hypervisor/core/system';
import type { MachineEvent } from '../machine/events';
import { type BlockEntry, BlockFollower } from './block-follower';
import { guestBlock, type Marks, NO_MARKS, translatedBlock } from './block-view';
import { cacheView } from './cache-view';
import { consoleView } from './console-view';
import { countsOf } from './counts';
import type { StopView } from './debug';
import type { Excursion } from './excursions';
import { buildFlow } from './flow';
import { nextInstruction } from './instruction-view';
import { sentenceOf } from './narration';
import { cpuView, linearEip } from './registers-view';
import type { Run } from './run';
import type { BlockView, Flow, InstructionView, MachineView, WhatIf } from './view';
import { sensitiveNext, whatIf } from './what-if';
import type { Moment } from './world';

/** The scout runs this much ahead to see how an open excursion ends. */
const LOOK_AHEAD = 4096;
/** Steps longer than this keep only their last instruction as executed. */
const LONGEST_TRAIL = 256;
const MAX_EVENTS = 400;
/** A block entered longer ago than this many steps is shown from where the guest stands. */
const LOOK_BACK = 48;
/** Twelve instructions of at most 15 bytes. */
const MAX_BLOCK_BYTES = 12 * 15;

interface Glimpse {
  readonly real: Registers;
  readonly guest: Registers;
}

interface Approach {
  /** Registers at the start of the step. */
  readonly before: Glimpse | null;
  /** What retired last; null where the last thing was a delivery. */
  readonly executed: InstructionView | null;
  /** Machine instructions that retired in the step. */
  readonly instructions: number;
  /** Linear addresses executed in the step, if it was short. */
  readonly trail: ReadonlySet<number>;
  /** Where the guest block was entered, if that was lately. */
  readonly entry: BlockEntry | null;
}

/**
 * Puts the run's machine at `moment` and looks at it.
 *
 * @param since where the step that led here began; null after a jump
 * @param stop the breakpoint that stopped the run here
 */
export function viewOf(
  run: Run,
  moment: Moment,
  since: number | null,
  branch: number,
  stop: StopView | null,
): MachineView {
  const { cursor, recording, map, world } = run;
  const at = moment.retired;
  recording.extend(at + 1);
  const from = since ?? Math.max(0, at - 1);
  const approach = approachTo(run, from, at, since !== null);
  if (recording.end === at) cursor.meetEnd();
  const system = cursor.machine;
  const outcome = cursor.outcome;
  const events = recording.between(from, at);
  const real = cpuView(system.real());
  const guest = cpuView(system.guest());
  const next =
    outcome?.kind === 'exited' || outcome?.kind === 'halted' ? null : nextInstruction(system);
  const before = approach.before && {
    real: cpuView(approach.before.real),
    guest: cpuView(approach.before.guest),
  };
  const flow = flowAt(run, moment, from);
  const block = blockAt(
    run,
    moment,
    {
      executed: approach.trail,
      next: next?.address ?? null,
    },
    approach.entry,
  );
  const waypoint =
    moment.phase > 0 ? (flow?.waypoints.findLast((candidate) => candidate.reached) ?? null) : null;
  return {
    world,
    moment,
    end: recording.end,
    guestMoment: system.guestMoment,
    guestRetired: system.guestRetired,
    outcome,
    stop,
    branch,
    real,
    guest,
    before,
    executed: approach.executed,
    next,
    actor: system.actor(),
    flow,
    block,
    cache: cacheView(system, map, block?.id ?? null, events),
    whatIf: whatIfAt(run, at, block),
    console: consoleView(system),
    cycles: { total: system.cycles, causes: system.cyclesByCause() },
    counts: countsOf(system),
    events: events.slice(-MAX_EVENTS),
    sentence: sentenceOf({
      executed: approach.executed,
      next,
      instructions: approach.instructions,
      before,
      real,
      guest,
      events,
      outcome,
      waypoint,
      virtualized: system.cache() !== null,
    }),
  };
}

/** Brings the machine to `at`, looking at it on the way. */
function approachTo(run: Run, from: number, at: number, wantBefore: boolean): Approach {
  const { cursor } = run;
  const system = cursor.machine;
  const glimpse = () => ({ real: system.real(), guest: system.guest() });
  const short = at - from <= LONGEST_TRAIL;
  let before: Glimpse | null = null;
  let retiredBefore = 0;
  if (wantBefore && !short) {
    cursor.goTo(from);
    before = glimpse();
    retiredBefore = system.retired;
  }
  // The last instruction is looked at even when the step is a phase of one that has not retired yet.
  const first = Math.max(0, Math.min(from, at - 1));
  const start = Math.max(0, Math.min(at - LOOK_BACK, short ? first : at));
  const follower = BlockFollower.at(run, start, first);
  const trail = new Set<number>();
  let standing: InstructionView | null = null;
  for (;;) {
    const here = cursor.at;
    const { retired } = system;
    if (here === from) retiredBefore = retired;
    if (here === from && wantBefore) before = glimpse();
    if (here >= at) break;
    const stood = linearEip(system.real());
    if (here === at - 1) standing = nextInstruction(system);
    cursor.runTo(here + 1);
    if (cursor.at === here) break;
    // A delivery executes nothing of what stands there.
    if (system.retired > retired) {
      if (here >= from && short) trail.add(stood);
    } else standing = null;
    follower.look(cursor);
  }
  run.follower = follower;
  if (standing) trail.add(standing.address);
  const instructions = system.retired - retiredBefore;
  return {
    before,
    executed: standing,
    instructions,
    trail,
    entry: follower.entryWithin(LOOK_BACK),
  };
}

/** The excursion the moment lies in, else the last one that the step ended. */
export function excursionAt(run: Run, moment: Moment, from: number): Excursion | null {
  const { excursions, recording } = run;
  const around = () => excursions.around(moment.retired, moment.phase);
  if (around()?.end === null) recording.extend(moment.retired + LOOK_AHEAD);
  return around() ?? excursions.endedIn(from, moment.retired);
}

function flowAt(run: Run, moment: Moment, from: number): Flow | null {
  const excursion = excursionAt(run, moment, from);
  return excursion && buildFlow(excursion, excursionEvents(run, excursion, moment), moment);
}

/** Excursions that stay open for very long are shown as far as the picture has room. */
export function excursionEvents(run: Run, excursion: Excursion, moment: Moment): MachineEvent[] {
  const open = moment.retired + LOOK_AHEAD;
  const last = Math.min(excursion.end ?? open, excursion.start + 16 * LOOK_AHEAD);
  return run.recording.between(excursion.start, last + 1);
}

function blockAt(
  run: Run,
  moment: Moment,
  marks: Marks,
  entry: BlockEntry | null,
): BlockView | null {
  const { cursor, map } = run;
  const system = cursor.machine;
  const actor = system.actor();
  if (actor === 'translated-kernel') {
    const translation = system.translationAtCache(linearEip(system.real()));
    if (translation) return translatedBlock(system, translation, map, marks);
  }
  if (actor === 'monitor') return blockLeft(run, moment, marks);
  return guestBlock(system, blockStart(run, entry), map, marks);
}

/** While the monitor works: the block whose execution brought it in, else what the guest stands before. */
function blockLeft(run: Run, moment: Moment, marks: Marks): BlockView | null {
  const { cursor, map, excursions, recording } = run;
  const system = cursor.machine;
  const excursion = excursions.around(moment.retired, 1);
  const opening = excursion && recording.between(excursion.start, excursion.start + 1)[0];
  if (opening) {
    const translation = system.translationAtCache(opening.eip);
    if (translation) {
      return translatedBlock(system, translation, map, {
        executed: new Set([...marks.executed, opening.eip]),
        next: marks.next,
      });
    }
  }
  return guestBlock(system, linearEip(system.guest()), map, NO_MARKS);
}

/** Linear address at which the block that the guest is in was entered. */
function blockStart(run: Run, entry: BlockEntry | null): number {
  const here = linearEip(run.cursor.machine.guest());
  if (!entry) return here;
  const began = entry.address;
  return here >= began && here - began < MAX_BLOCK_BYTES ? began : here;
}

function whatIfAt(run: Run, at: number, block: BlockView | null): WhatIf | null {
  const system = run.cursor.machine;
  if (run.cursor.outcome) return null;
  const line = sensitiveNext(block, system);
  if (!line) return null;
  const key = `${at}/${line.address}`;
  let result = run.whatIfs.get(key);
  if (result === undefined) {
    result = whatIf(system, line);
    run.whatIfs.set(key, result);
  }
  return result;
}
