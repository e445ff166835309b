/**
 * What a debugger asks of a session, and what it gets: breakpoints, looks into memory, tables and page tables, edits,
 * branches. Types only; plain, cloneable data. Addresses and values are unsigned 32-bit numbers.
 */
import type { BlockView, InstructionView } from './view';
import type { Moment } from './world';

// --- breakpoints ------------------------------------------------------------------------------------------------

/** Events a run can be stopped at; `event-triggers.ts` says in words what each is. */
export type EventTrigger =
  | 'ring-change'
  | 'exception'
  | 'interrupt'
  | 'software-interrupt'
  | 'sensitive'
  | 'address-space'
  | 'page-table-write'
  | 'port'
  | 'console'
  | 'halt'
  | 'translation-miss'
  | 'translation-invalidated'
  | 'callout'
  | 'hidden-fault'
  | 'true-fault'
  | 'injected';

export type BreakpointPlace =
  /** The guest is about to execute the instruction there: a linear address, a label (`start.loop`, `start+0x8`), or a source line. */
  | { readonly kind: 'address'; readonly address: number }
  | { readonly kind: 'label'; readonly name: string }
  /** 1-based. Stops at the first instruction of that line, or of the next line that has one. */
  | { readonly kind: 'source'; readonly file: string; readonly line: number }
  /** A guest instruction (or what the CPU does for it: a push of an interrupt frame) touches these bytes. */
  | {
      readonly kind: 'data';
      /** `physical`: guest-physical. */
      readonly space: 'virtual' | 'physical';
      /**
       * A number, or an expression evaluated when the breakpoint is first set: `counter`, `esp+8`. The value stays with
       * the breakpoint's id and text until the next `load`, so that going back and forth does not move it.
       */
      readonly address: number | string;
      /** Bytes, 1 to 4096. */
      readonly length: number;
      readonly on: 'write' | 'read' | 'access';
    }
  /** `value`: a vector, a port, a ring: what the trigger says it means. Absent: any. */
  | { readonly kind: 'event'; readonly event: EventTrigger; readonly value?: number };

export interface Breakpoint {
  readonly id: string;
  readonly enabled: boolean;
  readonly place: BreakpointPlace;
  /** Expression that must not be 0, e.g. `eax == 5 && dword [esp+4] > limit && !zf`; null: always. */
  readonly condition: string | null;
}

/** What became of a breakpoint in the guest that is open. */
export interface ResolvedBreakpoint {
  readonly id: string;
  /** Linear addresses it stands at (a macro's line may have several); empty for data and events. */
  readonly addresses: readonly number[];
  /** The source line it stands at after snapping, where there is one. */
  readonly source: { readonly file: string; readonly line: number } | null;
  /** Why it cannot stop anything: unknown label, no code there, a condition that cannot be read. Null: it is good. */
  readonly problem: string | null;
}

/** Why a run stopped where it stands. */
export interface StopView {
  /** The breakpoint's id. */
  readonly breakpoint: string;
  /** One sentence: `Breakpoint at kernel_main.loop: eax == 5.` */
  readonly reason: string;
}

// --- looking ----------------------------------------------------------------------------------------------------

/**
 * `virtual`: guest-virtual, through the guest's own page tables; `physical`: guest-physical; `machine`: the real
 * machine's physical memory (under a hypervisor another one than the guest's).
 */
export type Space = 'virtual' | 'physical' | 'machine';
/** The CPU the guest believes it runs on, or the silicon. Bare: the same. */
export type WhichCpu = 'guest' | 'real';

export interface MemoryRequest {
  readonly space: Space;
  /** First byte; a number or an expression: `esp`, `gdt`, `[ebp+8]`. */
  readonly address: number | string;
  /** Bytes, at most 4096. */
  readonly length: number;
}

