/**
 * A guest under the binary translator: the PC, the monitor installed in its top 4 MiB, and what the session asks of
 * both. Control logic is in `monitor.ts`; this file boots it and answers questions.
 */
import { err, ok, type Result } from '../../base/result';
import { Board, type OutsideInput } from '../../machine/board';
import { bootCpu } from '../../machine/boot';
import { Clock } from '../../machine/clock';
import type { CostTable } from '../../machine/costs';
import { EFLAGS_FIXED, SEG, WORD } from '../../machine/cpu/state';
import { MissingBios } from '../../machine/devices/missing-bios';
import type { MachineEventBody } from '../../machine/events';
import type { LoadError } from '../../machine/loader/load-error';
import { loadImage } from '../../machine/loader/load-image';
import type { BootState, ImageOptions } from '../../machine/loader/machine-image';
import type { Outcome } from '../../machine/outcome';
import { Pc } from '../../machine/pc';
import { PortBus } from '../../machine/ports';
import type { KeptFacts } from '../core/fact-log';
import { TIMESTAMP_PORT } from '../core/fact-log';
import { PcSystem } from '../core/pc-system';
import type {
  Actor,
  CacheInfo,
  Registers,
  System,
  SystemEdit,
  TimedFact,
  TranslationInfo,
  UntranslatedRun,
} from '../core/system';
import { Watcher } from '../core/watcher';
import {
  CACHE_BYTES,
  COMMON_STUBS,
  GDT_BASE,
  IDT_BASE,
  MONITOR_BASE,
  MONITOR_BYTES,
  SELECTOR,
  STACK_TOP,
  STUBS_END,
} from '../memory/layout';
import { MonitorMemory } from '../memory/monitor-memory';
import { Pmap } from '../memory/pmap';
import { CODE0, DATA0, GDT_LIMIT, IDT_LIMIT, TSS } from './descriptor-table';
import { editTranslated } from './edit';
import { entryCode, IDLE, INTERPRET } from './entry-code';
import { guestRegisters } from './guest-view';
import { Monitor } from './monitor';
import { nameOfField } from './names';
import { recordAt, type Translation } from './translation';
import { describeTranslation } from './translation-info';
import { Fork } from './untranslated-run';
import { VirtualCpu } from './virtual-cpu';

const PAGE = 4096;

/** Linear address of the next instruction. */
const linearOf = ({ eip, segments }: Registers): number =>
  ((segments[SEG.CS]?.base ?? 0) + eip) >>> 0;

export interface BinaryTranslationOptions extends ImageOptions {
  readonly memoryBytes: number;
  readonly costs: CostTable;
  /** Bytes of the translation cache: smaller ones fill up and are flushed. */
  readonly cacheBytes?: number;
  /** A port whose bytes go to the console too. */
  readonly logPort?: number;
  /** Which timed facts are kept; absent: all. */
  readonly facts?: KeptFacts;
}

export class BinaryTranslationSystem extends PcSystem implements System {
  readonly pc: Pc;
  readonly board: Board;
  readonly monitor: Monitor;
  readonly virtual: VirtualCpu;
  readonly pmap: Pmap;
  handover: number | null = null;
  private readonly bus: PortBus;
  private readonly clock: Clock;
  private readonly fork = new Fork(this);
  guestListener: ((body: MachineEventBody) => void) | null = null;
  protected readonly watcher: Watcher;

