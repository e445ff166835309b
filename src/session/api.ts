/**
 * The `Session` facade: one headless run that can be loaded, stepped both ways, sought and viewed. The worker
 * exposes exactly this; the command and the tests call it directly. All arguments and results are plain data.
 */

import type { Result } from '../base/result';
import type { MachineEvent } from '../machine/events';
import type { Outcome } from '../machine/outcome';
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
import type { BlockView, MachineView, Problem, TimelineView } from './view';
import type { Direction, GuestInput, Moment, StepUnit, World } from './world';

/** When to stop a run. Conditions are checked at guest-instruction granularity unless said otherwise. */
export type Condition =
  /** An event of this kind, optionally with these field values. Forward: just after; backward: just before it. */
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly where?: Readonly<Record<string, string | number>>;
    }
  /** The guest is about to execute this label or address. */
  | { readonly kind: 'guest-address'; readonly address: number | string }
  /** The guest is about to execute an instruction with this mnemonic (`popf` matches popf, popfd). */
  | { readonly kind: 'guest-mnemonic'; readonly mnemonic: string; readonly ring?: number }
  /** The first of these that holds. */
  | { readonly kind: 'any'; readonly of: readonly Condition[] };

export interface LoadedGuest {
  readonly name: string;
  /** Assembly text, where there is one. */
  readonly source: string | null;
  readonly symbols: readonly { readonly name: string; readonly address: number }[];
}

export interface SessionApi {
  /** Loads a world; what was open stays open if it fails. The first view is the moment before instruction 0. */
  load(world: World): Promise<Result<{ guest: LoadedGuest; view: MachineView }, Problem>>;
  /** Runs ahead in slices to learn the run's end and fill the timeline, without moving the current moment. */
  explore(maxSteps: number): Promise<{ end: number | null; outcome: Outcome | null }>;
  step(unit: StepUnit, direction: Direction): Promise<MachineView>;
  /** Runs at most `steps` of the machine forward, in slices, for `play`. */
  play(steps: number): Promise<MachineView>;
  runUntil(
    condition: Condition,
    direction: Direction,
  ): Promise<{ found: boolean; view: MachineView }>;
  seek(moment: Moment): Promise<MachineView>;
  /**
   * Someone types or sends something at the present moment, which becomes part of the run: going back before it and
   * forward again brings it again at the same moment. What was known of the future without it is gone.
   */
  input(input: GuestInput): Promise<Result<MachineView, Problem>>;
  /** Stops a running `play`, `runUntil` or `explore` at the next slice. */
  interrupt(): Promise<void>;
  view(): Promise<MachineView>;
  block(id: number): Promise<BlockView | null>;
  timeline(from: number, to: number, buckets: number): Promise<TimelineView>;
  /**
   * One number for the whole state at this moment, 16 hexadecimal digits: every byte of RAM, both CPUs, clock, counts,
   * console. Back and forward again gives the same one.
   */
  fingerprint(): Promise<string>;
  events(from: number, to: number, limit: number): Promise<readonly MachineEvent[]>;

  // --- debugging ----------------------------------------------------------------------------------------------

  /** Replaces all breakpoints, and says what became of each in the open guest. To be called again after `load`. */
  setBreakpoints(breakpoints: readonly Breakpoint[]): Promise<readonly ResolvedBreakpoint[]>;
  /**
   * Runs until an enabled breakpoint other than one at the present moment: forward just before an instruction, or just
   * after an access or event; backward just before either. `view.stop` names it. `play` stops at breakpoints too. Without
   * one forward leads to the end of the run, and backward moves nothing.
   */
  resume(direction: Direction): Promise<{ found: boolean; view: MachineView }>;
  /**
   * One guest instruction, but a call (CALL, INT n) and all that it leads to as one; backward, a return and all that led
   * to it. Breakpoints in between stop it.
   */
  stepOver(direction: Direction): Promise<MachineView>;
  /** Until control is back in the caller of the present function; backward, to before it was called or interrupted. */
  stepOut(direction: Direction): Promise<MachineView>;
  /** Looks at the present moment without moving it. */
  inspect<Kind extends InspectionKind>(
    kind: Kind,
    request: Inspections[Kind]['request'],
  ): Promise<Inspections[Kind]['reply']>;
  /** The instruction that last wrote a register or memory before the present moment. Does not move it. */
  origin(target: OriginTarget): Promise<Origin>;
  /** Changes the guest at the present moment and starts a branch there. The old future stays reachable. */
  edit(edit: Edit): Promise<Result<MachineView, Problem>>;
  branches(): Promise<BranchesView>;
  /** Goes to another branch, at the moment last shown on it. */
  switchBranch(id: number): Promise<MachineView>;
}
