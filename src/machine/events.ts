/**
 * `MachineEvent`: one recorded fact about the run. Everything drawn on a timeline, spoken as a sentence or
 * counted comes from one of these, and each is emitted by the code that did the thing it tells of.
 *
 * Hot facts (a translated block entered through a chained jump) are counted in counters instead and become
 * events only while the session steps.
 */

/** When and where it happened. */
export interface EventStamp {
  /** The moment, in steps of the machine: the event belongs to the step that takes the count from here to one more. */
  readonly retired: number;
  /** Guest instructions retired. */
  readonly guestRetired: number;
  /** Modelled cycles since reset. */
  readonly cycles: number;
  /** The real EIP and privilege level at that moment. */
  readonly eip: number;
  readonly cpl: number;
}

/** One value an interrupt delivery pushed, in push order. */
export interface FrameSlot {
  readonly name: 'gs' | 'fs' | 'ds' | 'es' | 'ss' | 'esp' | 'eflags' | 'cs' | 'eip' | 'error code';
  /** Linear address written. */
  readonly address: number;
  readonly value: number;
}

/** What the silicon did to enter a handler: gate lookup, checks, stack switch, frame. */
export interface Delivery {
  readonly vector: number;
  readonly errorCode: number | null;
  readonly source: 'exception' | 'software' | 'external';
  readonly fromCpl: number;
  readonly toCpl: number;
  /** EIP that was interrupted and saved. */
  readonly savedEip: number;
  /** CR2 for #PF, else null. */
  readonly cr2: number | null;
  readonly gate: {
    readonly address: number;
    readonly kind: 'interrupt' | 'trap' | 'task';
    readonly dpl: number;
    readonly selector: number;
    readonly offset: number;
  };
  /** Null when the privilege level, and so the stack, stayed the same. */
  readonly stack: {
    readonly tssField: number;
    readonly ss: number;
    readonly esp: number;
  } | null;
  readonly frame: readonly FrameSlot[];
}

export type MachineEventBody =
  /** CPL changed, by whatever means (delivery, IRET, far call, far return). */
  | { readonly kind: 'ring-change'; readonly from: number; readonly to: number }
  /** The silicon delivered an exception or interrupt through its IDT. */
  | ({ readonly kind: 'trap' } & Delivery)
  /** IRET retired. */
  | {
      readonly kind: 'iret';
      readonly fromCpl: number;
      readonly toCpl: number;
      readonly toEip: number;
    }
  /** A far CALL through a call gate entered a more privileged ring. */
  | {
      readonly kind: 'gate-call';
      readonly selector: number;
      readonly fromCpl: number;
      readonly toCpl: number;
      readonly toEip: number;
      readonly frame: readonly FrameSlot[];
    }
  /**
   * A sensitive instruction executed outside ring 0 and the silicon raised nothing. `effect` says what it
   * revealed or ignored, e.g. `IF stays 1` or `read the real GDTR`.
   */
  | { readonly kind: 'sensitive-silent'; readonly mnemonic: string; readonly effect: string }
  | {
      readonly kind: 'port';
      readonly direction: 'in' | 'out';
      readonly port: number;
      readonly size: 1 | 2 | 4;
      readonly value: number;
      /** `physical`: the machine's own device; `virtual`: a monitor's. */
      readonly device: 'physical' | 'virtual';
    }
  | {
      readonly kind: 'interrupt-raised';
      readonly irq: number;
      readonly device: 'physical' | 'virtual';
    }
  | { readonly kind: 'console'; readonly text: string }
  /** Someone outside began to type so many key strokes, and to send so many bytes over the serial line. */
  | { readonly kind: 'input'; readonly strokes: number; readonly bytes: number }
  /** `cr3`: what was loaded into CR3, if that is what flushed it. */
  | { readonly kind: 'tlb-flush'; readonly scope: 'all' | 'page'; readonly cr3?: number }
  | { readonly kind: 'halt' }
  | { readonly kind: 'wake' }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'triple-fault' }
  // --- facts of a monitor -------------------------------------------------------------------------
  /** The monitor's reserved opcode handed control to the monitor. `reason` is its entry reason's kind. */
  | { readonly kind: 'monitor-entry'; readonly reason: string; readonly guestEip: number }
  /** What the monitor did with it, in order: one event per phase. */
  | {
      readonly kind: 'monitor-phase';
      readonly phase: 'decoded' | 'checked' | 'emulated' | 'returned';
      readonly text: string;
    }
  /** The monitor set up its return to the guest: into the translation cache or into the guest's own code. */
  | {
      readonly kind: 'monitor-exit';
      readonly to: 'translated' | 'direct' | 'monitor';
      readonly guestEip: number;
    }
  | {
      readonly kind: 'translated';
      readonly block: number;
      readonly guestEip: number;
      /** Where the unit begins: the code segment's base and `guestEip`. */
      readonly guestLinear: number;
      readonly tcAddress: number;
      readonly guestInstructions: number;
      readonly bytes: number;
    }
  | { readonly kind: 'cache-miss'; readonly guestEip: number }
  /** `how`: a chained jump, the in-cache hash lookup, or the monitor's dispatcher found the block. */
  | {
      readonly kind: 'cache-hit';
      readonly block: number;
      readonly how: 'chain' | 'lookup' | 'dispatch';
    }
  | { readonly kind: 'chained'; readonly from: number; readonly to: number; readonly site: number }
  /** A chained jump was cut: its target is gone, or its next entry has to come through the dispatcher. */
  | { readonly kind: 'unchained'; readonly from: number; readonly to: number }
  | { readonly kind: 'invalidated'; readonly block: number; readonly reason: string }
  | {
      readonly kind: 'retranslated';
      readonly block: number;
      readonly replacement: number;
      readonly guestEip: number;
    }
  | { readonly kind: 'cache-flushed'; readonly reason: string }
  | { readonly kind: 'callout'; readonly name: string; readonly guestEip: number }
  | { readonly kind: 'direct-entered'; readonly guestEip: number }
  | { readonly kind: 'direct-left'; readonly guestEip: number; readonly vector: number }
  /** One guest instruction was carried out on the virtual CPU by the monitor. */
  | {
      readonly kind: 'emulated';
      readonly guestEip: number;
      readonly text: string;
      readonly why: string;
    }
  /** The guest's tables allow the access, the shadow lacked it: filled, the guest never knows. */
  | { readonly kind: 'hidden-fault'; readonly address: number; readonly errorCode: number }
  /** The guest's own tables forbid the access: the fault is the guest's. */
  | { readonly kind: 'true-fault'; readonly address: number; readonly errorCode: number }
  | {
      readonly kind: 'shadow-fill';
      readonly address: number;
      readonly entry: number;
      readonly guestFrame: number;
      readonly machineFrame: number;
    }
  | { readonly kind: 'shadow-flush'; readonly reason: string }
  | { readonly kind: 'trace-hit'; readonly address: number; readonly guestFrame: number }
  /** An event was delivered to the guest through the guest's own IDT. */
  | ({ readonly kind: 'injected' } & Delivery);

export type MachineEventKind = MachineEventBody['kind'];
export type MachineEvent = EventStamp & MachineEventBody;
