/**
 * The primary ATA (IDE) channel with one disk, by programmed I/O: command block at 0x1F0-0x1F7, device control and
 * alternate status at 0x3F6, IRQ 14. There is no second disk; what it holds is `ata-disk.ts`.
 *
 * ```text
 * 1F0 data (16 bits)    1F2 sector count   1F4 LBA 15:8 or cylinder low    1F6 -L-D hhhh  L: LBA  D: disk  h: head or 27:24
 * 1F1 error/features    1F3 LBA 7:0/sector 1F5 LBA 23:16 or cylinder high  1F7 status/command
 * ```
 *
 * A command is carried out at once as far as memory goes; what takes time is only that BSY stays on and that IRQ 14
 * waits. So what the guest transfers never depends on the moment, and a status read says that it does. A host that does
 * not wait for BSY gets its data all the same, where silicon promises nothing.
 *
 * @see ANSI X3.298 (ATA-3), "I/O Registers", "Protocol" and "Command Descriptions"
 */
import { CYCLES_PER_SECOND, type Scheduler } from '../clock';
import { NotImplemented } from '../outcome';
import type { PortDevice, ReadMarker, WordPort } from '../ports';
import type { Snapshotable } from '../snapshot';
import { registersNaming, sectorNamed } from './ata-address';
import { type AtaDisk, SECTOR_BYTES, type WrittenSectors } from './ata-disk';
import {
  firstGeometry,
  type Geometry,
  geometryOf,
  identifyData,
  MAX_MULTIPLE,
} from './ata-identify';

const DATA = 0x1f0;
const CONTROL = 0x3f6;

const STATUS_ERROR = 0x01;
const STATUS_DATA_REQUEST = 0x08;
const STATUS_SEEK_COMPLETE = 0x10;
const STATUS_READY = 0x40;
const STATUS_BUSY = 0x80;
const AT_REST = STATUS_READY | STATUS_SEEK_COMPLETE;

const ERROR_ABORTED = 0x04;
const ERROR_NOT_FOUND = 0x10;
/** What the error register says after a self test that found nothing. */
const DIAGNOSTIC_PASSED = 0x01;

const DEVICE_SECOND = 0x10;
/** Bits that always read as ones. */
const DEVICE_FIXED = 0xa0;
const CONTROL_NO_INTERRUPT = 0x02;
const CONTROL_RESET = 0x04;

const MICROSECOND = CYCLES_PER_SECOND / 1e6;
/**
 * How long the disk is busy. No published figure: a disk that finds everything in its own cache, so that waiting is
 * seen and steps are not drowned in it.
 */
const COMMAND_CYCLES = Math.round(20 * MICROSECOND);
const NEXT_BLOCK_CYCLES = Math.round(10 * MICROSECOND);
const RESET_CYCLES = Math.round(100 * MICROSECOND);

const DIAGNOSTIC = 0x90;

/** What a command, or the next block of one, comes to. */
type Ending = 'done' | 'data-in' | 'data-out' | 'aborted' | 'not-found';

/** Data on its way: one block, after which DRQ falls until the next. */
interface Transfer {
  readonly direction: 'in' | 'out';
  readonly block: Uint8Array;
  /** Bytes of the block that have passed. */
  done: number;
  /** First sector of the block; null: what passes is not sectors. */
  readonly first: number | null;
  /** Sectors behind this block. */
  readonly left: number;
  /** Sectors of a full block. */
  readonly perBlock: number;
}

