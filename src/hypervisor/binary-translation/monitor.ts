/**
 * The monitor's decisions. Control arrives through a real ring-0 entry stub (`entry-code.ts`); every entry becomes an
 * `EntryReason`, every handler answers with an `Outcome`, and the stub's exit path returns by IRET.
 *
 * Every exit that is not a hidden page fault ends the same way: carry out one guest instruction on the virtual CPU,
 * which raises the guest's own faults through the guest's own IDT, then decide where the guest goes on:
 *
 * | virtual CPU                                                   | goes on                                     |
 * |---------------------------------------------------------------|---------------------------------------------|
 * | ring 0, flat enough, 32-bit                                   | in the translation cache, real CPL 1        |
 * | ring 3, IF = 1, IOPL = 0, every segment has a shadow          | directly, real CPL 3                        |
 * | halted                                                        | in the monitor's idle loop                  |
 * | anything else (real mode, v86, rings 1 and 2, single-step …)  | one instruction at a time on the virtual CPU|
 *
 * @see Bugnion et al., "Bringing Virtualization to the x86 Architecture with the Original VMware Workstation", 2012
 */
import { Mnemonic, Register } from 'iced-x86';
import { assertNever, invariant } from '../../base/assert';
import { address as inHex } from '../../base/hex';
import type { Board } from '../../machine/board';
import { decode } from '../../machine/codec/decode';
import { format } from '../../machine/codec/format';
import type { Instruction, MemoryOperand } from '../../machine/codec/instruction';
import { deliverOrEscalate } from '../../machine/cpu/delivery';
import { NO_ERROR_CODE } from '../../machine/cpu/fault';
import {
  CR0_PE,
  EFLAGS_FIXED,
  EFLAGS_IF,
  EFLAGS_IOPL,
  EFLAGS_TF,
  EFLAGS_VM,
  PF_WRITE,
  SEG,
  VECTOR,
  vectorName,
  WORD,
} from '../../machine/cpu/state';
import type { MachineEventBody } from '../../machine/events';
import type { Pc } from '../../machine/pc';
import { FactLog, type KeptFacts } from '../core/fact-log';
import type { Watcher } from '../core/watcher';
import { RIGHTS_BIG, RIGHTS_PRESENT, unpack } from '../memory/descriptors';
import {
  CACHE_BASE,
  CACHE_BYTES,
  CALLOUTS,
  GUEST_LINEAR_END,
  MONITOR_BASE,
  SELECTOR,
  STACK_TOP,
  VCPU,
} from '../memory/layout';
import { MonitorMemory } from '../memory/monitor-memory';
import type { Pmap } from '../memory/pmap';
import { CodeStore } from './code-store';
import { CODE0, DATA0, FIRST_IRQ, FIRST_SOFTWARE } from './descriptor-table';
import { type CodeRecord, EXIT_SLOT_BYTES, SPILLED_EAX, SPILLED_ECX } from './emitter';
import { CALLOUT_NUMBER, EXIT, IDLE, INTERPRET } from './entry-code';
import { type EntryFrame, patchFrameFlags, readEntryFrame, writeExitFrame } from './frames';
import { GuestMemory } from './guest-memory';
import type { EntryReason, Outcome } from './reason';
import { recordAt, type Translation } from './translation';
import { USER_SEGMENTS, type VirtualCpu } from './virtual-cpu';

/** DR6: the #DB is a single-step trap. */
const DR6_BS = 1 << 14;

/** Loading one of these makes another address space, or other rules for it. */
const PAGING_REGISTERS: ReadonlyMap<Register, string> = new Map([
  [Register.CR0, 'CR0'],
  [Register.CR3, 'CR3'],
  [Register.CR4, 'CR4'],
]);

/** Where the guest's instructions execute. */
type Mode = 'translated' | 'direct' | 'interpreted' | 'idle';

export class Monitor {
  readonly memory: MonitorMemory;
  readonly guest: GuestMemory;
  readonly code: CodeStore;

  mode: Mode = 'interpreted';
  private timerFor = Number.POSITIVE_INFINITY;
  /**
   * Guest instructions retired at the last hidden fault. Accessed and dirty bits are set by then, so the instruction has
   * to come before any interrupt.
   */
  private filledAt = -1;
  /** Guest instructions retired when the guest was last left to the silicon. */
  private leftAt = -1;
  /**
   * The guest has made a step at this entry, or just before it: an instruction or a delivery. The next one waits for another
   * entry, so that whoever watches can look between the two. At power-on the first one waits too.
   */
  private carriedOut = true;
  readonly facts: FactLog;
  /** Told of guest instructions that the virtual CPU carries out. */
  watcher: Watcher | null = null;

  constructor(
    private readonly pc: Pc,
    pmap: Pmap,
    readonly virtual: VirtualCpu,
    private readonly board: Board,
    base: number,
    cacheBytes: number = CACHE_BYTES,
    facts?: KeptFacts,
  ) {
    this.facts = new FactLog(facts);
    this.memory = new MonitorMemory(pc.memory, base);
    this.guest = new GuestMemory(pc, pmap, virtual, this.memory);
    this.code = new CodeStore(pc, virtual, this.guest, this.memory, cacheBytes);
    virtual.onEvent = (body) => this.onVirtualEvent(body);
  }

