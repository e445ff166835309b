/**
 * `System`: a PC with a guest on it under one technique, `bare` included. The session drives this interface and
 * knows no technique. Everything a system holds is bytes of machine memory or comes out of `save()`.
 */
import type { OutsideInput } from '../../machine/board';
import type { EventLog } from '../../machine/event-log';
import type { PhysicalMemory } from '../../machine/memory';
import type { Outcome } from '../../machine/outcome';
import type { Snapshotable } from '../../machine/snapshot';

/** One segment register with its hidden part. `rights`: descriptor bits 8..23 (see machine/cpu/state.ts). */
export interface SegmentState {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly rights: number;
}

/** Architectural registers of one CPU, copied out. All unsigned 32-bit. */
export interface Registers {
  /** eax ecx edx ebx esp ebp esi edi */
  readonly gpr: readonly number[];
  readonly eip: number;
  readonly eflags: number;
  readonly cpl: number;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  readonly gdtr: { readonly base: number; readonly limit: number };
  readonly idtr: { readonly base: number; readonly limit: number };
  /** ES CS SS DS FS GS LDTR TR */
  readonly segments: readonly SegmentState[];
  readonly halted: boolean;
}

/** Who executes the next instruction. */
export type Actor = 'guest-user' | 'guest-kernel' | 'translated-kernel' | 'monitor';

/** One machine instruction of a translation and where it came from. */
export interface TranslatedInstruction {
  readonly tcAddress: number;
  readonly length: number;
  readonly tag: 'same' | 'rewritten' | 'hypervisor-call' | 'chained' | 'exit';
  /** Index into `guest` of the guest instruction it belongs to; null for an exit to elsewhere. */
  readonly from: number | null;
}

export interface GuestInstructionInfo {
  readonly address: number;
  readonly length: number;
  readonly class: 'plain' | 'sensitive' | 'privileged' | 'ends-block';
}

/** A translation (compiled code fragment) as the monitor records it. */
export interface TranslationInfo {
  readonly id: number;
  readonly guestAddress: number;
  readonly tcAddress: number;
  readonly bytes: number;
  readonly valid: boolean;
  readonly executions: number;
  readonly guest: readonly GuestInstructionInfo[];
  readonly code: readonly TranslatedInstruction[];
  readonly chainedTo: readonly number[];
}

export interface CacheInfo {
  readonly capacityBytes: number;
  readonly usedBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly chains: number;
}

/** Something that depended on time: what the oracle replays on `bare`. */
export type TimedFact =
  | {
      readonly kind: 'interrupt';
      readonly guestRetired: number;
      readonly vector: number;
      readonly irq: number;
      /** The request was withdrawn before the acknowledge: no in-service bit was set (IRQ 7 or 15). */
      readonly spurious?: boolean;
    }
  | {
      readonly kind: 'read';
      readonly guestRetired: number;
      readonly port: number;
      readonly value: number;
    };

/** What the guest did when one of its own sensitive instructions really ran at the real CPL. */
export interface UntranslatedRun {
  readonly address: number;
  readonly cpl: number;
  readonly exception: { readonly vector: number; readonly errorCode: number | null } | null;
  readonly before: Registers;
  readonly after: Registers;
}

export interface System extends Snapshotable<unknown> {
  readonly memory: PhysicalMemory;
  readonly events: EventLog;
  /** Machine instructions retired, guest instructions retired, modelled cycles. */
  readonly retired: number;
  readonly guestRetired: number;
  readonly cycles: number;

  /** Runs until `retired === limit` (outcome `budget`) or the machine stops. Run equals step, exactly. */
  run(limit: number): Outcome;

  /**
   * Something from outside reaches the guest's devices. When the guest gets it follows from the machine's state
   * alone, so the same input at the same moment gives the same run.
   */
  receive(input: OutsideInput): void;

  /** The silicon's registers, and the CPU the guest believes it runs on. `bare`: the same. */
  real(): Registers;
  guest(): Registers;
  actor(): Actor;
  /** True when the guest stands between two of its own instructions (not inside a rewritten sequence or the monitor). */
  atGuestBoundary(): boolean;

  /** Bytes at a linear address as the silicon would fetch them now (monitor's area included), null if unmapped. */
  readReal(linear: number, length: number): Uint8Array | null;
  /** Bytes at a guest linear address through the guest's own page tables, null if unmapped. */
  readGuest(linear: number, length: number): Uint8Array | null;
  /** Guest-physical memory, for comparison with `bare`: page number to its bytes. */
  guestPage(page: number): Uint8Array;

  serial(): string;
  /** VGA text memory, 80*25*2 bytes, and the cursor's cell index (null = off). */
  screen(): { readonly bytes: Uint8Array; readonly cursor: number | null };

  /** Modelled cycles by cause id, in a fixed order. */
  cyclesByCause(): readonly {
    readonly id: string;
    readonly label: string;
    readonly cycles: number;
  }[];

  /** Counts by event kind since the start; `cache-hit` counts entries into translations that were already there, chained jumps included. */
  counts(): Readonly<Record<string, number>>;

  /** The translation cache; null where the technique has none. */
  cache(): CacheInfo | null;
  translations(): readonly TranslationInfo[];
  /** The translation whose bytes hold this linear address, or that starts at this guest address. */
  translationAtCache(tcAddress: number): TranslationInfo | null;
  translationOfGuest(guestAddress: number): TranslationInfo | null;
  /** Names for operands of translated code: `gs:[0x400]` is `vcpu.if`; null if it has none. */
  nameOfCacheOperand(displacement: number): string | null;

  /** What depended on time since the start, in order. */
  timedFacts(): readonly TimedFact[];

  /**
   * Executes the guest instruction at `address` untranslated, at the CPL the guest's kernel really has, for one
   * machine instruction; puts the whole machine back as it was. Null where that makes no sense (`bare`, user code).
   */
  runUntranslated(address: number): UntranslatedRun | null;
}
