/**
 * Lock-step: this machine beside another emulator's trace of the same program, compared before every instruction.
 *
 * The emulator leads. What depends on time (device interrupts, timer reads, RDTSC) is taken from its trace and put in
 * at the same instruction, so timing never counts as a difference. What the manual leaves undefined is taken over too,
 * after it has been left out of the comparison: so one undefined flag cannot grow into a divergence later.
 */
import { Code, Mnemonic, Register } from 'iced-x86';
import { hex32 } from '../../base/hex';
import { decode } from '../codec/decode';
import { format } from '../codec/format';
import type { Instruction } from '../codec/instruction';
import { ATTENTION } from '../cpu/core';
import { EFLAGS_ARITHMETIC, SEG, VECTOR, WORD } from '../cpu/state';
import type { MachineEvent } from '../events';
import type { Outcome } from '../outcome';
import type { Pc } from '../pc';
import { type Departure, departuresOf, type Emulator } from './departures';
import { type Delivery, FIELD, FIELDS, type TraceItem, type View, viewOf } from './trace';
import { undefinedAfter } from './undefined';

export type Trap = Extract<MachineEvent, { kind: 'trap' }>;

export interface Step {
  readonly count: number;
  readonly cpl: number;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly before: View;
}

export interface Divergence {
  /** Instructions that agreed before it. */
  readonly instructions: number;
  readonly differences: readonly string[];
  /** The last instructions executed here, oldest first; the last one is where the two part. */
  readonly history: readonly Step[];
}

export interface LockStepOptions {
  readonly emulator: Emulator;
  /** Comparing starts when the emulator first stands here: before, it runs its boot ROM. */
  readonly entry: number;
  /** The trace says what was delivered. If not, frames on the stack have to show it. */
  readonly showsDeliveries: boolean;
  /** Stop in agreement after so many instructions. */
  readonly steps: number;
}

const BOUNDARY: Outcome = { kind: 'stopped', message: 'an instruction boundary' };
const HISTORY = 24;
/** Everything but RF: only frames on the stack ever show it. */
const COMPARED_FLAGS = 0x3e7fd5;
const LOWEST_IRQ_VECTOR = 0x20;

/** Where the instruction the emulator is at stands here. */
interface Executing {
  readonly view: View;
  readonly instruction: Instruction;
  readonly linear: number;
  /** Null: not executed here yet. */
  after: View | null;
}

export class LockStep {
  divergence: Divergence | null = null;
  /** How this machine's run ended; null while it could go on. */
  outcome: Outcome | null = null;
  instructions = 0;
  /** How often each departure was met. */
  readonly departures = new Map<Departure, number>();

  private current: Executing | null = null;
  private deliveries: Delivery[] = [];
  private traps: Trap[] = [];
  private next: View | null = null;
  private readonly history: Step[] = [];
  private pendingVector: number | null = null;

  constructor(
    private readonly pc: Pc,
    private readonly options: LockStepOptions,
  ) {
    const { board, bus, clock, cpu, events } = pc;
    board.pic.linesCut = true;
    clock.silent = true;
    cpu.interruptSource = {
      hasInterrupt: () => this.pendingVector !== null,
      acknowledge: () => this.acknowledge(),
    };
    events.listener = (event) => {
      if (event.kind === 'trap') this.traps.push(event);
    };
    bus.onRead = (_port, value, timeDependent) =>
      timeDependent && this.next ? this.next[FIELD.EAX]! : value;
    clock.onTimestamp = (value) =>
      this.next ? this.next[FIELD.EDX]! * 2 ** 32 + this.next[FIELD.EAX]! : value;
  }

  /** Nothing more is of interest: a divergence, the end of the run, or enough steps. */
  get finished(): boolean {
    return (
      this.divergence !== null || this.outcome !== null || this.instructions >= this.options.steps
    );
  }

  feed(item: TraceItem): void {
    if (this.finished) return;
    if (item.kind === 'delivery') {
      if (this.current) this.deliveries.push(item);
      return;
    }
    if (this.current) this.advanceTo(item.view);
    else if (item.view[FIELD.EIP] === this.options.entry) this.compare(item.view);
    else return;
    if (!this.divergence && !this.current?.after) this.stand(item.view);
  }

