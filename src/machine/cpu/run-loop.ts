/**
 * The run loop: executes blocks, counts what retires, and looks up at every instruction boundary that matters.
 *
 * Order at a boundary: a requested stop, the budget, the test hook, sleep, interrupts, fetch, execution. A block never
 * runs past the budget or the clock's deadline, so running and stepping see the same boundaries.
 *
 * A delivery at a boundary retires nothing and is a step of its own all the same: an external interrupt, NMI, the fault of
 * an instruction or its fetch, #DB before an instruction. A debug trap belongs to the step that it ends.
 */
import { address, hexBytes } from '../../base/hex';
import { decode } from '../codec/decode';
import { format } from '../codec/format';
import { NotImplemented, type Outcome } from '../outcome';
import type { Block, CodeCache } from './code-cache';
import { ACTIVITY, ATTENTION, type Core, NMI_BLOCKED, NMI_WAITS, SHADOW_SS } from './core';
import { type DeliveryRequest, deliverOrEscalate } from './delivery';
import { FaultSignal, NO_ERROR_CODE, RESYNC } from './fault';
import {
  COUNTER,
  DR6_BS,
  EFLAGS_IF,
  EFLAGS_RF,
  EFLAGS_TF,
  SEG,
  VECTOR,
  vectorName,
  WORD,
} from './state';

const BUDGET: Outcome = { kind: 'budget' };
const HALTED: Outcome = { kind: 'halted' };
/** Device deadlines slept through without an interrupt (all masked, say) before HLT counts as the end. */
const PATIENCE = 100_000;
/** Small enough to stay a small integer in every engine. */
const MOST_FUEL = 0x3fffffff;
/** While one of these is set, each instruction is its own boundary. */
const ONE_BY_ONE =
  ATTENTION.SHADOW | ATTENTION.HOOK | ATTENTION.TRAP | ATTENTION.RESUME | ATTENTION.DEBUG;
const DEBUG_OR_OBSERVER = ATTENTION.DEBUG | ATTENTION.OBSERVER;

/** What one call of `executeOne` came to. */
export type Executed =
  | { readonly kind: 'retired' }
  /** The instruction raised a fault, which has been delivered: EIP is in the handler. */
  | { readonly kind: 'faulted' }
  | { readonly kind: 'stopped'; readonly outcome: Outcome };
const RETIRED: Executed = { kind: 'retired' };
const FAULTED: Executed = { kind: 'faulted' };

/** The longest instruction. */
const MOST_BYTES = 15;

/** Each fault was met while delivering the one before it; #DF stands for the two before it. */
const escalation = (met: readonly number[]): string =>
  met
    .map((vector) =>
      vector === VECTOR.DF
        ? `, then ${vectorName(vector)}`
        : `, then ${vectorName(vector)} while delivering it`,
    )
    .join('');

export class RunLoop {
  /** Called at every boundary before interrupts are recognised. */
  beforeInstruction: (() => void) | null = null;
  /** Interrupts and exceptions delivered so far, debug traps too. */
  private deliveries = 0;
  /** The run in progress ends when this many instructions have retired. */
  private lastRetired = 0;
  /** The run's limit counts deliveries too: each leaves room for one instruction less. */
  private inMoments = false;
  /** Vectors of the faults that the delivery in progress met. */
  private readonly met: number[] = [];

  private idleDeadlines = 0;

  constructor(
    private readonly core: Core,
    private readonly code: CodeCache,
  ) {
    core.mmu.onCharge = (cycles) => this.timeMoved(cycles);
  }

  /** Runs until `retired === limit` or something ends the run. */
  run(limit: number): Outcome {
    return this.runUntil(limit, false);
  }

  /** Runs until retired instructions and deliveries together are `limit`, or something ends the run. */
  runToMoment(limit: number): Outcome {
    return this.runUntil(limit - this.core.counters[COUNTER.DELIVERED]!, true);
  }

  private runUntil(retired: number, inMoments: boolean): Outcome {
    this.lastRetired = retired;
    this.inMoments = inMoments;
    const outcome = this.runOn();
    if (this.core.attention & ATTENTION.OBSERVER) this.observerStops(true);
    return outcome;
  }

