/**
 * What every technique answers alike, because every one runs on a PC: the silicon's RAM, counts, registers and TLB.
 * What the guest sees differs, and is the technique's own.
 */
import type { EventLog } from '../../machine/event-log';
import type { PhysicalMemory } from '../../machine/memory';
import type { Pc } from '../../machine/pc';
import { registersOf } from './registers';
import type { Registers, Sighting, System, Watch } from './system';
import type { Watcher } from './watcher';

type Shared =
  | ('memory' | 'events' | 'moment' | 'retired' | 'guestRetired' | 'cycles')
  | ('watch' | 'tlbEntry' | 'real' | 'cyclesByCause');

export abstract class PcSystem implements Pick<System, Shared> {
  /** The silicon. */
  abstract readonly pc: Pc;
  protected abstract readonly watcher: Watcher;

  get memory(): PhysicalMemory {
    return this.pc.memory;
  }

  get events(): EventLog {
    return this.pc.events;
  }

  get moment(): number {
    return this.pc.cpu.moment;
  }

  get retired(): number {
    return this.pc.cpu.retired;
  }

  get guestRetired(): number {
    return this.pc.cpu.guestRetired;
  }

  get cycles(): number {
    return this.pc.clock.cycles;
  }

  watch(watch: Watch | null, judge: (sighting: Sighting) => boolean): void {
    this.watcher.set(watch, judge);
  }

  tlbEntry(linear: number) {
    return this.pc.cpu.mmu.entry(linear >>> 0);
  }

  real(): Registers {
    return registersOf(this.pc.cpu);
  }

  cyclesByCause() {
    return this.pc.clock.cyclesByCause();
  }
}