export interface AtaState {
  readonly features: number;
  readonly count: number;
  readonly sector: number;
  readonly cylinderLow: number;
  readonly cylinderHigh: number;
  readonly device: number;
  readonly control: number;
  readonly error: number;
  /** Without BSY, which is a question of time. */
  readonly status: number;
  /** Cycle at which BSY falls. */
  readonly readyAt: number;
  /** INTRQ. `coming`: rises when BSY falls. */
  readonly request: 'none' | 'coming' | 'raised';
  readonly transfer: Transfer | null;
  readonly geometry: Geometry;
  /** Sectors per interrupt of READ and WRITE MULTIPLE; 0: those commands are refused. */
  readonly multiple: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Ata implements PortDevice, WordPort, Snapshotable<ReturnType<Ata['save']>> {
  static readonly ports = [
    [DATA, 8],
    [CONTROL, 1],
  ] as const;
  static readonly wordPort = DATA;
  static readonly irq = 14;

  private s: Mutable<AtaState>;

  /**
   * @param owner name on the clock
   * @param setInterrupt drives IRQ 14; told levels, not only changes
   */
  constructor(
    readonly disk: AtaDisk,
    private readonly clock: Scheduler,
    private readonly owner: string,
    private readonly marker: ReadMarker,
    private readonly setInterrupt: (high: boolean) => void,
  ) {
    clock.register(owner, () => this.catchUp());
    this.s = this.powerOn();
  }

  /** An interrupt will come at a moment that is already known. */
  get isAbout(): boolean {
    return this.s.request === 'coming' && !(this.s.control & CONTROL_NO_INTERRUPT);
  }

  readPort(port: number): number {
    const { s } = this;
    if (port === CONTROL) return this.status();
    switch (port - DATA) {
      case 0:
        return refuseByteOfData();
      case 1:
        return s.error;
      case 2:
        return s.count;
      case 3:
        return s.sector;
      case 4:
        return s.cylinderLow;
      case 5:
        return s.cylinderHigh;
      case 6:
        return s.device;
      default: {
        // Unlike the alternate one, this register takes the interrupt back.
        const status = this.status();
        if (!(status & STATUS_BUSY)) this.noRequest();
        return status;
      }
    }
  }

  writePort(port: number, value: number): void {
    const { s } = this;
    if (port === CONTROL) {
      this.writeControl(value);
      return;
    }
    switch (port - DATA) {
      case 0:
        refuseByteOfData();
        return;
      case 1:
        s.features = value;
        return;
      case 2:
        s.count = value;
        return;
      case 3:
        s.sector = value;
        return;
      case 4:
        s.cylinderLow = value;
        return;
      case 5:
        s.cylinderHigh = value;
        return;
      case 6:
        s.device = value | DEVICE_FIXED;
        return;
      default:
        if (!(s.control & CONTROL_RESET)) this.command(value);
    }
  }

  /** The data register. Where no data wait nothing drives it. */
  readWord(): number {
    const { transfer } = this.s;
    if (transfer?.direction !== 'in' || this.isSecond) return 0xffff;
    const { block, done } = transfer;
    const word = (block[done] ?? 0) | ((block[done + 1] ?? 0) << 8);
    transfer.done = done + 2;
    if (transfer.done >= block.length) this.blockRead(transfer);
    return word;
  }

  writeWord(value: number): void {
    const { transfer } = this.s;
    if (transfer?.direction !== 'out' || this.isSecond) return;
    const { block, done } = transfer;
    block[done] = value & 0xff;
    block[done + 1] = value >>> 8;
    transfer.done = done + 2;
    if (transfer.done >= block.length) this.blockWritten(transfer);
  }

  /** The reset line: registers and modes as at power-on. What is on the disk stays. */
  reset(): void {
    this.s = this.powerOn();
    this.clock.schedule(this.owner, null);
    this.drive();
  }

  save() {
    return { ...this.s, transfer: copyOf(this.s.transfer), written: this.disk.save() };
  }

  /** The scheduled moment is the clock's state, the IRQ line the 8259's. */
  restore({ written, ...state }: AtaState & { readonly written: WrittenSectors }): void {
    this.s = { ...state, transfer: copyOf(state.transfer) };
    this.disk.restore(written);
  }

  private powerOn(): AtaState {
    return {
      features: 0,
      ...SIGNATURE,
      control: 0,
      error: DIAGNOSTIC_PASSED,
      status: AT_REST,
      readyAt: 0,
      request: 'none',
      transfer: null,
      geometry: firstGeometry(this.disk.sectors),
      multiple: 0,
    };
  }

  private get isSecond(): boolean {
    return (this.s.device & DEVICE_SECOND) !== 0;
  }

  private status(): number {
    // The first disk answers for one that is not there.
    if (this.isSecond) return 0;
    if (this.s.control & CONTROL_RESET) return STATUS_BUSY;
    this.marker.timeDependent = true;
    this.catchUp();
    return this.clock.cycles < this.s.readyAt ? STATUS_BUSY : this.s.status;
  }

  private writeControl(value: number): void {
    const falls = (this.s.control & ~value & CONTROL_RESET) !== 0;
    this.s.control = value;
    if (value & CONTROL_RESET) {
      this.noRequest();
      this.s.transfer = null;
    } else if (falls) {
      // Translation and the block size of MULTIPLE stay as they were set.
      Object.assign(this.s, SIGNATURE, { error: DIAGNOSTIC_PASSED, status: AT_REST });
      this.s.readyAt = this.clock.cycles + RESET_CYCLES;
    }
    this.drive();
  }

  private command(code: number): void {
    const { s } = this;
    if (this.isSecond && code !== DIAGNOSTIC) return;
    this.noRequest();
    s.transfer = null;
    s.error = 0;
    this.end(this.carryOut(code), COMMAND_CYCLES);
  }

  private carryOut(code: number): Ending {
    const { s } = this;
    // RECALIBRATE and SEEK are sixteen codes each, from the days of step rates.
    const family = code >> 4 === 1 || code >> 4 === 7 ? code & 0xf0 : code;
    switch (family) {
      case 0x10:
        return 'done';
      case 0x20: // READ SECTORS, with and without retries
      case 0x21:
        return this.offer(this.address(), this.total(), 1);
      case 0x30: // WRITE SECTORS
      case 0x31:
        return this.accept(this.address(), this.total(), 1);
      case 0x40: // READ VERIFY SECTORS
      case 0x41:
        return this.verify(this.address(), this.total());
      case 0x70:
        return this.isOnDisk(this.address()) ? 'done' : 'not-found';
      case DIAGNOSTIC:
        Object.assign(s, SIGNATURE, { error: DIAGNOSTIC_PASSED });
        return 'done';
      case 0x91: // INITIALIZE DEVICE PARAMETERS
        if (s.count === 0) return 'aborted';
        s.geometry = geometryOf(this.disk.sectors, (s.device & 0x0f) + 1, s.count);
        return 'done';
      case 0xc4: // READ MULTIPLE
        return s.multiple ? this.offer(this.address(), this.total(), s.multiple) : 'aborted';
      case 0xc5: // WRITE MULTIPLE
        return s.multiple ? this.accept(this.address(), this.total(), s.multiple) : 'aborted';
      case 0xc6:
        return this.setMultiple();
      case 0xe0: // standby and idle, at once or after a while; FLUSH CACHE
      case 0xe1:
      case 0xe2:
      case 0xe3:
      case 0xe7:
        return 'done';
      case 0xe5: // CHECK POWER MODE: it never sleeps
        s.count = 0xff;
        return 'done';
      case 0xec: {
        const block = identifyData(this.disk.sectors, s.geometry, s.multiple);
        s.transfer = { direction: 'in', block, done: 0, first: null, left: 0, perBlock: 1 };
        return 'data-in';
      }
      case 0xef:
        return this.setFeatures();
      default:
        return 'aborted';
    }
  }

  /** Status, error and time of what a command, or the next block of one, came to. */
  private end(ending: Ending, cycles: number): void {
    const { s } = this;
    s.status = AT_REST;
    if (ending === 'data-in' || ending === 'data-out') s.status |= STATUS_DATA_REQUEST;
    if (ending === 'aborted' || ending === 'not-found') {
      s.status |= STATUS_ERROR;
      s.error = ending === 'aborted' ? ERROR_ABORTED : ERROR_NOT_FOUND;
    }
    // The first block of a write is asked for without an interrupt.
    const interrupt = ending !== 'data-out' || cycles !== COMMAND_CYCLES;
    s.readyAt = this.clock.cycles + cycles;
    s.request = interrupt ? 'coming' : 'none';
    this.clock.schedule(this.owner, interrupt ? s.readyAt : null);
    this.drive();
  }

  private setMultiple(): Ending {
    const { count } = this.s;
    const isPowerOfTwo = (count & (count - 1)) === 0;
    if (count > MAX_MULTIPLE || !isPowerOfTwo) return 'aborted';
    this.s.multiple = count;
    return 'done';
  }

  private setFeatures(): Ending {
    const { features, count } = this.s;
    const isPioMode = count <= 0x01 || (count >= 0x08 && count <= 0x0c);
    switch (features) {
      case 0x03: // transfer mode
        return isPioMode ? 'done' : 'aborted';
      case 0x02: // write cache on and off
      case 0x82:
      case 0x66: // keep settings at a software reset, or not
      case 0xcc:
        return 'done';
      default:
        return 'aborted';
    }
  }

  /** Sectors asked for: a count of 0 means 256. */
  private total(): number {
    return this.s.count === 0 ? 256 : this.s.count;
  }

  private address(): number | null {
    return sectorNamed(this.s, this.s.geometry);
  }

  /** Afterwards the registers name the last sector that was dealt with, or the one that was not found. */
  private nameSector(number: number): void {
    Object.assign(this.s, registersNaming(number, this.s.device, this.s.geometry));
  }

  private isOnDisk(sector: number | null): sector is number {
    return sector !== null && sector < this.disk.sectors;
  }

  /** Makes the next block of a read ready. */
  private offer(first: number | null, total: number, perBlock: number): Ending {
    if (!this.isOnDisk(first)) return this.notFound(first);
    const here = Math.min(total, perBlock, this.disk.sectors - first);
    const block = new Uint8Array(here * SECTOR_BYTES);
    for (let i = 0; i < here; i++) block.set(this.disk.read(first + i), i * SECTOR_BYTES);
    this.passed(first + here - 1, total - here);
    this.s.transfer = { direction: 'in', block, done: 0, first, left: total - here, perBlock };
    return 'data-in';
  }

  private blockRead({ first, block, left, perBlock }: Transfer): void {
    this.s.transfer = null;
    this.s.status = AT_REST;
    if (first === null || left === 0) return;
    this.end(this.offer(first + block.length / SECTOR_BYTES, left, perBlock), NEXT_BLOCK_CYCLES);
  }

  /** Asks for the next block of a write. */
  private accept(first: number | null, total: number, perBlock: number): Ending {
    if (!this.isOnDisk(first)) return this.notFound(first);
    const here = Math.min(total, perBlock, this.disk.sectors - first);
    const block = new Uint8Array(here * SECTOR_BYTES);
    this.s.transfer = { direction: 'out', block, done: 0, first, left: total - here, perBlock };
    return 'data-out';
  }

  private blockWritten({ first, block, left, perBlock }: Transfer): void {
    if (first === null) return;
    const here = block.length / SECTOR_BYTES;
    for (let i = 0; i < here; i++) {
      this.disk.write(first + i, block.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES));
    }
    this.passed(first + here - 1, left);
    this.s.transfer = null;
    const ending = left > 0 ? this.accept(first + here, left, perBlock) : 'done';
    this.end(ending, NEXT_BLOCK_CYCLES);
  }

