/** What the page knows of the debugger: breakpoints, branches, and where its panels look. Plain data. */
import type {
  BranchesView,
  Breakpoint,
  ResolvedBreakpoint,
  Space,
  WhichCpu,
} from '../session/debug';

/** The stage with lessons, or the workbench with the editor and the debugger's panels. */
export type Mode = 'stage' | 'workbench';

/** Panels of the workbench. `UPPER_DOCK` and `LOWER_DOCK` say where each one lives. */
export const UPPER_DOCK = ['cpu', 'block', 'rings', 'paging', 'tables'] as const;
export const LOWER_DOCK = [
  'memory',
  'stack',
  'breakpoints',
  'watch',
  'console',
  'events',
  'branches',
] as const;
export type UpperPanel = (typeof UPPER_DOCK)[number];
export type LowerPanel = (typeof LOWER_DOCK)[number];
export type DockPanel = UpperPanel | LowerPanel;

/** Where the memory panel looks: a number, or an expression that is evaluated at each moment (`esp`). */
export interface MemoryPlace {
  readonly space: Space;
  readonly address: number | string;
}

/** What the paging panel walks. */
export interface WalkPlace {
  readonly cpu: WhichCpu;
  readonly address: number | string;
  readonly access: 'read' | 'write' | 'execute';
}

/** What a person asks the editor to show: set by a jump from a block, a stack entry or a breakpoint. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  /** Counts jumps, so that the same place can be asked for twice. */
  readonly jump: number;
}

export interface DebugState {
  readonly mode: Mode;
  /** Panel in front of each dock. */
  readonly upper: UpperPanel;
  readonly lower: LowerPanel;
  /** All breakpoints, kept when another guest is opened. Set by `setBreakpoints`. */
  readonly breakpoints: readonly Breakpoint[];
  /** What became of them in the open guest; empty until the session has answered. */
  readonly resolved: readonly ResolvedBreakpoint[];
  /** Null until the first edit in this world. */
  readonly branches: BranchesView | null;
  /** Expressions shown by the watch panel. */
  readonly watches: readonly string[];
  readonly memoryPlace: MemoryPlace;
  readonly walkPlace: WalkPlace;
  /** Null: the editor follows the machine. */
  readonly sourcePlace: SourcePlace | null;
}

export const INITIAL_DEBUG_STATE: DebugState = {
  mode: 'stage',
  upper: 'cpu',
  lower: 'memory',
  breakpoints: [],
  resolved: [],
  branches: null,
  watches: [],
  memoryPlace: { space: 'virtual', address: 'esp' },
  walkPlace: { cpu: 'guest', address: 'eip', access: 'execute' },
  sourcePlace: null,
};
