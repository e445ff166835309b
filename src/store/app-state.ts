/** What the page knows, as plain data. Each field says what it means, who sets it and when it is empty. */
import type { LoadedGuest } from '../session/api';
import type { BlockView, MachineView, Problem, TimelineView } from '../session/view';
import type { StepUnit, World } from '../session/world';
import type { DebugState, Mode } from './debug-state';
import type { LessonState } from './lesson-state';

export type RightTab = 'cpu' | 'console' | 'events';
export type ThemeChoice = 'light' | 'dark';

/** How fast `play` goes: steps of the chosen unit at a pace, or machine steps as fast as they run. */
export type Speed =
  | {
      readonly id: string;
      readonly label: string;
      readonly kind: 'steps';
      readonly everyMs: number;
    }
  | {
      readonly id: string;
      readonly label: string;
      readonly kind: 'instructions';
      /** Machine steps between two pictures; with `adapts`, of the first one only. */
      readonly slice: number;
      /** As many as run in the time of one picture, on this machine and for this guest. */
      readonly adapts?: true;
    };

export const SPEEDS: readonly [Speed, ...Speed[]] = [
  { id: '1', label: '1 step/s', kind: 'steps', everyMs: 1000 },
  { id: '4', label: '4 steps/s', kind: 'steps', everyMs: 250 },
  { id: '20', label: '20 steps/s', kind: 'steps', everyMs: 50 },
  { id: 'run', label: '100 per frame', kind: 'instructions', slice: 100 },
  { id: 'full', label: 'Full speed', kind: 'instructions', slice: 50_000, adapts: true },
];

const FULL_SPEED = SPEEDS.find(({ id }) => id === 'full') ?? SPEEDS[0];

/** The speed at which play goes. */
export const paceOf = ({ hurried, speed }: Pick<AppState, 'hurried' | 'speed'>): Speed =>
  hurried ? FULL_SPEED : speed;

/** Play is on, and too fast for each picture to be looked at. */
export const isRushing = (state: Pick<AppState, 'playing' | 'hurried' | 'speed'>): boolean =>
  state.playing && paceOf(state).kind === 'instructions';

/** What one step is where one is. */
export const unitOf = ({ units, mode }: Pick<AppState, 'units' | 'mode'>): StepUnit => units[mode];

/** A stretch of the run, in machine steps: `[from, to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface AppState extends DebugState {
  /** The guest that is open; null until the first one is. Set by `open`. */
  readonly guest: LoadedGuest | null;
  /** The world that is open; null until the first one is. Set by `open`. */
  readonly world: World | null;
  /** The current moment; null until a world is open. Set by every reply of the session. */
  readonly view: MachineView | null;
  /** A command runs or waits. Set by the command queue. */
  readonly busy: boolean;
  /** A command has been running so long that a person may want to stop it: `pause` does. Set by the command queue. */
  readonly slow: boolean;
  /** `play` is on: further steps will follow by themselves. */
  readonly playing: boolean;
  /** The speed a person chose. */
  readonly speed: Speed;
  /** Play goes at full speed whatever was chosen: a program was run, or its end is wanted. Only while `playing`. */
  readonly hurried: boolean;
  /**
   * What one step is: for the step buttons, `s`, the arrows and paced play. On the stage one watches the machine, beside
   * the source one debugs the guest: each has a unit of its own.
   */
  readonly units: Readonly<Record<Mode, StepUnit>>;
  /** Lanes over `timelineSpan`; null until the run was explored or moved. */
  readonly timeline: TimelineView | null;
  /** The stretch the timeline shows; null: the whole run as far as it is known. Set by zooming. */
  readonly zoom: Span | null;
  /** The furthest moment seen in this world: the timeline's end while the run's is unknown. */
  readonly furthest: number;
  readonly tab: RightTab;
  /** The block a person clicked in the cache map; null: the block being executed. Cleared by any move. */
  readonly selectedBlock: BlockView | null;
  readonly theme: ThemeChoice;
  /** What went wrong with the user's last wish; null when nothing did or it was dismissed. */
  readonly problem: Problem | null;
  /** The open lesson; null when exploring freely. */
  readonly lesson: LessonState | null;
  readonly helpOpen: boolean;
  /** The keyboard is to go to the guest as soon as its field is on the page. Cleared by the field that took it. */
  readonly keyboardWanted: boolean;
}