  /** The emulator's trace has ended: its last instruction should end the run here, too. */
  end(how: string): void {
    if (this.finished) return;
    if (!this.current) {
      this.diverge([`${this.options.emulator} never reached the entry point`]);
      return;
    }
    this.deliveries = [];
    for (let i = 0; i < 2 && !this.outcome; i++) this.outcome = this.advance();
    if (!this.outcome)
      this.diverge([`${this.options.emulator} ends here (${how}), this machine goes on`]);
  }

  private stand(view: View): void {
    const { cpu } = this.pc;
    const linear = (cpu.eip + cpu.state[WORD.BASE + SEG.CS]!) >>> 0;
    const bytes = this.codeBytes(linear);
    const bits = cpu.state[WORD.RIGHTS + SEG.CS]! & 0x4000 ? 32 : 16;
    const instruction = decode(bytes, cpu.eip, bits);
    this.current = { view, instruction, linear, after: null };
    const kept = bytes.subarray(0, instruction.length || 4);
    const text = '';
    this.history.push({ count: this.instructions, cpl: cpu.cpl, bytes: kept, text, before: view });
    if (this.history.length > HISTORY) this.history.shift();
  }

  /** Executes what the emulator executed between two of its dumps, and compares. */
  private advanceTo(next: View): void {
    const at = this.current!;
    this.next = next;
    if (at.after === null) {
      this.traps = [];
      this.outcome = this.advance();
      at.after = viewOf(this.pc.cpu);
    }
    const moved = at.after[FIELD.EIP] !== next[FIELD.EIP];
    const stays = moved && next[FIELD.EIP] === at.view[FIELD.EIP] && this.deliveries.length === 0;
    // Emulators show every iteration of a repeated instruction, this machine executes all of them at once. And QEMU
    // starts an instruction anew that turns out to reach a device: the same dump twice.
    if (stays && (isRepeated(at.instruction) || same(at.view, next))) return;
    if (this.outcome?.kind === 'exited' && this.options.emulator === 'bochs') return; // no exit port there
    if (this.outcome) {
      this.diverge([`this machine ended: ${JSON.stringify(this.outcome)}`]);
      return;
    }
    const { flags, result } = undefinedAfter(at.instruction, at.view, operandBits(at.instruction));
    const faulted = this.traps.some(({ source, vector }) => source === 'exception' && vector !== 1);
    for (const [i, delivery] of this.deliveries.entries()) {
      if (isDeviceInterrupt(delivery)) this.interrupt(delivery, flags);
      else this.exception(delivery, this.deliveries.slice(i + 1), flags);
      if (this.divergence) return;
    }
    this.deliveries = [];
    const extra = this.traps.shift();
    if (extra && this.options.showsDeliveries) {
      this.diverge([`${describe(extra)} delivered here, not by ${this.options.emulator}`]);
      return;
    }
    const completed = faulted ? 0 : -1;
    this.takeOver(at, next, flags & completed, result & completed);
    this.instructions++;
    this.compare(next);
    this.current = null;
    this.next = null;
  }

  private interrupt(delivery: Delivery, undefinedFlags: number): void {
    const { cpu } = this.pc;
    this.adoptFlags(delivery.view, undefinedFlags);
    if (cpu.eip !== delivery.view[FIELD.EIP]) {
      const where = delivery.view[FIELD.EIP]!.toString(16);
      this.diverge([
        `interrupt ${delivery.vector} comes at EIP ${where}, here is ${cpu.eip.toString(16)}`,
      ]);
      return;
    }
    this.pendingVector = delivery.vector;
    cpu.attention |= ATTENTION.INTERRUPT;
    this.traps = [];
    this.advance();
    const trap = this.traps.shift();
    if (this.pendingVector !== null || trap?.vector !== delivery.vector) {
      this.pendingVector = null;
      this.diverge([`interrupt ${delivery.vector} cannot be delivered here (IF, or a shadow)`]);
    }
  }

