/**
 * The CPU's public face: everything a PC, a monitor or a viewer may ask of it. How it works is in the files around:
 * run-loop.ts (boundaries), code-cache.ts (decoded blocks), lower/ (what instructions do), segmentation.ts,
 * delivery.ts, far-transfer.ts, system-registers.ts, access.ts and mmu/ (memory).
 */
import type { TlbContents } from '../mmu/mmu';
import type { Outcome } from '../outcome';
import type { Snapshotable } from '../snapshot';
import { CodeCache } from './code-cache';
import { type Annotate, ATTENTION, Core, type CoreOptions } from './core';
import { type DeliverySource, deliverThroughIdt } from './delivery';
import { NO_ERROR_CODE } from './fault';
import type { CpuObserver, ObservedAccess } from './observer';
import { type Executed, RunLoop } from './run-loop';
import { loadSegment } from './segmentation';
import { COUNTER, STATE_BYTES, WORD } from './state';
import { flushTlb } from './system-registers';

export type {
  Annotate,
  CoreOptions as CpuOptions,
  CpuProfile,
  InterruptSource,
  MonitorPort,
} from './core';
export { FaultSignal } from './fault';

export interface CpuState {
  /** The state block's bytes. */
  readonly block: Uint8Array;
  readonly tlb: TlbContents;
}

export class Cpu extends Core implements Snapshotable<CpuState> {
  private readonly code: CodeCache;
  private readonly loop: RunLoop;

  constructor(options: CoreOptions) {
    super(options);
    this.code = new CodeCache(this);
    this.loop = new RunLoop(this, this.code);
  }

  /** Back to power-on: real mode at F000:FFF0, counters zero, TLB empty. Loaders change what they need after it. */
  reset(): void {
    this.resetState();
    this.stopOutcome = null;
    this.code.dropAll();
  }

  // --- execution -------------------------------------------------------------------------------------------

  /** Runs until `retired === limit` (outcome `budget`) or the run ends otherwise. */
  run(limit: number): Outcome {
    return this.loop.run(limit);
  }

  /** Runs until `moment === limit` (outcome `budget`) or the run ends otherwise: stops behind a delivery too. */
  runToMoment(limit: number): Outcome {
    return this.loop.runToMoment(limit);
  }

  /** One machine instruction, with the deliveries before it. Null if it retired and the machine can go on. */
  step(): Outcome | null {
    const outcome = this.loop.run(this.retired + 1);
    return outcome.kind === 'budget' ? null : outcome;
  }

  /**
   * Exactly one instruction at CS:EIP, or the delivery of the fault it raises; no interrupt is recognised and no
   * deadline looked at. For a monitor's virtual CPU.
   */
  executeOne(): Executed {
    return this.loop.executeOne();
  }

  /** Delivers an external interrupt through the IDT, faults on the way included. @returns an outcome on shutdown */
  deliverNow(vector: number): Outcome | null {
    return this.loop.deliverNow(vector);
  }

  get retired(): number {
    return this.counters[COUNTER.RETIRED]!;
  }

  set retired(value: number) {
    this.counters[COUNTER.RETIRED] = value;
  }

  /** Deliveries that are steps of their own: all but debug traps, which end the step of their instruction. */
  get delivered(): number {
    return this.counters[COUNTER.DELIVERED]!;
  }

  set delivered(value: number) {
    this.counters[COUNTER.DELIVERED] = value;
  }

  /** The machine's time in steps: each is a retired instruction or a delivery. */
  get moment(): number {
    return this.counters[COUNTER.RETIRED]! + this.counters[COUNTER.DELIVERED]!;
  }

  /** What a monitor says it has delivered to its guest. */
  get guestDelivered(): number {
    return this.counters[COUNTER.GUEST_DELIVERED]!;
  }

  set guestDelivered(value: number) {
    this.counters[COUNTER.GUEST_DELIVERED] = value;
  }

  get guestRetired(): number {
    return this.counters[COUNTER.GUEST_RETIRED]!;
  }

  set guestRetired(value: number) {
    this.counters[COUNTER.GUEST_RETIRED] = value;
  }

  /** Unsigned. */
  get eip(): number {
    return this.state[WORD.EIP]! >>> 0;
  }

  set eip(value: number) {
    this.state[WORD.EIP] = value;
  }

  /** Set by devices: an interrupt may have become pending or deliverable. */
  get checkInterrupts(): boolean {
    return (this.attention & ATTENTION.INTERRUPT) !== 0;
  }

  set checkInterrupts(value: boolean) {
    if (value) this.attention |= ATTENTION.INTERRUPT;
    else this.attention &= ~ATTENTION.INTERRUPT;
  }

  /** Called at every instruction boundary while set (slow): oracles and tests. Takes effect with the next `run`. */
  get beforeInstruction(): (() => void) | null {
    return this.loop.beforeInstruction;
  }

