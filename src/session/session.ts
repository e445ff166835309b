/**
 * `Session`: the one facade over a run. Commands that move the present supersede each other; exploring ahead does not
 * move it and goes on beside them. Long work is cut into slices with a pause between, so that `interrupt` is heard.
 */

import { invariant } from '../base/assert';
import { err, ok, type Result } from '../base/result';
import type { MachineEvent } from '../machine/events';
import type { Condition, LoadedGuest, SessionApi } from './api';
import { guestBlock, NO_MARKS, translatedBlock } from './block-view';
import { type Compiled, compile, matches } from './conditions';
import type {
  BranchesView,
  Breakpoint,
  Edit,
  InspectionKind,
  Inspections,
  Origin,
  OriginTarget,
  ResolvedBreakpoint,
} from './debug';
import { fingerprintOf } from './fingerprint';
import { outsideInput } from './guest-input';
import { nextPhase, phasesAt } from './phases';
import { openWorld, type Run, withInput } from './run';
import { ruleWarmedUpTo, stopBefore } from './search';
import type { StopRule } from './stop-rules';
import { RULES, START, twoStopsBack } from './units';
import type { BlockView, MachineView, Problem, TimelineView } from './view';
import { viewOf } from './view-of';
import type { Direction, GuestInput, Moment, StepUnit, World } from './world';

export interface SessionOptions {
  /** Lets other work happen: messages arrive, `interrupt` is heard. */
  readonly yieldNow: () => Promise<void>;
}

/** Machine instructions between two pauses when running, and when every one of them is looked at. */
const RUN_SLICE = 100_000;
const LOOK_SLICE = 8192;
/** A search forward that finds nothing in so many machine instructions gives up: some guests run for ever. */
const FARTHEST_SEARCH = 5_000_000;

/** How a search ended: it found a stop, the run is over, nothing within reach, or a later command took over. */
type Found =
  | { readonly kind: 'hit'; readonly at: number }
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'nothing'; readonly looked: number }
  | { readonly kind: 'superseded' };

const STOP_NAMES = { event: 'event', guest: 'guest instruction', block: 'block' } as const;

const inWords = (instructions: number): string =>
  `${instructions.toLocaleString('en')} machine instructions`;

export class Session implements SessionApi {
  private run: Run | null = null;
  private present: Moment = START;
  /** Where the last step began; null after a jump. */
  private since: number | null = null;
  /** Counts commands that move the present: a slice that finds another number stops. */
  private turn = 0;
  private exploring = 0;

  constructor(private readonly options: SessionOptions) {}

  async load(world: World): Promise<Result<{ guest: LoadedGuest; view: MachineView }, Problem>> {
    const opened = openWorld(world);
    if (!opened.ok) return err(opened.error);
    this.turn++;
    this.exploring++;
    this.run = opened.value;
    return ok({ guest: this.run.guest, view: this.show(START, null) });
  }

  async explore(maxInstructions: number) {
    const run = this.opened();
    const { recording } = run;
    const mine = ++this.exploring;
    while (recording.end === null && recording.frontier < maxInstructions) {
      recording.extend(Math.min(maxInstructions, recording.frontier + RUN_SLICE));
      await this.options.yieldNow();
      if (mine !== this.exploring) break;
    }
    // The end may be an instruction that never retires: it is met by one step more.
    if (mine === this.exploring && recording.frontier < maxInstructions + 1) {
      recording.extend(recording.frontier + 1);
    }
    return { end: recording.end, outcome: recording.outcome };
  }

  async step(unit: StepUnit, direction: Direction): Promise<MachineView> {
    const run = this.opened();
    const turn = ++this.turn;
    if (direction === 'backward') return this.stepBack(run, unit);
    const from = this.present;
    switch (unit) {
      case 'phase':
        return this.arrive(nextPhase(run, from), from.retired);
      case 'machine':
        return this.arrive({ retired: from.retired + 1, phase: 0 }, from.retired);
      case 'event':
        return this.arriveFound(await this.nextEvent(run, turn, from.retired), unit);
      case 'guest':
      case 'block': {
        const limit = from.retired + FARTHEST_SEARCH;
        const found = await this.scan(run, turn, [RULES[unit]], from.retired, limit);
        return this.arriveFound(found, unit);
      }
    }
  }

  /** Where a search for the next stop led; without one the present stays, and the sentence says why. */
  private arriveFound(found: Found, unit: 'event' | 'guest' | 'block'): MachineView {
    if (found.kind === 'hit' || found.kind === 'end') {
      return this.arrive({ retired: found.at, phase: 0 }, this.present.retired);
    }
    if (found.kind === 'superseded') return this.stay('The search was stopped before it found one');
    return this.stay(`No further ${STOP_NAMES[unit]} in the next ${inWords(found.looked)}`);
  }

  private stepBack(run: Run, unit: StepUnit): MachineView {
    // What led there is a step of the same unit, so that the view is the one seen on the way forward.
    const { to, since } = twoStopsBack(run, unit, this.present);
    return this.arrive(to, since);
  }

