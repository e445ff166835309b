/**
 * A debugger's watches over one guest: which instructions and bytes they are about, and who is asked when one is met.
 *
 * The CPUs tell what happens (machine/cpu/observer.ts): the silicon, and under a monitor the virtual CPU too. Accesses
 * are kept until the guest stands between two of its instructions, and only then told, so that an instruction that
 * faults and is restarted, or is carried out by several of the machine's, is told once.
 */
import type { Cpu } from '../../machine/cpu/cpu';
import {
  type CpuObserver,
  NO_PAGES,
  type ObservedAccess,
  type ObservedPages,
} from '../../machine/cpu/observer';
import { CR0_PG, CR4_PSE } from '../../machine/cpu/state';
import { PDE_PS, PTE_P } from '../../machine/mmu/mmu';
import type { Sighting, Watch } from './system';

/** What the watcher has to know of the system around it. */
export interface WatchedSystem {
  readonly silicon: Cpu;
  /** The CPU that the guest's instructions are carried out on one by one; on `bare` the silicon. */
  readonly guestCpu: Cpu;
  /** Guest linear addresses from here on are another's on the silicon. Infinity on `bare`. */
  readonly linearEnd: number;
  readonly guestMoment: number;
  /** The moment before the silicon's step in progress. */
  readonly moment: number;
  atGuestBoundary(): boolean;
  /** The guest instruction (linear) that begins with the machine instruction at this linear address; null: none. */
  guestCodeAt(linear: number): number | null;
  /** Page of RAM behind a guest-physical page and back; null: there is none. */
  machinePage(guestPage: number): number | null;
  guestPage(machinePage: number): number | null;
  /** The paging registers of the guest. */
  paging(): { readonly cr0: number; readonly cr3: number; readonly cr4: number };
}

const CODE = -1;
const PAGE_TABLES = -2;
const PAGE_SHIFT = 12;

/** How far the instruction is that made an access. */
const MACHINE_INSTRUCTION = 0;
const SEQUENCE = 1;
const DONE = 2;

interface Noted {
  readonly sighting: Omit<Sighting, 'guestMoment'>;
  /** The guest's steps before it; null until the counters are exact. */
  guestMoment: number | null;
  progress: number;
  readonly modifying: boolean;
  readonly silicon: boolean;
  /** Made by user code that runs directly: one machine instruction is the guest's, whole. */
  readonly direct: boolean;
}

const overlaps = (from: number, length: number, at: number, size: number): boolean =>
  (at - from) >>> 0 < length || (from - at) >>> 0 < size;

export class Watcher {
  private watching: Watch | null = null;
  private judge: (sighting: Sighting) => boolean = () => false;
  private noted: Noted[] = [];
  /** The last start of an instruction that was told. */
  private told = { linear: -1, guestMoment: -1 };
  /** An instruction carried out inside the monitor is to be stopped at: as soon as may be. */
  private stopping = false;
  /** `run` was ended by a judge since this was last asked. */
  private stopped = false;
  /** Guest frames of the page directory and the tables it names, and for which registers. */
  private tables: ReadonlySet<number> = NO_PAGES;
  private tablesKey = '';
  private tablesStale = false;
  private paused = false;
  /** Instructions that the virtual CPU had retired when it began the one it carries out; null: it does not. */
  private emulatedFrom: number | null = null;

  constructor(private readonly system: WatchedSystem) {}

  set(watch: Watch | null, judge: (sighting: Sighting) => boolean): void {
    const hadCode = (this.watching?.code.size ?? 0) > 0;
    const hasCode = (watch?.code.size ?? 0) > 0;
    this.watching = watch;
    this.judge = judge;
    this.forget();
    this.attach();
    if (hadCode || hasCode) this.system.silicon.watchedCodeChanged();
  }

  /** After the machine was put elsewhere: nothing seen before counts. */
  forget(): void {
    // Something that nobody sees puts the machine back where it was.
    if (this.paused) return;
    this.noted = [];
    this.told = { linear: -1, guestMoment: -1 };
    this.stopping = false;
    this.stopped = false;
    this.tablesKey = '';
    this.tablesStale = false;
    this.tables = NO_PAGES;
    if (this.watching?.pageTables) this.lookAtTables();
  }