  set beforeInstruction(hook: (() => void) | null) {
    this.loop.beforeInstruction = hook;
  }

  /** Asked once per decoded instruction. Setting it forgets what was decoded. */
  get annotate(): Annotate | null {
    return this.annotator;
  }

  set annotate(annotator: Annotate | null) {
    this.annotator = annotator;
    this.refreshCodeKey();
    this.dropDecoded();
  }

  /** Every instruction is decoded each time it is executed (slow): for tests of the cache of decoded code. */
  get decodesAnew(): boolean {
    return this.code.fresh;
  }

  set decodesAnew(value: boolean) {
    this.code.fresh = value;
    this.dropDecoded();
  }

  /** Who looks on while this CPU runs; null: nobody. Set it again after what it watches has changed. */
  get observer(): CpuObserver | null {
    return this.observing;
  }

  set observer(observer: CpuObserver | null) {
    this.observing = observer;
    const tell = observer && ((access: Omit<ObservedAccess, 'settled'>) => this.tell(access));
    this.access.setObserver(tell, observer?.pages ?? null);
    this.mmu.onBitsSet =
      observer &&
      ((address) =>
        this.tell({
          kind: 'write',
          linear: 0,
          size: 4,
          first: address,
          second: -1,
          by: 'page-walk',
          modifying: false,
        }));
    this.mmu.onFlush = observer && (() => observer.flushed());
    if (!observer) this.attention &= ~ATTENTION.OBSERVER;
  }

  /** Other instructions are watched from now on. */
  watchedCodeChanged(): void {
    this.code.dropBlocks();
  }

  /** The observer is asked at the next instruction boundary. */
  lookUpSoon(): void {
    this.attention |= ATTENTION.OBSERVER;
    this.code.interrupt();
  }

  private tell(access: Omit<ObservedAccess, 'settled'>): void {
    if (this.observing?.touches({ ...access, settled: this.code.settled })) this.lookUpSoon();
  }

  /** Forgets all decoded code, annotations included. */
  dropDecoded(): void {
    this.code.dropAll();
  }

  /**
   * Delivers through this CPU's IDT, once, with all checks.
   * @throws FaultSignal if a check fails; nothing has changed then
   */
  deliver(
    vector: number,
    how: {
      readonly source: DeliverySource;
      readonly errorCode?: number;
      readonly cr2?: number;
      /** EIP to save; the current one if absent. */
      readonly returnEip?: number;
    },
  ): void {
    if (how.cr2 !== undefined) this.state[WORD.CR2] = how.cr2;
    deliverThroughIdt(this, {
      vector,
      source: how.source,
      errorCode: how.errorCode ?? NO_ERROR_CODE,
      returnEip: how.returnEip ?? this.state[WORD.EIP]!,
      cr2: how.cr2 ?? 0,
    });
  }

  /** Loads ES SS DS FS or GS as MOV would. @throws FaultSignal */
  loadSegmentChecked(segment: number, selector: number): void {
    loadSegment(this, segment, selector);
  }

  // --- memory ----------------------------------------------------------------------------------------------

  flushTlb(includeGlobal = true): void {
    flushTlb(this, includeGlobal);
  }

  flushPage(linear: number): void {
    this.mmu.flushPage(linear >>> 0);
    this.events?.emit({ kind: 'tlb-flush', scope: 'page' });
  }

  /** Where a linear address leads, without side effects; -1 if the access would fault. */
  translate(linear: number, access: { readonly write: boolean; readonly user: boolean }): number {
    return this.mmu.probe(linear >>> 0, access.write, access.user);
  }

  /** Supervisor accesses with all their effects (TLB, accessed and dirty bits). @throws FaultSignal #PF */
  readLinear8(linear: number): number {
    return this.systemRead8(linear);
  }

  readLinear16(linear: number): number {
    return this.systemRead16(linear);
  }

  /** Unsigned. */
  readLinear32(linear: number): number {
    return this.systemRead32(linear);
  }

  writeLinear8(linear: number, value: number): void {
    this.access.writeLinear(linear >>> 0, value, 1, false);
  }

  writeLinear16(linear: number, value: number): void {
    this.access.writeLinear(linear >>> 0, value, 2, false);
  }

  writeLinear32(linear: number, value: number): void {
    this.access.writeLinear(linear >>> 0, value, 4, false);
  }

  // --- checkpoints -----------------------------------------------------------------------------------------

  save(): CpuState {
    const block = new Uint8Array(this.state.buffer, this.state.byteOffset, STATE_BYTES).slice();
    return { block, tlb: this.mmu.save() };
  }

  /** Decoded code stays: memory drops what its own restore changes. */
  restore(saved: CpuState): void {
    new Uint8Array(this.state.buffer, this.state.byteOffset, STATE_BYTES).set(saved.block);
    this.mmu.restore(saved.tlb);
    this.attention = 0;
    this.stopOutcome = null;
    this.stateChanged();
  }
}