  // --- entry --------------------------------------------------------------------------------------------------

  /** The reserved opcode: called by the CPU with EIP behind it. */
  enter(): void {
    const { cpu, clock } = this.pc;
    const site = cpu.eip;
    this.virtual.clock.cycles = clock.cycles;
    this.carriedOut = false;
    if (site !== EXIT) {
      this.serveVirtualTime();
      this.finish({ kind: 'resume' }, null);
      return;
    }
    const frame = readEntryFrame(this.memory, cpu.gpr[4]! >>> 0);
    const reason = this.reasonOf(frame);
    if ((frame.cs & 3) === 0) {
      this.fromRing0(frame, reason);
      return;
    }
    const record = this.takeOver(frame, reason);
    this.emit({ kind: 'monitor-entry', reason: nameOf(reason), guestEip: this.virtual.eip });
    this.serveVirtualTime();
    this.finish(this.handle(reason, frame, record), frame);
  }

  private reasonOf(frame: EntryFrame): EntryReason {
    const { number, errorCode } = frame;
    if (number >= CALLOUT_NUMBER) {
      const name = CALLOUTS[number - CALLOUT_NUMBER];
      invariant(name !== undefined, `callout stub ${number} exists`);
      return { kind: 'callout', name };
    }
    if (number === VECTOR.PF) {
      return { kind: 'page-fault', address: this.pc.cpu.state[WORD.CR2]! >>> 0, errorCode };
    }
    if (number === VECTOR.DB && (frame.cs & 3) === 3) return this.debugTrap();
    if (number === VECTOR.DB && (frame.eflags & EFLAGS_TF) !== 0) return { kind: 'sequence-step' };
    if (number < FIRST_IRQ) return { kind: 'exception', vector: number, errorCode };
    if (number < FIRST_SOFTWARE) return { kind: 'device-interrupt', irq: number - FIRST_IRQ };
    return { kind: 'software-interrupt', vector: number };
  }

  /** User code has set TF by itself, or executed INT1: the silicon tells by DR6. */
  private debugTrap(): EntryReason {
    const { state } = this.pc.cpu;
    const stepped = (state[WORD.DR + 6]! & DR6_BS) !== 0;
    state[WORD.DR + 6]! &= ~DR6_BS;
    return { kind: stepped ? 'single-step' : 'int1' };
  }

  /**
   * The monitor itself was interrupted: by a device in its idle and interpret loops or in the first instruction of a
   * callout stub, or by the single-step trap that a callout carried in. Nothing else may fault at ring 0.
   */
  private fromRing0(frame: EntryFrame, reason: EntryReason): void {
    const { cpu } = this.pc;
    switch (reason.kind) {
      case 'device-interrupt':
        this.acknowledge(reason.irq);
        this.serveVirtualTime();
        this.armTimer();
        return;
      case 'sequence-step':
        patchFrameFlags(this.memory, cpu.gpr[4]! >>> 0, frame.eflags & ~EFLAGS_TF);
        return;
      default:
        invariant(
          false,
          `the monitor never faults (vector ${frame.number}, error ${frame.errorCode}, EIP ${inHex(frame.eip)}, CR2 ${inHex(cpu.state[WORD.CR2]!)})`,
        );
    }
  }

  /** Copies the guest's registers from the frame into the virtual CPU. @returns where in the cache it stood */
  private takeOver(frame: EntryFrame, reason: EntryReason): CodeRecord | null {
    const gpr = frame.gpr.slice();
    // INT n and INT1 have retired on the silicon; for the guest they are still to come.
    const done = reason.kind === 'software-interrupt' || reason.kind === 'int1' ? 1 : 0;
    const keepsResume = this.pc.cpu.guestRetired - done === this.leftAt;
    if ((frame.cs & 3) === 3) {
      this.virtual.copyIn(gpr, frame.eip, frame.eflags, keepsResume);
      const { ds, es, fs, gs } = frame.data;
      this.takeOverSegments([es, frame.cs, frame.ss, ds, fs, gs]);
      const vector = reason.kind === 'device-interrupt' ? FIRST_IRQ + reason.irq : frame.number;
      this.emit({ kind: 'direct-left', guestEip: frame.eip, vector });
      return null;
    }
    // A callout's return address is behind it: the record is the call's own.
    const at = reason.kind === 'callout' ? frame.eip - EXIT_SLOT_BYTES : frame.eip;
    const translation = this.code.cache.at(at);
    const record = translation && recordAt(translation, at);
    invariant(record, `every cache address maps back to a guest EIP (${inHex(frame.eip)})`);
    if (record.spilled & SPILLED_EAX) gpr[0] = this.virtual.field(VCPU.EAX);
    if (record.spilled & SPILLED_ECX) gpr[1] = this.virtual.field(VCPU.ECX);
    this.virtual.copyIn(gpr, record.guestEip, frame.eflags & ~EFLAGS_TF, keepsResume);
    return record;
  }