  /** Whether a judge ended the run. Asking clears it. */
  takeStopped(): boolean {
    const { stopped } = this;
    this.stopped = false;
    return stopped;
  }

  /** Does something with the machine that nobody shall see, and that leaves it as it was. */
  unseen<T>(work: () => T): T {
    this.paused = true;
    try {
      return work();
    } finally {
      this.paused = false;
      if (this.noted.length > 0 || this.stopping) this.system.silicon.lookUpSoon();
    }
  }

  // --- what a monitor tells -----------------------------------------------------------------------------------

  /** The virtual CPU is about to carry out a guest instruction from its start. */
  emulates(linear: number): void {
    if (this.watching === null || this.paused) return;
    this.emulatedFrom = this.system.guestCpu.retired;
    // What the silicon has done of it so far is done again.
    this.noted = this.noted.filter(({ progress }) => progress !== SEQUENCE);
    if (!this.watching.code.has(linear >>> 0) || !this.starts(linear >>> 0)) return;
    this.stopping = true;
    this.system.silicon.lookUpSoon();
  }

  /** The virtual CPU has carried out an instruction, or delivered its fault. */
  emulated(): void {
    this.emulatedFrom = null;
    for (const note of this.noted) if (!note.silicon) note.progress = DONE;
  }

  /** The monitor's own walk has set bits in a guest table, as the silicon's would have. */
  walked(guestPhysical: number): void {
    if (this.watching === null || this.paused) return;
    const machine = this.system.machinePage(guestPhysical >>> PAGE_SHIFT);
    if (machine === null) return;
    const first = ((machine << PAGE_SHIFT) | (guestPhysical & 0xfff)) >>> 0;
    const walk = { kind: 'write', linear: 0, size: 4, first, second: -1, by: 'page-walk' } as const;
    if (this.note({ ...walk, modifying: false, settled: true }, false)) {
      this.system.silicon.lookUpSoon();
    }
  }

  // --- setting up -----------------------------------------------------------------------------------------------

  private attach(): void {
    const { silicon, guestCpu } = this.system;
    if (this.watching === null) {
      silicon.observer = null;
      guestCpu.observer = null;
      return;
    }
    silicon.observer = this.observerOf(true);
    if (guestCpu !== silicon) guestCpu.observer = this.observerOf(false);
  }

  private observerOf(silicon: boolean): CpuObserver {
    const { system } = this;
    const end = silicon ? system.linearEnd : Number.POSITIVE_INFINITY;
    const isGuests = silicon && system.guestCpu === system.silicon;
    return {
      pages: this.pages(end),
      isWatched: (linear) => {
        const guest = silicon ? system.guestCodeAt(linear) : null;
        return guest !== null && (this.watching?.code.has(guest) ?? false);
      },
      executes: (linear) => {
        const guest = system.guestCodeAt(linear);
        if (guest === null || this.paused || !this.starts(guest)) return false;
        this.stopped = true;
        return true;
      },
      touches: (access) => {
        if (this.paused || access.linear >= end) return false;
        const found = this.note(access, silicon);
        // The virtual CPU runs inside an instruction of the silicon's: that one is looked up behind.
        if (found && !silicon) system.silicon.lookUpSoon();
        return found;
      },
      iterated: () => {
        for (const note of this.noted) if (note.silicon === silicon) note.progress = DONE;
      },
      faulted: () => this.undo(silicon),
      boundary: (last) => this.boundary(last),
      flushed: () => {
        if (!(isGuests || !silicon) || !this.watching?.pageTables || this.paused) return;
        if (this.keyOfTables() === this.tablesKey) return;
        this.tablesStale = true;
        system.silicon.lookUpSoon();
      },
    };
  }