  private runOn(): Outcome {
    const { core, code } = this;
    const { counters, clock, state } = core;
    if (this.beforeInstruction) core.attention |= ATTENTION.HOOK;
    else core.attention &= ~ATTENTION.HOOK;
    this.idleDeadlines = 0;
    for (;;) {
      let room = this.lastRetired - counters[COUNTER.RETIRED]!;
      let trapping = false;
      let oneByOne = false;
      if (core.attention !== 0 || room <= 0 || clock.cycles >= clock.deadline) {
        if (core.attention & ATTENTION.OBSERVER && this.observerStops(room <= 0)) return BUDGET;
        const outcome = this.lookUp(room);
        if (outcome === 'again') continue;
        if (outcome) return outcome;
        if (core.attention & DEBUG_OR_OBSERVER) {
          room = 1;
          if (core.attention & ATTENTION.DEBUG) {
            const outcome = this.debugBoundary();
            if (outcome === 'again') continue;
            if (outcome) return outcome;
          }
        }
        oneByOne = (core.attention & ONE_BY_ONE) !== 0;
      }
      if (core.observing !== null && this.showsNext()) return BUDGET;
      if (oneByOne) {
        room = 1;
        trapping = (state[WORD.EFLAGS]! & EFLAGS_TF) !== 0;
        this.beginAlone();
      }
      const left = clock.deadline - clock.cycles;
      core.fuel = Math.min(room, Math.ceil(left), MOST_FUEL);
      let block: Block;
      try {
        block = code.lookup();
      } catch (thrown) {
        const outcome = this.failed(thrown, state[WORD.EIP]!);
        if (outcome) return outcome;
        continue;
      }
      // The fetch itself may have charged a walk: its instruction was due before that.
      if (core.fuel < 1) core.fuel = 1;
      const outcome = this.execute(block);
      if (outcome) return outcome;
      if (trapping || core.attention & ATTENTION.DEBUG) {
        const outcome = this.debugTrapBehind(trapping);
        if (outcome) return outcome;
      }
      if (core.attention & ATTENTION.MONITOR) {
        const outcome = this.enterMonitor();
        if (outcome) return outcome;
      }
    }
  }

  /** A watched instruction is next: nothing of it, not even its fetch, has happened. @returns true to stop before it */
  private showsNext(): boolean {
    const { state, observing } = this.core;
    if (observing === null || !this.code.watchesNext()) return false;
    return observing.executes((state[WORD.EIP]! + state[WORD.BASE + SEG.CS]!) >>> 0);
  }

  /** Behind an instruction that touched something watched. */
  private observerStops(last: boolean): boolean {
    const { core } = this;
    core.attention &= ~ATTENTION.OBSERVER;
    const answer = core.observing?.boundary(last) ?? 'go';
    if (answer === 'wait') core.attention |= ATTENTION.OBSERVER;
    return answer === 'stop';
  }

  /** What lasted until this instruction ends with it. */
  private beginAlone(): void {
    const { core } = this;
    core.state[WORD.SHADOW] = 0;
    core.state[WORD.EFLAGS]! &= ~EFLAGS_RF;
    core.attention &= ~(ATTENTION.SHADOW | ATTENTION.RESUME);
    core.skipTrap = false;
  }

  /** Exactly one instruction, whatever the time and whichever interrupts wait. */
  executeOne(): Executed {
    const { core, code } = this;
    const { state, counters } = core;
    const trapping = (state[WORD.EFLAGS]! & EFLAGS_TF) !== 0;
    const retired = counters[COUNTER.RETIRED]!;
    const deliveries = this.deliveries;
    if (core.attention & ATTENTION.DEBUG) {
      const outcome = this.debugBoundary();
      if (outcome) return outcome === 'again' ? FAULTED : { kind: 'stopped', outcome };
    }
    // A repeated string instruction may pause to let an interrupt in: none comes, so it goes on.
    while (counters[COUNTER.RETIRED] === retired && this.deliveries === deliveries) {
      this.beginAlone();
      try {
        const block = code.lookup();
        core.fuel = 1;
        const outcome = this.execute(block);
        if (outcome) return { kind: 'stopped', outcome };
      } catch (thrown) {
        const outcome = this.failed(thrown, state[WORD.EIP]!);
        if (outcome) return { kind: 'stopped', outcome };
      }
    }
    if (this.deliveries !== deliveries) return FAULTED;
    if (trapping || core.attention & ATTENTION.DEBUG) {
      const outcome = this.debugTrap(trapping);
      if (outcome) return { kind: 'stopped', outcome };
    }
    return RETIRED;
  }