  private passed(last: number, left: number): void {
    this.nameSector(last);
    this.s.count = left & 0xff;
  }

  private verify(first: number | null, total: number): Ending {
    if (!this.isOnDisk(first)) return this.notFound(first);
    const here = Math.min(total, this.disk.sectors - first);
    this.passed(first + here - 1, total - here);
    return here < total ? this.notFound(first + here) : 'done';
  }

  private notFound(sector: number | null): Ending {
    if (sector !== null) this.nameSector(sector);
    return 'not-found';
  }

  /** Lets the interrupt rise if its moment has passed. */
  private catchUp(): void {
    if (this.s.request !== 'coming' || this.clock.cycles < this.s.readyAt) return;
    this.s.request = 'raised';
    this.clock.schedule(this.owner, null);
    this.drive();
  }

  private noRequest(): void {
    if (this.s.request === 'none') return;
    this.s.request = 'none';
    this.clock.schedule(this.owner, null);
    this.drive();
  }

  private drive(): void {
    const enabled = !(this.s.control & CONTROL_NO_INTERRUPT);
    this.setInterrupt(this.s.request === 'raised' && enabled);
  }
}

/** How a disk shows after reset that it is a disk and not a CD drive. */
const SIGNATURE = {
  count: 1,
  sector: 1,
  cylinderLow: 0,
  cylinderHigh: 0,
  device: DEVICE_FIXED,
} as const;

/** A block on its way out is still being filled. */
function copyOf(transfer: Transfer | null): Transfer | null {
  if (transfer?.direction !== 'out') return transfer && { ...transfer };
  return { ...transfer, block: transfer.block.slice() };
}

function refuseByteOfData(): never {
  throw new NotImplemented('8-bit access to the ATA data register (port 0x1f0): it has 16 bits');
}