  /**
   * User code loads segment registers by itself, from shadow descriptors: find out which, from the guest's table.
   * @param real the silicon's selectors, in the order of USER_SEGMENTS
   */
  private takeOverSegments(real: readonly number[]): void {
    USER_SEGMENTS.forEach((register, i) => {
      const selector = real[i] ?? 0;
      if (selector === this.virtual.segment(register).selector) return;
      const raw = (selector & ~3) === 0 ? null : this.guest.readDescriptor(selector >>> 3);
      const hidden = raw ? unpack(raw) : { base: 0, limit: 0, rights: 0 };
      this.virtual.reload(register, selector, hidden);
    });
    this.virtual.cpu.cpl = 3;
  }

  // --- handlers -----------------------------------------------------------------------------------------------

  private handle(reason: EntryReason, frame: EntryFrame, record: CodeRecord | null): Outcome {
    switch (reason.kind) {
      case 'callout':
        return this.handleCallout(reason.name, frame, record);
      case 'page-fault':
        return this.handlePageFault(reason.address, reason.errorCode);
      case 'single-step':
        this.stepTrap();
        return { kind: 'resume' };
      case 'int1':
        this.virtual.eip = frame.eip - 1;
        this.addGuestRetired(-1);
        this.emulate("INT1 goes to the guest's own handler");
        return { kind: 'resume' };
      case 'exception':
        this.emulate(`${vectorName(reason.vector)} from the guest's instruction`);
        return { kind: 'resume' };
      case 'software-interrupt': {
        // The silicon has retired INT n; the virtual CPU does it again, on the guest's own gates.
        this.virtual.eip = frame.eip - 2;
        this.addGuestRetired(-1);
        this.emulate(`INT 0x${reason.vector.toString(16)} goes to the guest's own handler`);
        return { kind: 'resume' };
      }
      case 'device-interrupt':
        this.acknowledge(reason.irq);
        this.serveVirtualTime();
        return this.afterInterrupt(record);
      case 'sequence-step':
        // The sequence has just come to the end of a guest instruction, or goes on.
        this.carriedOut = true;
        return this.afterInterrupt(record);
      default:
        return assertNever(reason);
    }
  }

  /** The instruction before has retired; its single-step trap goes to the guest's own handler. */
  private stepTrap(): void {
    const { cpu } = this.virtual;
    cpu.flushTlb(true);
    this.carriedOut = true;
    cpu.state[WORD.DR + 6]! |= DR6_BS;
    const alive = deliverOrEscalate(cpu, {
      vector: VECTOR.DB,
      source: 'exception',
      errorCode: NO_ERROR_CODE,
      returnEip: this.virtual.eip,
      cr2: 0,
    });
    if (!alive) {
      const message = `the guest's handler of ${vectorName(VECTOR.DB)} cannot be entered`;
      this.pc.cpu.requestStop({ kind: 'triple-fault', message });
    }
  }

  /** An interrupt arrived in guest code: deliver it now, later, or at the end of an inserted sequence. */
  private afterInterrupt(record: CodeRecord | null): Outcome {
    const deliverable = this.board.pic.pending && this.virtual.interruptsEnabled;
    this.virtual.setField(VCPU.PENDING, this.board.pic.pending ? 1 : 0);
    if (!deliverable) return { kind: 'retry' };
    if (record && !record.boundary) return { kind: 'retry-stepping' };
    const isRetried = this.pc.cpu.guestRetired === this.filledAt;
    if (record?.shadow || isRetried || this.standsInRepeat()) this.virtual.cpu.setShadow(1);
    return { kind: 'resume' };
  }

  /** A repeated string instruction may be half done: it is finished before an interrupt is delivered. */
  private standsInRepeat(): boolean {
    const instruction = this.decodeNext()?.instruction;
    return instruction !== undefined && instruction.repeat !== 'none';
  }

  private handleCallout(
    name: (typeof CALLOUTS)[number],
    frame: EntryFrame,
    record: CodeRecord | null,
  ): Outcome {
    const { virtual } = this;
    const { costs } = this.pc.clock;
    const translation = this.code.cache.at(frame.eip - EXIT_SLOT_BYTES);
    invariant(translation && record, 'a callout comes from a translation');
    switch (name) {
      case 'dispatch': {
        this.pc.clock.charge('dispatch', costs.tcDispatch);
        const slot = frame.eip - EXIT_SLOT_BYTES - translation.tcAddress;
        const exit = translation.exits.findIndex((candidate) => candidate.slot === slot);
        const target = translation.exits[exit]?.target;
        invariant(target !== undefined, 'a dispatch callout is an exit slot');
        virtual.eip = target;
        this.carriedOut = true;
        if (this.canTranslate()) this.code.chain(translation, exit);
        return { kind: 'resume' };
      }
      case 'lookup-miss': {
        this.pc.clock.charge('lookups', costs.tcDispatch);
        virtual.eip = frame.gpr[0]!;
        this.addGuestRetired(1);
        this.carriedOut = true;
        const target = this.canTranslate() ? this.code.find() : null;
        if (target) this.code.cache.publish(target);
        return { kind: 'resume' };
      }
      case 'interrupts':
        if (record.shadow) virtual.cpu.setShadow(1);
        this.carriedOut = true;
        return { kind: 'resume' };
      case 'popf':
        this.chargeCallout('callouts');
        this.emit({ kind: 'callout', name, guestEip: virtual.eip });
        this.emulatePopf(translation, record, frame);
        return { kind: 'resume' };
      default:
        this.chargeCallout(name === 'port' ? 'io' : 'callouts');
        this.emit({ kind: 'callout', name, guestEip: virtual.eip });
        this.emulate(`callout ${name}`, false);
        return { kind: 'resume' };
    }
  }