  /** Delivers an external interrupt now. @returns an outcome if that ended in shutdown */
  deliverNow(vector: number): Outcome | null {
    return this.deliver(vector);
  }

  /**
   * Executes `first` and the blocks that follow it, as long as nothing needs attention and they fit into `core.fuel`:
   * instructions until the budget or the deadline. What retires is counted when the loop is left, which is before any
   * instruction that could look at the counters (those are alone in their blocks).
   *
   * @returns an outcome only if the run ends here
   */
  private execute(first: Block): Outcome | null {
    const { core, code } = this;
    const { state, mmu } = core;
    let block = first;
    let count = first.count <= core.fuel ? first.count : core.fuel;
    let done = 0;
    let weight = 0;
    let i = 0;
    core.fuel -= count;
    code.running = block;
    try {
      for (;;) {
        if (count === block.count) {
          const { whole } = block;
          const length = whole.length;
          for (i = 0; i < length; i++) whole[i]!();
        } else {
          const { ops } = block;
          for (i = 0; i < count; i++) ops[i]!();
        }
        done += count;
        if (count < block.count) {
          state[WORD.EIP] = block.eip + block.offsets[count]!;
          weight += this.countPart(block, count);
          break;
        }
        if (!block.setsEip) state[WORD.EIP] = block.endEip;
        weight += block.weight;
        if (block.entries !== null) this.countEntries(block, count);
        if (core.attention !== 0 || code.interrupted || block.alone) break;
        const eip = state[WORD.EIP]!;
        let next = block.taken;
        if (next === null || next.eip !== eip || !next.valid || block.takenEpoch !== mmu.epoch) {
          next = block.other;
          if (next === null || next.eip !== eip || !next.valid || block.otherEpoch !== mmu.epoch) {
            next = code.follow(block, eip);
            if (next === null) break;
          }
        }
        if (next.count > core.fuel) break;
        count = next.count;
        core.fuel -= count;
        block = next;
        code.running = block;
      }
    } catch (thrown) {
      // What a fused closure throws comes from its second instruction; it does not begin when it is to stop.
      if (thrown !== RESYNC && count === block.count && i === block.whole.length - 1) i = count - 1;
      code.settle();
      code.running = null;
      this.retire(done + i, weight + this.countPart(block, i));
      if (thrown instanceof FaultSignal && thrown.inNewTask) {
        return this.failed(thrown, state[WORD.EIP]!);
      }
      const eip = (block.eip + block.offsets[i]!) | 0;
      state[WORD.EIP] = eip;
      if (thrown === RESYNC) return null;
      return this.failed(thrown, eip);
    }
    if (code.interrupted) code.settle();
    code.running = null;
    this.retire(done, weight);
    return null;
  }

  private retire(count: number, weight: number): void {
    const { counters, clock } = this.core;
    counters[COUNTER.RETIRED]! += count;
    counters[COUNTER.GUEST_RETIRED]! += weight;
    clock.cycles += count;
    counters[COUNTER.CYCLES] = clock.cycles;
  }

  /** The first `count` instructions of a block retired, not all. @returns their weight */
  private countPart(block: Block, count: number): number {
    let weight = 0;
    for (let i = 0; i < count; i++) weight += block.weights[i]!;
    if (block.entries !== null) this.countEntries(block, count);
    return weight;
  }

  private countEntries(block: Block, count: number): void {
    const { entryCounts } = this.core.memory;
    const entries = block.entries!;
    for (let i = 0; i < entries.length; i += 2) {
      if (entries[i]! < count) entryCounts[entries[i + 1]!]!++;
    }
  }