  private constructor(options: BinaryTranslationOptions) {
    super();
    const { memoryBytes, costs } = options;
    this.pc = new Pc({ ramBytes: memoryBytes + MONITOR_BYTES, profile: 'x86', costs });
    this.pmap = new Pmap(memoryBytes / PAGE);
    this.clock = new Clock(costs);
    this.bus = new PortBus(this.pc.events, 'virtual');
    const { bus } = this;
    this.board = new Board({
      bus,
      clock: this.clock,
      events: this.pc.events,
      device: 'virtual',
      onExit: (code) => this.pc.cpu.requestStop({ kind: 'exited', code }),
      memoryBytes,
      ...(options.logPort === undefined ? {} : { logPort: options.logPort }),
    });
    const monitorMemory = new MonitorMemory(this.pc.memory, memoryBytes);
    this.virtual = new VirtualCpu(monitorMemory, this.pmap, this.clock, bus);
    this.monitor = new Monitor(
      this.pc,
      this.pmap,
      this.virtual,
      this.board,
      memoryBytes,
      options.cacheBytes ?? CACHE_BYTES,
      options.facts,
    );
    const { cpu, events } = this.pc;
    this.watcher = new Watcher({
      silicon: cpu,
      guestCpu: this.virtual.cpu,
      linearEnd: MONITOR_BASE,
      get guestMoment() {
        return cpu.guestRetired + cpu.guestDelivered;
      },
      get moment() {
        return events.moment;
      },
      atGuestBoundary: () => this.atGuestBoundary(),
      guestCodeAt: (linear) => this.guestCodeAt(linear),
      machinePage: (page) => this.machinePage(page),
      guestPage: (page) => this.pmap.guestFrame(page),
      paging: () => this.monitor.guest.paging(),
    });
    this.monitor.watcher = this.watcher;
    this.monitor.guest.tables.onBitsSet = (physical) => this.watcher.walked(physical);
    this.pc.events.accepts = (body) => {
      // A PUSHF of the translator's own is no hole: what it reads is replaced before the guest can look.
      if (body.kind === 'sensitive-silent' && Monitor.inCache(this.pc.cpu.eip)) return false;
      if (this.guestListener && this.isGuests(body)) this.guestListener(body);
      return true;
    };
    const toMonitor = this.virtual.onEvent;
    this.virtual.onEvent = (body) => {
      this.guestListener?.(body);
      toMonitor?.(body);
    };
    this.pc.cpu.guestPlace = () =>
      this.actor() === 'translated-kernel' ? linearOf(this.guest()) : null;
    bus.onRead = (port, value, timeDependent) => {
      if (timeDependent) this.noteTimedRead(port, value);
      return value;
    };
    this.clock.onTimestamp = (value) => {
      this.noteTimedRead(TIMESTAMP_PORT, value);
      return value;
    };
  }

  static create(
    image: Uint8Array,
    options: BinaryTranslationOptions,
  ): Result<BinaryTranslationSystem, LoadError> {
    const system = new BinaryTranslationSystem(options);
    const { memoryBytes, costs, cacheBytes, logPort, ...imageOptions } = options;
    const loaded = loadImage(
      image,
      {
        size: memoryBytes,
        writeBytes: (physical, bytes) => system.writeGuest(physical, bytes),
      },
      imageOptions,
    );
    if (!loaded.ok) return err(loaded.error);
    const { romBytes, disk } = loaded.value;
    if (romBytes > 0) system.monitor.guest.addRom(romBytes);
    if (disk) system.board.attachDisk(disk);
    system.handover = loaded.value.handover ?? null;
    if (loaded.value.biosStubs) {
      const stubs = new MissingBios(() => system.virtual.cpu, romBytes > 0);
      for (const [first, count] of MissingBios.ports) system.bus.register(first, count, stubs);
    }
    system.install(loaded.value.state);
    return ok(system);
  }

  /** Events of the silicon that are the guest's too: of its devices, and of its user code, which runs as it is. */
  private isGuests(body: MachineEventBody): boolean {
    switch (body.kind) {
      case 'port':
        return body.device === 'virtual';
      case 'console':
        return true;
      case 'sensitive-silent':
        return this.pc.cpu.cpl === 3;
      default:
        return false;
    }
  }

  private noteTimedRead(port: number, value: number): void {
    const { guestRetired } = this;
    this.monitor.facts.add({ kind: 'read', guestRetired, port, value });
  }

