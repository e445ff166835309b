/**
 * What a session shows of one moment: plain, cloneable data, ready to draw. Types only; `ui` and `viz` see the
 * machine through these and nothing else. Addresses and registers are unsigned 32-bit numbers.
 */
import type { MachineEvent } from '../machine/events';
import type { Outcome } from '../machine/outcome';
import type { StopView } from './debug';
import type { Moment, World } from './world';

export interface SegmentView {
  readonly name: string;
  readonly selector: number;
  readonly base: number;
  /** Last valid offset. */
  readonly limit: number;
  readonly dpl: number;
  /** e.g. `code r-x 32`, `data rw-`, `null`. */
  readonly type: string;
}

/** Registers of one CPU: the real one, or the one the guest believes it runs on. */
export interface CpuView {
  /** eax ecx edx ebx esp ebp esi edi, in this order. */
  readonly gpr: readonly number[];
  readonly eip: number;
  readonly eflags: number;
  readonly cpl: number;
  readonly interruptFlag: 0 | 1;
  readonly iopl: number;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  readonly gdtr: { readonly base: number; readonly limit: number };
  readonly idtr: { readonly base: number; readonly limit: number };
  readonly segments: readonly SegmentView[];
  readonly halted: boolean;
}

/** Who is running: decides the band of the ring stage the token stands in. */
export type Actor = 'guest-user' | 'guest-kernel' | 'translated-kernel' | 'monitor';

export interface InstructionView {
  readonly address: number;
  readonly bytes: readonly number[];
  readonly text: string;
  readonly cpl: number;
  readonly actor: Actor;
}

/** How one line of a translation came from the guest's line. */
export type LineTag = 'same' | 'rewritten' | 'hypervisor-call' | 'chained' | 'exit';

export interface GuestLine {
  readonly address: number;
  readonly bytes: readonly number[];
  readonly text: string;
  /** Translator's class of it; `bare` runs show `plain` or `sensitive` only. */
  readonly class: 'plain' | 'sensitive' | 'privileged' | 'ends-block';
  /** Source line of a shipped or assembled guest, 1-based, else null. */
  readonly sourceLine: number | null;
  /** The file of that line; null where there is none. */
  readonly sourceFile: string | null;
  readonly executed: boolean;
  readonly next: boolean;
}

export interface TranslatedLine {
  readonly address: number;
  readonly bytes: readonly number[];
  /** With names for the virtual CPU's fields: `mov dword gs:[vcpu.if],0`. */
  readonly text: string;
  readonly tag: LineTag;
  /** Index into `BlockView.guest` of the line it came from, or null for an exit to elsewhere. */
  readonly from: number | null;
  readonly executed: boolean;
  readonly next: boolean;
}

/** The guest block being executed (or asked for) beside its translation. */
export interface BlockView {
  /** Translation's id; null where nothing is translated (bare, direct execution). */
  readonly id: number | null;
  readonly guestAddress: number;
  /** Nearest label, e.g. `kernel_main+0x12`, or null. */
  readonly label: string | null;
  readonly guest: readonly GuestLine[];
  readonly translation: readonly TranslatedLine[];
  readonly tcAddress: number | null;
  readonly executions: number;
}

export interface CacheBlockView {
  readonly id: number;
  readonly guestAddress: number;
  readonly tcAddress: number;
  readonly bytes: number;
  readonly executions: number;
  readonly state: 'valid' | 'invalid';
  /** Ids its exits are chained to. */
  readonly chainedTo: readonly number[];
  readonly label: string | null;
}

export interface CacheView {
  readonly blocks: readonly CacheBlockView[];
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly chains: number;
  readonly current: number | null;
  /** What the step just taken did: a hit, a miss, a new chain; null for neither. */
  readonly happened: { readonly kind: 'hit' | 'miss' | 'chained'; readonly block: number } | null;
}

/** Where a waypoint of a flow stands on the ring stage. */
export type Place = 'ring3' | 'ring1' | 'ring0' | 'hardware';

/** One numbered phase of a flow, made from an event that happened at `moment`. */
export interface Waypoint {
  /** 1-based. */
  readonly number: number;
  readonly moment: Moment;
  readonly place: Place;
  /** Short: `callout`, `gate looked up`, `emulate popf`, `return`. */
  readonly label: string;
  /** One sentence with the facts: gate address, selector, values pushed. */
  readonly detail: string;
  readonly reached: boolean;
  /**
   * Modelled cycles spent since the previous waypoint until this one was done, sleep in HLT left out. Null where the
   * model charges several waypoints as one: the last of a delivery's phases carries all of it.
   */
  readonly cycles: number | null;
}