  /** Everything that is not "execute the next block". 'again': the boundary changed, look anew. */
  private lookUp(room: number): Outcome | 'again' | null {
    const { core } = this;
    const { state, clock } = core;
    if (core.attention & ATTENTION.STOP && core.stopOutcome) {
      const outcome = core.stopOutcome;
      core.stopOutcome = null;
      core.attention &= ~ATTENTION.STOP;
      return outcome;
    }
    if (state[WORD.ACTIVITY] === ACTIVITY.SHUTDOWN) return this.shutDown(null);
    if (room <= 0) return BUDGET;
    this.beforeInstruction?.();
    // The hook may have delivered something or asked to stop; deliveries change EIP only, which is read later.
    if (core.attention & ATTENTION.STOP) return 'again';
    if (clock.cycles >= clock.deadline) {
      clock.onDeadline();
      core.attention |= ATTENTION.INTERRUPT;
    }
    const interruptible = (state[WORD.EFLAGS]! & EFLAGS_IF) !== 0;
    if (core.attention & ATTENTION.INTERRUPT && state[WORD.SHADOW] === 0) {
      core.attention &= ~ATTENTION.INTERRUPT;
      if (state[WORD.NMI] === NMI_WAITS) {
        state[WORD.NMI] = NMI_BLOCKED;
        core.attention |= ATTENTION.INTERRUPT;
        this.wake();
        return this.countDelivery(this.deliver(VECTOR.NMI)) ?? 'again';
      }
      const source = core.interruptSource;
      if (interruptible && source?.hasInterrupt()) {
        this.wake();
        // What else waits shows itself once IF allows it again.
        return this.countDelivery(this.deliver(source.acknowledge())) ?? 'again';
      }
    }
    if (state[WORD.ACTIVITY] === ACTIVITY.HALTED) {
      if (!interruptible || !core.interruptSource || !clock.idleToDeadline()) return HALTED;
      if (++this.idleDeadlines > PATIENCE) return HALTED;
      state[WORD.SHADOW] = 0;
      core.attention &= ~ATTENTION.SHADOW;
      core.attention |= ATTENTION.INTERRUPT;
      return 'again';
    }
    return null;
  }

  private wake(): void {
    const { core } = this;
    if (core.state[WORD.ACTIVITY] !== ACTIVITY.HALTED) return;
    this.idleDeadlines = 0;
    core.setActivity(ACTIVITY.RUNNING);
    core.events?.emit({ kind: 'wake' });
  }

  private deliver(vector: number): Outcome | null {
    return this.deliverRequest({
      vector,
      source: 'external',
      errorCode: NO_ERROR_CODE,
      returnEip: this.core.state[WORD.EIP]!,
      cr2: 0,
    });
  }

  /**
   * A delivery made at a boundary is a step; its events are stamped before it is counted. One that ends the run is none.
   * @param outcome of the delivery, handed on
   */
  private countDelivery(outcome: Outcome | null): Outcome | null {
    if (outcome !== null) return outcome;
    this.core.counters[COUNTER.DELIVERED]!++;
    if (this.inMoments) this.lastRetired--;
    return null;
  }

  private deliverRequest(request: DeliveryRequest): Outcome | null {
    this.deliveries++;
    this.met.length = 0;
    const eip = this.core.state[WORD.EIP]!;
    try {
      if (deliverOrEscalate(this.core, request, this.met)) return null;
      return this.shutDown(
        `${vectorName(request.vector)} at ${address(eip)}${escalation(this.met)}`,
      );
    } catch (thrown) {
      return this.refused(thrown);
    }
  }

  /** An instruction (or its fetch) did not complete; EIP and all registers are as before it. */
  private failed(thrown: unknown, eip: number): Outcome | null {
    if (!(thrown instanceof FaultSignal)) {
      this.forgetDebug();
      return this.refused(thrown);
    }
    if (!thrown.inNewTask) this.core.observing?.faulted();
    const { vector, errorCode, cr2 } = thrown;
    // What did not complete takes no debug trap, and no instruction raises #DB but by DR7.GD.
    this.core.skipTrap = true;
    this.forgetDebug();
    const request = { vector, source: 'exception', errorCode, returnEip: eip, cr2 } as const;
    return this.countDelivery(
      this.deliverRequest(vector === VECTOR.DB ? { ...request, isFault: true } : request),
    );
  }

  private forgetDebug(): void {
    const { core } = this;
    core.state[WORD.PENDING_DEBUG] = 0;
    if (!core.breakpoints) core.attention &= ~ATTENTION.DEBUG;
  }