  /** The published cost of a callout includes the way back, which the silicon charges for its IRET. */
  private chargeCallout(cause: 'callouts' | 'io'): void {
    const { costs } = this.pc.clock;
    const whole = cause === 'io' ? costs.inTcIo : costs.callout;
    this.pc.clock.charge(cause, Math.max(0, whole - costs.iret));
  }

  /** POPF at virtual ring 0: the cache has popped the image; all of it but VM, VIF, VIP and RF is the guest's to set. */
  private emulatePopf(translation: Translation, record: CodeRecord, frame: EntryFrame): void {
    const { virtual } = this;
    const popped = virtual.field(VCPU.POPPED);
    const before = virtual.flags;
    const kept = EFLAGS_VM | (3 << 19);
    virtual.cpu.setEflags((popped & 0x247fd5) | (before & kept));
    const instruction = translation.guest[record.guestIndex ?? 0];
    invariant(instruction, 'a popf callout belongs to a guest instruction');
    virtual.eip = record.guestEip + instruction.bytes.length;
    this.addGuestRetired(1);
    this.carriedOut = true;
    this.phase('decoded', () => `popf at ${inHex(record.guestEip)}, image ${inHex(popped)}`);
    this.phase('checked', () => 'virtual ring 0 may change IF and IOPL');
    this.phase('emulated', () => {
      const real = `${bit(frame.eflags)} → ${bit(virtual.realFlags)}`;
      const waiting = this.board.pic.pending ? 'yes' : 'none';
      return `virtual IF ${bit(before)} → ${bit(virtual.flags)}; real IF of the translated code ${real}; waiting interrupt: ${waiting}`;
    });
  }

  private handlePageFault(linear: number, errorCode: number): Outcome {
    const { virtual } = this;
    const { costs } = this.pc.clock;
    const write = (errorCode & PF_WRITE) !== 0;
    if (linear < MONITOR_BASE) {
      const access = { write, user: virtual.cpl === 3, commit: true };
      const walk = this.guest.tables.walk(this.guest.paging(), linear, access);
      if (walk.kind === 'mapped') {
        const frame = walk.address >>> 12;
        if (write && this.guest.isTraced(frame)) return this.handleTracedWrite(linear, frame);
        this.pc.clock.charge('shadow-paging', costs.shadowHidden - costs.trapEnter - costs.iret);
        this.emit({ kind: 'hidden-fault', address: linear, errorCode });
        this.guest.fill(linear, access);
        this.filledAt = this.pc.cpu.guestRetired;
        return { kind: 'retry' };
      }
      this.emit({ kind: 'true-fault', address: linear, errorCode: walk.errorCode });
      this.pc.clock.charge('shadow-paging', costs.shadowTrueExtra);
    }
    this.emulate("the guest's own tables forbid the access", false);
    return { kind: 'resume' };
  }

  private handleTracedWrite(linear: number, frame: number): Outcome {
    const { costs } = this.pc.clock;
    const eip = this.virtual.eip;
    this.emit({ kind: 'trace-hit', address: linear, guestFrame: frame });
    this.pc.clock.charge('tracing', costs.ptWriteTraced - costs.trapEnter - costs.iret);
    this.emulate('a write to a traced page', false);
    if (this.virtual.cpl === 0) this.code.suspect(eip);
    return { kind: 'resume' };
  }

  // --- the way back -------------------------------------------------------------------------------------------

  private finish(outcome: Outcome, frame: EntryFrame | null): void {
    const { cpu } = this.pc;
    switch (outcome.kind) {
      case 'resume':
        this.resume(frame);
        break;
      case 'retry':
      case 'retry-stepping': {
        invariant(frame, 'only guest code is retried');
        const stepping = outcome.kind === 'retry-stepping';
        const isUser = (frame.cs & 3) === 3;
        if (!this.hasWideStack()) {
          this.resume(null);
          break;
        }
        // In the cache TF is the monitor's; in user code it is the guest's own.
        const kept = isUser ? frame.eflags : frame.eflags & ~EFLAGS_TF;
        const flags = stepping ? frame.eflags | EFLAGS_TF : kept;
        patchFrameFlags(this.memory, cpu.gpr[4]! >>> 0, flags);
        this.phase('returned', () => `back to the interrupted instruction at ${inHex(frame.eip)}`);
        const to = isUser ? 'direct' : 'translated';
        if (to === 'direct') this.emit({ kind: 'direct-entered', guestEip: frame.eip });
        this.emit({ kind: 'monitor-exit', to, guestEip: this.virtual.eip });
        break;
      }
      default:
        assertNever(outcome);
    }
    this.armTimer();
  }

