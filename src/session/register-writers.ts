/**
 * Who may have written a register in a stretch of the run: the machine runs at full speed, and only instructions that
 * write the register, or may, are looked at before they execute, and what goes through the IDT.
 *
 * ```text
 *  told     exec A      exec B   delivery     exec C ...        values are read where an instruction begins, so
 *  value    5           5                     7                 a change lies at what was told in between
 * ```
 *
 * What was told last of one guest instruction's step decides it: an instruction that a fault followed has not completed.
 */
import { REGISTER_NAMES } from '../debugger/expression';
import type { Registers, Sighting, System, Watch } from '../hypervisor/core/system';
import {
  type WriteRule,
  type WrittenRegisters,
  writtenRegisters,
} from '../machine/codec/written-registers';
import { CR0_PG, SEG } from '../machine/cpu/state';
import type { MachineEventBody } from '../machine/events';
import { codeBitness } from './registers-view';
import { readCode } from './stop-rules';

/** Something that may have written the register. */
export interface Writer {
  readonly by: 'instruction' | 'delivery';
  /** The guest's steps before it, and a moment close by. */
  readonly count: number;
  readonly at: number;
  /** Of a delivery: the moment before the machine's step that made it. */
  readonly delivered: number | null;
  /** Of the instruction. */
  readonly linear: number;
  readonly eip: number;
  /** When the instruction writes the register; null: only if it has changed behind it. */
  readonly rule: WriteRule | null;
  /** It wrote the register, whatever it held before. */
  readonly certain: boolean;
  readonly mayInterrupt: boolean;
  /** It did not complete. */
  broken: boolean;
}

/** Writers kept of one stretch: the last ones count. */
const MOST_WRITERS = 256;

const ALWAYS: WriteRule = { kind: 'always' };
/** What no task switch writes. */
const NOT_OF_TASKS: ReadonlySet<string> = new Set(['cr2', 'cr4', 'gdtr', 'idtr']);
const BY_DELIVERY: ReadonlySet<string> = new Set(['esp', 'eflags', 'cs', 'eip']);
/** Cleared on the way out of virtual-8086 mode. */
const BY_LEAVING_V86: ReadonlySet<string> = new Set(['es', 'ds', 'fs', 'gs']);
const VECTOR_DEBUG = 1;

export const registerValue = (name: string, registers: Registers): number =>
  REGISTER_NAMES.get(name)?.read(registers) ?? 0;

/**
 * A switch to another task loads nearly everything, perhaps with what it held before.
 *
 * @see Intel SDM vol. 3, "Task Management": "Task Switching"
 */
const isOfTasks = (name: string, { cr0 }: Registers): boolean =>
  name === 'cr3' ? (cr0 & CR0_PG) !== 0 : !NOT_OF_TASKS.has(name);

export const taskSwitchWrites = (name: string, before: Registers, after: Registers): boolean =>
  taskOf(before) !== taskOf(after) && isOfTasks(name, before);

const taskOf = (registers: Registers): number => registers.segments[SEG.TR]?.selector ?? 0;

export class RegisterWriters {
  readonly watch: Watch = {
    code: { size: 1, has: (linear) => this.mayWrite(linear) },
    data: [],
    pageTables: false,
  };

  /** In order. Those before the first one may have been forgotten: see `forgot`. */
  readonly found: Writer[] = [];
  /** There were more writers before the first one found, and none of those found is certain. */
  forgot = false;
  /** Told since registers were read last. */
  private open: Writer[] = [];
  private before: Registers;
  private readonly known = new Map<number, { readonly bytes: Uint8Array; readonly what: What }>();

  /** @param system stands at the beginning of the stretch */
  constructor(
    private readonly system: System,
    private readonly name: string,
  ) {
    this.before = system.guest();
  }