/**
 * One excursion: what left the guest's own code, what answered, how it came back. Present while a moment lies
 * inside one, or directly after it.
 */
export interface Flow {
  readonly title: string;
  /** `direct-call`: INT n in directly executed user code, which the hypervisor hands to the guest's own handler. */
  readonly kind: 'trap' | 'callout' | 'interrupt' | 'direct-call';
  /** Where the CPU was when it left: a trap's first waypoint is the silicon's work already. */
  readonly from: Place;
  readonly waypoints: readonly Waypoint[];
  /** Index of the last reached waypoint. */
  readonly current: number;
  /** From the opening to the last waypoint as far as recorded, sleep in HLT left out. */
  readonly totalCycles: number;
}

/** The guest's own sensitive instruction, really executed untranslated at the real CPL on a fork of the machine. */
export interface WhatIf {
  readonly address: number;
  readonly text: string;
  readonly cpl: number;
  /** Exception the silicon raised, e.g. `#GP(0)`, or null: it said nothing. */
  readonly trapped: string | null;
  /** Facts that came out, e.g. `IF before 1, popped 0, after 1`. */
  readonly facts: readonly string[];
  /** One sentence. */
  readonly conclusion: string;
}

export interface ConsoleView {
  readonly serial: string;
  /** 25 rows of 80 characters, with attributes; row-major. */
  readonly screen: { readonly text: readonly string[]; readonly attributes: readonly number[] };
  readonly cursor: { readonly row: number; readonly column: number } | null;
}

export interface CyclesView {
  readonly total: number;
  /** Every charge by cause, in a fixed order; `label` is for people. */
  readonly causes: readonly {
    readonly id: string;
    readonly label: string;
    readonly cycles: number;
  }[];
}

export interface MachineView {
  readonly world: World;
  readonly moment: Moment;
  /** Number of machine steps in the whole run if its end is known, else null. */
  readonly end: number | null;
  /** The guest's own steps: its instructions, and deliveries through its IDT. */
  readonly guestMoment: number;
  readonly guestRetired: number;
  readonly outcome: Outcome | null;
  /** The breakpoint that stopped the run here; null when something else led here. */
  readonly stop: StopView | null;
  /** The branch shown; 0 is the run as loaded. */
  readonly branch: number;
  /** The real CPU. */
  readonly real: CpuView;
  /** What the guest sees. On `bare` the same values as `real`. */
  readonly guest: CpuView;
  /** Both CPUs one step (of the unit last stepped) earlier: for changed-value marks. Null after a jump. */
  readonly before: { readonly real: CpuView; readonly guest: CpuView } | null;
  /** The instruction that retired last; null if the last step was a delivery, and at the start. */
  readonly executed: InstructionView | null;
  readonly next: InstructionView | null;
  readonly actor: Actor;
  readonly flow: Flow | null;
  readonly block: BlockView | null;
  readonly cache: CacheView | null;
  readonly whatIf: WhatIf | null;
  readonly console: ConsoleView;
  readonly cycles: CyclesView;
  /** Counts by event kind up to this moment. */
  readonly counts: Readonly<Record<string, number>>;
  /** Events of the step just taken. */
  readonly events: readonly MachineEvent[];
  /** The step just taken, in one sentence, for the live region. */
  readonly sentence: string;
  /** What came of a command that did not lead where it was meant to; absent: it did. */
  readonly news?: string;
}

/** Lanes of the timeline over `[from, to)` machine steps. */
export interface TimelineView {
  readonly from: number;
  readonly to: number;
  /** Run-length encoded: who was running. */
  readonly ring: readonly {
    readonly from: number;
    readonly to: number;
    readonly ring: 0 | 1 | 3;
  }[];
  readonly traps: readonly {
    readonly at: number;
    readonly kind: 'trap' | 'callout' | 'interrupt' | 'fault';
    readonly label: string;
  }[];
  readonly blocks: readonly {
    readonly at: number;
    readonly kind: 'translated' | 'chained' | 'invalidated' | 'flushed';
    readonly label: string;
  }[];
  /** The run's last moment if known. */
  readonly end: number | null;
}

/** A problem a user can mend: what, where, what to do. */
export interface Problem {
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  /** Further problems of the same kind, in order: the other errors of a source. They have no `more` of their own. */
  readonly more?: readonly Problem[];
  /** The place in the source with a caret, several lines, as a terminal shows it. */
  readonly excerpt?: string;
}