  /** Decides, from the virtual CPU alone, where the guest goes on, and sets the real CPU up for it. */
  resume(frame: EntryFrame | null): void {
    const { virtual, board } = this;
    for (;;) {
      this.afterEmulation();
      if (this.pc.cpu.stopOutcome) return;
      if (board.pic.pending && virtual.interruptsEnabled) {
        const waits = virtual.shadow !== 0;
        // Halted in a shadow: the idle loop waits.
        if (!(waits && virtual.halted)) {
          if (this.carriedOut) {
            virtual.copyOut(true);
            this.stayInMonitor('interpreted');
            return;
          }
          if (!waits) {
            this.inject();
            continue;
          }
          this.emulate('one instruction in the shadow of STI or MOV SS');
          continue;
        }
      }
      break;
    }
    const { cpu } = this.pc;
    cpu.state[WORD.CR0] = virtual.realCr0;
    virtual.copyOut(board.pic.pending);
    if (virtual.halted) {
      if (!virtual.interruptsEnabled) cpu.requestStop({ kind: 'halted' });
      this.stayInMonitor('idle');
    } else if (this.canTranslate() && this.resumeTranslated(frame)) {
      // In the cache.
    } else if (!this.canRunDirectly() || !this.resumeDirect()) {
      this.stayInMonitor('interpreted');
    }
  }

  private stayInMonitor(mode: 'idle' | 'interpreted'): void {
    const { cpu } = this.pc;
    // One instruction per entry, so that whoever watches can look between any two of the guest's.
    if (mode === 'interpreted' && !this.carriedOut) this.interpretOne();
    this.mode = mode;
    cpu.gpr[4] = STACK_TOP;
    cpu.eip = mode === 'idle' ? IDLE : INTERPRET;
    this.emit({ kind: 'monitor-exit', to: 'monitor', guestEip: this.virtual.eip });
  }

  private interpretOne(): void {
    this.emulate(this.whyInterpreted());
    this.afterEmulation();
    this.virtual.copyOut(this.board.pic.pending);
  }

  private whyInterpreted(): string {
    const { virtual } = this;
    if ((virtual.word(WORD.CR0) & CR0_PE) === 0) return 'virtual real mode';
    if (virtual.flags & EFLAGS_VM) return 'virtual-8086 mode';
    if (virtual.flags & EFLAGS_TF) return 'the guest single-steps';
    if (virtual.hasBreakpoints) return 'the guest has set hardware breakpoints';
    if (virtual.cpl === 3 && !virtual.interruptsEnabled) return 'user code with virtual IF = 0';
    if (virtual.cpl === 3 && virtual.flags & EFLAGS_IOPL) {
      return `virtual IOPL ${(virtual.flags & EFLAGS_IOPL) >> 12}`;
    }
    if (!this.hasWideStack()) return 'a 16-bit stack';
    const { base } = virtual.segment(SEG.CS);
    if (base + virtual.eip > GUEST_LINEAR_END)
      return "code in the monitor's part of the address space";
    if (virtual.cpl === 3) return 'a segment has no shadow descriptor';
    return `virtual ring ${virtual.cpl} code that cannot be translated`;
  }

  private resumeTranslated(frame: EntryFrame | null): boolean {
    const { virtual } = this;
    const stack = this.kernelSelector(SEG.SS);
    if (stack === null || (stack & ~3) === 0) return false;
    const target = this.placeInCache(frame) ?? this.code.find()?.tcAddress ?? null;
    if (target === null) {
      if (this.carriedOut) {
        this.stayInMonitor('interpreted');
        return true;
      }
      // The guest's code is not there: the virtual CPU takes the guest's own fault.
      this.emulate('the instruction cannot be fetched', false);
      this.resume(null);
      return true;
    }
    this.mode = 'translated';
    this.leave({
      eip: target,
      cs: SELECTOR.CACHE_CODE,
      ss: (stack & ~3) | 1,
      data: {
        gs: SELECTOR.GS,
        fs: this.kernelSelector(SEG.FS) ?? 0,
        es: this.kernelSelector(SEG.ES) ?? 0,
        ds: this.kernelSelector(SEG.DS) ?? 0,
      },
    });
    this.emit({ kind: 'monitor-exit', to: 'translated', guestEip: virtual.eip });
    return true;
  }

  /** The place in the interrupted translation where the guest stands now, if it is still there. */
  private placeInCache(frame: EntryFrame | null): number | null {
    if (!frame || (frame.cs & 3) !== 1) return null;
    const translation = this.code.cache.at(callsBack(frame) ? frame.eip - 1 : frame.eip);
    if (!translation || !this.code.cache.isValid(translation.id)) return null;
    const { eip } = this.virtual;
    // Past the first instruction only: an entry is counted, a way back is not.
    const record = translation.records.find(
      (candidate) => candidate.offset > 0 && candidate.boundary && candidate.guestEip === eip,
    );
    if (!record || this.code.mappingOf(translation, true) === 'moved') return null;
    return translation.tcAddress + record.offset;
  }