  async play(instructions: number): Promise<MachineView> {
    const run = this.opened();
    const turn = ++this.turn;
    const from = this.present.retired;
    const goal = from + Math.max(1, Math.floor(instructions));
    let at = from;
    while (at < goal) {
      at = Math.min(goal, at + RUN_SLICE);
      run.recording.extend(at);
      if (run.recording.end !== null && at >= run.recording.end) break;
      if (at < goal) await this.options.yieldNow();
      if (turn !== this.turn) return this.view();
    }
    return this.arrive({ retired: at, phase: 0 }, from);
  }

  async runUntil(condition: Condition, direction: Direction) {
    const run = this.opened();
    const turn = ++this.turn;
    const compiled = compile(condition, run.map);
    invariant(compiled.ok, compiled.ok ? '' : compiled.error);
    const found =
      direction === 'forward'
        ? await this.findForward(run, turn, compiled.value)
        : await this.findBackward(run, turn, compiled.value);
    if (found.kind === 'superseded') {
      return { found: false, view: this.stay('The search was stopped before it found the place') };
    }
    if (found.kind === 'nothing') {
      const view = this.stay(`Nothing of the kind in the next ${inWords(found.looked)}`);
      return { found: false, view };
    }
    const hit = found.kind === 'hit';
    const since = hit && found.at > 0 ? found.at - 1 : null;
    return { found: hit, view: this.arrive({ retired: found.at, phase: 0 }, since) };
  }

  async seek(moment: Moment): Promise<MachineView> {
    const run = this.opened();
    const turn = ++this.turn;
    const retired = Math.max(0, Math.floor(moment.retired));
    while (run.recording.end === null && run.recording.frontier < retired) {
      run.recording.extend(Math.min(retired, run.recording.frontier + RUN_SLICE));
      if (run.recording.frontier < retired) await this.options.yieldNow();
      if (turn !== this.turn) return this.view();
    }
    // A moment from a link may name more phases than there are.
    const asked = Math.max(0, Math.floor(moment.phase));
    const phase = asked === 0 ? 0 : Math.min(asked, phasesAt(run, retired));
    return this.arrive({ retired, phase }, null);
  }

  async input(input: GuestInput): Promise<Result<MachineView, Problem>> {
    const run = this.opened();
    const outside = outsideInput(input);
    if (!outside.ok) return outside;
    this.turn++;
    this.exploring++;
    const { retired } = this.present;
    this.run = withInput(run, retired, outside.value);
    return ok(this.arrive({ retired, phase: 0 }, null));
  }

  async interrupt(): Promise<void> {
    this.turn++;
    this.exploring++;
  }

  async view(): Promise<MachineView> {
    return this.show(this.present, this.since);
  }

  async block(id: number): Promise<BlockView | null> {
    const { cursor, map } = this.atPresent();
    const system = cursor.machine;
    const translation = system.translations().find((candidate) => candidate.id === id);
    return translation ? translatedBlock(system, translation, map, NO_MARKS) : null;
  }

  /** The guest's instructions at a linear address, as its memory holds them now. */
  async guestBlock(address: number): Promise<BlockView | null> {
    const { cursor, map } = this.atPresent();
    return guestBlock(cursor.machine, address, map, NO_MARKS);
  }

  async fingerprint(): Promise<string> {
    return fingerprintOf(this.atPresent().cursor.machine);
  }

  async timeline(from: number, to: number, buckets: number): Promise<TimelineView> {
    const { timeline, recording } = this.opened();
    return timeline.cut(from, to, Math.max(1, buckets), recording.frontier, recording.end);
  }

  async events(from: number, to: number, limit: number): Promise<readonly MachineEvent[]> {
    const { recording } = this.opened();
    const turn = this.turn;
    const found: MachineEvent[] = [];
    for (let at = from; at < to && found.length < limit; at += LOOK_SLICE) {
      if (recording.end !== null && at > recording.end) break;
      const stop = Math.min(to, at + LOOK_SLICE);
      recording.extend(stop);
      found.push(...recording.between(at, stop));
      if (stop < to) await this.options.yieldNow();
      if (turn !== this.turn) break;
    }
    return found.slice(0, limit);
  }

  // --- debugging ----------------------------------------------------------------------------------------------

  async setBreakpoints(
    _breakpoints: readonly Breakpoint[],
  ): Promise<readonly ResolvedBreakpoint[]> {
    throw new Error('Breakpoints are not there yet.');
  }

  async resume(_direction: Direction): Promise<{ found: boolean; view: MachineView }> {
    throw new Error('Breakpoints are not there yet.');
  }

  async inspect<Kind extends InspectionKind>(
    _kind: Kind,
    _request: Inspections[Kind]['request'],
  ): Promise<Inspections[Kind]['reply']> {
    throw new Error('Inspections are not there yet.');
  }

  async origin(_target: OriginTarget): Promise<Origin> {
    throw new Error('Origins are not there yet.');
  }

  async edit(_edit: Edit): Promise<Result<MachineView, Problem>> {
    throw new Error('Edits are not there yet.');
  }

