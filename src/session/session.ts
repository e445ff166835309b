/**
 * `Session`: the one facade over a run. Commands that move the present supersede each other; exploring ahead does not
 * move it and goes on beside them. Long work is cut into slices with a pause between, so that `interrupt` is heard.
 */

import { invariant } from '../base/assert';
import { err, ok, type Result } from '../base/result';
import type { MachineEvent } from '../machine/events';
import type { Condition, LoadedGuest, SessionApi } from './api';
import { NO_MARKS, translatedBlock } from './block-view';
import { Branches } from './branches';
import type { Armed } from './breakpoints/armed';
import { boundaryBefore } from './breakpoints/canonical';
import { stopView } from './breakpoints/reason';
import { Resolver } from './breakpoints/resolve';
import { type BreakpointFound, BreakpointSearch } from './breakpoints/search';
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
  StopView,
} from './debug';
import { resolveEdit, tryEdits } from './edits';
import { fetchTexts } from './fetch-texts';
import { fingerprintOf } from './fingerprint';
import { outsideInput } from './guest-input';
import { nextPhase, phasesAt } from './phases';
import { openWorld, type Run, withInput } from './run';
import { ruleWarmedUpTo, stopBefore } from './search';
import { SourceMap } from './source-map';
import type { StopRule } from './stop-rules';
import { RULES, START, twoStopsBack } from './units';
import type { BlockView, MachineView, Problem, TimelineView } from './view';
import { viewOf } from './view-of';
import type { Direction, GuestInput, Moment, StepUnit, World } from './world';

export interface SessionOptions {
  /** Lets other work happen: messages arrive, `interrupt` is heard. */
  readonly yieldNow: () => Promise<void>;
}

/** Machine steps between two pauses when running, and when every one of them is looked at. */
const RUN_SLICE = 100_000;
const LOOK_SLICE = 8192;
/** A search forward that finds nothing in so many machine steps gives up: some guests run for ever. */
const FARTHEST_SEARCH = 5_000_000;

/** The same for places, which are looked for at full speed. */
const FARTHEST_FOR_ADDRESSES = 200_000_000;

/** How a search ended: it found a stop, the run is over, nothing within reach, or a later command took over. */
type Found =
  | { readonly kind: 'hit'; readonly at: number }
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'nothing'; readonly looked: number }
  | { readonly kind: 'superseded' };

type StoppedAt = Extract<BreakpointFound, { kind: 'hit' }>;

/** What only a debugger asks for comes in chunks of their own, when it is first asked for. */
const forDebugger = {
  callSteps: () => import('./call-steps'),
  inspections: () => import('./inspections'),
  origin: () => import('./origin'),
};

const NOT_OPEN = 'No guest is open yet.';
const NO_RESOLVER = new Resolver(new SourceMap([], new Map()), false);

const STOP_NAMES = { event: 'event', guest: 'guest instruction', block: 'block' } as const;

const inWords = (steps: number): string => `${steps.toLocaleString('en')} machine steps`;

export class Session implements SessionApi {
  private branchList: Branches | null = null;
  private resolver = NO_RESOLVER;
  private breakpoints: readonly Breakpoint[] = [];
  /** The enabled ones that mean something in the open guest. */
  private armed: readonly Armed[] = [];
  /** Why the run stopped at the present moment. */
  private stopped: StopView | null = null;
  private present: Moment = START;
  /** Where the last step began; null after a jump. */
  private since: number | null = null;
  /** Counts commands that move the present: a slice that finds another number stops. */
  private turn = 0;
  private exploring = 0;
  private loading = 0;

  constructor(private readonly options: SessionOptions) {}

  async load(world: World): Promise<Result<{ guest: LoadedGuest; view: MachineView }, Problem>> {
    const mine = ++this.loading;
    const texts = await fetchTexts(world.guest);
    if (!texts.ok) return err(texts.error);
    if (mine !== this.loading) return err({ message: 'Another guest was opened meanwhile.' });
    const opened = openWorld(world, texts.value);
    if (!opened.ok) return err(opened.error);
    const turn = ++this.turn;
    this.exploring++;
    const run = opened.value;
    this.branchList = new Branches(run);
    this.resolver = new Resolver(run.map, run.cursor.machine.cache() !== null);
    this.present = START;
    await this.setBreakpoints(this.breakpoints);
    await this.passFirmware(run, turn);
    return ok({ guest: run.guest, view: this.show(this.present, null, null) });
  }