  private writeGuest(physical: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = physical + done;
      const count = Math.min(bytes.length - done, PAGE - (at % PAGE));
      this.pc.memory.writeBytes(this.pmap.address(at), bytes.subarray(done, done + count));
      done += count;
    }
  }

  /** What a boot loader of the monitor's would do: tables and code into memory, the real CPU into ring 0. */
  private install(boot: BootState): void {
    const { monitor, virtual } = this;
    const { cpu, bus } = this.pc;
    for (const piece of entryCode()) monitor.memory.write(piece.address, piece.bytes);
    monitor.guest.descriptors.build();
    monitor.code.cache.clearLookupTable();
    monitor.guest.shadow.build();

    virtual.cpu.reset();
    bootCpu(virtual.cpu, boot);

    const { state } = cpu;
    state[WORD.CR3] = monitor.guest.shadow.root;
    state[WORD.CR0] = virtual.realCr0;
    // RDTSC outside ring 0 traps: the guest's time is the monitor's business.
    state[WORD.CR4] = 1 << 2;
    state[WORD.GDTR_BASE] = GDT_BASE;
    state[WORD.GDTR_LIMIT] = GDT_LIMIT;
    state[WORD.IDTR_BASE] = IDT_BASE;
    state[WORD.IDTR_LIMIT] = IDT_LIMIT;
    cpu.loadDescriptorCache(SEG.TR, { selector: SELECTOR.TSS, ...TSS });
    cpu.loadDescriptorCache(SEG.LDTR, { selector: 0, base: 0, limit: 0, rights: 0 });
    cpu.loadDescriptorCache(SEG.CS, { selector: SELECTOR.CODE0, ...CODE0 });
    for (const segment of [SEG.DS, SEG.ES, SEG.FS, SEG.GS, SEG.SS]) {
      cpu.loadDescriptorCache(segment, { selector: SELECTOR.DATA0, ...DATA0 });
    }
    cpu.cpl = 0;
    cpu.setEflags(EFLAGS_FIXED);
    cpu.gpr[4] = STACK_TOP;
    cpu.flushTlb(true);
    cpu.stateChanged();

    // The real interrupt controller: vectors 0x20 on, only the timer unmasked.
    for (const [port, value] of PIC_SETUP) bus.write(port, 1, value);
    cpu.monitor = {
      entryLow: COMMON_STUBS,
      entryHigh: STUBS_END,
      enter: () => this.pc.events.completingInstruction(() => monitor.enter()),
    };
    cpu.annotate = (linear, cpl) => this.annotate(linear, cpl);
    monitor.resume(null);
    monitor.armTimer();
  }

  /** What a decoded instruction counts as: the monitor's own code is nobody's guest instruction. */
  private annotate(linear: number, cpl: number): { weight: 0 | 1; entry: number } {
    if (cpl === 3) return { weight: 1, entry: -1 };
    const translation = this.monitor.code.cache.at(linear);
    const record = translation && recordAt(translation, linear);
    if (!record || translation.tcAddress + record.offset !== linear)
      return { weight: 0, entry: -1 };
    const isEntry = record.offset === 0;
    // A forwarding jump stands where the old translation began: it is neither an entry nor an instruction.
    if (isEntry && this.monitor.code.isForwarded(translation.id)) return { weight: 0, entry: -1 };
    return { weight: record.weight, entry: isEntry ? translation.id : -1 };
  }

  // --- System ---------------------------------------------------------------------------------------------------

  get disk() {
    return this.board.ata?.disk ?? null;
  }

  get guestMoment(): number {
    return this.guestRetired + this.pc.cpu.guestDelivered;
  }

  run(limit: number): Outcome {
    const { code } = this.board.debugExit;
    if (code !== null) return { kind: 'exited', code };
    return this.pc.runToMoment(limit);
  }

  edit(edit: SystemEdit): string | null {
    if (!this.atGuestBoundary()) {
      return 'The guest stands inside a translated instruction or the monitor: step to its next instruction first.';
    }
    return editTranslated(this, edit);
  }

  machinePage(guestPage: number): number | null {
    return this.pmap.machineFrame(guestPage);
  }

  /** The virtual devices' time stands where the monitor was last entered: it is brought up to now first. */
  receive(input: OutsideInput): void {
    this.clock.cycles = this.pc.clock.cycles;
    this.board.receive(input);
    this.monitor.armTimer();
  }

  guest(): Registers {
    return guestRegisters(this.pc.cpu, this.monitor);
  }

  actor(): Actor {
    const { cpl } = this.pc.cpu;
    if (cpl === 3) return 'guest-user';
    return cpl === 0 ? 'monitor' : 'translated-kernel';
  }

  atGuestBoundary(): boolean {
    const { cpl, eip } = this.pc.cpu;
    if (cpl === 3) return true;
    if (cpl === 0) return eip === IDLE || eip === INTERPRET;
    return this.recordHere()?.boundary ?? false;
  }

  /** The guest instruction (linear) that begins with the machine instruction at an address. */
  private guestCodeAt(linear: number): number | null {
    if (linear < MONITOR_BASE) return linear;
    const translation = this.monitor.code.cache.at(linear);
    const record = translation && recordAt(translation, linear);
    if (!translation || !record?.boundary || record.guestIndex === null) return null;
    if (translation.tcAddress + record.offset !== linear) return null;
    return (translation.guestLinear - translation.guestEip + record.guestEip) >>> 0;
  }

  private recordHere() {
    const { eip } = this.pc.cpu;
    const translation = this.monitor.code.cache.at(eip);
    return translation && recordAt(translation, eip);
  }

  readReal(linear: number, length: number): Uint8Array | null {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const at = (linear + i) >>> 0;
      const physical = this.pc.cpu.translate(at, { write: false, user: false });
      if (physical < 0) {
        if (at < MONITOR_BASE) return this.readGuest(linear, length);
        return i === 0 ? null : out.subarray(0, i);
      }
      out[i] = this.pc.memory.read8(physical);
    }
    return out;
  }

  readGuest(linear: number, length: number): Uint8Array | null {
    return this.monitor.guest.tables.bytes(this.monitor.guest.paging(), linear >>> 0, length);
  }

  guestPage(page: number): Uint8Array {
    const start = this.pmap.physical(page * PAGE);
    return this.pc.memory.u8.slice(start, start + PAGE);
  }

  serial(): string {
    return this.board.serial;
  }

  screen() {
    const { u8 } = this.pc.memory;
    let page = -1;
    let start = 0;
    return this.board.vga.screen((physical) => {
      if (physical >>> 12 !== page) {
        page = physical >>> 12;
        start = this.pmap.physical(page << 12);
      }
      return u8[start + (physical & 0xfff)] ?? 0xff;
    });
  }

  cache(): CacheInfo {
    const { cache } = this.monitor.code;
    const { misses } = cache;
    return {
      capacityBytes: cache.capacityBytes,
      usedBytes: cache.usedBytes,
      hits: Math.max(0, cache.entries - misses),
      misses,
      chains: cache.chainCount,
    };
  }

  counts(): Readonly<Record<string, number>> {
    const { hits, misses } = this.cache();
    return { ...this.events.counts, 'cache-hit': hits, 'cache-miss': misses };
  }

  translations(): readonly TranslationInfo[] {
    return this.monitor.code.cache.all.map((translation) => this.describe(translation));
  }

  translationAtCache(tcAddress: number): TranslationInfo | null {
    const translation = this.monitor.code.cache.at(tcAddress);
    return translation && this.describe(translation);
  }

  translationOfGuest(guestAddress: number): TranslationInfo | null {
    const translation = this.monitor.code.cache.find(guestAddress);
    return translation && this.describe(translation);
  }

  private describe(translation: Translation): TranslationInfo {
    return describeTranslation(this.monitor.code.cache, translation);
  }

  nameOfCacheOperand(displacement: number): string | null {
    return nameOfField(displacement);
  }

  timedFacts(): readonly TimedFact[] {
    return this.monitor.facts.all();
  }

  /** Runs on to the instruction, if it lies ahead in the same block, and tries it there. */
  runUntranslated(address: number): UntranslatedRun | null {
    return this.watcher.unseen(() => this.fork.run(address));
  }

  save() {
    return {
      moment: this.moment,
      pc: this.pc.save(),
      clock: this.clock.save(),
      board: this.board.save(),
      virtual: this.virtual.cpu.save(),
      monitor: this.monitor.save(),
    };
  }

  restore(state: ReturnType<BinaryTranslationSystem['save']>): void {
    this.pc.restore(state.pc);
    this.clock.restore(state.clock);
    this.board.restore(state.board);
    this.virtual.cpu.restore(state.virtual);
    this.monitor.restore(state.monitor);
    this.watcher.forget();
  }
}

/** Initialisation words of the 8259 pair: vectors 0x20 and 0x28, slave on line 2, 8086 mode; only IRQ 0 open. */
const PIC_SETUP: readonly (readonly [port: number, value: number])[] = [
  [0x20, 0x11],
  [0xa0, 0x11],
  [0x21, 0x20],
  [0xa1, 0x28],
  [0x21, 0x04],
  [0xa1, 0x02],
  [0x21, 0x01],
  [0xa1, 0x01],
  [0x21, 0xfe],
  [0xa1, 0xff],
];