  async branches(): Promise<BranchesView> {
    throw new Error('Branches are not there yet.');
  }

  async switchBranch(_id: number): Promise<MachineView> {
    throw new Error('Branches are not there yet.');
  }

  // --- finding ------------------------------------------------------------------------------------------------

  private async nextEvent(run: Run, turn: number, from: number): Promise<Found> {
    const { recording, eventStops } = run;
    for (;;) {
      const at = eventStops.after(from);
      if (at !== null) return { kind: 'hit', at };
      if (recording.end !== null) return { kind: 'end', at: recording.end };
      const looked = recording.frontier - from;
      if (looked >= FARTHEST_SEARCH) return { kind: 'nothing', looked };
      recording.extend(Math.max(recording.frontier, from) + RUN_SLICE);
      await this.options.yieldNow();
      if (turn !== this.turn) return { kind: 'superseded' };
    }
  }

  /**
   * Runs forward, looking at every moment after `from`, until a rule stops it, `limit` or the end is reached, or
   * another command supersedes this one.
   *
   * @param makers how to make the rules: each is shown the past of `from` first
   */
  private async scan(
    run: Run,
    turn: number,
    makers: readonly (() => StopRule)[],
    from: number,
    limit: number,
  ): Promise<Found> {
    const { cursor } = run;
    const rules = makers.map((make) => ruleWarmedUpTo(cursor, make, from));
    cursor.goTo(from);
    let looked = 0;
    while (cursor.at < limit) {
      if (cursor.runTo(cursor.at + 1) !== null) return { kind: 'end', at: cursor.at };
      let hit = false;
      for (const rule of rules) if (rule.feed(cursor.machine) === 'yes') hit = true;
      if (hit) return { kind: 'hit', at: cursor.at };
      if (++looked % LOOK_SLICE !== 0) continue;
      const stand = cursor.at;
      await this.options.yieldNow();
      if (turn !== this.turn) return { kind: 'superseded' };
      cursor.goTo(stand);
    }
    return { kind: 'nothing', looked: cursor.at - from };
  }

  private async findForward(run: Run, turn: number, { events, rules }: Compiled): Promise<Found> {
    const { recording } = run;
    const from = this.present.retired;
    for (let at = from; at - from < FARTHEST_SEARCH; ) {
      const stop = at + LOOK_SLICE;
      recording.extend(stop);
      const event = recording.between(at, stop).find((candidate) => matches(candidate, events));
      const limit = event ? event.retired + 1 : Math.min(stop, recording.end ?? stop);
      if (rules.length > 0) {
        const found = await this.scan(run, turn, rules, at, limit);
        if (found.kind === 'hit' || found.kind === 'superseded') return found;
      }
      if (event) return { kind: 'hit', at: Math.min(limit, recording.end ?? limit) };
      at = limit;
      if (recording.end !== null && at >= recording.end) return { kind: 'end', at };
      await this.options.yieldNow();
      if (turn !== this.turn) return { kind: 'superseded' };
    }
    return { kind: 'nothing', looked: FARTHEST_SEARCH };
  }

  private async findBackward(run: Run, turn: number, { events, rules }: Compiled): Promise<Found> {
    const { recording, cursor } = run;
    const from = this.present.retired;
    recording.extend(from);
    for (let high = from; high > 0; ) {
      const low = Math.max(0, high - LOOK_SLICE);
      const event = recording
        .between(low, high)
        .findLast((candidate) => candidate.retired < from && matches(candidate, events));
      let best = event?.retired ?? -1;
      for (const make of rules) {
        const lowest = Math.max(low, best + 1);
        const stop = stopBefore(cursor, make, high, lowest);
        if (stop !== null && stop > best) best = stop;
      }
      if (best >= 0) return { kind: 'hit', at: best };
      high = low;
      await this.options.yieldNow();
      if (turn !== this.turn) return { kind: 'superseded' };
    }
    return { kind: 'end', at: 0 };
  }

  // --- the present --------------------------------------------------------------------------------------------

  private opened(): Run {
    invariant(this.run, 'a world is loaded before anything else is asked for');
    return this.run;
  }

  /** The run with its machine at the present moment. */
  private atPresent(): Run {
    const run = this.opened();
    run.cursor.goTo(this.present.retired);
    return run;
  }

  private arrive(to: Moment, since: number | null): MachineView {
    const { recording } = this.opened();
    recording.extend(to.retired + 1);
    const { end } = recording;
    const moment = end !== null && to.retired > end ? { retired: end, phase: 0 } : to;
    return this.show(moment, since === null ? null : Math.min(since, moment.retired));
  }

  /** The present as it is, with a reason for not having moved in place of its sentence. */
  private stay(reason: string): MachineView {
    return { ...this.show(this.present, this.since), sentence: `${reason}; nothing moved.` };
  }

  private show(moment: Moment, since: number | null): MachineView {
    this.present = moment;
    this.since = since;
    return viewOf(this.opened(), moment, since);
  }
}