/** A dword in memory that points somewhere known. */
export interface PointerView {
  readonly offset: number;
  readonly target: number;
  readonly kind: 'code' | 'data' | 'stack';
  /** `kernel_main+0x12`, or null. */
  readonly label: string | null;
}

export interface MemoryView {
  readonly space: Space;
  readonly address: number;
  /** Null where nothing is mapped. */
  readonly bytes: readonly (number | null)[];
  /** Offsets of bytes that the step just taken changed. */
  readonly changed: readonly number[];
  readonly symbols: readonly { readonly offset: number; readonly name: string }[];
  readonly pointers: readonly PointerView[];
  /** Where ESP, EBP and EIP point if that is in range: `esp` and so on. */
  readonly registers: readonly { readonly offset: number; readonly name: string }[];
}

/** One field of an entry: bits from `high` to `low`, what they hold and what that means. */
export interface BitField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: number;
  /** For people: `present`, `DPL 3: ring 3 may use it`. */
  readonly meaning: string;
}

export interface DescriptorView {
  /** Index in the table, and the selector with RPL 0. */
  readonly index: number;
  readonly selector: number;
  /** Linear address of the entry. */
  readonly address: number;
  readonly low: number;
  readonly high: number;
  readonly present: boolean;
  /** `code r-x 32`, `data rw-`, `TSS busy`, `LDT`, `call gate`, `null`. */
  readonly type: string;
  readonly dpl: number;
  /** Of segments; null for gates. */
  readonly base: number | null;
  readonly limit: number | null;
  /** Of gates; null for segments. */
  readonly target: {
    readonly selector: number;
    readonly offset: number;
    readonly label: string | null;
  } | null;
  readonly fields: readonly BitField[];
  /** Segment registers loaded with it now: `cs`, `ds`. */
  readonly usedBy: readonly string[];
}

export interface TssField {
  readonly name: string;
  readonly offset: number;
  readonly value: number;
  readonly meaning: string;
}

export interface TablesView {
  readonly cpu: WhichCpu;
  readonly gdtr: { readonly base: number; readonly limit: number };
  readonly idtr: { readonly base: number; readonly limit: number };
  readonly ldtr: number;
  readonly tr: number;
  readonly gdt: readonly DescriptorView[];
  readonly ldt: readonly DescriptorView[];
  /** Vector is the index. `name`: `#PF page fault`, `IRQ 0 timer`, or null. */
  readonly idt: readonly (DescriptorView & { readonly name: string | null })[];
  readonly tss: {
    readonly address: number;
    readonly fields: readonly TssField[];
    /** Port ranges the I/O bitmap opens, or why there is none. */
    readonly ports: string;
  } | null;
  /** Said when a table cannot be read: `The GDT at 0x... is not mapped.` */
  readonly problems: readonly string[];
}

/** Bits of a page-directory or page-table entry. */
export interface PageEntryView {
  readonly index: number;
  /** Physical address of the entry, in the space of the tables. */
  readonly entryAddress: number;
  readonly entry: number;
  /** First linear address it maps. */
  readonly linear: number;
  /** Frame, or the page table's address. */
  readonly target: number;
  readonly present: boolean;
  readonly large: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly accessed: boolean;
  readonly dirty: boolean;
  /** Empty in `PagesView`: a walk has them. */
  readonly fields: readonly BitField[];
}

export interface PagesRequest {
  readonly cpu: WhichCpu;
  /** Index of the directory entry whose table is opened; absent: the directory. */
  readonly directoryIndex?: number;
}

/** Neighbouring entries that map on in the same way are one run, so that a whole table fits a screen. */
export interface PagesView {
  readonly cpu: WhichCpu;
  readonly enabled: boolean;
  readonly cr3: number;
  readonly writeProtect: boolean;
  readonly level: 'directory' | 'table';
  /** Present entries only. */
  readonly entries: readonly PageEntryView[];
  readonly runs: readonly {
    readonly from: number;
    readonly to: number;
    readonly linear: number;
    readonly bytes: number;
    /** First frame if frames go on with the pages, else null. */
    readonly physical: number | null;
    readonly rights: string;
  }[];
  readonly problem: string | null;
}