  private resumeDirect(): boolean {
    const { virtual } = this;
    const [es, cs, ss, ds, fs, gs] = USER_SEGMENTS.map(
      (register) => virtual.segment(register).selector,
    ) as [number, number, number, number, number, number];
    this.mode = 'direct';
    this.leave({ eip: virtual.eip, cs, ss, data: { gs, fs, es, ds } });
    this.emit({ kind: 'direct-entered', guestEip: virtual.eip });
    this.emit({ kind: 'monitor-exit', to: 'direct', guestEip: virtual.eip });
    return true;
  }

  private leave(to: Pick<EntryFrame, 'eip' | 'cs' | 'ss' | 'data'>): void {
    const { cpu } = this.pc;
    const gpr = Array.from(this.virtual.cpu.gpr, (value) => value >>> 0);
    cpu.gpr[4] = writeExitFrame(this.memory, { ...to, gpr, eflags: this.virtual.realFlags });
    cpu.eip = EXIT;
    this.leftAt = cpu.guestRetired;
    this.phase('returned', () => `IRET to ring ${to.cs & 3} at ${inHex(to.eip)}`);
  }

  /** The real selector for a segment of the virtual kernel; null where the silicon cannot hold it. */
  private kernelSelector(register: number): number | null {
    const segment = this.virtual.segment(register);
    if ((segment.rights & RIGHTS_PRESENT) === 0) return 0;
    if (this.guest.descriptors.holds(segment)) return segment.selector;
    return this.guest.descriptors.cache(register, segment);
  }

  // --- changes from outside -------------------------------------------------------------------------------------

  /**
   * Between two guest instructions: the guest's state goes to the virtual CPU and the silicon into the monitor's loop,
   * whose next round decides where the guest goes on.
   */
  park(): void {
    const { cpu } = this.pc;
    const { state } = cpu;
    if (cpu.cpl === 0) return;
    const keepsResume = cpu.guestRetired === this.leftAt;
    const gpr = Array.from(cpu.gpr, (value) => value >>> 0);
    const selectors = USER_SEGMENTS.map((register) => state[WORD.SELECTOR + register]! & 0xffff);
    let shadow = state[WORD.SHADOW]!;
    if (cpu.cpl === 3) {
      this.virtual.copyIn(gpr, cpu.eip, cpu.eflags, keepsResume);
      this.takeOverSegments(selectors);
    } else {
      const translation = this.code.cache.at(cpu.eip);
      const record = translation && recordAt(translation, cpu.eip);
      invariant(record?.boundary, 'the guest is parked between two of its instructions');
      this.virtual.copyIn(gpr, record.guestEip, cpu.eflags & ~EFLAGS_TF, keepsResume);
      if (record.shadow) shadow = 1;
    }
    if (shadow !== 0) this.virtual.cpu.setShadow(shadow);
    state[WORD.SHADOW] = 0;
    cpu.loadDescriptorCache(SEG.CS, { selector: SELECTOR.CODE0, ...CODE0 });
    cpu.loadDescriptorCache(SEG.SS, { selector: SELECTOR.DATA0, ...DATA0 });
    cpu.cpl = 0;
    cpu.setEflags(EFLAGS_FIXED);
    cpu.gpr[4] = STACK_TOP;
    cpu.eip = INTERPRET;
    cpu.stateChanged();
    this.mode = 'interpreted';
  }

  /** Guest memory was changed from outside: what the monitor made of the old bytes goes, as if the guest had flushed. */
  memoryChanged(): void {
    const { cpu } = this.pc;
    this.afterEmulation();
    this.addressSpaceChanged('memory was edited');
    this.afterEmulation();
    if (cpu.cpl !== 1) return;
    const here = this.code.cache.at(cpu.eip);
    const goesOn =
      here && this.code.cache.isValid(here.id) && this.code.mappingOf(here, false) === 'touched';
    if (!goesOn) this.park();
  }

  // --- where guest code may run ---------------------------------------------------------------------------------

  private canTranslate(): boolean {
    const { virtual } = this;
    if ((virtual.word(WORD.CR0) & CR0_PE) === 0 || virtual.cpl !== 0 || virtual.halted)
      return false;
    if (virtual.flags & (EFLAGS_VM | EFLAGS_TF) || virtual.hasBreakpoints) return false;
    return (virtual.segment(SEG.CS).rights & RIGHTS_BIG) !== 0 && this.hasWideStack();
  }

  /** IRET to another ring restores only SP of a 16-bit stack: the rest of ESP would be the monitor's. */
  private hasWideStack(): boolean {
    return (this.virtual.segment(SEG.SS).rights & RIGHTS_BIG) !== 0;
  }