  private pages(linearEnd: number): ObservedPages {
    const readPages = new Set<number>();
    const writePages = new Set<number>();
    const readFrames = new Set<number>();
    const writeFrames = new Set<number>();
    const each = (from: number, length: number, use: (page: number) => void): void => {
      const first = from >>> PAGE_SHIFT;
      const count = Math.floor(((from & 0xfff) + length - 1) / 4096) + 1;
      for (let i = 0; i < count; i++) use((first + i) & 0xfffff);
    };
    for (const { space, address, length, on } of this.watching?.data ?? []) {
      each(address >>> 0, length, (page) => {
        const machine = space === 'physical' ? this.system.machinePage(page) : page;
        if (machine === null) return;
        if (space === 'virtual' && page * 4096 >= linearEnd) return;
        const [read, write] =
          space === 'physical' ? [readFrames, writeFrames] : [readPages, writePages];
        write.add(machine);
        if (on !== 'write') read.add(machine);
      });
    }
    for (const frame of this.tables) {
      const machine = this.system.machinePage(frame);
      if (machine !== null) writeFrames.add(machine);
    }
    const meets = this.quickTest(linearEnd);
    return { readPages, writePages, readFrames, writeFrames, meets };
  }

  /** Start and length of every watched range, linear and of RAM, in plain arrays. */
  private quickTest(linearEnd: number): ObservedPages['meets'] {
    const linear: number[] = [];
    const ram: number[] = [];
    for (const { space, address, length } of this.watching?.data ?? []) {
      if (space === 'virtual') linear.push(address, length);
      else {
        for (let done = 0; done < length; ) {
          const at = address + done;
          const count = Math.min(length - done, 4096 - (at & 0xfff));
          const machine = this.system.machinePage(at >>> PAGE_SHIFT);
          if (machine !== null) ram.push(machine * 4096 + (at & 0xfff), count);
          done += count;
        }
      }
    }
    const frames = new Set<number>();
    for (const frame of this.tables) {
      const machine = this.system.machinePage(frame);
      if (machine !== null) frames.add(machine);
    }
    return (at, size, first, second) => {
      if (at >= linearEnd) return false;
      for (let i = 0; i < linear.length; i += 2) {
        if ((at + size - 1 - linear[i]!) >>> 0 < linear[i + 1]! + size - 1) return true;
      }
      if (second >= 0) return true;
      for (let i = 0; i < ram.length; i += 2) {
        if ((first + size - 1 - ram[i]!) >>> 0 < ram[i + 1]! + size - 1) return true;
      }
      return frames.size > 0 && frames.has(first >>> PAGE_SHIFT);
    };
  }

  // --- instructions ---------------------------------------------------------------------------------------------

  /** The guest begins this instruction now. @returns the judge's answer; false if this start was told before */
  private starts(linear: number): boolean {
    const { guestMoment } = this.system;
    const { told } = this;
    if (told.linear === linear && told.guestMoment === guestMoment) return false;
    this.told = { linear, guestMoment };
    return this.judge({
      kind: 'execute',
      linear,
      physical: 0,
      length: 0,
      watch: CODE,
      by: 'instruction',
      guestMoment,
      moment: null,
    });
  }

  // --- accesses -------------------------------------------------------------------------------------------------

  /** @returns true if it is watched for */
  private note(access: ObservedAccess, silicon: boolean): boolean {
    const { watching } = this;
    if (watching === null) return false;
    const { kind, linear, size, by, modifying } = access;
    let found = false;
    const keep = (watch: number): void => {
      found = true;
      const page = this.system.guestPage(access.first >>> PAGE_SHIFT);
      const physical = page === null ? access.first : page * 4096 + (access.first & 0xfff);
      this.noted.push({
        sighting: {
          kind,
          linear,
          physical,
          length: size,
          watch,
          by,
          moment: by === 'delivery' ? this.system.moment : null,
        },
        guestMoment: access.settled || !silicon ? this.momentNow() : null,
        progress: by === 'instruction' ? MACHINE_INSTRUCTION : DONE,
        modifying,
        silicon,
        direct: silicon && by === 'instruction' && this.system.silicon.cpl === 3,
      });
    };
    watching.data.forEach(({ space, address, length, on }, index) => {
      // A read-modify-write is one access: its write half.
      const wanted = on === 'access' ? kind === 'write' || !modifying : on === kind;
      if (!wanted) return;
      if (space === 'virtual') {
        if (by !== 'page-walk' && overlaps(address, length, linear, size)) keep(index);
      } else if (this.touchesPhysical(access, address, length)) keep(index);
    });
    if (watching.pageTables && kind === 'write' && by !== 'page-walk')
      this.noteTables(access, keep);
    return found;
  }

