/**
 * The PC's pair of 8259A interrupt controllers: the slave's INT drives the master's IR2. Ports 0x20-0x21 and
 * 0xA0-0xA1. It is the CPU's interrupt source: `pending` is the INTR pin, `acknowledge()` the INTA cycle.
 *
 * @see Intel 8259A datasheet (231468): "Interrupt Sequence", "The Cascade Mode"; IBM PC/AT Technical Reference,
 * "System Interrupts"
 */
import { invariant } from '../../base/assert';
import type { EventSink, PortDevice, ReadMarker } from '../ports';
import type { Snapshotable } from '../snapshot';
import { PicChip, type PicChipState } from './pic-chip';

const CASCADE_LINE = 2;
/** A request withdrawn before INTA is answered as this line of the chip, without in-service bit. */
const SPURIOUS_LINE = 7;

export interface PicState {
  readonly master: PicChipState;
  readonly slave: PicChipState;
}

/** What one INTA cycle answered. `spurious`: no request was left, no in-service bit was set for `irq`. */
export interface Acknowledged {
  readonly vector: number;
  /** 0..15; 7 or 15 when spurious. */
  readonly irq: number;
  readonly spurious: boolean;
}

export class Pic implements PortDevice, Snapshotable<PicState> {
  readonly master = new PicChip(1 << CASCADE_LINE);
  readonly slave = new PicChip(0);
  /** Called after anything that may have changed `pending`. */
  onChange: (() => void) | null = null;
  /** Called at the end of every INTA cycle: where deliveries are recorded. */
  onAcknowledge: ((what: Acknowledged) => void) | null = null;
  /**
   * Devices' lines do not reach the chips while this is set: a replay, in which interrupts come from a record
   * through `acknowledgeRecorded` alone.
   */
  linesCut = false;

  constructor(
    private readonly events: EventSink,
    private readonly marker: ReadMarker,
    private readonly device: 'physical' | 'virtual',
  ) {}

  static readonly ports = [
    [0x20, 2],
    [0xa0, 2],
  ] as const;

  /** The INTR pin. */
  get pending(): boolean {
    return this.master.request() !== null;
  }

  /** The INTR pin, as the CPU asks for it. */
  hasInterrupt(): boolean {
    return this.pending;
  }

  /** The line that would be delivered now (0..15), or null. */
  get pendingIrq(): number | null {
    const line = this.master.request();
    if (line !== CASCADE_LINE) return line;
    const slaveLine = this.slave.request();
    return slaveLine === null ? line : 8 + slaveLine;
  }

  /** Whether an edge on this line would reach the CPU as the chips are programmed now. */
  couldDeliver(irq: number): boolean {
    if (irq < 8) return this.master.wouldRequest(irq);
    return this.slave.wouldRequest(irq & 7) && this.master.wouldRequest(CASCADE_LINE);
  }

  /** Drives a device's interrupt line, 0..15 without 2, which is the cascade. */
  setLine(irq: number, high: boolean): void {
    invariant(irq >= 0 && irq < 16 && irq !== CASCADE_LINE, 'a device drives IRQ 0..15, not 2');
    if (this.linesCut) return;
    const chip = irq < 8 ? this.master : this.slave;
    if (chip.setLine(irq & 7, high)) {
      this.events.emit({ kind: 'interrupt-raised', irq, device: this.device });
    }
    this.changed();
  }

  /** The INTA cycle. @returns the vector the CPU reads from the bus */
  acknowledge(): number {
    const what = this.inta();
    this.changed();
    this.onAcknowledge?.(what);
    return what.vector;
  }

  /**
   * Replays a recorded INTA cycle: afterwards the chips are as if that line had asked and been acknowledged.
   * @returns what the chips answered; a difference from the record is a divergence
   */
  acknowledgeRecorded(irq: number, spurious: boolean): Acknowledged {
    if (spurious && irq === SPURIOUS_LINE) {
      return { vector: this.master.base + SPURIOUS_LINE, irq, spurious };
    }
    const chip = irq < 8 ? this.master : this.slave;
    const line = irq & 7;
    if (spurious) {
      // Only the master saw a request: the slave's pin fell between the two INTA pulses.
      this.master.setLine(CASCADE_LINE, true);
      this.master.acknowledge();
      this.master.setLine(CASCADE_LINE, false);
      return { vector: this.slave.base + SPURIOUS_LINE, irq, spurious };
    }
    // The line may have been high when it was cut: what asks is an edge.
    chip.setLine(line, false);
    chip.setLine(line, true);
    this.cascade();
    const what = this.inta();
    chip.setLine(line, false);
    this.changed();
    return what;
  }

  readPort(port: number): number {
    const chip = this.chipAt(port);
    if (port & 1) return chip.imr;
    if (chip.polling) {
      this.marker.timeDependent = true;
      const byte = chip.poll();
      if (chip === this.slave) this.dropCascade();
      this.changed();
      return byte;
    }
    // Which requests wait depends on the devices' moments; what is in service only on deliveries.
    if (!chip.readsIsr) this.marker.timeDependent = true;
    return chip.readStatus();
  }

  writePort(port: number, value: number): void {
    const chip = this.chipAt(port);
    if (port & 1) chip.writeData(value);
    else chip.writeCommand(value);
    this.changed();
  }

  reset(): void {
    this.master.reset();
    this.slave.reset();
    this.changed();
  }

  save(): PicState {
    return { master: this.master.save(), slave: this.slave.save() };
  }

  restore(state: PicState): void {
    this.master.restore(state.master);
    this.slave.restore(state.slave);
    this.onChange?.();
  }

  private chipAt(port: number): PicChip {
    return port & 0x80 ? this.slave : this.master;
  }

  private inta(): Acknowledged {
    const line = this.master.acknowledge();
    if (line === null) {
      return { vector: this.master.base + SPURIOUS_LINE, irq: SPURIOUS_LINE, spurious: true };
    }
    if (line !== CASCADE_LINE) {
      return { vector: this.master.base + line, irq: line, spurious: false };
    }
    const slaveLine = this.slave.acknowledge();
    this.dropCascade();
    if (slaveLine === null) {
      return { vector: this.slave.base + SPURIOUS_LINE, irq: 8 + SPURIOUS_LINE, spurious: true };
    }
    return { vector: this.slave.base + slaveLine, irq: 8 + slaveLine, spurious: false };
  }

  /** The slave's INT pin is wired to the master's IR2. */
  private cascade(): void {
    this.master.setLine(CASCADE_LINE, this.slave.request() !== null);
  }

  /** INT falls during INTA, so a further request of the slave (under automatic EOI) is a new edge. */
  private dropCascade(): void {
    this.master.setLine(CASCADE_LINE, false);
  }

  private changed(): void {
    this.cascade();
    this.onChange?.();
  }
}