  private canRunDirectly(): boolean {
    const { virtual } = this;
    if ((virtual.word(WORD.CR0) & CR0_PE) === 0 || virtual.cpl !== 3) return false;
    if (virtual.flags & (EFLAGS_VM | EFLAGS_TF) || !virtual.interruptsEnabled) return false;
    if (virtual.hasBreakpoints) return false;
    // The real IOPL is 0, and user code's own PUSHF shows it.
    if (virtual.flags & EFLAGS_IOPL || !this.hasWideStack()) return false;
    // Code above the truncated limit: IRET would fault on it in the monitor.
    const code = virtual.segment(SEG.CS);
    if (code.base + virtual.eip > GUEST_LINEAR_END) return false;
    return USER_SEGMENTS.every((register) => {
      const segment = virtual.segment(register);
      const isNull = (segment.selector & ~3) === 0 && (segment.rights & RIGHTS_PRESENT) === 0;
      return isNull || this.guest.descriptors.holds(segment);
    });
  }

  // --- the virtual CPU ------------------------------------------------------------------------------------------

  /**
   * Carries out one guest instruction on the virtual CPU, or delivers the fault it raises there.
   *
   * @param charge false where the caller has charged for the whole event
   */
  private emulate(why: string, charge = true): void {
    const { virtual } = this;
    const next = this.decodeNext();
    if (charge) this.pc.clock.charge('emulation', this.pc.clock.costs.emulDecode);
    const eip = virtual.eip;
    const before = virtual.flags;
    const directory = virtual.word(WORD.CR3);
    this.phase('decoded', () => `${next?.text ?? 'unreadable'} at ${inHex(eip)}`);
    this.phase('checked', () => `virtual ring ${virtual.cpl}, IOPL ${(before >> 12) & 3}: ${why}`);
    this.watcher?.emulates(virtual.segment(SEG.CS).base + eip);
    virtual.cpu.flushTlb(true);
    const done = virtual.cpu.executeOne();
    this.watcher?.emulated();
    this.carriedOut = true;
    if (done.kind === 'stopped') {
      this.pc.cpu.requestStop(done.outcome);
      return;
    }
    if (done.kind === 'retired') this.addGuestRetired(1);
    else {
      this.pc.cpu.guestDelivered++;
      // Interrupts are told by the number of retired instructions: one before the instruction that faults is not to be
      // mistaken for one between the fault and its handler. So here none is delivered, as behind STI.
      virtual.cpu.setShadow(1);
    }
    const noted = next ? this.noteEffects(next.instruction) : false;
    // A task switch, even one that a fault's task gate made, loads CR3 by itself.
    if (!noted && virtual.word(WORD.CR3) !== directory) this.addressSpaceChanged('task switch');
    this.phase('emulated', () => this.describe(done.kind, before));
    this.emit({ kind: 'emulated', guestEip: eip, text: next?.text ?? '', why });
  }

  private describe(done: 'retired' | 'faulted', before: number): string {
    const { virtual } = this;
    if (done === 'faulted')
      return `the guest's own handler at ${inHex(virtual.eip)} gets the fault`;
    const changed = bit(before) !== bit(virtual.flags);
    return changed
      ? `virtual IF ${bit(before)} → ${bit(virtual.flags)}; next at ${inHex(virtual.eip)}`
      : `next at ${inHex(virtual.eip)}`;
  }

  private decodeNext(): { instruction: Instruction; text: string } | null {
    const { virtual } = this;
    const code = virtual.segment(SEG.CS);
    const bytes = this.guest.tables.bytes(this.guest.paging(), (code.base + virtual.eip) >>> 0, 15);
    if (!bytes) return null;
    const bitness = code.rights & RIGHTS_BIG ? 32 : 16;
    const instruction = decode(bytes, virtual.eip, bitness);
    const text = this.pc.events.listener
      ? format(bytes.subarray(0, Math.max(1, instruction.length)), virtual.eip, bitness)
      : '';
    return { instruction, text };
  }

  /**
   * What an emulated instruction changed that the monitor keeps copies of.
   * @returns true if the address space was looked after
   */
  private noteEffects(instruction: Instruction): boolean {
    const destination = instruction.operands[0];
    switch (instruction.mnemonic) {
      case Mnemonic.Lgdt:
        this.guest.descriptorsChanged();
        return false;
      case Mnemonic.Invlpg:
        if (destination?.kind !== 'memory') return false;
        this.guest.forget(this.linearOf(destination));
        this.code.checkMappings();
        return false;
      case Mnemonic.Lmsw:
        this.addressSpaceChanged('LMSW');
        return true;
      case Mnemonic.Mov: {
        const register = destination?.kind === 'register' ? destination.register : Register.None;
        const name = PAGING_REGISTERS.get(register);
        if (name) this.addressSpaceChanged(`MOV to ${name}`);
        return name !== undefined;
      }
      default:
        return false;
    }
  }

  private addressSpaceChanged(reason: string): void {
    this.guest.flush(reason);
    this.guest.descriptorsChanged();
    this.code.checkMappings();
  }