export interface WalkRequest {
  readonly cpu: WhichCpu;
  readonly address: number | string;
  readonly access: 'read' | 'write' | 'execute';
  /** At CPL 3; absent: at the CPL the CPU has. */
  readonly user?: boolean;
}

export interface WalkView {
  readonly cpu: WhichCpu;
  readonly address: number;
  readonly access: 'read' | 'write' | 'execute';
  readonly user: boolean;
  readonly enabled: boolean;
  readonly cr3: number;
  /** Parts of the address: bits 31:22, 21:12, 11:0. */
  readonly parts: {
    readonly directory: number;
    readonly table: number;
    readonly offset: number;
  };
  readonly directoryEntry: PageEntryView | null;
  readonly tableEntry: PageEntryView | null;
  readonly outcome:
    | { readonly kind: 'mapped'; readonly physical: number; readonly byte: number | null }
    /** The #PF that silicon would raise, and why in one sentence. */
    | { readonly kind: 'fault'; readonly errorCode: number; readonly why: string };
  /** What the silicon's TLB holds for this page right now, if it holds something; it may be stale. */
  readonly tlb: {
    /** Physical address of the page, in the real machine's memory. */
    readonly frame: number;
    readonly writable: boolean;
    readonly user: boolean;
  } | null;
  /** Under a hypervisor, for a guest walk: machine address of the page behind the guest-physical one. */
  readonly machine: number | null;
}

export type StackEntryKind =
  | 'return-address'
  | 'saved-frame-pointer'
  /** Part of what an interrupt, an exception or a far call pushed. */
  | 'frame'
  | 'code'
  | 'data'
  | 'stack'
  | 'value';

export interface StackView {
  readonly cpu: WhichCpu;
  readonly segment: number;
  readonly pointer: number;
  readonly framePointer: number;
  /** 2 or 4 bytes each, from the top of the stack (lowest address) on. */
  readonly wordBytes: 2 | 4;
  readonly entries: readonly {
    readonly address: number;
    readonly value: number | null;
    readonly kind: StackEntryKind;
    /** Nearest label at `target`. */
    readonly label: string | null;
    /** Linear address the word leads to, if it looks like one. */
    readonly target: number | null;
    /** What leads to it: `stack` and `data` are shown in memory, `code` as a block. */
    readonly leadsTo: 'code' | 'data' | 'stack' | null;
    /** Of a frame's word, what it is: `EFLAGS, IF=1 IOPL=0`, `EIP →` with `target` to follow; null otherwise. */
    readonly words: string | null;
    readonly changed: boolean;
  }[];
}

export interface CallFrameView {
  readonly address: number;
  readonly label: string | null;
  readonly source: { readonly file: string; readonly line: number } | null;
  /** EBP of the frame; null for the innermost when it has none yet. */
  readonly framePointer: number | null;
  /**
   * How it was left for the frame before it in the list: `call`, near or far; `interrupt`, an interrupt or exception
   * frame found on the stack; `task`, a nested task whose task state links to this one's.
   */
  readonly by: 'current' | 'call' | 'interrupt' | 'task';
  /** Selector of the task; null unless `by` is `task`. */
  readonly task: number | null;
  /**
   * Linear address of the word that says where this frame goes on, on the stack or, for a task, in its task state; null
   * for the current one.
   */
  readonly returnSlot: number | null;
  /** Linear stack pointer when control is back in it; of the current frame as it is. */
  readonly stackPointer: number;
  /** Its privilege level. */
  readonly cpl: number;
}

export interface CallStackView {
  readonly frames: readonly CallFrameView[];
  /** Why it ends: `The chain of frame pointers ends: EBP is 0.` */
  readonly ended: string;
}