  private acknowledge(): number {
    const vector = this.pendingVector!;
    this.pendingVector = null;
    const { pic } = this.pc.board;
    const slave = vector >>> 3 === pic.slave.base >>> 3;
    return pic.acknowledgeRecorded((vector & 7) + (slave ? 8 : 0), false).vector;
  }

  private exception(delivery: Delivery, later: readonly Delivery[], undefinedAfter: number): void {
    // A fault comes before the instruction has changed any flag, a single-step trap after it.
    const undefinedFlags = delivery.vector === VECTOR.DB ? undefinedAfter : 0;
    // A fetch that faults has no dump of its own: one more step here.
    if (this.traps.length === 0) this.advance();
    const trap = this.traps[0];
    const otherSource = delivery.software && trap?.source === 'exception';
    if (trap?.vector !== delivery.vector || otherSource) {
      // It led to a double fault, or to a fault on the way: only the last one was delivered.
      if (trap && later.some(({ vector }) => vector === trap.vector)) return;
      const here = trap ? describe(trap) : 'nothing';
      this.diverge([
        `${this.options.emulator} delivers vector ${delivery.vector} (error code ${delivery.errorCode.toString(16)}), here ${here}`,
      ]);
      return;
    }
    this.traps.shift();
    const clobbered = this.flagsDeparture(trap, delivery);
    if (clobbered !== 0) this.adoptFlags(delivery.view, clobbered);
    this.takeOverFrame(trap, delivery, undefinedFlags | clobbered);
    const theirCr2 = delivery.view[FIELD.CR2]!;
    const otherCode = trap.errorCode !== null && trap.errorCode !== delivery.errorCode;
    const otherAddress = trap.cr2 !== null && trap.cr2 >>> 0 !== theirCr2;
    if (!otherCode && !otherAddress) return;
    const departure = this.departure(trap, delivery);
    if (departure) {
      this.patchFrame(trap, 'error code', () => delivery.errorCode);
      this.pc.cpu.state[WORD.CR2] = theirCr2;
      return;
    }
    const { emulator } = this.options;
    if (otherCode) {
      const code = delivery.errorCode.toString(16);
      this.diverge([`${describe(trap)}, ${emulator} error code ${code}`]);
    } else this.diverge([`cr2 ${hex32(trap.cr2!)}, ${emulator} ${hex32(theirCr2)}`]);
  }

  /** Flags that the emulator changed although the instruction faulted. */
  private flagsDeparture(trap: Trap, delivery: Delivery): number {
    const { instruction, view } = this.current!;
    let flags = 0;
    for (const departure of departuresOf(this.options.emulator)) {
      if (!departure.flags?.({ instruction, trap })) continue;
      const changed = (view[FIELD.EFLAGS]! ^ delivery.view[FIELD.EFLAGS]!) & EFLAGS_ARITHMETIC;
      if (changed !== 0) this.met(departure);
      flags |= changed;
    }
    return flags;
  }

  private met(departure: Departure): void {
    this.departures.set(departure, (this.departures.get(departure) ?? 0) + 1);
  }

  private departure(trap: Trap, delivery: Delivery): Departure | null {
    const { instruction } = this.current!;
    const found = departuresOf(this.options.emulator).find((departure) =>
      departure.pageFault?.({
        instruction,
        trap,
        errorCode: delivery.errorCode,
        cr2: delivery.view[FIELD.CR2]!,
      }),
    );
    if (found) this.met(found);
    return found ?? null;
  }

  /** The saved EFLAGS image holds undefined flags (a single-step trap), and RF, which emulators treat freely. */
  private takeOverFrame(trap: Trap, delivery: Delivery, undefinedFlags: number): void {
    if (undefinedFlags === 0) return;
    const theirs = delivery.view[FIELD.EFLAGS]!;
    this.patchFrame(trap, 'eflags', (ours) => (ours & ~undefinedFlags) | (theirs & undefinedFlags));
  }

  private patchFrame(trap: Trap, name: string, change: (value: number) => number): void {
    const slot = trap.frame.find((candidate) => candidate.name === name);
    if (slot) this.pc.cpu.writeLinear32(slot.address, change(slot.value) >>> 0);
  }