  /** An instruction that may write the register is about to execute. */
  executes({ linear, guestMoment: count }: Sighting): void {
    const { system } = this;
    const guest = system.guest();
    this.settle(guest);
    const { rule, mayInterrupt } = this.whatOf(linear);
    const certain = rule?.kind === 'always';
    const writer = { by: 'instruction', count, at: system.moment, delivered: null } as const;
    const more = { linear, eip: guest.eip, rule, certain, mayInterrupt, broken: false };
    this.open.push({ ...writer, ...more });
  }

  /** Something happened on the CPU that the guest believes it has. */
  hears(body: MachineEventBody): void {
    if (body.kind !== 'trap') return;
    const { system, name } = this;
    const count = system.guestMoment;
    const last = this.open.at(-1);
    // Single-step traps come behind their instruction. MOV from a debug register that DR7.GD guards is not told apart.
    const isTrap =
      body.source === 'software' || (body.source === 'exception' && body.vector === VECTOR_DEBUG);
    if (last?.by === 'instruction' && last.count === count && !isTrap) last.broken = true;
    this.open.push({
      by: 'delivery',
      count,
      at: system.moment,
      delivered: system.events.moment,
      linear: 0,
      eip: 0,
      rule: null,
      // Registers are not read here, so a switch to a task and back must not depend on what changed.
      certain:
        BY_DELIVERY.has(name) ||
        (body.gate.kind === 'task' && isOfTasks(name, this.before)) ||
        (name === 'ss' && body.stack !== null) ||
        (name === 'cr2' && body.cr2 !== null) ||
        (BY_LEAVING_V86.has(name) && body.frame.some((slot) => slot.name === 'gs')),
      mayInterrupt: false,
      broken: false,
    });
  }

  /** The stretch ends here. */
  end(): void {
    this.settle(this.system.guest());
  }

  private settle(now: Registers): void {
    const { name, before, open, found } = this;
    this.before = now;
    if (open.length === 0) return;
    this.open = [];
    const changed =
      registerValue(name, before) !== registerValue(name, now) ||
      taskSwitchWrites(name, before, now);
    for (const writer of open) {
      // One that was broken off may have done a part of what it repeats.
      const may = writer.broken ? writer.mayInterrupt && changed : writer.rule !== null;
      if (writer.certain ? !writer.broken : may || (changed && !writer.broken)) found.push(writer);
    }
    if (found.length <= MOST_WRITERS) return;
    const sure = found.findLastIndex(({ certain }) => certain);
    // Not the last one alone: it may turn out to belong behind the stretch.
    const from = sure > SPARE ? sure - SPARE : found.length - MOST_WRITERS;
    if (sure <= SPARE) this.forgot = true;
    found.splice(0, from);
  }

  private mayWrite(linear: number): boolean {
    const { rule, isFarTransfer } = this.whatOf(linear);
    return rule !== null || isFarTransfer;
  }

  /** Asked whenever code is decoded, so answers are kept by its bytes. */
  private whatOf(linear: number): What {
    const { system, name, known } = this;
    const bytes = readCode((length) => system.readGuest(linear, length));
    if (!bytes) return UNREADABLE;
    const found = known.get(linear);
    const bitness = codeBitness(system.guest());
    if (found && found.what.bitness === bitness && sameBytes(found.bytes, bytes)) return found.what;
    const what = { ...of(name, writtenRegisters(bytes, bitness)), bitness };
    known.set(linear, { bytes, what });
    return what;
  }
}

const SPARE = 8;

interface What {
  readonly rule: WriteRule | null;
  readonly isFarTransfer: boolean;
  readonly mayInterrupt: boolean;
  readonly bitness: 16 | 32;
}

/** Its fetch faults. */
const UNREADABLE: What = { rule: null, isFarTransfer: true, mayInterrupt: false, bitness: 32 };

function of(name: string, { rules, isFarTransfer }: WrittenRegisters): Omit<What, 'bitness'> {
  const rule = name === 'eip' ? ALWAYS : (rules.get(name) ?? null);
  return { rule, isFarTransfer, mayInterrupt: rule?.kind === 'repeats' };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