export type Evaluation =
  | { readonly ok: true; readonly value: number; readonly label: string | null }
  | { readonly ok: false; readonly message: string; readonly column: number };

/** A line of untranslated guest code, wherever it is. */
export interface DisassemblyLine {
  readonly address: number;
  readonly bytes: readonly number[];
  readonly text: string;
  readonly label: string | null;
  readonly source: { readonly file: string; readonly line: number } | null;
  readonly next: boolean;
}

/** Every kind of look: its request and its reply. A look never moves the present. */
export interface Inspections {
  readonly memory: { readonly request: MemoryRequest; readonly reply: MemoryView | Unreadable };
  readonly tables: { readonly request: { readonly cpu: WhichCpu }; readonly reply: TablesView };
  readonly pages: { readonly request: PagesRequest; readonly reply: PagesView };
  readonly walk: { readonly request: WalkRequest; readonly reply: WalkView | Unreadable };
  readonly stack: {
    readonly request: { readonly cpu: WhichCpu; readonly words: number };
    readonly reply: StackView;
  };
  readonly calls: { readonly request: Record<never, never>; readonly reply: CallStackView };
  readonly evaluate: {
    readonly request: { readonly expressions: readonly string[] };
    readonly reply: readonly Evaluation[];
  };
  readonly disassembly: {
    readonly request: { readonly address: number | string; readonly count: number };
    readonly reply: readonly DisassemblyLine[] | Unreadable;
  };
  /** The block at a guest address: its translation if it has one, else the guest's code alone. */
  readonly block: {
    readonly request: { readonly address: number };
    readonly reply: BlockView | null;
  };
}

export type InspectionKind = keyof Inspections;

/** The request's address is an expression that cannot be evaluated. */
export interface Unreadable {
  readonly unreadable: string;
}

// --- where a value came from ------------------------------------------------------------------------------------

/** Names as people write them: `eax`, `eip`, `eflags`, `cs`, `cr3`, `gdtr`, `idtr`, `ldtr`, `tr`. */
export type OriginTarget =
  | { readonly kind: 'register'; readonly name: string }
  | {
      readonly kind: 'memory';
      readonly space: 'virtual' | 'physical';
      readonly address: number;
      readonly length: number;
    };

export type Origin =
  | {
      readonly found: true;
      /** The moment before the instruction that wrote it: seek there to see it about to happen. */
      readonly moment: Moment;
      readonly by: 'instruction' | 'delivery' | 'page-walk' | 'edit';
      /** The guest instruction; for a delivery the one that was interrupted. */
      readonly instruction: InstructionView | null;
      readonly label: string | null;
      readonly source: { readonly file: string; readonly line: number } | null;
      readonly before: number;
      readonly after: number;
      /** One sentence. */
      readonly sentence: string;
    }
  /** Not written since the start: the loader put it there, or it is as at reset; or the search was stopped. */
  | { readonly found: false; readonly sentence: string };

// --- changing ---------------------------------------------------------------------------------------------------

/** A change made while paused. It starts a branch: the old future stays reachable. */
export type Edit =
  | {
      readonly kind: 'memory';
      readonly space: 'virtual' | 'physical';
      readonly address: number;
      readonly bytes: readonly number[];
    }
  /** eax ecx edx ebx esp ebp esi edi, eip, eflags (arithmetic flags and DF), as the guest sees them. */
  | { readonly kind: 'register'; readonly name: string; readonly value: number };

export interface BranchView {
  readonly id: number;
  /** Null for the run as loaded. */
  readonly parent: number | null;
  /** Where it leaves its parent. */
  readonly forkedAt: number;
  /** `As loaded`, or what was edited: `0x00105004: 07 → 06`. */
  readonly label: string;
  /** The moment last shown on it. */
  readonly last: Moment;
}

export interface BranchesView {
  readonly current: number;
  readonly branches: readonly BranchView[];
}