  private linearOf(operand: MemoryOperand): number {
    const { gpr } = this.virtual.cpu;
    const read = (register: Register): number =>
      register >= Register.EAX && register <= Register.EDI ? gpr[register - Register.EAX]! : 0;
    const offset = read(operand.base) + read(operand.index) * operand.scale + operand.displacement;
    const base = this.virtual.segment(operand.segment - Register.ES).base;
    return (base + offset) >>> 0;
  }

  /** Follows up what emulation touched: traced code, the guest's descriptor table. */
  private afterEmulation(): void {
    this.guest.settle((frame) => this.code.checkWritten(frame));
  }

  private addGuestRetired(count: number): void {
    this.pc.cpu.guestRetired += count;
  }

  // --- interrupts and time --------------------------------------------------------------------------------------

  /** Delivers the virtual interrupt controller's interrupt through the guest's own IDT. */
  private inject(): void {
    const { virtual, board } = this;
    if (virtual.halted) {
      virtual.cpu.setActivity(0);
      this.emit({ kind: 'wake' });
    }
    const irq = board.pic.pendingIrq ?? 7;
    const vector = board.pic.acknowledge();
    this.facts.add({
      kind: 'interrupt',
      guestRetired: this.pc.cpu.guestRetired,
      vector,
      irq,
    });
    this.pc.clock.charge('interrupts', this.pc.clock.costs.emulDecode);
    virtual.cpu.flushTlb(true);
    const stop = virtual.cpu.deliverNow(vector);
    if (stop) {
      this.pc.cpu.requestStop(stop);
      return;
    }
    this.pc.cpu.guestDelivered++;
    this.carriedOut = true;
  }

  private onVirtualEvent(body: MachineEventBody): void {
    // Deliveries on the virtual CPU are what the monitor injects; its other facts are not the silicon's.
    if (body.kind === 'trap') this.emit({ ...body, kind: 'injected' });
    else if (body.kind === 'halt') this.emit(body);
    else if (body.kind === 'triple-fault') this.emit(body);
  }

  /** Ends a physical interrupt: the monitor owns the real interrupt controller. */
  private acknowledge(irq: number): void {
    const { bus } = this.pc;
    if (irq >= 8) bus.write(0xa0, 1, 0x20);
    bus.write(0x20, 1, 0x20);
    this.timerFor = Number.POSITIVE_INFINITY;
  }

  private serveVirtualTime(): void {
    const { clock } = this.virtual;
    clock.cycles = this.pc.clock.cycles;
    if (clock.deadline <= clock.cycles) clock.onDeadline();
  }

  /** Programs the real timer (channel 0, mode 0: one interrupt) for the next thing a virtual device has to do. */
  armTimer(): void {
    const { deadline } = this.virtual.clock;
    if (deadline === this.timerFor || deadline === Number.POSITIVE_INFINITY) return;
    const { bus, clock } = this.pc;
    const ticks = Math.ceil((deadline - clock.cycles) / 64);
    const count = Math.min(0xffff, Math.max(1, ticks));
    bus.write(0x43, 1, 0x30);
    bus.write(0x40, 1, count & 0xff);
    bus.write(0x40, 1, count >>> 8);
    this.timerFor = deadline;
  }

  // --- records --------------------------------------------------------------------------------------------------

  private emit(body: MachineEventBody): void {
    this.pc.events.emit(body);
  }

  private phase(phase: 'decoded' | 'checked' | 'emulated' | 'returned', text: () => string): void {
    const { events } = this.pc;
    events.emit({ kind: 'monitor-phase', phase, text: events.listener ? text() : '' });
  }

  save() {
    return {
      guest: this.guest.save(),
      code: this.code.save(),
      mode: this.mode,
      timerFor: this.timerFor,
      leftAt: this.leftAt,
      filledAt: this.filledAt,
      facts: this.facts.save(),
    };
  }

  restore(state: ReturnType<Monitor['save']>): void {
    this.guest.restore(state.guest);
    this.code.restore(state.code);
    this.mode = state.mode;
    this.timerFor = state.timerFor;
    this.leftAt = state.leftAt;
    this.filledAt = state.filledAt;
    this.facts.restore(state.facts);
  }

  /** Where the cache begins and ends, for whoever asks what an address is. */
  static inCache(linear: number): boolean {
    return linear >= CACHE_BASE && linear < CACHE_BASE + CACHE_BYTES;
  }
}

/** A callout's saved EIP is behind the call, which may be the translation's end. */
const callsBack = (frame: EntryFrame): boolean => frame.number >= CALLOUT_NUMBER;

const bit = (eflags: number): 0 | 1 => (eflags & EFLAGS_IF ? 1 : 0);

function nameOf(reason: EntryReason): string {
  switch (reason.kind) {
    case 'callout':
      return `callout ${reason.name}`;
    case 'single-step':
    case 'int1':
      return vectorName(VECTOR.DB);
    case 'exception':
      return vectorName(reason.vector);
    case 'page-fault':
      return '#PF';
    case 'software-interrupt':
      return `int 0x${reason.vector.toString(16)}`;
    case 'device-interrupt':
      return `IRQ ${reason.irq}`;
    default:
      return reason.kind;
  }
}