  /** With the instruction in it that the virtual CPU has completed and the monitor has not counted yet. */
  private momentNow(): number {
    const { guestMoment, guestCpu } = this.system;
    return guestMoment + (this.emulatedFrom === null ? 0 : guestCpu.retired - this.emulatedFrom);
  }

  private touchesPhysical(access: ObservedAccess, address: number, length: number): boolean {
    const inPage = Math.min(access.size, 4096 - (access.first & 0xfff));
    const part = (ram: number, bytes: number): boolean => {
      const page = this.system.guestPage(ram >>> PAGE_SHIFT);
      if (page === null) return false;
      return overlaps(address, length, page * 4096 + (ram & 0xfff), bytes);
    };
    if (part(access.first, access.second < 0 ? access.size : inPage)) return true;
    return access.second >= 0 && part(access.second, access.size - inPage);
  }

  private noteTables(access: ObservedAccess, keep: (watch: number) => void): void {
    const pageOf = (ram: number) => this.system.guestPage(ram >>> PAGE_SHIFT) ?? -1;
    const pages = [pageOf(access.first), access.second < 0 ? -1 : pageOf(access.second)];
    if (!pages.some((page) => this.tables.has(page))) return;
    if (pages.includes(this.system.paging().cr3 >>> PAGE_SHIFT)) this.tablesStale = true;
    keep(PAGE_TABLES);
  }

  /** The instruction in progress does not complete. */
  private undo(silicon: boolean): void {
    const { guestMoment } = this.system;
    this.noted = this.noted.filter((note) => {
      if (note.silicon !== silicon) return true;
      note.guestMoment ??= guestMoment;
      return note.progress !== MACHINE_INSTRUCTION;
    });
  }

  private boundary(last: boolean): 'go' | 'wait' | 'stop' {
    if (this.paused) return 'go';
    if (this.tablesStale) this.lookAtTables();
    const { guestMoment } = this.system;
    const between = this.system.atGuestBoundary();
    for (const note of this.noted) {
      // A single-step trap into the monitor may follow on user code: its instruction has retired as well.
      note.guestMoment ??= between || note.direct ? guestMoment - 1 : guestMoment;
      if (note.direct) note.progress = DONE;
    }
    if (!between) {
      // In the midst of a translation only the translator's own instructions modify the guest's memory.
      this.noted = this.noted.filter(
        ({ modifying, silicon, direct }) => !(modifying && silicon && !direct),
      );
      for (const note of this.noted) if (note.progress !== DONE) note.progress = SEQUENCE;
      if (!last) return this.noted.length > 0 || this.stopping ? 'wait' : 'go';
    }
    const { noted } = this;
    this.noted = [];
    let stop = this.stopping;
    this.stopping = false;
    for (const { sighting, guestMoment: before } of noted) {
      if (this.judge({ ...sighting, guestMoment: before ?? guestMoment })) stop = true;
    }
    if (stop) this.stopped = true;
    return stop ? 'stop' : 'go';
  }

  // --- page tables ----------------------------------------------------------------------------------------------

  private keyOfTables(): string {
    const { cr0, cr3, cr4 } = this.system.paging();
    return cr0 & CR0_PG ? `${cr3 >>> PAGE_SHIFT} ${cr4 & CR4_PSE}` : 'off';
  }

  /** Finds out anew which frames hold the guest's page directory and tables. */
  private lookAtTables(): void {
    this.tablesStale = false;
    this.tablesKey = this.keyOfTables();
    const { cr0, cr3, cr4 } = this.system.paging();
    const tables = new Set<number>();
    const directory = this.system.machinePage(cr3 >>> PAGE_SHIFT);
    if (cr0 & CR0_PG && directory !== null) {
      tables.add(cr3 >>> PAGE_SHIFT);
      const { memory } = this.system.silicon;
      for (let i = 0; i < 1024; i++) {
        const entry = memory.read32(directory * 4096 + i * 4);
        if ((entry & PTE_P) === 0 || (entry & PDE_PS && cr4 & CR4_PSE)) continue;
        tables.add(entry >>> PAGE_SHIFT);
      }
    }
    this.tables = tables;
    this.attach();
  }
}