  /** Before an instruction: what a task switch left to #DB, then instruction breakpoints. 'again': one was delivered. */
  private debugBoundary(): Outcome | 'again' | null {
    const { state } = this.core;
    const before = this.deliveries;
    const outcome = state[WORD.PENDING_DEBUG] !== 0 ? this.debugTrap(false) : null;
    if (outcome) return outcome;
    if (this.deliveries !== before) return this.countDelivery(null) ?? 'again';
    return this.meetsBreakpoint() ? (this.countDelivery(this.deliverDebug()) ?? 'again') : null;
  }

  /** An instruction breakpoint at CS:EIP, unless RF or MOV SS holds it off. Tells DR6. */
  private meetsBreakpoint(): boolean {
    const { core } = this;
    const { state } = core;
    if (state[WORD.EFLAGS]! & EFLAGS_RF || state[WORD.SHADOW]! & SHADOW_SS) return false;
    const linear = (state[WORD.EIP]! + state[WORD.BASE + SEG.CS]!) | 0;
    const bits = core.breakpoints?.code(linear) ?? 0;
    state[WORD.DR + 6]! |= bits;
    return bits !== 0;
  }

  /** What the instruction that just ended leaves to #DB: a single step, data and port breakpoints, the T bit. */
  private debugTrap(stepping: boolean): Outcome | null {
    const { core } = this;
    const { state } = core;
    if (state[WORD.SHADOW]! & SHADOW_SS) return null;
    const bits = state[WORD.PENDING_DEBUG]! | (stepping && !core.skipTrap ? DR6_BS : 0);
    if (bits === 0) return null;
    this.forgetDebug();
    state[WORD.DR + 6]! |= bits;
    return this.deliverDebug();
  }

  /** No run ends between an instruction and its trap: who hears of it takes both for one step. */
  private debugTrapBehind(stepping: boolean): Outcome | null {
    const trap = () => this.debugTrap(stepping);
    const { events } = this.core;
    return events?.completingInstruction ? events.completingInstruction(trap) : trap();
  }

  private deliverDebug(): Outcome | null {
    const { core } = this;
    return this.deliverRequest({
      vector: VECTOR.DB,
      source: 'exception',
      errorCode: NO_ERROR_CODE,
      returnEip: core.state[WORD.EIP]!,
      cr2: 0,
    });
  }

  private enterMonitor(): Outcome | null {
    this.core.attention &= ~ATTENTION.MONITOR;
    try {
      this.core.monitor?.enter();
      return null;
    } catch (thrown) {
      return this.refused(thrown);
    }
  }

  /** NotImplemented ends the run with a message that names the place; anything else is our bug and goes up. */
  private refused(thrown: unknown): Outcome {
    if (!(thrown instanceof NotImplemented)) throw thrown;
    return { kind: 'stopped', message: `${thrown.message} ${this.whereAndWhat()}` };
  }

  private whereAndWhat(): string {
    const { core } = this;
    const eip = core.state[WORD.EIP]! >>> 0;
    const linear = (eip + core.state[WORD.BASE + SEG.CS]!) >>> 0;
    const bytes: number[] = [];
    for (let i = 0; i < MOST_BYTES; i++) {
      const physical = core.mmu.probe((linear + i) >>> 0, false, core.mmu.user);
      if (physical < 0) break;
      bytes.push(core.memory.read8(physical));
    }
    const bitness = core.codeKey & 1 ? 32 : 16;
    const own = bytes.slice(0, decode(Uint8Array.from(bytes), eip, bitness).length);
    const text = format(Uint8Array.from(own), eip, bitness);
    const guest = core.guestPlace?.() ?? null;
    const what = `at ${address(guest ?? linear)}: ${text} (${hexBytes(own)})`;
    return guest === null ? what : `${what}, in the translation at ${address(linear)}`;
  }

  /** @param story what led there; null: the CPU had shut down before */
  private shutDown(story: string | null): Outcome {
    const { core } = this;
    if (story !== null) {
      core.setActivity(ACTIVITY.SHUTDOWN);
      core.events?.emit({ kind: 'triple-fault' });
    }
    const where = address(core.state[WORD.EIP]!);
    const what = story ?? `a fault while delivering ${vectorName(VECTOR.DF)} at ${where}`;
    return { kind: 'triple-fault', message: `${what}: the CPU shut down` };
  }

  /** A walk charged cycles: a deadline may now lie inside the running block. */
  private timeMoved(cycles: number): void {
    const { core } = this;
    core.fuel -= cycles;
    if (core.fuel < 0) this.code.interrupt();
  }
}
