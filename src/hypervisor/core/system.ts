/**
 * `System`: a PC with a guest on it under one technique, `bare` included. The session drives this interface and
 * knows no technique. Everything a system holds is bytes of machine memory or comes out of `save()`.
 */
import type { OutsideInput } from '../../machine/board';
import type { AtaDisk } from '../../machine/devices/ata-disk';
import type { EventLog } from '../../machine/event-log';
import type { MachineEventBody } from '../../machine/events';
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

/**
 * What a debugger wants to hear of while the machine runs at full speed. Watching changes nothing that the guest or the
 * counters could tell: same instructions, same cycles, same events.
 */
export interface Watch {
  /**
   * Guest linear addresses of instructions. May be computed: `has` is asked when an instruction is decoded, so its answer
   * may depend on the address and the bytes there, and on nothing else.
   */
  readonly code: { readonly size: number; has(linear: number): boolean };
  readonly data: readonly {
    /** `physical`: guest-physical. */
    readonly space: 'virtual' | 'physical';
    readonly address: number;
    /** Bytes, at least 1. */
    readonly length: number;
    readonly on: 'write' | 'read' | 'access';
  }[];
  /** Writes by guest instructions to the page directory in CR3 and the page tables it names. */
  readonly pageTables: boolean;
}

/** Something watched for is happening. */
export interface Sighting {
  /** `execute`: the guest is about to execute the instruction at `linear`, whoever carries it out. */
  readonly kind: 'execute' | 'read' | 'write';
  /** Guest linear address; of the first byte of an access. For a page walk: 0. */
  readonly linear: number;
  /** Guest-physical address of the access; for `execute` 0. */
  readonly physical: number;
  /** Bytes of the access; for `execute` 0. */
  readonly length: number;
  /** Index into `Watch.data`, -1 for code, -2 for page tables. */
  readonly watch: number;
  /** `delivery`: a frame pushed or a gate read for an interrupt; `page-walk`: an accessed or dirty bit set. */
  readonly by: 'instruction' | 'delivery' | 'page-walk';
  /** The guest's steps before the one that does it. */
  readonly guestMoment: number;
  /**
   * Of a delivery the moment before the machine's step during which it was made, else null. A single-step trap is made
   * before anybody can see the guest stand behind the instruction stepped.
   */
  readonly moment: number | null;
}

/** A change from outside to the guest as it stands between two of its instructions. */
export type SystemEdit =
  | { readonly kind: 'memory'; readonly physical: number; readonly bytes: readonly number[] }
  | {
      readonly kind: 'register';
      /** eax ecx edx ebx esp ebp esi edi are 0 to 7. */
      readonly register: number | 'eip' | 'eflags';
      readonly value: number;
    };

export interface System extends Snapshotable<unknown> {
  readonly memory: PhysicalMemory;
  readonly events: EventLog;
  /** The run's time: steps of the machine, each a retired instruction or a delivery. */
  readonly moment: number;
  /** The guest's time in the same way: instructions of its own, and deliveries through its IDT. Bare: the moment. */
  readonly guestMoment: number;
  /** Machine instructions retired, guest instructions retired, modelled cycles. */
  readonly retired: number;
  readonly guestRetired: number;
  readonly cycles: number;
  /** Linear address of the guest's own first instruction where firmware runs before it; null: it is the very first. */
  readonly handover: number | null;
  /** What is on the guest's disk now; null without one. Only to look at. */
  readonly disk: Pick<AtaDisk, 'sectors' | 'read' | 'writtenCount' | 'save'> | null;

  /** Runs until `moment === limit` (outcome `budget`) or the machine stops. Run equals step, exactly. */
  run(limit: number): Outcome;

  /**
   * Something from outside reaches the guest's devices. When the guest gets it follows from the machine's state
   * alone, so the same input at the same moment gives the same run.
   */
  receive(input: OutsideInput): void;

  /**
   * Sets what to watch for; null: nothing. Not part of the saved state. `judge` is asked at each sighting, with all
   * registers and memory readable: for `execute` as of before the instruction, for an access as of the first guest
   * boundary behind the instruction that made it. If it answers true, `run` returns `budget` early, as it stands then.
   * (An instruction that a monitor carries out without leaving its own code cannot be stopped before: `judge` is asked
   * in time, `run` returns behind it.)
   *
   * A start of an instruction is told once, also when `run` goes on from there, and again when it is restarted after the
   * guest has served its page fault. After `restore` and `watch` it is told anew. What an instruction did before it
   * faulted is not told; it will do it again.
   */
  watch(watch: Watch | null, judge: (sighting: Sighting) => boolean): void;
  /**
   * Hears what happens on the CPU and the devices that the guest believes it has, while someone listens: what goes through
   * its IDT (`trap`), ring changes, loads of CR3, ports, silent sensitive instructions. `guestMoment` is then the number
   * of the guest's steps before the one that does it. Bare: the machine's own events. Not part of the saved state.
   */
  guestListener: ((body: MachineEventBody) => void) | null;
  /**
   * Changes the guest, where `atGuestBoundary()` holds. TLBs and stale translations are dropped, as if the guest had
   * made the change itself and flushed.
   *
   * @returns null, or why it cannot be done now
   */
  edit(edit: SystemEdit): string | null;
  /** What the silicon's TLB holds for the page of a linear address; null: nothing, or not usable. */
  tlbEntry(
    linear: number,
  ): { readonly frame: number; readonly writable: boolean; readonly user: boolean } | null;
  /** The machine page that holds a guest-physical page; null: there is none. Bare: the same number. */
  machinePage(guestPage: number): number | null;

  /** The silicon's registers, and the CPU the guest believes it runs on. `bare`: the same. */
  real(): Registers;
  guest(): Registers;
  actor(): Actor;
  /** True when the guest stands between two of its own steps (not inside a rewritten sequence or the monitor). */
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

  /** What depended on time since the start, in order: all of it, or as the machine was made (`KeptFacts`). */
  timedFacts(): readonly TimedFact[];

  /**
   * Executes the guest instruction at `address` untranslated, at the CPL the guest's kernel really has, for one
   * machine instruction; puts the whole machine back as it was. Null where that makes no sense (`bare`, user code).
   */
  runUntranslated(address: number): UntranslatedRun | null;
}