  private takeOver(at: Executing, next: View, flags: number, result: number): void {
    const { cpu } = this.pc;
    this.adoptFlags(next, flags);
    const { mnemonic, operands } = at.instruction;
    if (mnemonic === Mnemonic.Cpuid) {
      for (let i = 0; i < 4; i++) cpu.gpr[i] = next[i]!;
    }
    if (result === 0) return;
    const register = operands[0]?.kind === 'register' ? operands[0].register : -1;
    const name = REGISTER_PLACES.get(register);
    if (name !== undefined) cpu.gpr[name] = (cpu.gpr[name]! & ~result) | (next[name]! & result);
  }

  private adoptFlags(from: View, mask: number): void {
    if (mask === 0) return;
    const { cpu } = this.pc;
    cpu.setEflags((cpu.eflags & ~mask) | (from[FIELD.EFLAGS]! & mask));
  }

  /**
   * One instruction, or the delivery of the fault it raises; or the interrupt that waits.
   * @returns an outcome only if the run ends
   */
  private advance(): Outcome | null {
    const { cpu } = this.pc;
    let boundaries = 0;
    cpu.beforeInstruction = () => {
      if (boundaries++ > 0) cpu.requestStop(BOUNDARY);
    };
    const outcome = this.pc.run(cpu.retired + 1);
    return outcome === BOUNDARY || outcome.kind === 'budget' ? null : outcome;
  }

  private compare(theirs: View): void {
    const ours = viewOf(this.pc.cpu);
    const differences: string[] = [];
    for (let i = 0; i < FIELDS.length; i++) {
      const mask = i === FIELD.EFLAGS ? COMPARED_FLAGS : 0xffffffff;
      if (((ours[i]! ^ theirs[i]!) & mask) === 0) continue;
      differences.push(
        `${FIELDS[i]} ${hex32(ours[i]! & mask)}, ${this.options.emulator} ${hex32(theirs[i]! & mask)}`,
      );
    }
    if (differences.length > 0) this.diverge(differences);
  }

  private diverge(differences: readonly string[]): void {
    this.divergence = {
      instructions: this.instructions,
      differences,
      history: this.history.map((step) => ({
        ...step,
        text: format(step.bytes, step.before[FIELD.EIP]!, 32),
      })),
    };
  }

  /** Up to 15 bytes at a linear address, fewer before a page that is not there. */
  private codeBytes(linear: number): Uint8Array {
    const { cpu, memory } = this.pc;
    const bytes = new Uint8Array(15);
    let physical = -1;
    for (let i = 0; i < 15; i++) {
      const at = (linear + i) >>> 0;
      if (i === 0 || (at & 0xfff) === 0) {
        physical = cpu.translate(at, { write: false, user: cpu.cpl === 3 });
      } else physical++;
      if (physical < 0) return bytes.subarray(0, i);
      bytes[i] = memory.read8(physical);
    }
    return bytes;
  }
}

/** Full and 16-bit registers to their number. */
const REGISTER_PLACES: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 8 }, (_, i) => [
    [Register.EAX + i, i] as const,
    [Register.AX + i, i] as const,
  ]).flat(),
);

const describe = (trap: Trap): string =>
  `vector ${trap.vector}${trap.errorCode === null ? '' : ` (error code ${trap.errorCode.toString(16)})`}`;

const same = (a: View, b: View): boolean => a.every((word, i) => word === b[i]);

const isRepeated = (instruction: Instruction): boolean => instruction.repeat !== 'none';

/** Exceptions have vectors below 32, and INT n says that it is software. */
const isDeviceInterrupt = (delivery: Delivery): boolean =>
  !delivery.software && delivery.vector >= LOWEST_IRQ_VECTOR;

/** Operand size from the form's name, e.g. `Shl_rm16_CL`. */
function operandBits(instruction: Instruction): number {
  const name = Code[instruction.code] ?? '';
  return /_r?m?8/.test(name) ? 8 : /_r?m?16/.test(name) ? 16 : 32;
}