  /** Where firmware runs first, the view opens at the guest's own first instruction; steps back lead into the firmware. */
  private async passFirmware(run: Run, turn: number): Promise<void> {
    const { handover } = run.cursor.machine;
    if (handover === null) return;
    const found = await this.findAddresses(run, turn, [handover], 'forward');
    if (found.kind === 'hit') this.present = { retired: found.at, phase: 0 };
  }

  async explore(maxSteps: number) {
    const run = this.opened();
    const { recording } = run;
    const mine = ++this.exploring;
    while (recording.end === null && recording.frontier < maxSteps) {
      recording.extend(Math.min(maxSteps, recording.frontier + RUN_SLICE));
      await this.options.yieldNow();
      if (mine !== this.exploring) break;
    }
    // The end may be an instruction that never retires: it is met by one step more.
    if (mine === this.exploring && recording.frontier < maxSteps + 1) {
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

  async play(steps: number): Promise<MachineView> {
    const run = this.opened();
    const turn = ++this.turn;
    const from = this.present.retired;
    const goal = from + Math.max(1, Math.floor(steps));
    if (this.armed.length > 0) {
      const found = await this.breakpointSearch(run, turn, this.armed).forward(from, goal);
      if (found.kind === 'hit') return this.arriveStopped(found, 'forward');
      if (found.kind === 'superseded') return this.view();
    }
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
    const found = await this.find(run, turn, compiled.value, direction);
    if (found.kind === 'superseded') {
      return { found: false, view: this.stay('The search was stopped before it found the place') };
    }
    if (found.kind === 'nothing') {
      const view = this.stay(`Nothing of the kind in the next ${inWords(found.looked)}`);
      return { found: false, view };
    }
    const hit = found.kind === 'hit';
    const since = hit && found.at > 0 ? found.at - 1 : null;
    const view = this.arrive({ retired: found.at, phase: 0 }, since);
    if (hit) return { found: true, view };
    const end = direction === 'forward' ? 'end' : 'start';
    const news = `The place was not met on the way to the ${end} of the run.`;
    return { found: false, view: { ...view, sentence: `${news} ${view.sentence}`, news } };
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
    this.allBranches().replaceRun(withInput(run, retired, outside.value));
    return ok(this.arrive({ retired, phase: 0 }, null));
  }

  async interrupt(): Promise<void> {
    this.turn++;
    this.exploring++;
  }

  async view(): Promise<MachineView> {
    return this.show(this.present, this.since, this.stopped);
  }

  async block(id: number): Promise<BlockView | null> {
    const { cursor, map } = this.atPresent();
    const system = cursor.machine;
    const translation = system.translations().find((candidate) => candidate.id === id);
    return translation ? translatedBlock(system, translation, map, NO_MARKS) : null;
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

  async setBreakpoints(breakpoints: readonly Breakpoint[]): Promise<readonly ResolvedBreakpoint[]> {
    this.breakpoints = breakpoints;
    if (!this.branchList) {
      return breakpoints.map(({ id }) => ({ id, addresses: [], source: null, problem: NOT_OPEN }));
    }
    const { cursor } = this.atPresent();
    const resolved = breakpoints.map((one) => this.resolver.resolve(one, cursor.machine));
    this.armed = resolved.flatMap(({ armed }) => (armed?.breakpoint.enabled ? [armed] : []));
    return resolved.map(({ told }) => told);
  }

  async resume(direction: Direction): Promise<{ found: boolean; view: MachineView }> {
    const run = this.opened();
    const search = this.breakpointSearch(run, ++this.turn, this.armed);
    const from = this.present.retired;
    const found =
      direction === 'forward' ? await search.forward(from) : await search.backward(from);
    if (found.kind === 'superseded') {
      const reason = `Stopped after looking at ${inWords(found.looked)}, no breakpoint among them`;
      return { found: false, view: this.stay(reason) };
    }
    if (found.kind === 'hit') return { found: true, view: this.arriveStopped(found, direction) };
    const unread = search.conditionProblem;
    const why = unread ? ` No condition held; one had no value at times: ${unread}` : '';
    if (direction === 'backward') {
      // Where one stands may be far from the start, and nothing else leads back to it.
      const view = this.stay('No breakpoint was met on the way back to the start');
      const sentence = `${view.sentence}${why}`;
      return { found: false, view: { ...view, sentence, news: sentence } };
    }
    const view = this.arrive({ retired: found.at, phase: 0 }, null);
    return { found: false, view: { ...view, sentence: `${view.sentence}${why}` } };
  }

  async stepOver(direction: Direction): Promise<MachineView> {
    const { beforeReturn, behindCall } = await forDebugger.callSteps();
    const run = this.opened();
    const from = this.present.retired;
    if (direction === 'forward') {
      const behind = behindCall(this.atPresent().cursor.machine);
      return behind ? this.runOnce(run, behind, direction) : this.step('guest', direction);
    }
    const before = stopBefore(run.cursor, RULES.guest, from) ?? 0;
    run.cursor.goTo(before);
    const call = beforeReturn(run.cursor.machine);
    if (!call) return this.step('guest', direction);
    const { eip } = (await this.view()).guest;
    const view = await this.runOnce(run, call, direction);
    // An interrupt came between two instructions: before it the guest stood where it stands now.
    return view.stop === null && view.moment.retired < from && view.guest.eip === eip
      ? this.stepOver(direction)
      : view;
  }

  async stepOut(direction: Direction): Promise<MachineView> {
    const { aroundFunction } = await forDebugger.callSteps();
    const run = this.atPresent();
    const around = aroundFunction(run);
    if (!around.ok) return this.stay(around.error.replace(/\.$/, ''));
    const { out, entry } = around.value;
    return this.runOnce(run, direction === 'forward' ? out : entry, direction);
  }

  /** Runs to a place that is nobody's breakpoint; those that are stop it before. */
  private async runOnce(run: Run, place: Armed, direction: Direction): Promise<MachineView> {
    const from = this.present.retired;
    const search = this.breakpointSearch(run, ++this.turn, [...this.armed, place]);
    const found =
      direction === 'forward' ? await search.forward(from) : await search.backward(from);
    if (found.kind === 'superseded') return this.stay('Stopped before it came to the place');
    if (found.kind === 'hit' && found.hit.armed !== place) {
      return this.arriveStopped(found, direction);
    }
    if (found.kind !== 'hit' && direction === 'backward') {
      return this.stay('Nothing led here since the start of the run');
    }
    // What happened on the way is told of short ways only: to tell it, all of it is looked at again.
    const told = direction === 'forward' && found.at - from <= LOOK_SLICE;
    return this.arrive({ retired: found.at, phase: 0 }, told ? from : null);
  }

  async inspect<Kind extends InspectionKind>(
    kind: Kind,
    request: Inspections[Kind]['request'],
  ): Promise<Inspections[Kind]['reply']> {
    const { inspect } = await forDebugger.inspections();
    return inspect(this.atPresent(), this.since, kind, request);
  }

  async origin(target: OriginTarget): Promise<Origin> {
    const run = this.opened();
    const turn = ++this.turn;
    const { findOrigin } = await forDebugger.origin();
    return findOrigin(run, this.present.retired, target, () => this.goOn(turn));
  }

  async edit(edit: Edit): Promise<Result<MachineView, Problem>> {
    const run = this.opened();
    const { cursor, recording } = run;
    const { retired } = this.present;
    if (recording.end === retired && recording.outcome?.kind === 'exited') {
      return err({
        message: 'The guest has ended the run: nothing would come of a change.',
        hint: 'Step back, and change it there.',
      });
    }
    this.turn++;
    this.exploring++;
    // In the midst of what a monitor makes of one instruction the guest has no state of its own.
    const moment = boundaryBefore(cursor, retired);
    cursor.arriveAgain(moment);
    const resolved = resolveEdit(edit, cursor.machine);
    if (!resolved.ok) return resolved;
    const { edits, was, label, idle } = resolved.value;
    if (idle) return ok(this.stay(`${label} is no change`));
    const refused = tryEdits(cursor, moment, edits);
    if (refused !== null) return err({ message: refused });
    this.allBranches().fork(moment, this.present, { edits, was, label });
    const view = this.arrive({ retired: moment, phase: 0 }, null);
    const back = moment < retired ? `, at the guest boundary before: moment ${moment}` : '';
    const sentence = `Changed ${label}${back}. This is branch ${view.branch} now.`;
    return ok({ ...view, sentence });
  }

  async branches(): Promise<BranchesView> {
    return this.allBranches().view(this.present);
  }

  async switchBranch(id: number): Promise<MachineView> {
    const branches = this.allBranches();
    if (!branches.has(id)) return this.stay(`There is no branch ${id}`);
    this.turn++;
    this.exploring++;
    return this.arrive(branches.switchTo(id, this.present), null);
  }

  private arriveStopped({ at, hit }: StoppedAt, direction: Direction): MachineView {
    const stop = stopView(this.opened(), hit, direction);
    const view = this.arrive({ retired: at, phase: 0 }, at > 0 ? at - 1 : null, stop);
    return { ...view, sentence: `${stop.reason} ${view.sentence}` };
  }

  private breakpointSearch(run: Run, turn: number, armed: readonly Armed[]): BreakpointSearch {
    return new BreakpointSearch(run, armed, () => this.goOn(turn));
  }

  /** Lets other work happen. False: a later command has taken over. */
  private async goOn(turn: number): Promise<boolean> {
    await this.options.yieldNow();
    return turn === this.turn;
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

  private find(run: Run, turn: number, condition: Compiled, direction: Direction): Promise<Found> {
    const { addresses } = condition;
    if (addresses) return this.findAddresses(run, turn, addresses, direction);
    return direction === 'forward'
      ? this.findForward(run, turn, condition)
      : this.findBackward(run, turn, condition);
  }

  /** As a breakpoint at these addresses would be found. */
  private async findAddresses(
    run: Run,
    turn: number,
    addresses: readonly number[],
    direction: Direction,
  ): Promise<Found> {
    const place = { kind: 'address', address: addresses[0] ?? 0 } as const;
    const breakpoint = { id: '', enabled: true, place, condition: null };
    const armed: Armed = { breakpoint, condition: null, kind: 'code', addresses };
    const search = this.breakpointSearch(run, turn, [armed]);
    const from = this.present.retired;
    const found =
      direction === 'forward'
        ? await search.forward(from, from + FARTHEST_FOR_ADDRESSES)
        : await search.backward(from);
    return found.kind === 'nothing' ? { kind: 'nothing', looked: found.at - from } : found;
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
    return this.allBranches().run;
  }

  private allBranches(): Branches {
    invariant(this.branchList, 'a world is loaded before anything else is asked for');
    return this.branchList;
  }

  /** The run with its machine at the present moment. */
  private atPresent(): Run {
    const run = this.opened();
    run.cursor.goTo(this.present.retired);
    return run;
  }

  private arrive(to: Moment, since: number | null, stop: StopView | null = null): MachineView {
    const { recording } = this.opened();
    recording.extend(to.retired + 1);
    const { end } = recording;
    const moment = end !== null && to.retired > end ? { retired: end, phase: 0 } : to;
    return this.show(moment, since === null ? null : Math.min(since, moment.retired), stop);
  }

  /** The present as it is, with a reason for not having moved in place of its sentence. */
  private stay(reason: string): MachineView {
    const view = this.show(this.present, this.since, this.stopped);
    const sentence = `${reason}; nothing moved.`;
    return { ...view, sentence, news: sentence };
  }

  private show(moment: Moment, since: number | null, stop: StopView | null): MachineView {
    this.present = moment;
    this.since = since;
    this.stopped = stop;
    return viewOf(this.opened(), moment, since, this.allBranches().current, stop);
  }
}
